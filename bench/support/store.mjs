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
