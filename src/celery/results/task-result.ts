/** A task as the result backend knows it: what it has goes into the store, or stands alone where that knows no such task. */
import type { State } from '../events/state.js';
import type { Task } from '../tasks/task.js';
import { isFinal } from '../states.js';
import type { TaskMeta } from '../transport/transport.js';

/**
 * What is known of the task, with what is stored for it.
 * @param meta null if nothing is stored
 */
export function taskWithResult(
  state: Pick<State, 'settleTask' | 'task'>,
  id: string,
  meta: TaskMeta | null,
): Task | null {
  if (meta !== null) state.settleTask(meta);
  return state.task(id) ?? (meta === null ? null : storedTask(meta));
}

/** A task that no event and no worker has shown: lists and counts do not have it. */
function storedTask(meta: TaskMeta): Task {
  const at = isFinal(meta.state) ? meta.doneAt : null;
  return {
    ...unknownTask(meta.id),
    state: meta.state,
    name: meta.name,
    args: meta.args,
    kwargs: meta.kwargs,
    worker: meta.worker,
    queue: meta.queue,
    retries: meta.retries ?? 0,
    result: meta.result,
    exception: meta.exception,
    traceback: meta.traceback,
    progress: meta.progress,
    truncated: meta.truncated,
    succeededAt: meta.state === 'SUCCESS' ? at : null,
    failedAt: meta.state === 'FAILURE' ? at : null,
    revokedAt: meta.state === 'REVOKED' ? at : null,
    finishedAt: at,
  };
}

function unknownTask(id: string): Task {
  return {
    id,
    sequence: 0,
    name: null,
    isNameCertain: false,
    shadow: null,
    state: 'PENDING',
    args: null,
    kwargs: null,
    result: null,
    exception: null,
    traceback: null,
    truncated: [],
    worker: null,
    queue: null,
    exchange: null,
    routingKey: null,
    retries: 0,
    eta: null,
    expires: null,
    clock: null,
    client: null,
    sentAt: null,
    receivedAt: null,
    startedAt: null,
    succeededAt: null,
    failedAt: null,
    retriedAt: null,
    revokedAt: null,
    rejectedAt: null,
    finishedAt: null,
    isRunning: false,
    orphanedAt: null,
    runtimeSeconds: null,
    queueWaitSeconds: null,
    attempts: [],
    attemptsOmitted: 0,
    rootId: null,
    parentId: null,
    childIds: [],
    source: 'RESULT_BACKEND',
  };
}
