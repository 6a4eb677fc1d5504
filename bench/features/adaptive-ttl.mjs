/**
 * Two dashboards that read twelve keys at random, each key about every second, at a TTL of 2 s: a night in which a
 * key changes every 5 minutes on average, and a day in which it changes every 6 s. Accepted: 5 % out of date.
 */
import { Readers, Simulation } from './simulation.mjs';

const hours = [
  { scenario: 'quiet: a change in 5 min, 1 read/s', rate: 1 / 300 },
  { scenario: 'busy: a change in 6 s, 1 read/s', rate: 1 / 6 },
];
const keys = Array.from({ length: 12 }, (_, i) => `task:${i}`);
const until = 1_800_000;

export const adaptiveTtl = {
  name: 'adaptive TTL of 5 %',
  simulated: true,
  async run(open) {
    const { MetricsCache } = await open('cache/metrics-cache.js');
    const rows = [];
    for (const { scenario, rate } of hours)
      for (const [variant, accepted] of [
        ['without', 0],
        ['with', 0.05],
      ]) {
        const world = new Simulation(11);
        const cache = new MetricsCache({
          ...{ name: 'task_status', ttl: 2_000, maxSize: 100, adaptiveTtl: accepted },
          clock: world.clock,
        });
        const readers = new Readers();
        for (const key of keys) {
          const read = readers.ofChanging(world, cache, { key, rate, takes: 20, until });
          world.poisson(1, read, until);
        }
        await world.run(until + 1_000);
        rows.push(readers.row(this.name, scenario, variant, cache.getStats()));
      }
    return rows;
  },
};
