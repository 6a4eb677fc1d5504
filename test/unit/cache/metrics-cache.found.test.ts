import { describe, expect, it } from 'vitest';
import { SharedHit } from '../../../src/cache/cache-options.js';
import type { LoadRequest } from '../../../src/cache/cache-options.js';
import { MetricsCache } from '../../../src/cache/metrics-cache.js';

describe('a value that a load finds, already loaded elsewhere', () => {
  const setUp = (staleWhileRevalidate = 0) => {
    const clock = { now: 10_000 };
    const cache = new MetricsCache<string>({
      ...{ name: 'worker_status', ttl: 5_000, maxSize: 10, staleWhileRevalidate },
      clock: () => clock.now,
    });
    return { clock, cache };
  };
  const found = new SharedHit('theirs', { age: 3_000, ttl: 4_000 });

  it('is a miss that is as old as it is, with what remains of its own TTL', async () => {
    const { cache } = setUp();
    const { status, age, ttl } = await cache.read('k', () => found);
    expect({ status, age, ttl }).toEqual({ status: 'MISS', age: 3_000, ttl: 1_000 });
  });

  it('is said to be found, and counts as such and not as a load; later hits are hits like any other', async () => {
    const { cache } = setUp();
    expect(await cache.read('k', () => found)).toMatchObject({ status: 'MISS', found: true });
    expect(await cache.read('k', () => 'ours')).toMatchObject({ status: 'HIT', found: false });
    expect(await cache.read('other', () => 'ours')).toMatchObject({ status: 'MISS', found: false });
    expect(cache.getStats()).toMatchObject({ found: 1, loads: 1, misses: 2, hits: 1, sets: 2 });
  });

  it('goes on ageing from there', async () => {
    const { clock, cache } = setUp();
    await cache.read('k', () => found);
    clock.now += 999;
    expect(await cache.read('k', () => 'ours')).toMatchObject({
      value: 'theirs',
      status: 'HIT',
      age: 3_999,
    });
    clock.now += 1;
    expect(await cache.read('k', () => 'ours')).toMatchObject({ value: 'ours', status: 'MISS', age: 0 });
  });

  it('may be of any age for an ordinary reader, younger than half its TTL for a refresh, and of none for a bypass', async () => {
    const { clock, cache } = setUp(5_000);
    const ages: number[] = [];
    const load = ({ maxAge }: LoadRequest) => {
      ages.push(maxAge);
      return 'ours';
    };
    await cache.read('k', load);
    clock.now += 5_000;
    await cache.read('k', load);
    await cache.read('k', load, { useCache: false });
    expect(ages).toEqual([Infinity, 2_500, 0]);
  });

  it('does not serve a bypass that came before its load began', async () => {
    const { cache } = setUp();
    const first = promise<string>();
    const theirs = promise<SharedHit<string>>();
    const begun = cache.read('k', () => first.promise);
    const bypass = cache.read('k', () => 'ours', { useCache: false });
    cache.invalidate('k');
    const ordinary = cache.read('k', () => theirs.promise);
    first.resolve('before');
    await begun;
    theirs.resolve(found);
    expect(await ordinary).toMatchObject({ value: 'theirs' });
    expect(await bypass).toMatchObject({ value: 'ours', age: 0, collapsed: false });
  });

  it('is loaded again once for all bypasses that it does not serve', async () => {
    const { cache } = setUp();
    const first = promise<string>();
    const theirs = promise<SharedHit<string>>();
    const begun = cache.read('k', () => first.promise);
    const bypasses = ['one', 'two'].map((value) => cache.read('k', () => value, { useCache: false }));
    cache.invalidate('k');
    const ordinary = cache.read('k', () => theirs.promise);
    first.resolve('before');
    await begun;
    theirs.resolve(found);
    await ordinary;
    expect(await Promise.all(bypasses)).toMatchObject([
      { value: 'one', collapsed: false },
      { value: 'one', collapsed: true },
    ]);
    expect(cache.getStats()).toMatchObject({ found: 1, loads: 2 });
  });

  it('leaves a bypass that it does not serve with the error of its own load', async () => {
    const { cache } = setUp();
    const first = promise<string>();
    const theirs = promise<SharedHit<string>>();
    const begun = cache.read('k', () => first.promise);
    const down = () => Promise.reject(new Error('down'));
    const bypass = expect(cache.read('k', down, { useCache: false })).rejects.toThrow('down');
    cache.invalidate('k');
    const ordinary = cache.read('k', () => theirs.promise);
    first.resolve('before');
    await begun;
    theirs.resolve(found);
    await ordinary;
    await bypass;
  });
});

function promise<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  return { promise: new Promise<T>((settle) => (resolve = settle)), resolve: (value) => resolve(value) };
}
