/** What the result backend knows of a task, laid over what events told. */
import { taskTexts, type Task, type TaskText } from './events/task.js';
import { isCustom, isFinal } from './states.js';
import type { TaskMeta } from './transport/transport.js';

/** What `result_extended` stores besides the result. */
const storedFields = ['name', 'args', 'kwargs', 'worker', 'queue'] as const;
/** What belongs to a state, and comes with it. */
const outcomeFields = ['result', 'exception', 'traceback'] as const;

/** Whether asking the result backend may bring news: the end of the task, or what no event has told of it. */
export function mayHaveResult(task: Task | null): boolean {
  return task === null || !isFinal(task.state) || storedFields.some((field) => task[field] === null);
}

/**
 * A finished result wins over a state that is not final, and so does a custom state over STARTED or another custom
 * one, since what is stored with it no event tells. Otherwise events know more than a stored state, and only what they
 * have not told is filled in.
 */
export function withResult(task: Task | null, meta: TaskMeta | null): Task | null {
  if (meta === null) return task;
  const known = task ?? unknownTask(meta.id);
  const takesState =
    task === null ||
    (!isFinal(task.state) && isFinal(meta.state)) ||
    ((task.state === 'STARTED' || isCustom(task.state)) && isCustom(meta.state));
  const fromMeta = new Set<TaskText>(takesState ? outcomeFields : []);
  for (const field of ['args', 'kwargs'] as const) if (known[field] === null) fromMeta.add(field);
  const filled: Task = {
    ...known,
    name: known.name ?? meta.name,
    args: known.args ?? meta.args,
    kwargs: known.kwargs ?? meta.kwargs,
    worker: known.worker ?? meta.worker,
    queue: known.queue ?? meta.queue,
    retries: Math.max(known.retries, meta.retries ?? 0),
    truncated: taskTexts.filter((field) =>
      (fromMeta.has(field) ? meta : known).truncated.includes(field),
    ),
  };
  return takesState ? withState(filled, meta) : filled;
}

function withState(task: Task, meta: TaskMeta): Task {
  const at = isFinal(meta.state) ? meta.doneAt : null;
  return {
    ...task,
    state: meta.state,
    result: meta.result,
    exception: meta.exception,
    traceback: meta.traceback,
    progress: meta.progress,
    succeededAt: meta.state === 'SUCCESS' ? at : task.succeededAt,
    failedAt: meta.state === 'FAILURE' ? at : task.failedAt,
    revokedAt: meta.state === 'REVOKED' ? at : task.revokedAt,
    finishedAt: at,
    orphanedAt: isFinal(meta.state) ? null : task.orphanedAt,
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
    orphanedAt: null,
    runtimeSeconds: null,
    queueWaitSeconds: null,
    rootId: null,
    parentId: null,
    childIds: [],
    source: 'RESULT_BACKEND',
  };
}
