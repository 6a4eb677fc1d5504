/** Ten dashboards that each ask for the same key every 5 s, when they were opened, at a TTL of 2 s; a change in 20 s. */
import { Readers, Simulation } from './simulation.mjs';

const until = 1_800_000;

export const refreshAhead = {
  name: 'refresh ahead at 0.8',
  simulated: true,
  async run(open) {
    const { MetricsCache } = await open('cache/metrics-cache.js');
    const { PrefetchSchedule } = await open('cache/policies/prefetch-schedule.js');
    const rows = [];
    for (const dashboards of [10, 1])
      for (const [variant, fraction] of [
        ['without', 0],
        ['with', 0.8],
      ]) {
        const world = new Simulation(3);
        const cache = new MetricsCache({
          ...{ name: 'task_status', ttl: 2_000, maxSize: 10, refreshAhead: fraction },
          prefetches: new PrefetchSchedule({ clock: world.clock, timer: world.timer }),
          clock: world.clock,
        });
        const readers = new Readers();
        const read = readers.ofChanging(world, cache, { rate: 1 / 20, until });
        for (let i = 0; i < dashboards; i++) {
          const first = world.uniform(0, 5_000);
          world.poll(5_000, { first, jitter: 250, until }, read);
        }
        await world.run(until + 10_000);
        const scenario = `${dashboards} ${dashboards === 1 ? 'dashboard' : 'dashboards'}, each every 5 s`;
        rows.push(readers.row(this.name, scenario, variant, cache.getStats()));
      }
    return rows;
  },
};
