import fc from 'fast-check';
import type { Scheduler } from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseRedisUrl } from '../../../../src/celery/transport/address/redis-address.js';
import { silentLogger } from '../../../../src/log.js';
import { SharedRedis } from '../../../../src/cluster/shared-redis.js';
import { eventually } from '../../../support/eventually.js';
import { startRedis } from '../../../support/redis.js';
import { describeWith } from '../../../support/requirements.js';
import type { RedisServer } from '../../../support/redis.js';
import { settled } from '../../../unit/cache/cache-world.js';
import { ReplicasWorld, WorldReplica } from './replicas-world.js';

interface Act {
  readonly label: string;
  readonly on: (world: ReplicasWorld) => void;
}

describeWith(['redis'], 'replicas over one Redis, interleaved', () => {
  let redis: RedisServer;
  let replicas: readonly WorldReplica[];
  beforeAll(async () => {
    redis = await startRedis();
    const address = parseRedisUrl(redis.url());
    replicas = ['a', 'b'].map(
      (id) => new WorldReplica(id, new SharedRedis(address, silentLogger), 'w:'),
    );
    for (const { store } of replicas)
      await eventually(() => expect([store.isUsable, store.state.isSubscribed]).toEqual([true, true]));
  });
  afterAll(async () => {
    for (const replica of replicas) replica[Symbol.dispose]();
    await redis[Symbol.asyncDispose]();
  });

  const replica = fc.constantFrom(0, 1);
  const ordinary = replica.map((n): Act => ({
    label: `read ${n}`,
    on: (world) => world.read(n, true, false),
  }));
  const act: fc.Arbitrary<Act> = fc.oneof(
    { weight: 5, arbitrary: ordinary },
    {
      weight: 1,
      arbitrary: replica.map((n): Act => ({
        label: `failing read ${n}`,
        on: (world) => world.read(n, true, true),
      })),
    },
    {
      weight: 1,
      arbitrary: replica.map((n): Act => ({
        label: `bypass ${n}`,
        on: (world) => world.read(n, false, false),
      })),
    },
    {
      weight: 3,
      arbitrary: replica.map((n): Act => ({
        label: `invalidate ${n}`,
        on: (world) => world.invalidate(n),
      })),
    },
  );

  let runs = 0;

  /** Runs all acts in the scheduler's order until no read and no message is pending. */
  async function play(scheduler: Scheduler, acts: readonly Act[]): Promise<ReplicasWorld> {
    const world = new ReplicasWorld(scheduler, replicas, `k${++runs}`);
    for (const { port } of replicas) port.follow(scheduler);
    let done = 0;
    scheduler.scheduleSequence(
      acts.map(({ label, on }) => ({
        label,
        builder: async () => {
          on(world);
          done++;
        },
      })),
    );
    const still = { open: true };
    const reads = async () => {
      while (done < acts.length) await settled();
      await Promise.all(world.reads);
    };
    const ended = reads().finally(() => (still.open = false));
    for (let quiet = 0; quiet < 3;) {
      if (scheduler.count() > 0) await scheduler.waitNext(1);
      await settled(); // Redis itself is not the scheduler's
      const isBusy = replicas.some(({ port }) => port.inFlight > 0) || scheduler.count() > 0;
      quiet = still.open || isBusy || world.onTheWay > 0 ? 0 : quiet + 1;
    }
    await ended;
    for (const { port } of replicas) port.follow(null);
    return world;
  }

  it('two replicas never answer with what was invalidated, whatever overtakes what', async () => {
    const reached = { found: 0, loaded: 0, failures: 0, received: 0, fenced: 0, waits: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(act, { size: 'max', minLength: 4, maxLength: 16 }),
        async (scheduler, acts) => {
          const world = await play(scheduler, acts);
          expect(world.violations).toEqual([]);
          // What is left in Redis is not older either: the replicas read it again, with their memory emptied.
          for (const { caches, floor } of replicas) {
            caches.forget();
            const late = () => ({ state: world.state });
            const { value } = await caches.read('worker_status', world.key, late, { shared: true });
            expect(value.state).toBeGreaterThanOrEqual(floor);
          }
          for (const name of ['found', 'loaded', 'failures', 'received'] as const)
            reached[name] += world.reached[name];
        },
      ),
      { numRuns: 150, interruptAfterTimeLimit: 40_000, markInterruptAsFailure: true },
    );
    for (const { caches } of replicas) {
      reached.fenced += caches.shared?.stats.fenced ?? 0;
      reached.waits += caches.shared?.stats.waits ?? 0;
    }
    for (const [name, times] of Object.entries(reached)) expect(times, name).toBeGreaterThan(5);
  }, 120_000);

  it('two replicas load a key once for all that read it, whatever overtakes what', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(ordinary, { size: 'max', minLength: 2, maxLength: 12 }),
        async (scheduler, acts) => {
          const before = loads();
          const world = await play(scheduler, acts);
          expect(world.violations).toEqual([]);
          expect(loads() - before).toBe(1);
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);

  function loads(): number {
    return replicas.reduce((sum, { caches }) => sum + caches.get('worker_status').getStats().loads, 0);
  }
});
