import { describe, expect, it } from 'vitest';
import { cacheWorld, deferred, settled } from './cache-world.js';

const down = () => Promise.reject(new Error('down'));

describe('MetricsCache when a load fails', () => {
  it('rejects every reader that waited, and stores nothing', async () => {
    const { cache } = cacheWorld<number>({ negativeTtl: 0 });
    const load = deferred<number>();
    const readers = [cache.read('a', load.load), cache.read('a', load.load)];
    load.reject(new Error('down'));

    expect((await Promise.allSettled(readers)).map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
    ]);
    expect(await cache.read('a', () => 1)).toMatchObject({ value: 1, status: 'MISS' });
    expect(cache.getStats()).toMatchObject({ loads: 2, loadFailures: 1, sets: 1, size: 1 });
  });

  it('takes a loader that throws at once for one that rejects, and does not get stuck', async () => {
    const { cache } = cacheWorld<number>({ negativeTtl: 0 });
    const broken = () => {
      throw new Error('broken');
    };
    await expect(cache.read('a', broken)).rejects.toThrow('broken');
    await expect(cache.read('a', broken)).rejects.toThrow('broken');
    expect(await cache.read('a', () => 1)).toMatchObject({ value: 1 });
    expect(cache.getStats()).toMatchObject({ loads: 3, loadFailures: 2, loadsRunning: 0 });
  });

  it('does not try again before the negative TTL has passed', async () => {
    const { cache, clock } = cacheWorld<number>();
    await expect(cache.read('a', down)).rejects.toThrow('down');
    clock.now = 999;
    await expect(cache.read('a', () => 1)).rejects.toThrow('down');
    expect(cache.getStats()).toMatchObject({
      misses: 2,
      loads: 1,
      loadFailures: 1,
      collapsed: 0,
      size: 0,
    });
    clock.now = 1_000;
    expect(await cache.read('a', () => 1)).toMatchObject({ value: 1 });
  });

  it('ignores and renews the remembered error for a bypass', async () => {
    const { cache, clock } = cacheWorld<number>();
    const past = { useCache: false };
    await expect(cache.read('a', down)).rejects.toThrow();
    clock.now = 600;
    await expect(cache.read('a', () => Promise.reject(new Error('still')), past)).rejects.toThrow(
      'still',
    );
    clock.now = 1_599;
    await expect(cache.read('a', () => 1)).rejects.toThrow('still');
    expect(await cache.read('a', () => 2, past)).toMatchObject({ value: 2 });
    cache.invalidate('a');
    expect(await cache.read('a', () => 3)).toMatchObject({ value: 3 });
  });

  it('forgets the error once a value is known', async () => {
    const { cache, clock } = cacheWorld<number>();
    await expect(cache.read('a', down)).rejects.toThrow();
    cache.set('a', 1, 10);
    clock.now = 10;
    expect(await cache.read('a', () => 2)).toMatchObject({ value: 2 });
  });

  it('remembers no more errors than it may have entries', async () => {
    const { cache } = cacheWorld<number>({ maxSize: 2 });
    for (const key of ['a', 'b', 'c']) await expect(cache.read(key, down)).rejects.toThrow();
    expect(await cache.read('a', () => 1)).toMatchObject({ value: 1 });
    await expect(cache.read('c', () => 1)).rejects.toThrow('down');
  });

  it('keeps a good entry although a bypass of its key has failed', async () => {
    const { cache } = cacheWorld<number>();
    await cache.read('a', () => 1);
    await expect(cache.read('a', down, { useCache: false })).rejects.toThrow('down');
    expect(await cache.read('a', () => 2)).toMatchObject({ value: 1, status: 'HIT' });
  });
});

describe('MetricsCache with stale-while-revalidate', () => {
  it('answers at once within the window and loads behind the answer', async () => {
    const { cache, clock } = cacheWorld<number>({ staleWhileRevalidate: 500 });
    await cache.read('a', () => 1);
    clock.now = 1_499;
    const load = deferred<number>();
    expect(await cache.read('a', load.load)).toEqual({
      value: 1,
      status: 'HIT',
      age: 1_499,
      ttl: -499,
      stale: true,
      collapsed: false,
      found: false,
    });
    expect(await cache.read('a', () => 3)).toMatchObject({ value: 1, stale: true });
    expect(cache.getStats()).toMatchObject({
      hits: 2,
      staleHits: 2,
      refreshes: 1,
      loads: 1,
      loadsRunning: 1,
      misses: 1,
    });

    load.resolve(2);
    await settled();
    expect(await cache.read('a', () => 3)).toMatchObject({
      value: 2,
      status: 'HIT',
      age: 0,
      stale: false,
    });
  });

  it('makes readers wait from the end of the window on', async () => {
    const { cache, clock } = cacheWorld<number>({ staleWhileRevalidate: 500 });
    await cache.read('a', () => 1);
    clock.now = 1_500;
    expect(await cache.read('a', () => 2)).toMatchObject({ value: 2, status: 'MISS' });
    expect(cache.getStats()).toMatchObject({ staleHits: 0, refreshes: 0, expirations: 1 });
  });

  it('survives a refresh that fails, and does not repeat it at once', async () => {
    const { cache, clock } = cacheWorld<number>({ staleWhileRevalidate: 5_000 });
    await cache.read('a', () => 1);
    clock.now = 1_000;
    await cache.read('a', down);
    await settled();
    expect(await cache.read('a', () => 2)).toMatchObject({ value: 1, stale: true });
    expect(cache.getStats()).toMatchObject({ loads: 2, loadFailures: 1, refreshes: 1 });
    clock.now = 2_000;
    await cache.read('a', () => 2);
    expect(cache.getStats()).toMatchObject({ loads: 3, refreshes: 2 });
  });
});

describe('MetricsCache with stale-if-error', () => {
  it('answers with the stale value when a load fails, as a miss', async () => {
    const { cache, clock } = cacheWorld<number>({ staleIfError: 500 });
    await cache.read('a', () => 1);
    clock.now = 1_200;
    expect(await cache.read('a', down)).toEqual({
      value: 1,
      status: 'MISS',
      age: 1_200,
      ttl: -200,
      stale: true,
      collapsed: false,
      found: false,
    });
    expect(await cache.read('a', () => 2)).toMatchObject({ value: 1, status: 'MISS', stale: true });
    expect(cache.getStats()).toMatchObject({ hits: 0, misses: 3, loads: 2, staleHits: 0 });
  });

  it('rejects from the end of the window on', async () => {
    const { cache, clock } = cacheWorld<number>({ staleIfError: 500 });
    await cache.read('a', () => 1);
    clock.now = 1_500;
    await expect(cache.read('a', down)).rejects.toThrow('down');
  });

  it('does not lend the window of the one to the other', async () => {
    const { cache, clock } = cacheWorld<number>({
      staleWhileRevalidate: 500,
      staleIfError: 100,
      negativeTtl: 0,
    });
    const other = cacheWorld<number>({ staleWhileRevalidate: 100, staleIfError: 500 });
    await cache.read('a', () => 1);
    await other.cache.read('a', () => 1);
    clock.now = other.clock.now = 1_200;
    expect(await cache.read('a', down)).toMatchObject({ status: 'HIT', stale: true });
    expect(await other.cache.read('a', () => 2)).toMatchObject({ status: 'MISS', value: 2 });
  });

  it('measures by its own window a value that came while the load ran', async () => {
    const { cache, clock } = cacheWorld<number>({ staleWhileRevalidate: 500, staleIfError: 100 });
    const load = deferred<number>();
    const reader = expect(cache.read('a', load.load)).rejects.toThrow('down');
    cache.set('a', 1);
    clock.now = 1_200;
    load.reject(new Error('down'));
    await reader;
    expect(cache.getStats().size).toBe(1);
  });

  it('never answers with a value that was invalidated while the load failed', async () => {
    const { cache, clock } = cacheWorld<number>({ staleIfError: 500 });
    await cache.read('a', () => 1);
    clock.now = 1_200;
    const load = deferred<number>();
    const reader = expect(cache.read('a', load.load)).rejects.toThrow('down');
    cache.invalidate('a');
    load.reject(new Error('down'));
    await reader;
  });

  it('rejects a bypass, which never reads the store', async () => {
    const { cache } = cacheWorld<number>({ staleIfError: 500 });
    await cache.read('a', () => 1);
    await expect(cache.read('a', down, { useCache: false })).rejects.toThrow('down');
  });
});
