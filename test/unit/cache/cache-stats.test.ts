import { describe, expect, it } from 'vitest';
import { summarize } from '../../../src/cache/cache-stats.js';
import { percent } from '../../../src/percent.js';
import { cacheWorld } from './cache-world.js';

describe('MetricsCache.getStats', () => {
  it('starts with nothing', () => {
    const { cache } = cacheWorld({ ttl: 2_500 });
    expect(cache.getStats()).toEqual({
      name: 'test',
      size: 0,
      maxSize: 3,
      utilizationPercent: 0,
      hits: 0,
      misses: 0,
      hitRatePercent: 0,
      sets: 0,
      evictions: 0,
      expirations: 0,
      invalidations: 0,
      pushInvalidations: 0,
      requests: 0,
      requestHits: 0,
      totalRequests: 0,
      reads: 0,
      replacements: 0,
      bypasses: 0,
      collapsed: 0,
      staleHits: 0,
      refreshes: 0,
      prefetches: 0,
      prefetchesUsed: 0,
      prefetchesWasted: 0,
      loads: 0,
      found: 0,
      loadsRunning: 0,
      loadFailures: 0,
      discarded: 0,
      bytes: 0,
      ttlSeconds: 2.5,
      adaptiveTtl: null,
      advice: [],
    });
  });

  it('gives percentages with two decimals', () => {
    const { cache } = cacheWorld<number>();
    cache.set('a', 1);
    cache.get('a');
    cache.get('a');
    cache.get('b');
    expect(cache.getStats()).toMatchObject({ hitRatePercent: 66.67, utilizationPercent: 33.33 });
  });

  it('counts live entries only, without anyone having swept', () => {
    const { cache, clock } = cacheWorld<number>({ maxBytes: 100, sizeOf: () => 7 });
    cache.set('a', 1, 10);
    cache.set('b', 1);
    clock.now = 10;
    expect(cache.getStats()).toMatchObject({
      size: 1,
      bytes: 7,
      expirations: 1,
      utilizationPercent: 33.33,
    });
  });

  it('counts no stale hit where the entry is fresh', async () => {
    const { cache } = cacheWorld<number>({ staleWhileRevalidate: 500 });
    await cache.read('a', () => 1);
    await cache.read('a', () => 2);
    expect(cache.getStats()).toMatchObject({ hits: 1, staleHits: 0 });
  });

  it('counts the operations of clients, and those whose every read was a hit', () => {
    const { cache } = cacheWorld();
    cache.countRequest(true);
    cache.countRequest(false);
    expect(cache.getStats()).toMatchObject({ requests: 2, requestHits: 1 });
  });
});

describe('advice', () => {
  it('waits for enough requests before it calls a hit rate low', () => {
    const { cache } = cacheWorld<number>();
    for (let i = 0; i < 19; i++) cache.get('a');
    expect(cache.getStats().advice).toEqual([]);
    cache.get('a');
    expect(cache.getStats().advice).toMatchObject([{ kind: 'LOW_HIT_RATE', value: 0, threshold: 60 }]);
  });

  it('is content with 60 %', () => {
    const { cache } = cacheWorld<number>();
    cache.set('a', 1);
    for (let i = 0; i < 12; i++) cache.get('a');
    for (let i = 0; i < 8; i++) cache.get('b');
    expect(cache.getStats()).toMatchObject({ hitRatePercent: 60, advice: [] });
    cache.get('b');
    expect(cache.getStats().advice).toMatchObject([{ kind: 'LOW_HIT_RATE', value: 57.14 }]);
  });

  it('reports more than 10 evictions within an hour, for an hour', () => {
    const { cache, clock } = cacheWorld<number>({ ttl: 10_000_000, maxSize: 1 });
    for (let i = 0; i <= 10; i++) cache.set(`key ${i}`, 1);
    const kinds = () => cache.getStats().advice.map(({ kind }) => kind);
    expect(kinds()).toEqual(['HIGH_UTILIZATION']);
    cache.set('one more', 1);
    expect(kinds()).toEqual(['FREQUENT_EVICTIONS', 'HIGH_UTILIZATION']);
    expect(cache.getStats().advice[0]).toMatchObject({ value: 11, threshold: 10 });

    clock.now = 3_599_999;
    expect(kinds()).toEqual(['FREQUENT_EVICTIONS', 'HIGH_UTILIZATION']);
    clock.now = 3_600_000;
    expect(kinds()).toEqual(['HIGH_UTILIZATION']);
    expect(cache.getStats().evictions).toBe(11);
  });

  it('takes no other removal for an eviction', () => {
    const { cache } = cacheWorld<number>({ ttl: 10_000_000, maxSize: 2 });
    for (let i = 0; i < 12; i++) cache.set('replaced', i);
    for (let i = 0; i < 12; i++) {
      cache.set('invalidated', i);
      cache.invalidate('invalidated');
    }
    expect(cache.getStats()).toMatchObject({ replacements: 11, invalidations: 12, advice: [] });
  });

  it('reports a cache that is more than 70 % full', () => {
    const { cache } = cacheWorld<number>({ maxSize: 10 });
    for (let i = 0; i < 7; i++) cache.set(`key ${i}`, 1);
    expect(cache.getStats().advice).toEqual([]);
    cache.set('key 7', 1);
    expect(cache.getStats().advice).toMatchObject([
      { kind: 'HIGH_UTILIZATION', value: 80, threshold: 70 },
    ]);
  });
});

describe('MetricsCache.version', () => {
  it('stays while nothing changes, with any number of readers', () => {
    const { cache, clock } = cacheWorld<number>();
    cache.set('a', 1);
    const { version } = cache;
    clock.now = 999;
    cache.getStats();
    cache.sweep();
    expect(cache.version).toBe(version);
  });

  it('moves when an entry expires, even if it is not read', () => {
    const { cache, clock } = cacheWorld<number>();
    cache.set('a', 1);
    const { version } = cache;
    clock.now = 1_000;
    expect(cache.version).toBeGreaterThan(version);
  });

  it('moves when advice about the last hour lapses, even if another client has read it first', () => {
    const { cache, clock } = cacheWorld<number>({ ttl: 10_000_000, maxSize: 1 });
    for (let i = 0; i < 12; i++) cache.set(`key ${i}`, 1);
    const { version } = cache;
    clock.now = 3_600_000;
    cache.getStats();
    expect(cache.version).toBeGreaterThan(version);
  });
});

describe('summarize', () => {
  it('adds up, and weighs each cache by its requests', () => {
    const busy = cacheWorld<number>().cache;
    const idle = cacheWorld<number>().cache;
    busy.set('a', 1);
    for (let i = 0; i < 5; i++) busy.get('a');
    idle.get('a');
    expect(summarize([busy.getStats(), idle.getStats()])).toEqual({
      totalHits: 5,
      totalMisses: 1,
      totalRequests: 6,
      overallHitRatePercent: 83.33,
    });
  });

  it('makes 0 of nothing', () => {
    expect(summarize([])).toEqual({
      totalHits: 0,
      totalMisses: 0,
      totalRequests: 0,
      overallHitRatePercent: 0,
    });
    expect(percent(0, 0)).toBe(0);
  });
});
