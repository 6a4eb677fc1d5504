import { describe, expect, it } from 'vitest';
import type { LoadRequest } from '../../../src/cache/cache-options.js';
import { MetricsCache } from '../../../src/cache/metrics-cache.js';

describe('an entry that an event has made wrong', () => {
  const setUp = (ageOfLastChange?: (dependsOn: unknown) => number) => {
    const clock = { now: 10_000 };
    return new MetricsCache<string>({
      ...{
        name: 'worker_status',
        ttl: 5_000,
        maxSize: 10,
        staleWhileRevalidate: 5_000,
        ageOfLastChange,
      },
      clock: () => clock.now,
    });
  };

  it('leaves, and counts among the invalidations', async () => {
    const cache = setUp();
    await cache.read('k', () => 'old');

    expect([cache.evictChanged('k'), cache.evictChanged('k')]).toEqual([true, false]);
    expect(await cache.read('k', () => 'new')).toMatchObject({ value: 'new', status: 'MISS' });
    expect(cache.getStats()).toMatchObject({ sets: 2, size: 1, invalidations: 1, pushInvalidations: 1 });
  });

  it('is not brought back by the load that runs, unless that may end', async () => {
    const cache = setUp();
    const ends: ((value: string) => void)[] = [];
    const load = () => new Promise<string>((end) => ends.push(end));
    const read = async () => (await cache.read('k', load)).value;

    const [first] = [read(), cache.evictChanged('k')];
    const second = read();
    cache.evictChanged('k', { keepLoad: true });
    const third = read();
    ends.forEach((end, at) => end(`load ${at}`));

    expect(await Promise.all([first, second, third])).toEqual(['load 0', 'load 1', 'load 1']);
    expect(cache.get('k')).toBe('load 1');
    expect(cache.getStats()).toMatchObject({ discarded: 1, sets: 1, pushInvalidations: 0 });
  });

  it('leaves a failure remembered: the event says nothing of what had failed', async () => {
    const cache = setUp();
    const fail = () => Promise.reject(new Error('away'));
    await expect(cache.read('k', fail)).rejects.toThrow('away');

    cache.evictChanged('k');

    await expect(cache.read('k', () => 'not asked')).rejects.toThrow('away');
  });

  it('is not found elsewhere either, unless it was loaded since the change', async () => {
    const since = new Map([['changed', 1_500]]);
    const cache = setUp((dependsOn) => since.get(String(dependsOn)) ?? Infinity);
    const ages: number[] = [];
    const load = ({ maxAge }: LoadRequest) => {
      ages.push(maxAge);
      return 'value';
    };
    await cache.read('a', load, { dependsOn: 'changed' });
    await cache.read('b', load, { dependsOn: 'quiet' });
    await cache.read('a', load, { dependsOn: 'changed', useCache: false });

    expect(ages).toEqual([1_500, Infinity, 0]);
  });

  it('is found by what it depends on, as is a load that runs', async () => {
    const cache = setUp();
    await cache.read('stored', () => 'value', { dependsOn: 'w1' });
    cache.set('set', 'value', 5_000, 'w2');
    const loading = cache.read('loading', () => Promise.resolve('value'), { dependsOn: 'w3' });

    expect(cache.dependencies()).toEqual(
      new Map([
        ['set', 'w2'],
        ['stored', 'w1'],
        ['loading', 'w3'],
      ]),
    );
    expect([cache.isLoading('stored'), cache.isLoading('loading')]).toEqual([false, true]);
    await loading;
  });
});
