/** Waits until a gateway has what was published. */
import { setTimeout as delay } from 'node:timers/promises';
import { query } from './load.mjs';

/** Milliseconds without progress after which events count as lost. */
const patience = 10_000;

/** Resolves when the gateway keeps so many tasks. @throws Error if it stops short of that */
export async function untilTasks({ port, build }, count) {
  let [seen, since] = [-1, performance.now()];
  for (;;) {
    const { gateway } = await query(port, '{ gateway { taskStore { tasks } } }');
    if (gateway.taskStore.tasks >= count) return;
    if (gateway.taskStore.tasks !== seen) [seen, since] = [gateway.taskStore.tasks, performance.now()];
    if (performance.now() - since > patience)
      throw new Error(`the gateway of ${build.name} keeps ${seen} of ${count} tasks`);
    await delay(50);
  }
}

/** Resolves when the gateway has received so many events and has read all of them. @throws Error if it stops short of that */
export async function untilReceived({ port, build }, count) {
  let [seen, since] = [-1, performance.now()];
  for (;;) {
    const { gateway } = await query(port, '{ gateway { events { received waiting } } }');
    const { received, waiting } = gateway.events;
    if (received >= count && waiting === 0) return;
    if (received !== seen) [seen, since] = [received, performance.now()];
    if (performance.now() - since > patience)
      throw new Error(`the gateway of ${build.name} received ${seen} of ${count} events`);
    await delay(50);
  }
}

/** Resolves when the gateway has the statistics of so many workers. @throws Error if it stops short of that */
export async function untilWorkers({ port, build }, count) {
  const text = '{ workers(useCache: false) { nodes { status stats { pid } } } }';
  const end = performance.now() + patience;
  for (;;) {
    const { workers } = await query(port, text).catch(() => ({ workers: { nodes: [] } }));
    const complete = workers.nodes.filter(({ stats }) => stats !== null).length;
    if (complete === count) return;
    if (performance.now() > end)
      throw new Error(`the gateway of ${build.name} knows ${complete} of ${count} workers`);
    await delay(50);
  }
}
