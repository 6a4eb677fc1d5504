/** The end of a task that no event told, as the result backend has it. */
import { isFinal } from '../states.js';
import type { TaskMeta } from '../transport/transport.js';
import { maxIdLength } from './event.js';
import { identifier, shortText } from './event-fields.js';
import { setText, type MergeOptions } from './task-merge.js';
import type { TaskRecord } from './task-record.js';

/** By how much a result may seem older than the start of its own attempt: times are rounded. */
const toleranceMs = 1_000;

/** Whether the stored result is the end of what is known of the task, and not that of an earlier attempt. */
export function isEndOf(task: TaskRecord, meta: TaskMeta): boolean {
  if (isFinal(task.state) || !isFinal(meta.state)) return false;
  const { startedAt } = task;
  return startedAt === null || meta.doneAt === null || meta.doneAt + toleranceMs >= startedAt;
}

export function mergeResult(task: TaskRecord, meta: TaskMeta, now: number, options: MergeOptions): void {
  const { names } = options;
  const at = meta.doneAt ?? now;
  task.state = names.intern(meta.state);
  task.stateAt = at;
  task.source = 'RESULT_BACKEND';
  task.orphanedAt = null;
  if (meta.state === 'SUCCESS') task.succeededAt = at;
  else if (meta.state === 'FAILURE') task.failedAt = at;
  else if (meta.state === 'REVOKED') task.revokedAt = at;
  setText(task, 'result', meta.result, options);
  setText(task, 'exception', meta.exception, options);
  setText(task, 'traceback', meta.traceback, options);
  if (task.args === null) setText(task, 'args', meta.args, options);
  if (task.kwargs === null) setText(task, 'kwargs', meta.kwargs, options);
  const [name, queue] = [shortText(meta.name), shortText(meta.queue)];
  if (name !== null) task.name ??= names.intern(name);
  if (queue !== null) task.queue ??= names.intern(queue);
  task.worker ??= identifier(meta.worker, maxIdLength);
  task.retries = Math.max(task.retries, meta.retries ?? 0);
}
