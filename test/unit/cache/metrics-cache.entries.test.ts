import { describe, expect, it } from 'vitest';
import { MetricsCache } from '../../../src/cache/metrics-cache.js';
import { cacheWorld, deferred } from './cache-world.js';

describe('MetricsCache.get and set', () => {
  it('reads a fresh value as a hit and anything else as a miss', () => {
    const { cache, clock } = cacheWorld<number>();
    expect(cache.get('a')).toBeUndefined();
    expect(cache.set('a', 1, 100)).toBe(true);
    expect(cache.get('a')).toBe(1);
    clock.now = 100;
    expect(cache.get('a')).toBeUndefined();
    expect(cache.getStats()).toMatchObject({ hits: 1, misses: 2, sets: 1, expirations: 1, loads: 0 });
  });

  it('does not answer get with a stale value, which it has no means to renew', () => {
    const { cache, clock } = cacheWorld<number>({ staleWhileRevalidate: 1_000 });
    cache.set('a', 1);
    clock.now = 1_500;
    expect(cache.get('a')).toBeUndefined();
    expect(cache.getStats()).toMatchObject({ misses: 1, size: 1, expirations: 0 });
  });

  it('does not let a load overwrite what was set while it ran', async () => {
    const { cache } = cacheWorld<string>();
    const load = deferred<string>();
    const reader = cache.read('a', load.load);
    cache.set('a', 'set');
    load.resolve('loaded');

    expect((await reader).value).toBe('loaded');
    expect(cache.get('a')).toBe('set');
    expect(cache.getStats()).toMatchObject({ sets: 1, discarded: 1 });
  });

  it('counts a live entry that is overwritten as replaced, a dead one as expired', () => {
    const { cache, clock } = cacheWorld<number>();
    cache.set('a', 1);
    cache.set('a', 2);
    clock.now = 1_000;
    cache.set('a', 3);
    expect(cache.getStats()).toMatchObject({ sets: 3, replacements: 1, expirations: 1, size: 1 });
  });
});

describe('MetricsCache and its bounds', () => {
  it('evicts the entry that was used least recently, reads included', async () => {
    const { cache } = cacheWorld<number>();
    for (const key of ['a', 'b', 'c']) cache.set(key, 1);
    await cache.read('a', () => 2);
    cache.get('b');
    cache.set('d', 1);

    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).toEqual([1, 1, undefined, 1]);
    expect(cache.getStats()).toMatchObject({ evictions: 1, size: 3 });
  });

  it('lets the dead leave before the living, and calls them expired', () => {
    const { cache, clock } = cacheWorld<string>();
    cache.set('oldest', 'living');
    cache.set('b', 'dead', 10);
    cache.set('c', 'dead', 10);
    clock.now = 10;
    cache.set('d', 'living');

    expect(cache.get('oldest')).toBe('living');
    expect(cache.getStats()).toMatchObject({ evictions: 0, expirations: 2, size: 2 });
  });

  it('makes room by bytes', () => {
    const { cache } = cacheWorld<string>({ maxBytes: 10, sizeOf: (value) => value.length });
    cache.set('a', '1234');
    cache.set('b', '1234');
    expect(cache.getStats().bytes).toBe(8);
    cache.set('c', '12345678');
    expect(cache.getStats()).toMatchObject({ bytes: 8, size: 1, evictions: 2 });
    cache.set('c', '12');
    expect(cache.getStats()).toMatchObject({ bytes: 2, replacements: 1 });
  });

  it('answers with a value larger than the bound, and does not keep it', async () => {
    const { cache } = cacheWorld<string>({ maxBytes: 3, sizeOf: (value) => value.length });
    expect(await cache.read('a', () => 'large')).toMatchObject({
      value: 'large',
      status: 'MISS',
      ttl: 1_000,
    });
    expect(cache.set('a', 'large')).toBe(false);
    expect(cache.getStats()).toMatchObject({ size: 0, sets: 0, loads: 1, discarded: 1, bytes: 0 });
  });

  it('keeps a value that takes exactly what there is', () => {
    const { cache } = cacheWorld<string>({ maxBytes: 4, sizeOf: (value) => value.length });
    expect(cache.set('a', '1234')).toBe(true);
  });

  it('gives up an old value for a newer one that is too large', async () => {
    const { cache } = cacheWorld<string>({ maxBytes: 3, sizeOf: (value) => value.length });
    cache.set('a', 'old');
    await cache.read('a', () => 'newer', { useCache: false });
    expect(cache.get('a')).toBeUndefined();
    expect(cache.getStats()).toMatchObject({ evictions: 1, size: 0, discarded: 1, sets: 1 });
  });

  it('estimates sizes by itself where only a bound is given', () => {
    const { cache } = cacheWorld({ maxBytes: 1_000 });
    expect(cache.set('a', 'x'.repeat(2_000))).toBe(false);
    expect(cache.set('a', { name: 'w1' })).toBe(true);
    expect(cache.getStats().bytes).toBe(42);
  });
});

describe('MetricsCache.sweep', () => {
  it('removes expired entries only, and returns their number', () => {
    const { cache, clock } = cacheWorld<number>();
    cache.set('a', 1, 100);
    cache.set('b', 1, 200);
    clock.now = 99;
    expect(cache.sweep()).toBe(0);
    clock.now = 100;
    expect(cache.sweep()).toBe(1);
    clock.now = 200;
    expect(cache.sweep()).toBe(1);
    expect(cache.getStats()).toMatchObject({ expirations: 2, size: 0 });
  });

  it('keeps the stale, which may still be of use', () => {
    const { cache, clock } = cacheWorld<number>({ staleIfError: 500 });
    cache.set('a', 1);
    clock.now = 1_499;
    expect([cache.sweep(), cache.getStats().size]).toEqual([0, 1]);
    clock.now = 1_500;
    expect([cache.sweep(), cache.getStats().size]).toEqual([1, 0]);
  });
});

describe('MetricsCache options', () => {
  it('are a TTL of 5 seconds and room for 1,000 entries unless the program gives others', () => {
    const clock = { now: 0 };
    const cache = new MetricsCache<number>({ name: 'c', clock: () => clock.now });
    for (let key = 0; key <= 1_000; key++) cache.set(String(key), key);
    expect([cache.getStats().size, cache.getStats().evictions]).toEqual([1_000, 1]);

    clock.now = 4_999;
    expect(cache.get('1000')).toBe(1_000);
    clock.now = 5_000;
    expect(cache.get('1000')).toBeUndefined();
  });

  it.each([
    [{ ttl: 0 }, 'Cache "c": ttl must be a positive number of milliseconds, got 0'],
    [{ ttl: -1 }, 'Cache "c": ttl must be a positive number of milliseconds, got -1'],
    [{ ttl: NaN }, 'Cache "c": ttl must be a positive number of milliseconds, got NaN'],
    [{ ttl: Infinity }, 'Cache "c": ttl must be a positive number of milliseconds, got Infinity'],
    [{ maxSize: 0 }, 'Cache "c": maxSize must be a positive whole number, got 0'],
    [{ maxSize: 1.5 }, 'Cache "c": maxSize must be a positive whole number, got 1.5'],
    [{ maxBytes: 0 }, 'Cache "c": maxBytes must be a positive number of bytes, got 0'],
    [{ staleIfError: -1 }, 'Cache "c": staleIfError must be zero or more milliseconds, got -1'],
    [
      { staleWhileRevalidate: NaN },
      'Cache "c": staleWhileRevalidate must be zero or more milliseconds, got NaN',
    ],
    [{ negativeTtl: -5 }, 'Cache "c": negativeTtl must be zero or more milliseconds, got -5'],
  ])('refuses %o', (options, message) => {
    expect(() => new MetricsCache({ name: 'c', ttl: 1, maxSize: 1, ...options })).toThrow(
      new RangeError(message),
    );
  });

  it('refuses a TTL of a single read or set that makes no sense', async () => {
    const { cache } = cacheWorld<number>();
    expect(() => cache.set('a', 1, 0)).toThrow(RangeError);
    await expect(cache.read('a', () => 1, { ttl: NaN })).rejects.toThrow(RangeError);
    expect(cache.getStats()).toMatchObject({ totalRequests: 0, loads: 0, sets: 0 });
  });

  it('takes a senseless TTL or size of a loaded value for a failed load', async () => {
    const { cache } = cacheWorld<number>({ maxBytes: 1, sizeOf: () => NaN });
    await expect(cache.read('a', () => 1, { ttl: () => -1 })).rejects.toThrow('ttl must be');
    await expect(cache.read('b', () => 1)).rejects.toThrow('sizeOf(value) must be');
    expect(cache.getStats()).toMatchObject({ loads: 2, loadFailures: 2, loadsRunning: 0, sets: 0 });
  });

  it('has a clock of its own that does not go back', async () => {
    const cache = new MetricsCache<number>({ name: 'c', ttl: 60_000, maxSize: 1 });
    await cache.read('a', () => 1);
    const { status, age } = await cache.read('a', () => 2);
    expect(status).toBe('HIT');
    expect(age).toBeGreaterThanOrEqual(0);
    expect(age).toBeLessThan(10_000);
  });
});
