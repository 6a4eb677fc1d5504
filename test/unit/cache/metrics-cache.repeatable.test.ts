import { describe, expect, it } from 'vitest';
import { cacheWorld } from './cache-world.js';

const load = (): string => 'loaded';

describe('MetricsCache.repeatable', () => {
  it('is fresh for as long as the cache holds the entry and its TTL runs', async () => {
    const { cache, clock } = cacheWorld<string>();
    const hit = cache.repeatable('a', load, {}, await cache.read('a', load));

    clock.now = 999;
    expect(hit?.isFresh(clock.now)).toBe(true);
    clock.now = 1_000;
    expect(hit?.isFresh(clock.now)).toBe(false);
  });

  it('is fresh no more when the entry was replaced in the same millisecond, by the same value', async () => {
    const { cache, clock } = cacheWorld<string>();
    const hit = cache.repeatable('a', load, {}, await cache.read('a', load));

    cache.set('a', 'loaded');

    expect(hit?.isFresh(clock.now)).toBe(false);
  });

  it('is fresh no more when the entry was invalidated', async () => {
    const { cache, clock } = cacheWorld<string>();
    const hit = cache.repeatable('a', load, {}, await cache.read('a', load));

    cache.invalidate('a');

    expect(hit?.isFresh(clock.now)).toBe(false);
  });

  it('counts as a read that was a hit', async () => {
    const { cache } = cacheWorld<string>();
    const hit = cache.repeatable('a', load, {}, await cache.read('a', load));

    hit?.count();

    expect(cache.getStats()).toMatchObject({ hits: 1, misses: 1 });
  });

  it('marks the entry as the one used last', async () => {
    const { cache } = cacheWorld<string>({ maxSize: 2 });
    const hit = cache.repeatable('a', load, {}, await cache.read('a', load));
    await cache.read('b', load);

    hit?.count();
    await cache.read('c', load);

    expect(cache.get('a')).toBe('loaded');
    expect(cache.get('b')).toBeUndefined();
  });

  it('is null when the cache holds another value by then', async () => {
    const { cache } = cacheWorld<string>();
    const read = await cache.read('a', load);
    cache.set('a', 'changed');

    expect(cache.repeatable('a', load, {}, read)).toBeNull();
  });
});
