/** Health on Redis means: able to do what the gateway needs. PING succeeds in every one of these situations. */
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../src/log.js';
import { redisRights } from '../support/documented-rights.js';
import { eventually } from '../support/eventually.js';
import { startForwarder } from '../support/forwarder.js';
import { startTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { startRedis } from '../support/redis.js';
import type { RedisServer } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';

/** Without these the gateway still reads everything that matters. */
const detailRights = [
  '+client|setname',
  '+select',
  '+ping',
  '+psubscribe',
  '+del',
  '+exists',
  '+hlen',
  '+hkeys',
  '+hget',
  '+eval',
  '+pubsub|numpat',
  '+mget',
];

interface Check {
  readonly name: string;
  readonly status: string;
  readonly message: string;
}

interface Said {
  readonly health: { readonly status: string; readonly checks: readonly Check[] };
}

async function health(gateway: TestGateway): Promise<Said['health']> {
  const { data } = await gateway.query<Said>(
    '{ health(useCache: false) { status checks { name status message } } }',
  );
  return data?.health ?? { status: 'no answer', checks: [] };
}

async function ready(gateway: TestGateway): Promise<readonly [number, string]> {
  const response = await gateway.fetch('/health/ready');
  return [response.status, await response.text()];
}

async function isWell(gateway: TestGateway, deadline = 5_000): Promise<void> {
  await eventually(async () => {
    const { status, checks } = await health(gateway);
    const [code] = await ready(gateway);
    expect([status, code, checks]).toEqual(['OK', 200, expect.anything()]);
  }, deadline);
}

async function saysEventually(gateway: TestGateway, words: string, readiness: number): Promise<void> {
  await eventually(async () => {
    const { status, checks } = await health(gateway);
    expect([status, checks.map(({ message }) => message).join('\n')]).toEqual([
      expect.stringMatching(/DEGRADED|DOWN/),
      expect.stringContaining(words),
    ]);
    const [code, text] = await ready(gateway);
    expect(code).toBe(readiness);
    if (code !== 200) expect(text).toContain(words);
  }, 5_000);
}

describeWith(['redis'], 'health while Redis answers PING and refuses what is needed', () => {
  let redis: RedisServer;
  let admin: Redis;
  beforeAll(async () => {
    redis = await startRedis();
    admin = redis.client();
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  const users = ['one', 'two', 'three', 'four', 'five'];
  it.concurrent.each(users)(
    'names each right of the docs that user %s loses, here and once in the log, and is well at its return',
    async (user) => {
      const own = redisRights.filter((_, index) => index % users.length === users.indexOf(user));
      expect(own.length).toBeGreaterThan(2);
      await admin.call('ACL', 'SETUSER', user, 'reset', 'on', '>secret', '~*', '&*', ...redisRights);
      const broker = redis.url(1).replace('redis://', `redis://${user}:secret@`);
      const lines: string[] = [];
      const log = createLogger('warn', (line) => void lines.push(line));
      await using gateway = await startTestGateway({ broker, log });
      await isWell(gateway);
      for (const right of own) {
        await admin.call('ACL', 'SETUSER', user, right.replace('+', '-'));
        await saysEventually(
          gateway,
          `'${right.slice(1)}' command`,
          detailRights.includes(right) ? 200 : 503,
        );
        await admin.call('ACL', 'SETUSER', user, right);
        await isWell(gateway);
      }
      for (const right of own)
        expect(lines.filter((line) => line.includes(`'${right.slice(1)}' command`))).toEqual([
          expect.stringMatching(/the (?:broker|result backend) refuses what the gateway needs/),
        ]);
    },
    60_000,
  );

  it('says that Redis is out of memory, refuses only what needs to write, and is well when memory is back', async () => {
    await using small = await startRedis();
    const server = small.client();
    await using gateway = await startTestGateway({ broker: small.url() });
    await isWell(gateway);
    await server.rpush('celery', 'a message');
    await server.sadd('_kombu.binding.celery', 'celery\x06\x16\x06\x16celery');
    await server.config('SET', 'maxmemory', 1);

    await saysEventually(gateway, 'OOM command not allowed', 503);
    const { data, errors } = await gateway.query(
      '{ queues(useCache: false) { nodes { name messages } } workers(useCache: false) { nodes { hostname } } }',
    );
    expect([data, errors]).toEqual([
      { queues: { nodes: [{ name: 'celery', messages: 1 }] }, workers: { nodes: [] } },
      undefined,
    ]);
    const refused = await gateway.query('mutation { pingWorkers { silent } }');
    expect(refused.errors).toMatchObject([
      {
        message: expect.stringContaining('OOM') as string,
        extensions: { code: 'BROKER_UNAVAILABLE' },
      },
    ]);

    await server.config('SET', 'maxmemory', 0);
    await isWell(gateway);
    expect((await gateway.query('mutation { pingWorkers { silent } }')).errors).toBeUndefined();
  });

  it('says that Redis cannot persist and therefore takes no writes', async () => {
    await using broken = await startRedis();
    const server = broken.client();
    await using gateway = await startTestGateway({ broker: broken.url() });
    await isWell(gateway);
    await server.config('SET', 'min-replicas-to-write', 1);
    await saysEventually(gateway, 'NOREPLICAS', 503);
    await server.config('SET', 'min-replicas-to-write', 0);
    await isWell(gateway);
  });

  it('connects to the new primary by name when its server has become a replica', async () => {
    await using old = await startRedis();
    await using primary = await startRedis();
    await using address = await startForwarder(old.port);
    const demoted = old.client();
    await using gateway = await startTestGateway({ broker: `redis://127.0.0.1:${address.port}/0` });
    await isWell(gateway);

    // The address still leads to the replica.
    await demoted.replicaof('127.0.0.1', primary.port);
    await saysEventually(gateway, 'READONLY', 503);
    const gaps = '{ gateway { broker { connected } events { reconnects gaps { reason } } } }';
    expect((await gateway.query(gaps)).data).toMatchObject({
      gateway: { broker: { connected: true }, events: { reconnects: 0 } },
    });

    address.target = primary.port;
    await isWell(gateway);
    expect((await gateway.query('mutation { pingWorkers { silent } }')).errors).toBeUndefined();
    expect((await gateway.query(gaps)).data).toMatchObject({
      gateway: {
        broker: { connected: true },
        events: {
          reconnects: 1,
          gaps: [{ reason: 'Redis has become a replica; connecting to the new primary' }, {}],
        },
      },
    });
    expect(String(await primary.client().client('LIST'))).not.toContain('celeryql-scout');
  });

  it('stays well where keys of some queues are forbidden, which are unknown on their own', async () => {
    const server = redis.client(3);
    const sep = '\x06\x16';
    const places = ['~open*', '~_kombu.binding.open', '~*celery.pidbox*', '~unacked*', '&*'];
    await admin.call('ACL', 'SETUSER', 'seven', 'reset', 'on', '>secret', ...places, ...redisRights);
    await server.sadd('_kombu.binding.open', ['open', '', 'open'].join(sep));
    await server.sadd('_kombu.binding.closed', ['closed', '', 'closed'].join(sep));
    const waiting = JSON.stringify({ body: '', properties: { priority: 5 } });
    await server.rpush('open:5', waiting);
    await server.rpush('closed', waiting);
    const broker = redis.url(3).replace('redis://', 'redis://seven:secret@');
    const args = ['--queues', 'closed', '--result-backend', 'none'];
    await using gateway = await startTestGateway({ broker, args });
    await isWell(gateway);
    for (let look = 0; look < 2; look++) {
      const { data } = await gateway.query('{ queues(useCache: false) { nodes { name messages } } }');
      expect(data).toEqual({
        queues: {
          nodes: [
            { name: 'closed', messages: null },
            { name: 'open', messages: 1 },
          ],
        },
      });
      await gateway.query('{ queue(name: "closed", useCache: false) { peek(first: 1) { taskId } } }');
      await gateway.query('mutation { purgeQueue(name: "closed", expectedMessages: 1) { purged } }');
    }
    expect((await health(gateway)).status).toBe('OK');
    expect((await ready(gateway))[0]).toBe(200);
    expect((await gateway.query('mutation { pingWorkers { silent } }')).errors).toBeUndefined();
    expect(await server.llen('closed')).toBe(1);
  });

  it('fails an inspect command at once when its replies cannot be read', async () => {
    await admin.call('ACL', 'SETUSER', 'six', 'reset', 'on', '>secret', '~*', '&*', ...redisRights);
    const broker = redis.url(2).replace('redis://', 'redis://six:secret@');
    await using gateway = await startTestGateway({ broker, args: ['--inspect-timeout', '5'] });
    await isWell(gateway);
    const pidbox = ['', '', 'w@h.celery.pidbox'].join('\x06\x16');
    await redis.client(2).sadd('_kombu.binding.celery.pidbox', pidbox);
    await admin.call('ACL', 'SETUSER', 'six', '-lrange');
    const { errors } = await gateway.query('mutation { pingWorkers(hostnames: ["w@h"]) { silent } }');
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining("'lrange' command") as string,
        extensions: { code: 'BROKER_UNAVAILABLE' },
      },
    ]);
  });
});
