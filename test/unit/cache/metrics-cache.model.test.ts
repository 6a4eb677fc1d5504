import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MetricsCache } from '../../../src/cache/metrics-cache.js';
import type { CacheStats } from '../../../src/cache/cache-stats.js';
import { CacheModel } from './cache-model.js';
import type { ModelSettings, Result, Sized } from './cache-model.js';

interface Real {
  readonly clock: { now: number };
  readonly cache: MetricsCache<Sized>;
  seen: { stats: CacheStats; version: number };
}
type Step = fc.AsyncCommand<CacheModel, Real>;

/** Small numbers throughout, so that keys, ages, windows and bounds meet often, and exactly. */
const settings: fc.Arbitrary<ModelSettings> = fc.record({
  ttl: fc.constantFrom(3, 5),
  maxSize: fc.integer({ min: 1, max: 3 }),
  maxBytes: fc.constantFrom(4, 1_000, 1_000),
  staleWhileRevalidate: fc.constantFrom(0, 2, 4),
  staleIfError: fc.constantFrom(0, 3),
  negativeTtl: fc.constantFrom(0, 2),
  adaptiveTtl: fc.constantFrom(0, 0.5),
});
const key = fc.constantFrom('a1', 'a2', 'b1');
const ttl = fc.constantFrom(1, 3, 5);
let ids = 0;
const sized = fc.integer({ min: 0, max: 5 }).map((bytes): Sized => ({ id: ++ids, bytes }));
const result: fc.Arbitrary<Result> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ value: sized, ttl }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 3 }).map((why) => ({ error: new Error(why) })) },
);

/** Acts on both, compares what they answer, then everything that can be known of them. */
function step(name: string, act: (model: CacheModel, real: Real) => Promise<void> | void): Step {
  return {
    check: () => true,
    toString: () => name,
    run: async (model, real) => {
      await act(model, real);
      compare(model, real);
    },
  };
}

const reads: fc.Arbitrary<Step>[] = [
  fc.tuple(key, result).map(([k, r]) =>
    step(`read(${k}, ${show(r)})`, async (model, { cache }) => {
      model.expire();
      expect(await answer(cache, k, r, true)).toEqual(model.read(k, r));
    }),
  ),
  fc.tuple(key, result).map(([k, r]) =>
    step(`bypass(${k}, ${show(r)})`, async (model, { cache }) => {
      model.expire();
      expect(await answer(cache, k, r, false)).toEqual(model.bypass(k, r));
    }),
  ),
];

const steps: fc.Arbitrary<Step>[] = [
  ...reads,
  fc.tuple(key, sized, ttl).map(([k, value, t]) =>
    step(`set(${k}, ${value.bytes}, ${t})`, (model, { cache }) => {
      model.expire();
      expect(cache.set(k, value, t)).toBe(model.set(k, value, t));
    }),
  ),
  key.map((k) =>
    step(`get(${k})`, (model, { cache }) => {
      model.expire();
      expect(cache.get(k)).toEqual(model.get(k));
    }),
  ),
  key.map((k) =>
    step(`invalidate(${k})`, (model, { cache }) => {
      model.expire();
      expect(cache.invalidate(k)).toBe(model.invalidate(k, true) === 1);
    }),
  ),
  key.map((k) =>
    step(`evictChanged(${k})`, (model, { cache }) => {
      model.expire();
      expect(cache.evictChanged(k)).toBe(model.evictChanged(k));
    }),
  ),
  fc.constantFrom('a', 'b', 'c').map((prefix) =>
    step(`invalidatePrefix(${prefix})`, (model, { cache }) => {
      model.expire();
      expect(cache.invalidatePrefix(prefix)).toBe(model.invalidate(prefix));
    }),
  ),
  fc.constant(
    step('clear', (model, { cache }) => {
      model.expire();
      expect(cache.clear()).toBe(model.invalidate(''));
    }),
  ),
  fc.constant(step('sweep', (model, { cache }) => expect(cache.sweep()).toBe(model.expire()))),
];

/** Nothing is looked at after time has passed: looking sweeps, and the next step is to meet the dead. */
const advance: fc.Arbitrary<Step> = fc.constantFrom(1, 1, 2, 3, 6).map((milliseconds) => ({
  check: () => true,
  toString: () => `advance(${milliseconds})`,
  run: async (model, { clock }) => {
    model.now = clock.now += milliseconds;
  },
}));

async function answer(cache: MetricsCache<Sized>, k: string, r: Result, useCache: boolean) {
  const load = () => {
    if ('error' in r) throw r.error;
    return r.value;
  };
  const lifetime = 'error' in r ? {} : { ttl: r.value.bytes % 2 ? r.ttl : () => r.ttl };
  const read = await cache
    .read(k, load, { useCache, ...lifetime })
    .catch((error: unknown) => ({ error }));
  for (let i = 0; i < 5; i++) await Promise.resolve(); // a refresh behind the answer ends too
  return read;
}

function compare(model: CacheModel, real: Real): void {
  const stats = real.cache.getStats();
  expect(stats).toMatchObject({
    ...model.counters,
    size: model.size,
    bytes: model.bytes,
    totalRequests: model.counters.hits + model.counters.misses,
    loadsRunning: 0,
  });
  const { hits, misses, sets, size, loads, refreshes } = stats;
  expect(stats.totalRequests).toBe(hits + misses); // I1
  expect(sets).toBe(
    size + stats.evictions + stats.expirations + stats.invalidations + stats.replacements,
  ); // I2
  const ended = loads + stats.found;
  expect(ended).toBe(sets - model.directSets + stats.discarded + stats.loadFailures); // I3
  expect(ended + stats.loadsRunning).toBeLessThanOrEqual(
    misses - stats.collapsed + stats.bypasses + refreshes,
  ); // I4

  const seen = { stats: real.cache.getStats(), version: real.cache.version };
  if (seen.version === real.seen.version) expect(seen.stats).toEqual(real.seen.stats);
  else expect(seen.version).toBeGreaterThan(real.seen.version);
  real.seen = seen;
}

function show(r: Result): string {
  return 'error' in r ? 'fails' : `${r.value.bytes} bytes for ${r.ttl}`;
}

it('agrees with the model in every value, status, age and counter, after every step', async () => {
  const reached = {
    staleHits: 0,
    evictions: 0,
    expirations: 0,
    discarded: 0,
    replacements: 0,
    invalidations: 0,
  };
  const commands = fc.commands(
    [...steps, ...reads, ...reads, ...reads, advance, advance, advance, advance],
    {
      size: 'max',
      maxCommands: 60,
    },
  );
  await fc.assert(
    fc.asyncProperty(settings, commands, async (options, sequence) => {
      const clock = { now: 0 };
      const cache = new MetricsCache<Sized>({
        ...options,
        name: 'test',
        sizeOf: ({ bytes }) => bytes,
        volatileFields: new Set(['id']),
        clock: () => clock.now,
      });
      const real: Real = { clock, cache, seen: { stats: cache.getStats(), version: cache.version } };
      await fc.asyncModelRun(() => ({ model: new CacheModel(options), real }), sequence);
      const stats = cache.getStats();
      for (const name of Object.keys(reached) as (keyof typeof reached)[]) reached[name] += stats[name];
    }),
    { numRuns: 1_000 },
  );
  for (const [name, times] of Object.entries(reached)) expect(times, name).toBeGreaterThan(100);
}, 60_000);
