/** One task, from the task store after it has learned what the result backend knows. */
import type { Task } from '../celery/tasks/task.js';
import { taskWithResult } from '../celery/results/task-result.js';
import type { LoadContext } from './read-row.js';

/**
 * Null if neither the events nor the result backend know the task.
 * @throws BrokerUnavailableError where no event is received: then a task without one is not unknown
 */
export async function readTask(id: string, context: LoadContext): Promise<Task | null> {
  const task = await readStored(id, context);
  if (task === null) context.celery.assertConnected();
  return task;
}

async function readStored(id: string, context: LoadContext): Promise<Task | null> {
  const { celery, resultLoader, storeRead, storeChanged } = context;
  const { state } = celery;
  const fromEvents = (): Task | null => {
    const task = state.task(id);
    storeRead();
    return task;
  };
  if (resultLoader === null || !state.mayHaveResult(id)) return fromEvents();
  try {
    const task = taskWithResult(state, id, await resultLoader.load(id));
    storeChanged(); // lists, counts and figures of the same answer must not be from before
    storeRead();
    return task;
  } catch (error) {
    const known = fromEvents();
    if (known !== null) return known; // what events reported is better than nothing
    celery.assertConnected(); // where both are away, the broker is the one to name
    throw error;
  }
}
