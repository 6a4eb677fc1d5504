import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DriftingWorld } from './drifting-world.js';
import type { WorldSettings } from './drifting-world.js';

interface Act {
  readonly label: string;
  readonly on: (world: DriftingWorld) => void;
}

const keys = ['a1', 'a2'];
const key = fc.constantFrom(...keys);

const settings: fc.Arbitrary<WorldSettings> = fc.record({
  maxSize: fc.constantFrom(1, 2, 2),
  staleWhileRevalidate: fc.constantFrom(0, 3),
  staleIfError: fc.constantFrom(0, 5, 9),
  negativeTtl: fc.constantFrom(0, 2),
  refreshAhead: fc.constantFrom(0, 0, 0.5),
  predictive: fc.constantFrom(0, 0, 2),
});

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({ k: key, cached: fc.constantFrom(true, true, false), lot: fc.nat(3) })
      .map(({ k, cached, lot }): Act => ({
        label: `${cached ? 'read' : 'bypass'} ${k}${lot === 0 ? ', failing' : ''}`,
        on: (world) => world.read(k, cached, lot === 0),
      })),
  },
  {
    weight: 2,
    arbitrary: key.map((k): Act => ({ label: `drift ${k}`, on: (world) => world.drift(k) })),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(1, 2, 4).map((milliseconds): Act => ({
      label: `advance ${milliseconds}`,
      on: (world) => world.advance(milliseconds),
    })),
  },
  {
    weight: 2,
    arbitrary: key.map((k): Act => ({
      label: `change ${k}`,
      on: (world) => world.change([k], (cache) => cache.invalidate(k)),
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Act[]>(
      { label: 'change a*', on: (world) => world.change(keys, (cache) => cache.invalidatePrefix('a')) },
      { label: 'change all', on: (world) => world.change(keys, (cache) => cache.clear()) },
      { label: 'set a1', on: (world) => world.set('a1') },
    ),
  },
);

/** Whatever waits for no further load goes on before the scheduler's next choice. */
async function settle(): Promise<void> {
  for (let i = 0; i < 12; i++) await Promise.resolve();
}

it('keeps its promises however loads, readers and changes interleave', async () => {
  const reached = {
    discarded: 0,
    collapsed: 0,
    staleHits: 0,
    prefetches: 0,
    prefetchesUsed: 0,
    prefetchesWasted: 0,
    loadFailures: 0,
    lateStaleAnswers: 0,
    sharedBypasses: 0,
    answers: 0,
  };
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      settings,
      fc.array(act, { size: 'max', maxLength: 40 }),
      async (scheduler, options, acts) => {
        const world = new DriftingWorld(scheduler, options);
        scheduler.scheduleSequence(
          acts.map(({ label, on }) => ({
            label,
            builder: async () => on(world),
          })),
        );
        while (scheduler.count() > 0) {
          await scheduler.waitNext(1);
          await settle();
          world.ring();
          world.checkIdentities();
        }
        await Promise.all(world.reads);
        world.cache.clear(); // whatever was loaded ahead and is unread ends here

        const stats = world.cache.getStats();
        expect(stats.loadsRunning).toBe(0);
        expect(stats.prefetchesUsed + stats.prefetchesWasted).toBe(stats.prefetches);
        expect(world.reached.answers + world.reached.failures).toBe(world.reads.length);
        const counts: Record<string, unknown> = { ...stats, ...world.reached };
        for (const name of Object.keys(reached) as (keyof typeof reached)[])
          reached[name] += Number(counts[name]);
      },
    ),
    { numRuns: 800 },
  );
  for (const [name, times] of Object.entries(reached)) expect(times, name).toBeGreaterThan(5);
}, 60_000);
