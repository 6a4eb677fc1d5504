import { describe, expect, it } from 'vitest';
import { CacheRegistry } from '../../../src/cache/cache-registry.js';
import type { CacheStatus } from '../../../src/cache/cache-status.js';
import { Source } from '../../../src/prometheus/source.js';
import { eventually } from '../../support/eventually.js';

/** A source over a real cache, whose loads end when the test says so. */
function createSource({ patience = 60, shortPatience = 20 } = {}) {
  const clock = { now: 0 };
  const caches = new CacheRegistry({ clock: () => clock.now });
  const loads: { resolve: (value: string) => void; reject: (error: Error) => void }[] = [];
  const reads: string[] = [];
  const load = async (status: CacheStatus): Promise<string> => {
    const read = await caches.read(
      'queue_status',
      'queues',
      () => new Promise<string>((resolve, reject) => void loads.push({ resolve, reject })),
    );
    status.record({ path: 'test', cache: 'queue_status', read });
    return read.value;
  };
  const source = new Source<string>({
    ...{ cache: 'queue_status', load, clock: () => clock.now, patience, shortPatience },
    onRead: (cache, result) => void reads.push(`${cache} ${result}`),
  });
  return { source, clock, caches, loads, reads };
}

async function answered(value: string, world = createSource()) {
  const reading = world.source.read();
  await eventually(() => expect(world.loads).toHaveLength(1));
  world.loads[0]?.resolve(value);
  return { ...world, reading: await reading };
}

describe('Source', () => {
  it('gives an answer that came in time, and says that it was a miss', async () => {
    const { reading, reads } = await answered('deep');
    expect(reading).toEqual({ value: 'deep', ageSeconds: 0, isCurrent: true });
    expect(reads).toEqual(['queue_status miss']);
  });

  it('gives what is cached, with its age', async () => {
    const { source, clock, reads, loads } = await answered('deep');
    clock.now = 2_000;
    expect(await source.read()).toEqual({ value: 'deep', ageSeconds: 2, isCurrent: true });
    expect(reads).toEqual(['queue_status miss', 'queue_status hit']);
    expect(loads).toHaveLength(1);
  });

  it('gives the last answer while the next one is late, and that one the next time', async () => {
    const { source, clock, loads } = await answered('deep');
    clock.now = 15_000;
    expect(await source.read()).toEqual({ value: 'deep', ageSeconds: 15, isCurrent: false });

    loads[1]?.resolve('deeper');
    await eventually(async () => expect((await source.read()).value).toBe('deeper'));
  });

  it('gives nothing when no answer came in time', async () => {
    const { source, reads } = createSource();
    expect(await source.read()).toEqual({ value: null, ageSeconds: null, isCurrent: false });
    expect(reads).toEqual(['queue_status miss']);
  });

  it('gives nothing when the load failed, and not the answer before', async () => {
    const patient = createSource({ patience: 5_000, shortPatience: 5_000 });
    const { source, clock, loads } = await answered('deep', patient);
    clock.now = 15_000;
    const reading = source.read();
    await eventually(() => expect(loads).toHaveLength(2));
    loads[1]?.reject(new Error('the broker is away'));
    expect(await reading).toEqual({ value: null, ageSeconds: null, isCurrent: false });
  });

  it('forgets an answer after a minute', async () => {
    const { source, clock } = await answered('deep');
    clock.now = 60_000;
    expect(await source.read()).toEqual({ value: null, ageSeconds: null, isCurrent: false });
  });
});
