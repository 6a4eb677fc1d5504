import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CacheRegistry } from '../../../../src/cache/cache-registry.js';
import type { RedisPort, RedisPortListener } from '../../../../src/cache/shared/redis-port.js';
import { parseRedisUrl } from '../../../../src/celery/transport/address/redis-address.js';
import { createLogger, silentLogger } from '../../../../src/log.js';
import { SharedRedis } from '../../../../src/cluster/shared-redis.js';
import { eventually } from '../../../support/eventually.js';
import { startRedis } from '../../../support/redis.js';
import { describeWith } from '../../../support/requirements.js';
import type { RedisServer } from '../../../support/redis.js';
import { openReplica, startReplica } from '../../../support/shared-replica.js';
import type { Replica, ReplicaOptions } from '../../../support/shared-replica.js';
import { deferred } from '../../../unit/cache/cache-world.js';

describeWith(['redis'], 'replicas over a Redis that fails', () => {
  let redis: RedisServer;
  let test = 0;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis[Symbol.asyncDispose]());
  beforeEach(() => {
    test++;
  });

  const replica = (id: string, options: Partial<ReplicaOptions> = {}) =>
    startReplica({ id, url: redis.url(), prefix: `outage${test}:`, ...options });
  const read = (caches: CacheRegistry, load: () => unknown, key = 'k', options = {}) =>
    caches.read<unknown>('worker_status', key, load, { shared: true, ttl: 60_000, ...options });
  const never = () => Promise.reject(new Error('unexpected load'));
  const pause = (milliseconds: number) =>
    redis.client().call('CLIENT', 'PAUSE', String(milliseconds), 'ALL');
  const closed = ({ shared }: Replica) =>
    eventually(() => expect(shared.stats.breaker.state).toBe('CLOSED'), 10_000);

  /** Reads until Redis counts as gone. */
  async function open({ caches, shared }: Replica): Promise<void> {
    for (let n = 0; shared.stats.breaker.state === 'CLOSED'; n++)
      await read(caches, () => n, `open ${n}`);
  }

  describe('the shared level while Redis does not answer', () => {
    it('answers within its time, then at once, and leaves no lock when its late commands are carried out', async () => {
      using a = await replica('a', { commandTimeout: 50, lockTime: 60_000 });
      await pause(1_500);
      for (const n of [1, 2, 3])
        expect(await read(a.caches, () => n, `k${n}`)).toMatchObject({ value: n });
      expect(a.shared.stats).toMatchObject({ status: 'DEGRADED', breaker: { state: 'OPEN', opens: 1 } });
      const { timeouts } = a.shared.stats;
      expect(timeouts).toBeGreaterThanOrEqual(3);
      expect(await read(a.caches, () => 4, 'k4')).toMatchObject({ value: 4, found: false });
      expect(a.shared.stats.timeouts).toBe(timeouts);
      await closed(a);
      await eventually(async () =>
        expect(await redis.client().keys(`outage${test}:*lock*`)).toEqual([]),
      );
    });

    it('announces what was invalidated meanwhile as soon as it is back', async () => {
      using a = await replica('a', { commandTimeout: 50 });
      using b = await replica('b');
      await read(a.caches, () => 'old');
      await eventually(() => expect(a.shared.stats.stored).toBe(1));
      expect(await read(b.caches, never)).toMatchObject({ value: 'old', found: true });
      await pause(1_500);
      await open(a);
      a.caches.invalidate({ name: 'worker_status', keyPrefix: 'k' });
      expect(await a.shared.confirmed()).toBe(false);
      expect(await read(a.caches, () => 'of a')).toMatchObject({ value: 'of a', found: false });
      await closed(a);
      expect(await a.shared.confirmed()).toBe(true);
      await eventually(() => expect(b.shared.stats.invalidationsReceived).toBe(1));
      expect(await read(b.caches, () => 'new')).toMatchObject({ value: 'new', found: false });
    });

    it('remembers more invalidations than it keeps by their caches', async () => {
      using a = await replica('a', { commandTimeout: 50 });
      using b = await replica('b');
      await read(b.caches, () => 'old', 'other');
      await b.caches.read('queue_status', 'queues', () => 'kept', { ttl: 60_000 });
      await pause(1_500);
      await open(a);
      for (let n = 0; n < 150; n++) a.caches.invalidate({ name: 'worker_status', keyPrefix: `k${n}` });
      await closed(a);
      await eventually(() => expect(b.shared.stats.invalidationsReceived).toBe(1));
      expect(await read(b.caches, () => 'new', 'other')).toMatchObject({ value: 'new', found: false });
      expect(await b.caches.read('queue_status', 'queues', never)).toMatchObject({ status: 'HIT' });
    });
  });

  describe('the messages between replicas', () => {
    it('may have been lost where the connection was: the first level is dropped when it is back', async () => {
      using a = await replica('a');
      await read(a.caches, () => 'old', 'k', { shared: false });
      expect(a.caches.get('worker_status').getStats().size).toBe(1);
      await redis.client().call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await eventually(() => {
        expect(a.caches.get('worker_status').getStats().size).toBe(0);
        expect(a.shared.stats.listening).toBe(true);
      });
    });

    it('are doubted when not even its own come through', async () => {
      const port = new MutedPort(redis.url());
      using a = await replica('a', { port });
      await read(a.caches, () => 'old', 'k', { shared: false });
      port.muted = true;
      await eventually(() => expect(port.muted).toBe(false), 15_000);
      await eventually(() => {
        expect(a.caches.get('worker_status').getStats().size).toBe(0);
        expect(a.shared.stats.status).toBe('OK');
      });
    }, 20_000);

    it('wake also who waits for a load of its own replica that is not kept there', async () => {
      using a = await replica('a', { lockTime: 60_000 });
      const load = deferred<string>();
      const first = read(a.caches, load.load);
      await eventually(() => expect(a.shared.stats.misses).toBe(1));
      a.caches.forget();
      const second = read(a.caches, never);
      await eventually(() => expect(a.shared.stats.waits).toBe(1));
      load.resolve('of a');
      await first;
      const late = new Promise((resolve) => setTimeout(resolve, 400, 'late'));
      expect(await Promise.race([second, late])).toMatchObject({ value: 'of a', found: true });
    });
  });

  describe('a Redis that the shared level cannot use', () => {
    const forbidden = {
      scripts: ['eval', '-eval'],
      writing: ['set', '-set', '-hset'],
      publishing: ['publish', '-publish'],
    } as const;
    for (const [what, [named, ...rights]] of Object.entries(forbidden))
      it(`is not taken for one that it can, time and again: ${what} is forbidden`, async () => {
        const admin = redis.client();
        await admin.call('ACL', 'SETUSER', 'poor', 'reset', 'on', '>pw', '~*', '&*', '+@all', ...rights);
        using a = openReplica({ id: 'a', url: redis.url().replace('//', '//poor:pw@') });
        await eventually(() => expect(a.shared.stats.errors).toBeGreaterThanOrEqual(2), 10_000);
        expect(await read(a.caches, () => 'of a')).toMatchObject({ value: 'of a', found: false });
        expect(a.shared.stats).toMatchObject({ status: 'DEGRADED', misses: 0, breaker: { opens: 0 } });
        expect(a.shared.stats.message).toContain(` refuses (NOPERM, '${named}'):`);
        expect(a.shared.stats.message).not.toContain('poor');
      });

    it('leaves answers as they are, and its password untold, when the password is wrong', async () => {
      await using guarded = await startRedis({ password: 'right' });
      const url = guarded.url().replace('right', 'wr0ng-s3cret');
      const lines: string[] = [];
      const log = createLogger('debug', (line) => void lines.push(line));
      const port = new SharedRedis(parseRedisUrl(url), log);
      using a = openReplica({ id: 'a', url, port });
      await eventually(() => expect(lines.join('')).toMatch(/WRONGPASS|NOAUTH/));
      expect(await read(a.caches, () => 'of a')).toMatchObject({ value: 'of a', found: false });
      expect(a.shared.stats.status).toBe('DEGRADED');
      expect(lines.join('') + JSON.stringify(a.shared.stats)).not.toContain('s3cret');
    });

    it('does not answer with what a clock that was put back makes eternal', async () => {
      using a = await replica('a');
      using b = await replica('b');
      await read(a.caches, () => 'old');
      await eventually(() => expect(a.shared.stats.stored).toBe(1));
      const value = `outage${test}:v1:default:value:worker_status:=k`;
      await redis.client().hset(value, 'began', Date.now() + 3_600_000);
      expect(await read(b.caches, () => 'new')).toMatchObject({ value: 'new', found: false });
    });
  });

  /** Whose messages are lost from some moment on, until it subscribes again. */
  class MutedPort extends SharedRedis implements RedisPort {
    muted = false;

    constructor(url: string) {
      super(parseRedisUrl(url), silentLogger);
    }

    override open(listener: RedisPortListener): void {
      super.open({
        ...listener,
        onMessage: (channel, text) => {
          if (!this.muted) listener.onMessage(channel, text);
        },
      });
    }

    override resubscribe(reason: string): void {
      this.muted = false;
      super.resubscribe(reason);
    }
  }
});
