/** The page that is measured: 100 tasks with seven fields, three of them times. */
import { startGateway } from './gateway.mjs';
import { batchSize, pastEvents } from './events.mjs';
import { publishAll } from './publisher.mjs';
import { startRedis, startWorkers } from './servers.mjs';
import { untilTasks } from './store.mjs';

export const pageSize = 100;
export const pageFields = 'taskId name state receivedAt startedAt finishedAt runtimeSeconds';
export const pageQuery = `{ tasks(first: ${pageSize}) { nodes { ${pageFields} } } }`;

/**
 * A cluster of four pretend workers, and a gateway of each build that has received so many tasks.
 *
 * @param args flags of the gateways
 */
export async function startCluster(builds, { tasks, args = [], active = 0, workers = 4 }) {
  const redis = await startRedis();
  await startWorkers(redis, workers, { active });
  const gateways = [];
  const memory = ['--max-tasks', `${Math.max(tasks, 100_000)}`, '--max-task-megabytes', '1024'];
  for (const build of builds)
    gateways.push(await startGateway(build, redis.url, { args: [...memory, ...args] }));
  await publishAll(redis, pastEvents(tasks), batchSize);
  for (const gateway of gateways) await untilTasks(gateway, tasks);
  return { redis, gateways };
}
