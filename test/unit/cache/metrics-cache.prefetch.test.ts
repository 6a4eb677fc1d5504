import { describe, expect, it } from 'vitest';
import type { LoadRequest, MetricsCacheOptions } from '../../../src/cache/cache-options.js';
import { PrefetchSchedule } from '../../../src/cache/policies/prefetch-schedule.js';
import { cacheWorld, deferred, settled } from './cache-world.js';

/** A cache whose loads count up, and a clock that stops wherever its one timer wants to ring. */
function setUp(options: Partial<MetricsCacheOptions<number>> = {}) {
  let ring: { at: number; call: () => void } | undefined;
  const clock = { now: 0 };
  const timer = (call: () => void, milliseconds: number) => {
    const mine = { at: clock.now + milliseconds, call };
    ring = mine;
    return () => (ring = ring === mine ? undefined : ring);
  };
  const now = () => clock.now;
  const prefetches = new PrefetchSchedule({ clock: now, timer, maxRunning: 2 });
  const { cache } = cacheWorld<number>({ prefetches, ...options, clock: now });
  const loads: { at: number; maxAge: number }[] = [];
  const load = ({ maxAge }: LoadRequest) => {
    loads.push({ at: clock.now, maxAge });
    return loads.length;
  };
  const until = async (time: number) => {
    while (ring && ring.at <= time) {
      const due = ring;
      ring = undefined;
      clock.now = Math.max(clock.now, due.at);
      due.call();
      await settled();
    }
    clock.now = time;
  };
  const read = (key = 'a') => cache.read(key, load);
  return { cache, clock, load, loads, until, read, prefetches, ringsAt: () => ring?.at };
}

const counted = ({ prefetches, prefetchesUsed, prefetchesWasted }: Record<string, unknown>) => [
  prefetches,
  prefetchesUsed,
  prefetchesWasted,
];

describe('refresh ahead', () => {
  const ahead = { refreshAhead: 0.8 };

  it('loads what was read at 0.8 of its TTL, so that the next reader hits', async () => {
    const { read, until, loads, cache } = setUp(ahead);
    await read();
    await until(100);
    await read();
    await until(1_100);
    expect(await read()).toMatchObject({ value: 2, status: 'HIT', age: 300 });
    expect(loads).toEqual([
      { at: 0, maxAge: Infinity },
      { at: 800, maxAge: 400 },
    ]);
    expect(counted({ ...cache.getStats() })).toEqual([1, 1, 0]);
  });

  it('leaves alone what was not read since its load, and stops with the readers', async () => {
    const { read, until, loads, cache, ringsAt } = setUp(ahead);
    await read();
    expect(ringsAt()).toBeUndefined();
    await until(100);
    await read();
    await until(10_000);
    expect(loads.map(({ at }) => at)).toEqual([0, 800]);
    expect(counted({ ...cache.getStats() })).toEqual([1, 0, 1]);
    expect(ringsAt()).toBeUndefined();
  });

  it('loads at once for a first reader who comes after that moment', async () => {
    const { read, until, loads } = setUp(ahead);
    await read();
    await until(900);
    await read();
    await until(901);
    expect(loads.map(({ at }) => at)).toEqual([0, 900]);
  });

  it('is off by default, and then plans nothing', async () => {
    const { read, until, loads, prefetches } = setUp();
    await read();
    await read();
    await until(5_000);
    expect([loads.length, prefetches.size]).toEqual([1, 0]);
  });

  it('plans nothing for a reader who wants nothing loaded ahead', async () => {
    const { cache, load, prefetches } = setUp(ahead);
    await cache.read('a', load, { prefetch: false });
    await cache.read('a', load, { prefetch: false });
    expect(prefetches.size).toBe(0);
  });

  it('begins no load beside one that runs', async () => {
    const { cache, read, until } = setUp(ahead);
    const slow = deferred<number>();
    await read();
    await read();
    const bypass = cache.read('a', slow.load, { useCache: false });
    await until(900);
    expect(cache.getStats()).toMatchObject({ loadsRunning: 1, prefetches: 0 });
    slow.resolve(7);
    expect(await bypass).toMatchObject({ value: 7 });
  });

  it('is called off by an invalidation, which also disowns one that runs', async () => {
    const { cache, read, until, loads } = setUp(ahead);
    const slow = deferred<number>();
    await read();
    await read();
    cache.invalidate('a');
    await until(900);
    expect(loads).toHaveLength(1);
    await read();
    await cache.read('a', slow.load);
    await until(1_750);
    cache.invalidate('a');
    slow.resolve(77);
    await settled();
    expect(cache.get('a')).toBeUndefined();
    expect(cache.getStats()).toMatchObject({ prefetches: 1, prefetchesWasted: 1, discarded: 1 });
  });

  it('keeps a failure from readers, and does not try again before a reader has loaded', async () => {
    const { cache, read, until, loads } = setUp(ahead);
    let tries = 0;
    const failing = () => {
      tries++;
      throw new Error('no broker');
    };
    await read();
    await cache.read('a', failing);
    await until(900);
    expect(tries).toBe(1);
    expect(await cache.read('a', failing)).toMatchObject({ status: 'HIT', value: 1 });
    await until(999);
    expect(tries).toBe(1);
    await until(1_000);
    expect(await read()).toMatchObject({ status: 'MISS', value: 2 });
    expect(loads).toHaveLength(2);
    expect(cache.getStats()).toMatchObject({ loadFailures: 1, prefetches: 1, prefetchesWasted: 1 });
  });

  it('counts a reader who came to wait for it as one that used it', async () => {
    const { cache, read, until } = setUp(ahead);
    const slow = deferred<number>();
    await read();
    await cache.read('a', slow.load);
    await until(1_050);
    const waiting = read();
    slow.resolve(7);
    expect(await waiting).toMatchObject({ value: 7, status: 'MISS', collapsed: true });
    await until(10_000);
    expect(counted({ ...cache.getStats() })).toEqual([1, 1, 0]);
  });

  it('begins no more loads at a time than the schedule allows, and the others when those end', async () => {
    const { cache, read, until } = setUp(ahead);
    const slow = deferred<number>();
    for (const key of ['a', 'b', 'c']) {
      await read(key);
      await cache.read(key, slow.load);
    }
    await until(900);
    expect(cache.getStats()).toMatchObject({ loadsRunning: 2, prefetches: 2 });
    slow.resolve(7);
    await settled();
    expect(cache.getStats()).toMatchObject({ loadsRunning: 0, prefetches: 3 });
  });

  it('does not begin a load that had to wait until its entry was dead', async () => {
    const { cache, read, until } = setUp(ahead);
    const slow = deferred<number>();
    for (const key of ['a', 'b', 'c']) {
      await read(key);
      await cache.read(key, slow.load);
    }
    await until(1_000);
    slow.resolve(7);
    await settled();
    expect(cache.getStats()).toMatchObject({ loadsRunning: 0, prefetches: 2 });
  });

  it('has no timer any more once its schedule is disposed of', async () => {
    const { read, prefetches, ringsAt } = setUp(ahead);
    await read();
    await read();
    expect(ringsAt()).toBe(800);
    prefetches[Symbol.dispose]();
    expect(ringsAt()).toBeUndefined();
    await read();
    expect([ringsAt(), prefetches.size]).toEqual([undefined, 0]);
  });

  it('holds on to nothing once the entry has gone', async () => {
    const { cache, read, prefetches } = setUp({ ...ahead, maxSize: 1 });
    await read('a');
    await read('a');
    await read('b');
    expect(prefetches.size).toBe(0);
    await read('b');
    cache.clear();
    expect(prefetches.size).toBe(0);
  });
});

describe('prediction', () => {
  const predictive = { predictive: 2 };
  /** Every five seconds, from the beginning. */
  const poll = async ({ until, read }: ReturnType<typeof setUp>, from: number, to: number) => {
    const seen: string[] = [];
    for (let time = from; time <= to; time += 5_000) {
      await until(time);
      seen.push((await read()).status);
    }
    return seen;
  };

  it('loads just before a regular reader comes, once four gaps were alike', async () => {
    const world = setUp(predictive);
    expect(await poll(world, 0, 35_000)).toEqual([
      ...['MISS', 'MISS', 'MISS', 'MISS', 'MISS', 'HIT', 'HIT', 'HIT'],
    ]);
    expect(world.loads.slice(4, 7)).toEqual([
      { at: 20_000, maxAge: Infinity },
      { at: 24_900, maxAge: 250 },
      { at: 29_900, maxAge: 250 },
    ]);
    expect(counted({ ...world.cache.getStats() })).toEqual([3, 3, 0]);
  });

  it('stops after two expected readers in a row have stayed away', async () => {
    const world = setUp(predictive);
    await poll(world, 0, 25_000);
    await world.until(600_000);
    expect(world.loads.slice(-2).map(({ at }) => at)).toEqual([29_900, 34_900]);
    expect(counted({ ...world.cache.getStats() })).toEqual([3, 1, 2]);
    expect(world.ringsAt()).toBeUndefined();
  });

  it('goes on when one came after all', async () => {
    const world = setUp(predictive);
    await poll(world, 0, 25_000);
    expect(await poll(world, 35_000, 45_000)).toEqual(['HIT', 'HIT', 'HIT']);
    expect(counted({ ...world.cache.getStats() })).toEqual([5, 4, 1]);
  });

  it('expects no reader that comes at irregular times', async () => {
    const { until, read, cache } = setUp(predictive);
    for (const time of [0, 5_000, 7_500, 15_000, 18_000, 26_000, 29_000, 37_000, 41_000]) {
      await until(time);
      await read();
    }
    await until(100_000);
    expect(cache.getStats().prefetches).toBe(0);
  });

  it('takes reads that come together for those of one page', async () => {
    const world = setUp(predictive);
    for (let time = 0; time <= 25_000; time += 5_000) {
      for (const delay of [0, 20, 60]) {
        await world.until(time + delay);
        await world.read();
      }
    }
    expect(world.cache.getStats().prefetchesUsed).toBe(1);
  });

  it('loads nothing for a reader whom the entry will still answer', async () => {
    const world = setUp({ ...predictive, ttl: 60_000 });
    await poll(world, 0, 50_000);
    expect([world.loads.length, world.cache.getStats().prefetches]).toEqual([1, 0]);
  });

  it('loads only before those reads of a regular reader that the entry will not answer', async () => {
    const world = setUp({ ...predictive, ttl: 15_000 });
    await poll(world, 0, 40_000);
    expect(world.loads.map(({ at }) => at)).toEqual([0, 15_000, 28_500]);
  });

  it('takes as much longer as the load took last time', async () => {
    const world = setUp(predictive);
    const slow = async () => {
      world.clock.now += 200;
      return world.load({ maxAge: 0 });
    };
    for (let time = 0; time <= 20_000; time += 5_000) {
      await world.until(time);
      await world.cache.read('a', slow);
    }
    expect(world.ringsAt()).toBe(25_000 - 100 - 300);
  });

  it('forgets keys that were not read for long', async () => {
    const world = setUp(predictive);
    await poll(world, 0, 20_000);
    expect(world.prefetches.size).toBe(1);
    world.clock.now = 20_000 + 1_200_000; // the machine slept
    world.cache.sweep();
    expect(world.prefetches.size).toBe(1);
    world.clock.now++;
    world.cache.sweep();
    expect(world.prefetches.size).toBe(0);
  });
});

it.each([
  [{ refreshAhead: 1 }, 'refreshAhead must be a fraction, 0 or more and less than 1, got 1'],
  [{ predictive: 0.5 }, 'predictive must be zero or a positive whole number, got 0.5'],
])('refuses %j', (options, message) => {
  expect(() => cacheWorld(options)).toThrow(message);
});
