/** Several clusters from one file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/config/config.js';
import { ConfigError } from '../../../src/errors.js';
import { readPage } from '../../support/documentation.js';

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
  it('is as docs/clusters.md shows it', () => {
    const [, example = ''] =
      /```json\n(\{\n {2}"clusters".*?)```/s.exec(readPage('docs/clusters.md')) ?? [];
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
      'has an invalid cluster (number 1): "name" is malformed',
    ],
    [{ clusters: ['hunter2'] }, 'has an invalid cluster (number 1): the entry is malformed'],
    [
      { clusters: [{ name: 'a' }] },
      'has an invalid cluster "a": set exactly one of "broker" and "embedded"',
    ],
    [
      embedded({ broker: 'redis://:hunter2@h' }),
      'has an invalid cluster "a": set exactly one of "broker" and "embedded"',
    ],
    [{ clusters: [embedded().clusters[0], embedded().clusters[0]] }, 'has two clusters named "a"'],
    [
      embedded({ maxTasks: 'hunter2' }),
      'has an invalid cluster "a": "maxTasks" must be a whole number from 1 to 10000000',
    ],
    [
      embedded({ hunter2: 1 }),
      'has an invalid cluster "a": unknown field (its name is not shown: it cannot be the name of a setting)',
    ],
    [embedded({ brokr: 'hunter2' }), 'has an invalid cluster "a": unknown field "brokr"'],
    [embedded({ port: 1 }), 'has an invalid cluster "a": unknown field "port"'],
    [
      embedded({ caches: { task_status: { tl: 1 } } }),
      'has an invalid cluster "a": "caches.task_status" has an unknown option "tl"',
    ],
    [embedded({ caches: { tasks: {} } }), 'has an invalid cluster (number 1): "caches" is malformed'],
    [
      embedded({ caches: { task_status: { ttl: 'hunter2' } } }),
      'has an invalid cluster "a": "caches.task_status.ttl" must be a number of seconds from 0.001 to 86400',
    ],
    [embedded({ visibleTo: {} }), 'has an invalid cluster "a": "visibleTo" names no user and no role'],
    [
      embedded({ visibleTo: { roles: ['root'] } }),
      'has an invalid cluster (number 1): "visibleTo.roles.0" is malformed',
    ],
    [
      embedded({ visibleTo: { user: ['x'] } }),
      'has an invalid cluster (number 1): "visibleTo" is malformed',
    ],
    [
      embedded({ queues: ['a,b'] }),
      'has an invalid cluster "a": "queues" has an item with a comma in it',
    ],
    [
      { clusters: [{ name: 'a', broker: 'redis://:${NOT_SET_HUNTER2}@h' }] },
      'has an invalid cluster "a": "broker" needs an environment variable that is not set',
    ],
  ])('is refused, and no value of it is shown: %j', (content, reason) => {
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
      `${name} belongs to one cluster: set it in the file of --clusters-file`,
    );
  });

  it('must be there', () => {
    expect(() => readConfig(['--clusters-file', join(folder, 'none')], {})).toThrow(
      '--clusters-file is the path of a file that cannot be read',
    );
  });
});
