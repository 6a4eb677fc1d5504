/** The rights on the Redis of the shared cache, as the docs list them: they suffice, and each of them is needed. */
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../src/log.js';
import { SharedAttempts } from '../../src/cluster/shared-attempts.js';
import { sharedCacheRights } from '../support/documented-rights.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { startRedis } from '../support/redis.js';
import type { RedisServer } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';
import { startReplica } from '../support/shared-replica.js';

interface Answer {
  readonly health: { readonly checks: readonly Check[] };
}

interface Check {
  readonly name: string;
  readonly status: string;
  readonly message: string;
}

const queues = '{ queues { nodes { name } } }';
const isFound = async (gateway: TestGateway): Promise<unknown> =>
  (await gateway.query(queues)).extensions?.cache?.entries[0]?.found;

async function distributedCache(gateway: TestGateway): Promise<Check | undefined> {
  const query = '{ health(useCache: false) { checks { name status message } } }';
  const { data } = await gateway.query<Answer>(query);
  return data?.health.checks.find(({ name }) => name === 'distributed_cache');
}

describeWith(['redis'], 'a user of the shared cache with the rights that the docs list', () => {
  let redis: RedisServer;
  let admin: Redis;
  beforeAll(async () => {
    redis = await startRedis();
    admin = redis.client();
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  async function start(user: string, rights: readonly string[], lines: string[]): Promise<TestGateway> {
    await admin.call('ACL', 'SETUSER', user, 'reset', 'on', '>secret', ...rights);
    const shared = redis.url(1).replace('redis://', `redis://${user}:secret@`);
    const args = ['--cache-redis-url', shared, '--cache-redis-timeout', '2', '--warm-up', 'none'];
    const log = createLogger('warn', (line) => {
      if (line.includes('Redis')) lines.push(line);
    });
    const ttl = ['--cache-queue-status-ttl', '60'];
    return startTestGateway({ broker: redis.url(), args: [...args, ...ttl], log });
  }

  it('shares answers, reports and invalidations between two replicas', async () => {
    const lines: string[] = [];
    await using first = await start('least', sharedCacheRights, lines);
    await using second = await start('least', sharedCacheRights, lines);
    for (const gateway of [first, second])
      await eventually(async () =>
        expect(await distributedCache(gateway)).toMatchObject({ status: 'OK' }),
      );
    expect(await isFound(first)).toBe(false);
    expect(await isFound(second)).toBe(true);

    for (const [count, args] of ['(name: QUEUE_STATUS, keyPrefix: "q")', ''].entries()) {
      const invalidate = `mutation { invalidateCache${args} { everywhere } }`;
      expect((await first.query(invalidate)).data).toEqual({ invalidateCache: { everywhere: true } });
      await eventually(async () => {
        const stats = '{ cacheStats { sharedCache { invalidationsReceived } } }';
        expect((await second.query(stats)).data).toEqual({
          cacheStats: { sharedCache: { invalidationsReceived: count + 1 } },
        });
      });
      expect(await isFound(second)).toBe(false);
      expect(await isFound(first)).toBe(true);
    }
    await eventually(async () => {
      const { data } = await first.query<{ cacheStats: { replicas: readonly object[] } }>(
        '{ cacheStats { replicas { self } } }',
      );
      expect(data?.cacheStats.replicas).toHaveLength(2);
    });
    expect(await admin.call('ACL', 'LOG')).toEqual([]);
    expect(lines).toEqual([]);
  });

  it('counts wrong credentials, also where more places than are kept have to be swept', async () => {
    await admin.call('ACL', 'SETUSER', 'counter', 'reset', 'on', '>secret', ...sharedCacheRights);
    await admin.call('ACL', 'LOG', 'RESET');
    const url = redis.url(2).replace('redis://', 'redis://counter:secret@');
    using replica = await startReplica({ id: 'a', url, prefix: 'celeryql:' });
    const attempts = new SharedAttempts(replica.store, 1);
    for (const [place, failures] of [
      ['192.0.2.1', 1],
      ['192.0.2.1', 2],
      ['192.0.2.2', 1],
      ['192.0.2.3', 1],
    ] as const)
      expect(await attempts.count(place, 1, 60_000)).toMatchObject({ failures });
    expect(await admin.call('ACL', 'LOG')).toEqual([]);
  });

  it('is degraded without any of them, and health and the log name the right', async () => {
    const words = (right: string): string =>
      right.startsWith('+') ? `'${right.slice(1)}'` : right.startsWith('~') ? 'a key' : 'a channel';
    // ioredis takes no notice of a name that is refused: it is for CLIENT LIST.
    const needed = sharedCacheRights.filter((right) => right !== '+client|setname');
    expect(needed).toHaveLength(sharedCacheRights.length - 1);
    await Promise.all(
      needed.map(async (right, index) => {
        const lines: string[] = [];
        const others = sharedCacheRights.filter((other) => other !== right);
        await using gateway = await start(`without${index}`, others, lines);
        await eventually(async () => {
          expect(await distributedCache(gateway), right).toMatchObject({
            status: 'DEGRADED',
            message: expect.stringContaining(`refuses (NOPERM, ${words(right)})`) as string,
          });
          expect(lines.join(), right).toMatch(right.startsWith('+') ? words(right) : /NOPERM/);
        }, 20_000);
        expect(lines.join()).not.toContain(`without${index}`);
        expect((await gateway.query(queues)).errors).toBeUndefined();
      }),
    );
  }, 60_000);

  it('shows the names of its connections', async () => {
    await using gateway = await start('named', sharedCacheRights, []);
    await eventually(async () =>
      expect(await distributedCache(gateway)).toMatchObject({ status: 'OK' }),
    );
    const clients = String(await admin.call('CLIENT', 'LIST')).split('\n');
    const names = clients.filter((client) => client.includes('user=named '));
    expect(names.map((client) => / name=(\S*)/.exec(client)?.[1]).sort()).toEqual([
      'celeryql-cache',
      'celeryql-cache-bus',
    ]);
  });
});
