/** The page that is measured: 100 tasks with seven fields, three of them times. */
import { startGateway } from './gateway.mjs';
import { batchSize, messagesOf, pastEvents } from './events.mjs';
import { encode, openPublisher } from './publisher.mjs';
import { startRedis, startWorkers } from './servers.mjs';
import { untilTasks } from './store.mjs';

export const pageSize = 100;
export const pageFields = 'taskId name state receivedAt startedAt finishedAt runtimeSeconds';
export const pageQuery = `{ tasks(first: ${pageSize}) { nodes { ${pageFields} } } }`;

/** Events a second that Flower receives without a loss on a slow machine. */
const gentleRate = 4_000;

/**
 * A cluster of four pretend workers, and a gateway of each build that has received so many tasks.
 *
 * @param args flags of the gateways
 * @param beside starts what receives the same events, such as Flower
 */
export async function startCluster(
  builds,
  { tasks, args = [], active = 0, workers = 4, beside = async () => null },
) {
  const redis = await startRedis({ bursts: true });
  await startWorkers(redis, workers, { active });
  const memory = ['--max-tasks', `${Math.max(tasks, 100_000)}`, '--max-task-megabytes', '1024'];
  const gateways = [];
  for (const build of builds)
    gateways.push(await startGateway(build, redis.url, { args: [...memory, ...args] }));
  const other = await beside(redis);
  const publisher = await openPublisher(redis);
  const messages = encode(messagesOf(pastEvents(tasks), batchSize));
  await (other === null ? publisher.publish(messages) : publisher.publishAt(messages, gentleRate));
  publisher.close();
  for (const gateway of gateways) await untilTasks(gateway, tasks);
  return { redis, gateways, other };
}
