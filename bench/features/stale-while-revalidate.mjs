/** Ten readers a second of one key at a TTL of 2 s, a load of 50 ms, and a value that changes every 20 s on average. */
import { Readers, Simulation } from './simulation.mjs';

export const staleWhileRevalidate = {
  name: 'stale-while-revalidate',
  simulated: true,
  async run(open) {
    const { MetricsCache } = await open('cache/metrics-cache.js');
    const rows = [];
    for (const [variant, window] of [
      ['without', 0],
      ['with', 2_000],
    ]) {
      const world = new Simulation(7);
      const until = 600_000;
      const cache = new MetricsCache({
        ...{ name: 'task_status', ttl: 2_000, maxSize: 10, staleWhileRevalidate: window },
        clock: world.clock,
      });
      const readers = new Readers();
      const read = readers.ofChanging(world, cache, { rate: 1 / 20, until });
      world.poisson(10, read, until);
      await world.run(until + 10_000);
      rows.push(readers.row(this.name, '10 reads/s of one key, 10 min', variant, cache.getStats()));
    }
    return rows;
  },
};
