import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cacheNames } from '../../../src/cache/cache-defaults.js';
import { CacheRegistry } from '../../../src/cache/cache-registry.js';
import type { CacheName } from '../../../src/cache/cache-defaults.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('CacheRegistry', () => {
  it('has the caches of the requirements, with their TTLs and sizes', () => {
    using caches = new CacheRegistry();
    const rows = caches
      .report()
      .caches.map(({ name, ttlSeconds, maxSize }) => [name, ttlSeconds, maxSize]);
    expect(rows).toEqual([
      ['task_status', 2, 500],
      ['worker_status', 5, 100],
      ['queue_status', 3, 100],
      ['metrics_summary', 5, 100],
      ['health_check', 10, 50],
    ]);
    expect(cacheNames).toEqual(rows.map(([name]) => name));
  });

  it('forgets at the TTL unless a revalidation window is configured', async () => {
    const clock = { now: 0 };
    using caches = new CacheRegistry({
      clock: () => clock.now,
      overrides: {
        worker_status: { ttl: 1_000, staleWhileRevalidate: 1_000 },
        task_status: { maxSize: undefined },
      },
    });
    for (const name of ['worker_status', 'task_status'] as const)
      await caches.get(name).read('a', () => 1);
    clock.now = 1_500;
    expect(await caches.get('worker_status').read('a', () => 2)).toMatchObject({
      status: 'HIT',
      stale: true,
    });
    clock.now = 2_000;
    expect(await caches.get('task_status').read('a', () => 2)).toMatchObject({
      status: 'MISS',
      value: 2,
    });
  });

  it('names the cache and the setting that make no sense', () => {
    expect(() => new CacheRegistry({ overrides: { queue_status: { ttl: 0 } } })).toThrow(
      new RangeError('Cache "queue_status": ttl must be a positive number of milliseconds, got 0'),
    );
    expect(() => new CacheRegistry({ sweepInterval: NaN })).toThrow(RangeError);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('names the caches there are when asked for another', () => {
    using caches = new CacheRegistry();
    expect(() => caches.get('tasks' as CacheName)).toThrow(
      'No cache "tasks"; there are task_status, worker_status, queue_status, metrics_summary, health_check',
    );
  });

  it('reports with the time of the wall, and sums up what it reports', () => {
    using caches = new CacheRegistry({ clock: () => 0, wallClock: () => Date.UTC(2026, 0, 2, 12) });
    caches.get('task_status').get('a');
    caches.get('health_check').get('a');
    const report = caches.report(['task_status']);
    expect(report.timestamp.toISOString()).toBe('2026-01-02T12:00:00.000Z');
    expect(report.summary.totalMisses).toBe(1);
    expect(caches.report().summary.totalMisses).toBe(2);
  });

  it('invalidates one cache or all, by prefix or entirely', () => {
    using caches = new CacheRegistry();
    for (const name of cacheNames) for (const key of ['w1/a', 'w2/a']) caches.get(name).set(key, 1);

    expect(caches.invalidate({ name: 'task_status', keyPrefix: 'w1/' })).toEqual({
      invalidated: 1,
      caches: ['task_status'],
    });
    expect(caches.invalidate({ keyPrefix: 'w1/' })).toEqual({ invalidated: 4, caches: [...cacheNames] });
    expect(caches.invalidate({ name: 'task_status' })).toEqual({
      invalidated: 1,
      caches: ['task_status'],
    });
    expect(caches.invalidate()).toEqual({ invalidated: 4, caches: [...cacheNames] });
  });

  it('sweeps all caches with one timer, which its disposal clears', () => {
    const released = vi.fn();
    {
      using caches = new CacheRegistry({ sweepInterval: 1_000 });
      caches.get('health_check').set('a', 1, 500);
      const sweep = vi
        .spyOn(caches.get('health_check'), 'sweep')
        .mockImplementation(() => (released(), 1));
      expect(vi.getTimerCount()).toBe(1);
      vi.advanceTimersByTime(2_000);
      expect(sweep).toHaveBeenCalledTimes(2);
    }
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(5_000);
    expect(released).toHaveBeenCalledTimes(2);
  });
});
