import { describe, expect, it } from 'vitest';
import { cacheWorld, deferred } from './cache-world.js';

describe('MetricsCache.invalidate', () => {
  it('removes the entry and says whether there was a live one', () => {
    const { cache, clock } = cacheWorld<number>();
    cache.set('a', 1);
    expect([cache.invalidate('a'), cache.invalidate('a'), cache.invalidate('never')]).toEqual([
      true,
      false,
      false,
    ]);

    cache.set('b', 1);
    clock.now = 1_000;
    expect(cache.invalidate('b')).toBe(false);
    expect(cache.getStats()).toMatchObject({ invalidations: 1, expirations: 1, size: 0 });
  });

  it('does not bring a value back that was being loaded when it was invalidated', async () => {
    const { cache } = cacheWorld<string>();
    const load = deferred<string>();
    const waiting = cache.read('a', load.load);
    cache.invalidate('a');
    load.resolve('before');

    expect(await waiting).toMatchObject({ value: 'before', status: 'MISS', ttl: 0 });
    expect(await cache.read('a', () => 'after')).toMatchObject({ value: 'after', status: 'MISS' });
    expect(cache.getStats()).toMatchObject({ loads: 2, sets: 1, discarded: 1 });
  });

  it('lets the next reader start anew, and keeps that load however the two end', async () => {
    const { cache } = cacheWorld<string>();
    const before = deferred<string>();
    const after = deferred<string>();
    const first = cache.read('a', before.load);
    cache.invalidate('a');
    const second = cache.read('a', after.load);
    after.resolve('after');
    expect(await second).toMatchObject({ value: 'after', collapsed: false });
    before.resolve('before');

    expect((await first).value).toBe('before');
    expect(cache.get('a')).toBe('after');
  });

  it('keeps the load of a new reader when an older one fails', async () => {
    const { cache } = cacheWorld<string>();
    const before = deferred<string>();
    const after = deferred<string>();
    const first = expect(cache.read('a', before.load)).rejects.toThrow('late');
    cache.invalidate('a');
    const second = cache.read('a', after.load);
    before.reject(new Error('late'));
    await first;

    const third = cache.read('a', () => 'third');
    after.resolve('after');
    expect((await second).value).toBe('after');
    expect(await third).toMatchObject({ value: 'after', collapsed: true });
  });

  it('removes the error that was remembered for the key', async () => {
    const { cache } = cacheWorld<number>();
    await expect(cache.read('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(cache.invalidate('a')).toBe(false);
    expect(await cache.read('a', () => 1)).toMatchObject({ value: 1 });
  });

  it('does not remember the error of a load from before', async () => {
    const { cache } = cacheWorld<number>();
    const load = deferred<number>();
    const reader = expect(cache.read('a', load.load)).rejects.toThrow('down');
    cache.invalidate('a');
    load.reject(new Error('down'));
    await reader;
    expect(await cache.read('a', () => 1)).toMatchObject({ value: 1 });
  });
});

describe('MetricsCache.invalidatePrefix', () => {
  it('removes what starts so, and nothing else', () => {
    const { cache } = cacheWorld<number>();
    for (const key of ['w1/stats', 'w1/conf', 'w2/stats']) cache.set(key, 1);
    expect(cache.invalidatePrefix('w1/')).toBe(2);
    expect(['w1/stats', 'w1/conf', 'w2/stats'].map((key) => cache.get(key))).toEqual([
      undefined,
      undefined,
      1,
    ]);
    expect(cache.getStats()).toMatchObject({ invalidations: 2, size: 1 });
  });

  it('disowns running loads and forgets errors of such keys', async () => {
    const { cache } = cacheWorld<string>();
    const load = deferred<string>();
    const reader = cache.read('w1/stats', load.load);
    await expect(cache.read('w1/conf', () => Promise.reject(new Error('down')))).rejects.toThrow();
    expect(cache.invalidatePrefix('w1/')).toBe(0);
    load.resolve('before');
    await reader;

    expect(cache.get('w1/stats')).toBeUndefined();
    expect(await cache.read('w1/conf', () => 'up')).toMatchObject({ value: 'up' });
  });
});

describe('MetricsCache.clear', () => {
  it('removes everything and returns how many entries had not expired', async () => {
    const { cache, clock } = cacheWorld<string>();
    cache.set('dead', 'x', 10);
    cache.set('alive', 'x');
    const load = deferred<string>();
    const reader = cache.read('loading', load.load);
    clock.now = 10;
    expect(cache.clear()).toBe(1);
    load.resolve('before');
    await reader;

    expect(cache.getStats()).toMatchObject({ size: 0, invalidations: 1, expirations: 1, discarded: 1 });
  });

  it('does not reset the counters', async () => {
    const { cache } = cacheWorld<number>();
    await cache.read('a', () => 1);
    await cache.read('a', () => 1);
    cache.clear();
    expect(cache.getStats()).toMatchObject({
      hits: 1,
      misses: 1,
      loads: 1,
      sets: 1,
      hitRatePercent: 50,
    });
  });
});
