import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CacheRegistry } from '../../../../src/cache/cache-registry.js';
import { epochLifetime } from '../../../../src/cache/shared/scripts.js';
import { eventually } from '../../../support/eventually.js';
import { startRedis } from '../../../support/redis.js';
import { describeWith } from '../../../support/requirements.js';
import type { RedisServer } from '../../../support/redis.js';
import { openReplica, startReplica } from '../../../support/shared-replica.js';
import type { ReplicaOptions } from '../../../support/shared-replica.js';
import { deferred } from '../../../unit/cache/cache-world.js';

describeWith(['redis'], 'replicas over one Redis', () => {
  let redis: RedisServer;
  let db = 0;
  beforeAll(async () => {
    redis = await startRedis({ args: ['--databases', '64'] });
  });
  afterAll(() => redis[Symbol.asyncDispose]());
  beforeEach(() => {
    db++;
  });

  const replica = (id: string, options: Partial<ReplicaOptions> = {}) =>
    startReplica({ id, url: redis.url(), prefix: `test${db}:`, ...options });
  const read = (caches: CacheRegistry, load: () => unknown, options = {}) =>
    caches.read<unknown>('worker_status', 'k', load, { shared: true, ...options });
  const never = () => Promise.reject(new Error('unexpected load'));

  describe('the shared level', () => {
    it('gives one replica what another has loaded, with its age and what remains of its TTL', async () => {
      using a = await replica('a');
      using b = await replica('b');
      const value = { workers: new Map([['w1@host', { seen: new Date(5), none: undefined }]]) };
      expect(await read(a.caches, () => value, { ttl: 3_000 })).toMatchObject({ found: false, value });
      await eventually(() => expect(a.shared.stats.stored).toBe(1));

      const found = await read(b.caches, never);
      expect(found).toMatchObject({ found: true, status: 'MISS', value });
      expect(found.age).toBeLessThan(1_000);
      expect(found.age + found.ttl).toBeCloseTo(3_000, 5);
      expect(b.caches.get('worker_status').getStats()).toMatchObject({ loads: 0, found: 1 });
      expect(b.shared.stats).toMatchObject({ hits: 1, misses: 0, stored: 0 });
    });

    it('lets one replica load for all that ask meanwhile', async () => {
      using a = await replica('a');
      using b = await replica('b');
      const load = deferred<string>();
      const first = read(a.caches, load.load);
      await eventually(() => expect(a.shared.stats.misses).toBe(1));
      const second = read(b.caches, never);
      await eventually(() => expect(b.shared.stats.waits).toBe(1));
      load.resolve('of a');
      expect(await first).toMatchObject({ value: 'of a', found: false });
      expect(await second).toMatchObject({ value: 'of a', found: true });
    });

    it('lets the waiters load for themselves as soon as a load has failed', async () => {
      using a = await replica('a', { lockTime: 60_000 });
      using b = await replica('b', { lockTime: 60_000 });
      const load = deferred<string>();
      const first = read(a.caches, load.load);
      await eventually(() => expect(a.shared.stats.misses).toBe(1));
      const second = read(b.caches, () => 'of b');
      await eventually(() => expect(b.shared.stats.waits).toBe(1));
      load.reject(new Error('the broker is away'));
      await expect(first).rejects.toThrow('the broker is away');
      expect(await second).toMatchObject({ value: 'of b', found: false });
    });

    it('forgets on all replicas what is invalidated on one', async () => {
      using a = await replica('a');
      using b = await replica('b');
      await read(a.caches, () => 'old');
      await eventually(() => expect(a.shared.stats.stored).toBe(1));
      expect(await read(b.caches, never)).toMatchObject({ value: 'old' });
      a.caches.invalidate({ name: 'worker_status', keyPrefix: 'k' });
      expect(await read(a.caches, () => 'new')).toMatchObject({ value: 'new', found: false });
      await eventually(() => expect(b.shared.stats.invalidationsReceived).toBe(1));
      expect(await read(b.caches, never)).toMatchObject({ value: 'new', found: true });
    });

    it('leaves the keys that do not begin with the prefix that is invalidated', async () => {
      using a = await replica('a');
      using b = await replica('b');
      const readAt = (caches: CacheRegistry, key: string, load: () => unknown) =>
        caches.read<unknown>('worker_status', key, load, { shared: true });
      await readAt(a.caches, 'inspect:stats', () => 'old stats');
      await readAt(a.caches, 'worker:w1', () => 'w1');
      await readAt(a.caches, `worker:${'x'.repeat(200)}`, () => 'old long');
      await eventually(() => expect(a.shared.stats.stored).toBe(3));

      a.caches.invalidate({ name: 'worker_status', keyPrefix: 'inspect:' });
      a.caches.invalidate({ name: 'worker_status', keyPrefix: 'worker:xx' });
      expect(await a.shared.confirmed()).toBe(true);
      expect(await readAt(b.caches, 'worker:w1', never)).toMatchObject({ value: 'w1', found: true });
      const stats = await readAt(b.caches, 'inspect:stats', () => 'new stats');
      expect(stats).toMatchObject({ value: 'new stats', found: false });
      const long = await readAt(b.caches, `worker:${'x'.repeat(200)}`, () => 'new long');
      expect(long).toMatchObject({ value: 'new long', found: false });
    });

    it('neither stores nor waits for a load of such a key from before the invalidation', async () => {
      using a = await replica('a');
      using b = await replica('b');
      const load = deferred<string>();
      const early = read(a.caches, load.load);
      await eventually(() => expect(a.shared.stats.misses).toBe(1));
      b.caches.invalidate({ name: 'worker_status', keyPrefix: 'k' });
      expect(await b.shared.confirmed()).toBe(true);
      expect(await read(b.caches, () => 'new')).toMatchObject({ value: 'new', found: false });
      load.resolve('old');
      expect(await early).toMatchObject({ value: 'old' });
      await eventually(() => expect(a.shared.stats.fenced).toBe(1));
      expect(await read(a.caches, never)).toMatchObject({ value: 'new', found: true });
    });

    it('never stores what was loaded before an invalidation', async () => {
      using a = await replica('a');
      using b = await replica('b');
      const load = deferred<string>();
      const before = read(a.caches, load.load);
      await eventually(() => expect(a.shared.stats.misses).toBe(1));
      b.caches.invalidate({ name: 'worker_status' });
      await eventually(() => expect(a.shared.stats.invalidationsReceived).toBe(1));
      load.resolve('old');
      expect(await before).toMatchObject({ value: 'old' });
      await eventually(() => expect(a.shared.stats.fenced).toBe(1));
      expect(await read(b.caches, () => 'new')).toMatchObject({ value: 'new', found: false });
    });

    it('does not make a new reader wait for a load from before the invalidation', async () => {
      using a = await replica('a', { lockTime: 60_000 });
      using b = await replica('b', { lockTime: 60_000 });
      const load = deferred<string>();
      const before = read(a.caches, load.load);
      await eventually(() => expect(a.shared.stats.misses).toBe(1));
      const waiting = read(b.caches, () => 'new');
      await eventually(() => expect(b.shared.stats.waits).toBe(1));
      a.caches.invalidate();
      expect(await waiting).toMatchObject({ value: 'new', found: false });
      load.resolve('old');
      await before;
    });

    it('loads anew for a bypass, and gives the others its value', async () => {
      using a = await replica('a');
      using b = await replica('b');
      using c = await replica('c');
      await read(a.caches, () => 1);
      await eventually(() => expect(a.shared.stats.stored).toBe(1));
      expect(await read(b.caches, () => 2, { useCache: false })).toMatchObject({
        value: 2,
        found: false,
      });
      await eventually(() => expect(b.shared.stats.stored).toBe(1));
      expect(await read(c.caches, never)).toMatchObject({ value: 2, found: true });
    });

    it('does not let an ordinary load write over a bypass that began later', async () => {
      using a = await replica('a');
      using b = await replica('b');
      using c = await replica('c');
      const load = deferred<number>();
      const ordinary = read(a.caches, load.load);
      await eventually(() => expect(a.shared.stats.misses).toBe(1));
      await read(b.caches, () => 2, { useCache: false });
      await eventually(() => expect(b.shared.stats.stored).toBe(1));
      load.resolve(1);
      await ordinary;
      await eventually(() => expect(a.shared.stats.fenced).toBe(1));
      expect(await read(c.caches, never)).toMatchObject({ value: 2 });
    });

    it('waits for a holder that lives longer than the lock', async () => {
      using a = await replica('a', { lockTime: 150 });
      using b = await replica('b', { lockTime: 150 });
      const load = deferred<string>();
      const first = read(a.caches, load.load);
      await eventually(() => expect(a.shared.stats.misses).toBe(1));
      const second = read(b.caches, never);
      const client = redis.client();
      const start = Date.now();
      await eventually(() => expect(Date.now() - start).toBeGreaterThan(400));
      expect((await client.keys(`test${db}:*lock*`)).length).toBe(1);
      load.resolve('of a');
      expect(await second).toMatchObject({ value: 'of a', found: true });
      await first;
    });

    it('does not wait longer than the lock for a holder that died', async () => {
      const a = await replica('a', { lockTime: 300 });
      using b = await replica('b', { lockTime: 300 });
      void read(a.caches, () => new Promise(() => undefined));
      await eventually(() => expect(a.shared.stats.misses).toBe(1));
      a[Symbol.dispose]();
      const start = performance.now();
      expect(await read(b.caches, () => 'of b')).toMatchObject({ value: 'of b', found: false });
      expect(performance.now() - start).toBeLessThan(1_000);
    });

    it('keeps clusters apart', async () => {
      using a = await replica('a', { cluster: 'one' });
      using b = await replica('b', { cluster: 'two' });
      await read(a.caches, () => 'of one');
      await eventually(() => expect(a.shared.stats.stored).toBe(1));
      expect(await read(b.caches, () => 'of two')).toMatchObject({ value: 'of two', found: false });
      a.caches.invalidate();
      await eventually(() => expect(a.shared.stats.invalidationsSent).toBe(1));
      expect(await read(b.caches, never)).toMatchObject({ value: 'of two', status: 'HIT' });
      expect(b.shared.stats.invalidationsReceived).toBe(0);
    });

    it('takes what it cannot read for nothing, and writes over it', async () => {
      using a = await replica('a');
      using b = await replica('b');
      await read(a.caches, () => 'good');
      await eventually(() => expect(a.shared.stats.stored).toBe(1));
      const client = redis.client();
      await client.hset(`test${db}:v1:default:value:worker_status:=k`, 'value', 'not of ours');
      expect(await read(b.caches, () => 'better')).toMatchObject({ value: 'better', found: false });
      await eventually(() => expect(b.shared.stats).toMatchObject({ unreadable: 1, stored: 1 }));
    });

    it('does not find again what was invalidated before Redis lost its epoch', async () => {
      using a = await replica('a');
      using b = await replica('b');
      const load = deferred<string>();
      const before = read(a.caches, load.load);
      await eventually(() => expect(a.shared.stats.misses).toBe(1));
      await redis.client().del(`test${db}:v1:default:epoch:worker_status`);
      load.resolve('old');
      await before;
      await eventually(() => expect(a.shared.stats.fenced).toBe(1));
      expect(await read(b.caches, () => 'new')).toMatchObject({ value: 'new' });
    });

    it('leaves nothing in Redis that does not expire, and no value that outlives its epoch', async () => {
      using a = await replica('a');
      await read(a.caches, () => 'short', { ttl: 1_000 });
      await a.caches.read('queue_status', 'k', () => 'long', { shared: true, ttl: 3_600_000 });
      await eventually(() => expect(a.shared.stats.stored).toBe(2));
      a.caches.invalidate({ name: 'metrics_summary' });
      await eventually(async () => expect(await a.shared.confirmed()).toBe(true));
      const client = redis.client();
      const life = (name: string) => client.pttl(`test${db}:v1:default:${name}`);
      expect(await life('epoch:worker_status')).toBeLessThanOrEqual(epochLifetime);
      expect(await life('epoch:queue_status')).toBeGreaterThan(3_500_000);
      expect(await life('epoch:metrics_summary')).toBeLessThanOrEqual(epochLifetime);
      const keys = await client.keys(`test${db}:*`);
      expect(keys.length).toBeGreaterThan(4);
      expect(await Promise.all(keys.map((key) => client.pttl(key)))).not.toContain(-1);
    });

    it('lets an epoch expire that an earlier version wrote without an end', async () => {
      const key = `test${db}:v1:default:epoch:worker_status`;
      await redis.client().set(key, 'old');
      using a = await replica('a');
      await read(a.caches, () => 'value');
      await eventually(async () => expect(await redis.client().pttl(key)).toBeGreaterThan(0));
      expect(await redis.client().get(key)).toBe('old');
    });

    it('shares only what it is asked to', async () => {
      using a = await replica('a');
      using b = await replica('b');
      await read(a.caches, () => 'of a', { shared: false });
      expect(await read(b.caches, () => 'of b')).toMatchObject({ value: 'of b', found: false });
      expect(a.shared.stats).toMatchObject({ misses: 0, stored: 0 });
    });

    it('answers without Redis as if there were none', async () => {
      using a = openReplica({ id: 'a', url: 'redis://127.0.0.1:1/0' });
      expect(await read(a.caches, () => 'of a')).toMatchObject({ value: 'of a', found: false });
      expect(a.shared.stats).toMatchObject({ status: 'DEGRADED', misses: 0, timeouts: 0 });
      expect(await a.shared.replicas()).toMatchObject([{ id: 'a', self: true }]);
    });

    it('reports what each replica has counted, and the sums', async () => {
      using a = await replica('a');
      using b = await replica('b');
      await read(a.caches, () => 1);
      await read(a.caches, () => 1);
      const replicas = await eventually(async () => {
        const reports = await b.shared.replicas();
        expect(reports).toMatchObject([{ id: 'a' }, { id: 'b' }]);
        expect(reports[0]?.caches[1]).toMatchObject({ name: 'worker_status', hits: 1, misses: 1 });
        return reports;
      });
      expect(replicas.map(({ self, hostname }) => [self, hostname])).toEqual([
        [false, 'host-a'],
        [true, 'host-b'],
      ]);
    });
  });
});
