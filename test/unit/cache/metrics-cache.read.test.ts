import { describe, expect, it } from 'vitest';
import { cacheWorld, deferred, settled } from './cache-world.js';

describe('MetricsCache.read', () => {
  it('loads what it does not know, and answers with it from then on', async () => {
    const { cache, clock } = cacheWorld<number>();

    expect(await cache.read('a', () => 1)).toEqual({
      value: 1,
      status: 'MISS',
      age: 0,
      ttl: 1_000,
      stale: false,
      collapsed: false,
      found: false,
    });
    clock.now = 250;
    expect(await cache.read('a', () => 2)).toEqual({
      value: 1,
      status: 'HIT',
      age: 250,
      ttl: 750,
      stale: false,
      collapsed: false,
      found: false,
    });
    expect(cache.getStats()).toMatchObject({ hits: 1, misses: 1, totalRequests: 2, loads: 1, sets: 1 });
  });

  it('serves a value until its TTL has passed, and not at that very moment', async () => {
    const { cache, clock } = cacheWorld<number>();
    await cache.read('a', () => 1);

    clock.now = 999;
    expect(await cache.read('a', () => 2)).toMatchObject({ value: 1, status: 'HIT', age: 999 });
    clock.now = 1_000;
    expect(await cache.read('a', () => 2)).toMatchObject({ value: 2, status: 'MISS', age: 0 });
    expect(cache.getStats()).toMatchObject({ expirations: 1, replacements: 0, size: 1 });
  });

  it('counts the age from the end of the load', async () => {
    const { cache, clock } = cacheWorld<number>();
    const load = deferred<number>();
    const first = cache.read('a', load.load);

    clock.now = 5_000;
    load.resolve(1);
    expect(await first).toMatchObject({ age: 0, ttl: 1_000 });
    clock.now = 5_400;
    expect(await cache.read('a', () => 2)).toMatchObject({ value: 1, status: 'HIT', age: 400 });
  });

  it('lets concurrent readers share one load, as misses that are collapsed', async () => {
    const { cache } = cacheWorld<number>();
    const load = deferred<number>();
    const readers = [cache.read('a', load.load), cache.read('a', () => 2), cache.read('a', () => 3)];
    load.resolve(1);

    expect(
      (await Promise.all(readers)).map(({ value, status, collapsed }) => [value, status, collapsed]),
    ).toEqual([
      [1, 'MISS', false],
      [1, 'MISS', true],
      [1, 'MISS', true],
    ]);
    expect(cache.getStats()).toMatchObject({ hits: 0, misses: 3, collapsed: 2, loads: 1 });
  });

  it('begins the load before it returns, and shows it as running', async () => {
    const { cache } = cacheWorld<number>();
    const load = deferred<number>();
    let begun = false;
    const reading = cache.read('a', () => {
      begun = true;
      return load.promise;
    });

    expect(begun).toBe(true);
    expect(cache.getStats()).toMatchObject({ loads: 0, loadsRunning: 1, size: 0 });
    load.resolve(1);
    await reading;
    expect(cache.getStats()).toMatchObject({ loads: 1, loadsRunning: 0, size: 1 });
  });

  it('keeps undefined, null and false like any other value', async () => {
    const { cache } = cacheWorld();
    for (const [key, value] of [
      ['u', undefined],
      ['n', null],
      ['f', false],
    ] as const) {
      await cache.read(key, () => value);
      expect(await cache.read(key, () => 'again')).toMatchObject({ value, status: 'HIT' });
    }
  });

  it('takes a TTL per read, or from the value that was loaded', async () => {
    const { cache, clock } = cacheWorld<string | null>();
    const short = { ttl: (value: string | null) => (value === null ? 100 : 1_000) };
    await cache.read('silent', () => null, short);
    await cache.read('prompt', () => 'pong', short);
    await cache.read('brief', () => 'x', { ttl: 50 });

    clock.now = 50;
    expect(await cache.read('brief', () => 'y')).toMatchObject({ value: 'y', status: 'MISS' });
    clock.now = 100;
    expect(await cache.read('silent', () => 'late')).toMatchObject({ value: 'late', status: 'MISS' });
    expect(await cache.read('prompt', () => 'other')).toMatchObject({ value: 'pong', ttl: 900 });
  });
});

describe('MetricsCache.read with useCache: false', () => {
  const past = { useCache: false };

  it('loads although there is an entry, and is neither hit nor miss', async () => {
    const { cache } = cacheWorld<number>();
    await cache.read('a', () => 1);

    expect(await cache.read('a', () => 2, past)).toMatchObject({ value: 2, status: 'MISS', age: 0 });
    expect(cache.getStats()).toMatchObject({
      hits: 0,
      misses: 1,
      bypasses: 1,
      totalRequests: 1,
      replacements: 1,
    });
  });

  it('stores what it loaded, so that no later answer is older', async () => {
    const { cache } = cacheWorld<number>();
    await cache.read('a', () => 1);
    await cache.read('a', () => 2, past);
    expect(await cache.read('a', () => 3)).toMatchObject({ value: 2, status: 'HIT' });
  });

  it('does not join a load that began before it arrived', async () => {
    const { cache } = cacheWorld<string>();
    const load = deferred<string>();
    const reader = cache.read('a', load.load);
    const bypass = cache.read('a', () => 'after', past);
    load.resolve('before');

    expect((await reader).value).toBe('before');
    expect(await bypass).toMatchObject({ value: 'after', collapsed: false });
    expect(cache.get('a')).toBe('after');
  });

  it('waits for the load that runs, even a failing one, so that a key never has two', async () => {
    const { cache } = cacheWorld<string>();
    const load = deferred<string>();
    const reader = expect(cache.read('a', load.load)).rejects.toThrow('broken');
    const bypass = cache.read('a', () => 'after', past);

    expect(cache.getStats().loadsRunning).toBe(1);
    load.reject(new Error('broken'));
    await reader;
    expect(await bypass).toMatchObject({ value: 'after' });
  });

  it('costs two loads for a thousand at once', async () => {
    const { cache } = cacheWorld<number>();
    let loads = 0;
    const reads = Array.from({ length: 1_000 }, () => cache.read('a', () => ++loads, past));
    const values = (await Promise.all(reads)).map(({ value }) => value);

    expect(values).toEqual([1, ...Array<number>(999).fill(2)]);
    expect(cache.getStats()).toMatchObject({ bypasses: 1_000, loads: 2, collapsed: 0, misses: 0 });
  });

  it('joins the load of a reader that came after it', async () => {
    const { cache } = cacheWorld<string>();
    const old = deferred<string>();
    const reader = cache.read('a', old.load);
    const bypass = cache.read('a', () => 'own', past);
    cache.invalidate('a');
    const shared = deferred<string>();
    const later = cache.read('a', shared.load);
    old.resolve('before');
    await settled();
    shared.resolve('shared');

    expect((await reader).value).toBe('before');
    expect(await bypass).toMatchObject({ value: 'shared', collapsed: true });
    expect(await later).toMatchObject({ value: 'shared', collapsed: false });
    expect(cache.getStats()).toMatchObject({ loads: 2, discarded: 1 });
  });

  it('loads once when its load fails', async () => {
    const { cache } = cacheWorld<number>();
    const load = () => Promise.reject(new Error('down'));
    await expect(cache.read('a', load, past)).rejects.toThrow('down');
    expect(cache.getStats()).toMatchObject({ bypasses: 1, loads: 1, loadFailures: 1 });
  });
});

describe('MetricsCache.cached', () => {
  it('wraps a function so that the same arguments are answered from memory', async () => {
    const { cache, clock } = cacheWorld<string>();
    let calls = 0;
    const greet = cache.cached(
      async (name: string, times: number) => {
        calls++;
        return `hello ${name}`.repeat(times);
      },
      { key: (name, times) => `${name}/${times}`, ttl: 500 },
    );

    expect([await greet('w1', 1), await greet('w1', 1), await greet('w2', 1)]).toEqual([
      'hello w1',
      'hello w1',
      'hello w2',
    ]);
    expect(calls).toBe(2);
    clock.now = 500;
    await greet('w1', 1);
    expect(calls).toBe(3);
  });
});
