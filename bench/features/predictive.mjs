/**
 * Dashboards at a TTL of 2 s that poll every 5 s, a few milliseconds early or late: one all the time, one that is
 * opened every five minutes for one to four, and a reader who comes at random, whom nothing can expect. A change in 20 s.
 */
import { Readers, Simulation } from './simulation.mjs';

const until = 1_800_000;
const poll = (world, from, to, act) => world.poll(5_000, { first: from, jitter: 50, until: to }, act);

const scenarios = {
  'one dashboard, every 5 s': (world, act) => poll(world, 0, until, act),
  'the same, opened now and then': (world, act) => {
    for (let at = 0; at < until; at += 300_000)
      poll(world, at + world.uniform(0, 200_000), at + 260_000, act);
  },
  'at random, every 5 s on average': (world, act) => world.poisson(1 / 5, act, until),
};

export const predictive = {
  name: 'predictive, 2 missed',
  simulated: true,
  async run(open) {
    const { MetricsCache } = await open('cache/metrics-cache.js');
    const { PrefetchSchedule } = await open('cache/policies/prefetch-schedule.js');
    const rows = [];
    for (const [scenario, begin] of Object.entries(scenarios))
      for (const [variant, missed] of [
        ['without', 0],
        ['with', 2],
      ]) {
        const world = new Simulation(5);
        const cache = new MetricsCache({
          ...{ name: 'task_status', ttl: 2_000, maxSize: 10, predictive: missed },
          prefetches: new PrefetchSchedule({ clock: world.clock, timer: world.timer }),
          clock: world.clock,
        });
        const readers = new Readers();
        const read = readers.ofChanging(world, cache, { rate: 1 / 20, until });
        begin(world, read);
        await world.run(until + 60_000);
        rows.push(readers.row(this.name, scenario, variant, cache.getStats()));
      }
    return rows;
  },
};
