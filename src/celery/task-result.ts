/** What the result backend knows of a task, laid over what events told. */
import type { Task } from './events/task.js';
import { isFinal } from './states.js';
import type { TaskMeta } from './transport/transport.js';

/** Whether asking the result backend may bring news. */
export function mayHaveResult(task: Task | null): boolean {
  return task === null || !isFinal(task.state);
}

/** A finished result wins over a state that is not final; otherwise events know more than a stored state. */
export function withResult(task: Task | null, meta: TaskMeta | null): Task | null {
  if (meta === null) return task;
  if (task !== null && (isFinal(task.state) || !isFinal(meta.state))) return task;
  const base = task ?? unknownTask(meta.id);
  const at = isFinal(meta.state) ? meta.doneAt : null;
  return {
    ...base,
    state: meta.state,
    name: base.name ?? meta.name,
    worker: base.worker ?? meta.worker,
    queue: base.queue ?? meta.queue,
    retries: Math.max(base.retries, meta.retries ?? 0),
    result: meta.result,
    exception: meta.exception,
    traceback: meta.traceback,
    succeededAt: meta.state === 'SUCCESS' ? at : base.succeededAt,
    failedAt: meta.state === 'FAILURE' ? at : base.failedAt,
    revokedAt: meta.state === 'REVOKED' ? at : base.revokedAt,
    finishedAt: at,
    source: 'RESULT_BACKEND',
  };
}

function unknownTask(id: string): Task {
  return {
    id,
    sequence: 0,
    name: null,
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
    runtimeSeconds: null,
    queueWaitSeconds: null,
    rootId: null,
    parentId: null,
    childIds: [],
    source: 'RESULT_BACKEND',
  };
}
