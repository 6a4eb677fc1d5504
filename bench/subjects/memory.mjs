/** What 100,000 tasks take of the machine's memory, over an idle gateway. */
import { setTimeout as delay } from 'node:timers/promises';
import { startGateway } from '../support/gateway.mjs';
import { batchSize, messagesOf, pastEvents } from '../support/events.mjs';
import { stopAll } from '../support/processes.mjs';
import { encode, openPublisher } from '../support/publisher.mjs';
import { interleave, rowsOf } from '../support/rounds.mjs';
import { startRedis } from '../support/servers.mjs';
import { median, ratioOf } from '../support/statistics.mjs';
import { untilTasks } from '../support/store.mjs';
import { measurable, residentBytes } from '../support/usage.mjs';

/** Milliseconds after which a gateway that has started or has read its events has settled. */
const settling = 2_000;
const collector = new URL('../support/collector.mjs', import.meta.url).href;
const [asItStands, collected] = ['MB per 100,000 tasks', 'MB after a collection'];
const megabyte = 2 ** 20;

/** Each round has a gateway of its own: memory that was taken once is seldom given back. */
function growth(build, tasks) {
  return {
    name: build.name,
    async measure() {
      const redis = await startRedis({ bursts: true });
      const gateway = await startGateway(build, redis.url, {
        args: ['--max-tasks', `${tasks}`],
        nodeArgs: ['--expose-gc', '--import', collector],
      });
      await delay(settling);
      const idle = await residentBytes(gateway.child);
      const publisher = await openPublisher(redis);
      await publisher.publish(encode(messagesOf(pastEvents(tasks), batchSize)));
      publisher.close();
      await untilTasks(gateway, tasks);
      await delay(settling);
      const per = (bytes) => ((bytes - idle) / megabyte) * (100_000 / tasks);
      const full = per(await residentBytes(gateway.child));
      gateway.child.kill('SIGUSR2');
      await delay(settling);
      const figures = {
        'idle MB': idle / megabyte,
        [asItStands]: full,
        [collected]: per(await residentBytes(gateway.child)),
      };
      await stopAll();
      return figures;
    },
  };
}

export const memory = {
  name: 'memory',
  title: 'Memory of 100,000 tasks',
  goals: [{ id: 'full', what: 'resident memory of 100,000 tasks over idle', unit: 'MB', atMost: 120 }],
  async run({ builds, other, rounds, quick }) {
    const tasks = quick ? 5_000 : 100_000;
    const candidates = builds.map((build) => growth(build, tasks));
    const results = await interleave(candidates, { rounds: Math.min(rounds, 3), warmUp: false });
    const rows = rowsOf(results, `${tasks.toLocaleString('en-US')} tasks`);
    const full = (name) => results.get(name)[asItStands];
    if (other !== null)
      for (const row of rows) row[`of ${other.name}`] = ratioOf(full(row.of), full(other.name));
    return {
      rows,
      values: quick ? {} : { full: median(full(builds[0].name)) },
      notes: measurable.ipc
        ? ['Without /proc, resident memory is what the process itself reports.']
        : [],
    };
  },
};
