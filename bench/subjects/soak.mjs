/** Whether the memory of a gateway that is full stays the same while old tasks make room for new ones. */
import { startGateway } from '../support/gateway.mjs';
import { batchSize, eventBodies, messagesOf } from '../support/events.mjs';
import { query } from '../support/load.mjs';
import { pageQuery } from '../support/page.mjs';
import { encode, openPublisher } from '../support/publisher.mjs';
import { rowsOf } from '../support/rounds.mjs';
import { startRedis } from '../support/servers.mjs';
import { median } from '../support/statistics.mjs';
import { measurable, residentBytes } from '../support/usage.mjs';

const maxTasks = 20_000;
/** Events a second: all tasks are replaced once in half a minute. */
const rate = 2_000;
/** Seconds whose events are made at once; memory is looked at after each. */
const stretch = 5;
/** Turnovers of all tasks before memory is compared. */
const turnovers = 2;
const megabyte = 2 ** 20;

/** Publishes the events of some seconds; its tasks are new ones. */
async function publish(publisher, seed) {
  const count = Math.round((rate * stretch) / 3);
  const events = eventBodies(count, { start: Date.now() / 1_000, rate: count / stretch, seed });
  await publisher.publishAt(encode(messagesOf(events, batchSize)), rate);
}

/** Megabytes after each stretch. */
async function endure(gateway, publisher, seconds) {
  const samples = [];
  const filling = (turnovers * maxTasks * 3) / rate;
  for (let passed = 0, seed = 1; passed < filling + seconds; passed += stretch, seed++) {
    await publish(publisher, seed);
    await query(gateway.port, pageQuery);
    if (passed >= filling) samples.push((await residentBytes(gateway.child)) / megabyte);
  }
  return samples;
}

export const soak = {
  name: 'soak',
  title: 'Memory of a full gateway over time',
  goals: [{ id: 'growth', what: 'memory in the last quarter over that in the first', atMost: 1.05 }],
  async run({ builds: [build], minutes, quick }) {
    const redis = await startRedis({ bursts: true });
    const gateway = await startGateway(build, redis.url, {
      args: ['--max-tasks', `${maxTasks}`],
      ...measurable,
    });
    const publisher = await openPublisher(redis);
    const samples = await endure(gateway, publisher, quick ? 4 * stretch : minutes * 60);
    publisher.close();
    const quarter = Math.ceil(samples.length / 4);
    const [first, last] = [samples.slice(0, quarter), samples.slice(-quarter)];
    const { gateway: seen } = await query(gateway.port, '{ gateway { taskStore { tasks } } }');
    const figures = {
      'MB, first quarter': first,
      'MB, last quarter': last,
      'MB at most': [Math.max(...samples)],
      tasks: [seen.taskStore.tasks],
    };
    const about = `${rate.toLocaleString('en-US')} events/s for ${quick ? 'a moment' : `${minutes} min`}`;
    return {
      rows: rowsOf(new Map([[build.name, figures]]), about),
      values: quick ? {} : { growth: median(last) / median(first) },
      notes: [
        `At a bound of ${maxTasks.toLocaleString('en-US')} tasks, which are replaced every half minute.`,
      ],
    };
  },
};
