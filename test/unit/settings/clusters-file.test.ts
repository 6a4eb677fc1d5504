/** Several clusters from one file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/config.js';
import { ConfigError } from '../../../src/errors.js';
import { eventually } from '../../support/eventually.js';
import { startTestGateway } from '../../support/gateway.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clusters-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (content: unknown, args: readonly string[] = [], env: Record<string, string> = {}) => {
  const path = join(folder, 'clusters.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readConfig(['--clusters-file', path, ...args], env);
};
const complaint = (...given: Parameters<typeof read>): string => {
  try {
    read(...given);
  } catch (error) {
    return error instanceof ConfigError ? error.message : String(error);
  }
  return 'nothing';
};
const embedded = (fields: object = {}) => ({ clusters: [{ name: 'a', embedded: true, ...fields }] });

describe('the file of clusters', () => {
  it('is as the README shows it', () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    const [, example = ''] = /```json\n(\{\n {2}"clusters".*?)```/s.exec(readme) ?? [];
    const { clusters } = read(example, [], {
      SHOP_REDIS_PASSWORD: 'hunter2',
      BILLING_BROKER: 'amqp://u:p@rabbit.example.com/billing',
    });
    expect(clusters?.map(({ name, visibleTo }) => [name, visibleTo])).toEqual([
      ['shop', null],
      ['billing', { users: ['ann'], roles: ['admin'] }],
    ]);
    const [shop, billing] = clusters ?? [];
    expect(shop?.config).toMatchObject({
      broker: { scheme: 'redis', password: 'hunter2', db: 0 },
      queues: ['mail', 'reports'],
      maxTasks: 50_000,
      caches: { task_status: { ttl: 5_000, maxSize: 500 }, queue_status: { ttl: 3_000 } },
    });
    expect(billing?.config).toMatchObject({
      broker: { scheme: 'amqp' },
      resultBackend: { scheme: 'redis', db: 1 },
      allowedTasks: ['billing.*'],
      maxTasks: 100_000,
    });
  });

  it.each([
    [
      '{"clusters":[{"name":"a","embedded":true,"visibleTo":{"users":["ann"]},"visibleTo":{"roles":["viewer"]}}]}',
      'has the key visibleTo twice in one object',
    ],
    [
      '{"clusters":[{"name":"a","embedded":true,"caches":{"task_status":{"ttl":1,"t\\u0074l":9}}}]}',
      'has the key ttl twice in one object',
    ],
    [
      '{"clusters":[{"name":"a","embedded":true}],"clusters":[]}',
      'has the key clusters twice in one object',
    ],
    ['{"clusters":[{"name":"a","embedded":true,"x y":1,"x y":2}]}', 'has a key twice in one object'],
    [
      '{"clusters":[{"name":"a","embedded":true,"__proto__":{"visibleTo":null}}]}',
      'has a key __proto__, which is not a field',
    ],
    [
      '{"clusters":[{"name":"a","embedded":true,"caches":{"constructor":{"ttl":1}}}]}',
      'has a key constructor, which is not a field',
    ],
    [
      '{"clusters":[{"name":"a","broker":"${__proto__}"}]}',
      'needs an environment variable that is not set',
    ],
  ])('is refused where a key says two things, or none: %s', (text, what) => {
    expect(complaint(text)).toContain(what);
  });

  it('may have one key in several objects, and texts that look like keys', () => {
    const text =
      '{"clusters":[{"name":"a","embedded":true,"queues":["name","name","{\\"name\\":1}"]},{"name":"b","embedded":true}]}';
    expect(read(text).clusters?.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('leaves what it does not say of a cluster to the settings of the gateway', () => {
    const { clusters, caches } = read(embedded({ caches: { queue_status: { ttl: 1 } } }), [
      '--inspect-timeout',
      '2',
      '--cache-task-status-ttl',
      '9',
      '--max-tasks',
      '77',
    ]);
    expect(clusters?.[0]?.config).toMatchObject({
      ...{ inspectTimeout: 2_000, maxTasks: 77, broker: null },
      caches: { task_status: { ttl: 9_000 }, queue_status: { ttl: 1_000 } },
    });
    expect(caches.queue_status?.ttl).toBe(3_000);
  });

  it('takes numbers, booleans and lists as JSON has them, in the units of the flags', () => {
    const { clusters } = read(
      embedded({ maxTaskMegabytes: 3, queues: ['a', 'b'], prioritySteps: [0, 5], amqpPeek: true }),
    );
    expect(clusters?.[0]?.config).toMatchObject({
      ...{ maxTaskBytes: 3 * 1024 * 1024, queues: ['a', 'b'], prioritySteps: [0, 5], amqpPeek: true },
    });
  });

  it('is none by default', () => {
    expect(readConfig([], {}).clusters).toBeNull();
  });

  it.each([
    ['{"clusters": hunter2', 'is not JSON'],
    [[], 'must be an object {"clusters": [...]} of 1 to 50 clusters'],
    [{ clusters: [] }, 'must be an object {"clusters": [...]} of 1 to 50 clusters'],
    [
      { clusters: Array.from({ length: 51 }, (_, n) => ({ name: `c${n}`, embedded: true })) },
      'must be an object {"clusters": [...]} of 1 to 50 clusters',
    ],
    [
      { clusters: [{ name: 'a b', embedded: true }] },
      'has a cluster (number 1) whose name is malformed',
    ],
    [{ clusters: ['hunter2'] }, 'has a cluster (number 1) whose entry is malformed'],
    [
      { clusters: [{ name: 'a' }] },
      'has a cluster a that has not either a broker or `"embedded": true`',
    ],
    [
      embedded({ broker: 'redis://:hunter2@h' }),
      'has a cluster a that has not either a broker or `"embedded": true`',
    ],
    [{ clusters: [embedded().clusters[0], embedded().clusters[0]] }, 'names two clusters a'],
    [
      embedded({ maxTasks: 'hunter2' }),
      'has a cluster a whose maxTasks must be a whole number from 1 to 10000000',
    ],
    [
      embedded({ hunter2: 1 }),
      'has a cluster a with a field that there is not: its name is no name of a setting',
    ],
    [embedded({ brokr: 'hunter2' }), 'has a cluster a with a field that there is not: brokr'],
    [embedded({ port: 1 }), 'has a cluster a with a field that there is not: port'],
    [
      embedded({ caches: { task_status: { tl: 1 } } }),
      'has a cluster a with an option that no cache has: tl',
    ],
    [embedded({ caches: { tasks: {} } }), 'has a cluster (number 1) whose caches is malformed'],
    [
      embedded({ caches: { task_status: { ttl: 'hunter2' } } }),
      'has a cluster a whose caches.task_status.ttl must be a number of seconds from 0.001 to 86400',
    ],
    [embedded({ visibleTo: {} }), 'has a cluster a whose visibleTo names nobody'],
    [
      embedded({ visibleTo: { roles: ['root'] } }),
      'has a cluster (number 1) whose visibleTo.roles.0 is malformed',
    ],
    [embedded({ visibleTo: { user: ['x'] } }), 'has a cluster (number 1) whose visibleTo is malformed'],
    [embedded({ queues: ['a,b'] }), 'has a cluster a whose queues has an item with a comma in it'],
    [
      { clusters: [{ name: 'a', broker: 'redis://:${NOT_SET_HUNTER2}@h' }] },
      'has a cluster a whose broker needs an environment variable that is not set',
    ],
  ])('is refused, without a word of what it holds: %j', (content, reason) => {
    const message = complaint(content);
    expect(message).toBe(`--clusters-file ${reason}`);
    expect(message).not.toMatch(/hunter2/i);
  });

  it.each([
    [['--broker', 'redis://:hunter2@h'], {}, '--broker'],
    [[], { CELERY_BROKER_URL: 'redis://:hunter2@h' }, 'CELERY_BROKER_URL'],
    [['--master-name', 'hunter2'], {}, '--master-name'],
    [[], { MANAGEMENT_URL: 'http://u:hunter2@h' }, 'MANAGEMENT_URL'],
  ])('takes the place of what belongs to one cluster: %j %j', (args, env, name) => {
    expect(complaint(embedded(), args, env)).toBe(
      `${name} is of one cluster: it has its place in the file of --clusters-file`,
    );
  });

  it('is what a gateway shows', async () => {
    const path = join(folder, 'two.json');
    const clusters = ['one', 'two'].map((name) => ({ name, embedded: true }));
    writeFileSync(path, JSON.stringify({ clusters }));
    await using gateway = await startTestGateway({ args: ['--clusters-file', path] });
    await eventually(async () => {
      const { status } = await gateway.fetch('/health/ready');
      expect(status).toBe(200);
    });
    const { data, errors } = await gateway.query(
      '{ clusters { name embedded broker { kind } health { status } } workers(cluster: "two") { cluster } }',
    );
    expect(errors).toBeUndefined();
    const shown = { embedded: true, broker: { kind: 'memory' } };
    expect(data).toMatchObject({
      clusters: [
        { name: 'one', ...shown },
        { name: 'two', ...shown },
      ],
      workers: [{ cluster: 'two' }, { cluster: 'two' }, { cluster: 'two' }],
    });
  });

  it('must be there', () => {
    expect(() => readConfig(['--clusters-file', join(folder, 'none')], {})).toThrow(
      '--clusters-file names a file that cannot be read',
    );
  });
});
