import { describe, expect, it } from 'vitest';
import { SharedHit } from '../../../src/cache/cache-options.js';
import type { LoadRequest } from '../../../src/cache/cache-options.js';
import { cacheWorld } from './cache-world.js';

/** Loads one key for each value, each time when its TTL is over, and returns the TTLs. */
async function ttls(values: readonly unknown[], options = {}) {
  const { cache, clock } = cacheWorld({ adaptiveTtl: 0.1, ...options });
  const seen: number[] = [];
  for (const value of values) {
    const { ttl } = await cache.read('a', () => value);
    seen.push(Math.round(ttl));
    clock.now += ttl;
  }
  return { seen, cache, clock };
}

describe('an adaptive TTL', () => {
  it('is the own one of the cache for three comparisons, then five times as long for what never changes', async () => {
    const { seen } = await ttls([7, 7, 7, 7, 7]);
    expect(seen).toEqual([1_000, 1_000, 1_000, 5_000, 5_000]);
  });

  it('is a quarter of it for what always changes', async () => {
    const { seen } = await ttls([1, 2, 3, 4, 5]);
    expect(seen).toEqual([1_000, 1_000, 1_000, 250, 250]);
  });

  it('follows the change rate between the two', async () => {
    const { seen, cache } = await ttls([1, 1, 2, 2, 2]);
    // Weights 0.81, 0.9 and 1 at gaps of 1 s, of which the middle one is a change: 0.33 changes a second. Then, after
    // 652 ms, one more without: 0.26. At 10 %, their product with the TTL is 0.215.
    expect(seen.slice(3)).toEqual([652, 838]);
    expect(cache.getStats().adaptiveTtl?.examples[0]).toMatchObject({ reason: 'CHANGE_RATE' });
  });

  it('is off by default', async () => {
    const { seen, cache } = await ttls([7, 7, 7, 7, 7, 7], { adaptiveTtl: 0 });
    expect(new Set(seen)).toEqual(new Set([1_000]));
    expect(cache.getStats().adaptiveTtl).toBeNull();
  });

  it('never prolongs the life that a read gives to a special value', async () => {
    const { cache, clock } = await ttls([7, 7, 7, 7]);
    clock.now += 10_000;
    expect((await cache.read('a', () => 7, { ttl: () => 300 })).ttl).toBe(300);
    clock.now += 10_000;
    expect((await cache.read('a', () => 7, { ttl: () => 1_000 })).ttl).toBe(5_000);
  });

  it('passes over volatile fields', async () => {
    const values = [1, 2, 3, 4].map((age) => ({ age, depth: 7 }));
    expect((await ttls(values, { volatileFields: new Set(['age']) })).seen.at(-1)).toBe(5_000);
    expect((await ttls(values)).seen.at(-1)).toBe(250);
  });

  it('does not count a change that an invalidation announced', async () => {
    const { cache, clock } = cacheWorld({ adaptiveTtl: 0.1 });
    let ttl = 0;
    for (let value = 0; value < 8; value++) {
      cache.invalidate('a');
      await cache.read('a', () => value);
      clock.now += 5_000;
      ({ ttl } = await cache.read('a', () => value));
      clock.now += 10_000;
    }
    expect(ttl).toBe(5_000);
  });

  it('does not learn from a load that an invalidation has overtaken', async () => {
    const { cache, clock } = await ttls([7, 7, 7, 7]);
    clock.now += 10_000;
    await cache.read('a', () => {
      cache.invalidate('a');
      return 8;
    });
    clock.now += 1_000;
    expect((await cache.read('a', () => 7)).ttl).toBe(5_000);
  });

  it('is not prolonged by a long time without reads', async () => {
    const { cache, clock } = await ttls([1, 2, 3, 4]);
    clock.now += 1_000_000;
    expect((await cache.read('a', () => 5)).ttl).toBe(250);
  });

  it('does not take the same value, found elsewhere once more, for one that stays as it is', async () => {
    const { cache, clock } = cacheWorld({ adaptiveTtl: 0.1 });
    await cache.read('a', () => 7);
    for (let age = 1_000; age <= 5_000; age += 1_000) {
      clock.now += 1_000;
      await cache.read('a', () => new SharedHit(7, { age, ttl: 1_000 }), { useCache: false });
    }
    expect(cache.getStats().adaptiveTtl?.examples[0]).toMatchObject({ reason: 'LEARNING' });
  });

  it('takes nothing found elsewhere that is older than a TTL that it has shortened', async () => {
    const { cache } = await ttls([1, 2, 3, 4]);
    const ages: number[] = [];
    const load = ({ maxAge }: LoadRequest) => ages.push(maxAge);
    await cache.read('a', load);
    await cache.read('another', load);
    expect(ages).toEqual([250, Infinity]);
  });

  it('reports what is in force: the shortest, the longest, and the last ten keys with their reasons', async () => {
    const { cache, clock } = cacheWorld({ adaptiveTtl: 0.1, maxSize: 50 });
    expect(cache.getStats().adaptiveTtl).toEqual({
      ...{ acceptedOutOfDatePercent: 10, keys: 0, minTtlSeconds: null, maxTtlSeconds: null },
      examples: [],
    });
    for (let i = 0; i < 5; i++) {
      await cache.read('calm', () => 7, { useCache: false });
      await cache.read('busy', () => i, { useCache: false });
      clock.now += 1_000;
    }
    for (let i = 0; i < 12; i++) await cache.read(`new${i}`, () => i);
    const report = cache.getStats().adaptiveTtl;
    expect(report).toMatchObject({ keys: 14, minTtlSeconds: 0.25, maxTtlSeconds: 5 });
    expect(report?.examples).toHaveLength(10);
    expect(report?.examples[0]).toEqual({
      ...{ key: 'new11', ttlSeconds: 1, changesPerSecond: 0, reason: 'LEARNING' },
    });
    await cache.read('busy', () => 9, { useCache: false });
    await cache.read(`calm`, () => 7, { useCache: false });
    expect(cache.getStats().adaptiveTtl?.examples.slice(0, 2)).toMatchObject([
      { key: 'calm', ttlSeconds: 5, changesPerSecond: 0, reason: 'CLAMPED_MAX' },
      { key: 'busy', ttlSeconds: 0.25, reason: 'CLAMPED_MIN' },
    ]);
  });

  it('remembers no more keys than the cache holds, and shows no more than the beginning of a long one', async () => {
    const { cache } = cacheWorld({ adaptiveTtl: 0.1, maxSize: 3 });
    for (let i = 0; i < 9; i++) await cache.read(`k${i}${'x'.repeat(500)}`, () => i);
    const report = cache.getStats().adaptiveTtl;
    expect(report?.keys).toBe(3);
    expect(report?.examples.map(({ key }) => key.length)).toEqual([200, 200, 200]);
  });

  it.each([-0.1, 1, Number.NaN])('is refused when it is to accept %d', (adaptiveTtl) => {
    expect(() => cacheWorld({ adaptiveTtl })).toThrow(
      'adaptiveTtl must be a fraction, 0 or more and less than 1',
    );
  });
});
