/**
 * What the result backend adds to what is known of a task. One rule decides for every reader, and the outcome goes
 * into the store.
 */
import { endUnknown, isCustom, isFinal } from '../states.js';
import type { TaskMeta } from '../transport/transport.js';
import { maxIdLength, type TaskEvent } from '../events/event.js';
import { identifier, shortText } from '../events/event-fields.js';
import { clearOutcome, replaceText, setProgress, setText, type MergeOptions } from './record-text.js';
import { learnName } from './task-name.js';
import type { TaskRecord } from './task-record.js';
import { endedAtOf, endsRun, noticedEnd } from './task-run.js';
import { setOtherEnds } from './task-history.js';

/** Maximum by which a result may seem older than the start of its own attempt: times are rounded. */
const toleranceMs = 1_000;
/** Maximum by which a worker's clock may be ahead of the gateway's; a wrong time zone makes an hour at least. */
export const maxAheadMs = 3_600_000;

/** What `result_extended` stores besides the result. */
const storedFields = ['name', 'args', 'kwargs', 'worker', 'queue'] as const;

/**
 * Whether the stored state replaces the one that is known.
 * @param isHeld whether a worker that answers runs the task. Celery 5.6 stores REVOKED when a task is revoked, also if
 * it runs on, and applications store FAILURE by themselves: neither ends a task that runs.
 */
export function takesState(task: TaskRecord, meta: TaskMeta, isHeld: boolean): boolean {
  if (!isFinal(meta.state)) return takesProgress(task, meta);
  if (!isOfLatestRun(task, meta)) return false;
  // Its worker has let go of it: what is stored is all that can be known.
  if (task.state === endUnknown) return true;
  if (task.state === 'REVOKED') return correctsRevoked(task, meta);
  if (isFinal(task.state)) return false;
  return !isHeld || isCertain(meta);
}

/** A custom state replaces STARTED or another custom one: no event brings what is stored with it. */
function takesProgress(task: TaskRecord, { state, progress = null }: TaskMeta): boolean {
  if (!isCustom(state) || !(task.state === 'STARTED' || isCustom(task.state))) return false;
  return task.state !== state || !isSameJson(task.progress, progress);
}

/** Whether the result is not that of an earlier run. A result without a time counts as the latest. */
function isOfLatestRun(task: TaskRecord, { doneAt }: TaskMeta): boolean {
  const former = task.attempts.at(-1);
  if (doneAt === null) return former === undefined;
  // The end is stored before the event of it is sent.
  if (former !== undefined && doneAt <= (endedAtOf(former) ?? -Infinity)) return false;
  const { receivedAt, startedAt, retriedAt, custom } = task;
  const isSentAgain = former !== undefined || (task.history?.sendings.length ?? 0) > 1;
  const sentAt = isSentAgain && task.state === 'PENDING' ? task.sentAt : null;
  return doneAt + toleranceMs >= latestOf(receivedAt, startedAt, retriedAt, sentAt, custom?.at ?? null);
}

function latestOf(...times: readonly (number | null)[]): number {
  return Math.max(...times.map((time) => time ?? 0));
}

/** A task that was revoked while it ran may have run on to its end. */
function correctsRevoked({ source, revokedAt }: TaskRecord, meta: TaskMeta): boolean {
  if (meta.state !== 'SUCCESS' && meta.state !== 'FAILURE') return false;
  if (meta.doneAt === null) return source !== 'EVENTS';
  return meta.doneAt + toleranceMs >= (revokedAt ?? 0);
}

/** Whether only the end of a task stores this. */
function isCertain({ state, isOwnShape = false }: TaskMeta): boolean {
  return state === 'SUCCESS' || (state === 'FAILURE' && !isOwnShape);
}

export function mergeState(task: TaskRecord, meta: TaskMeta, now: number, options: MergeOptions): void {
  const final = isFinal(meta.state);
  const doneAt = meta.doneAt !== null && meta.doneAt <= now + maxAheadMs ? meta.doneAt : now;
  const at = final ? Math.max(doneAt, task.startedAt ?? 0) : now;
  // A later event may show that it is the end of another run: what events have said of this one is kept.
  if (final && task.source === 'EVENTS' && endsRun(task.state) && task.stateAt !== null)
    setOtherEnds(task, [...task.otherEnds, { state: task.state, at: task.stateAt }]);
  task.state = options.names.intern(meta.state);
  task.stateAt = at;
  task.source = 'RESULT_BACKEND';
  if (!final) task.custom = { state: task.state, at: null };
  setProgress(task, meta.progress ?? null);
  for (const field of ['result', 'exception', 'traceback'] as const)
    replaceText(task, field, meta[field], options, meta.truncated);
  if (!final) return;
  task.approximate &= ~noticedEnd;
  if (doneAt !== meta.doneAt) task.approximate |= noticedEnd;
  task.orphanedAt = null;
  task.revokedAt = null;
  if (meta.state === 'SUCCESS') task.succeededAt = at;
  else if (meta.state === 'FAILURE') task.failedAt = at;
  else if (meta.state === 'REVOKED') task.revokedAt = at;
}

/** True if the stored result has fields that no event has reported. */
export function fillsFields(task: TaskRecord, meta: TaskMeta): boolean {
  const stored = storedIn(meta);
  if (stored.name !== null && !task.isNameCertain) return true;
  const isMissing = storedFields.some((field) => task[field] === null && stored[field] !== null);
  return isOfLatestRun(task, meta) && (isMissing || (meta.retries ?? 0) > task.retries);
}

/** What the store can take: an empty name is none, and would be missing at every look. */
function storedIn({ name, args, kwargs, worker, queue }: TaskMeta) {
  return {
    name: shortText(name),
    args,
    kwargs,
    worker: identifier(worker, maxIdLength),
    queue: shortText(queue),
  };
}

export function mergeFields(task: TaskRecord, meta: TaskMeta, options: MergeOptions): void {
  const { names } = options;
  for (const field of ['args', 'kwargs'] as const)
    if (task[field] === null) setText(task, field, meta[field], options, meta.truncated);
  const { name, queue, worker } = storedIn(meta);
  if (name !== null) learnName(task, names.intern(name));
  if (queue !== null) task.queue ??= names.intern(queue);
  if (!isOfLatestRun(task, meta)) return;
  task.worker ??= worker;
  task.retries = Math.max(task.retries, meta.retries ?? 0);
}

/**
 * Whether an event replaces a state that no event has brought, whatever Celery's precedence says: a worker that starts
 * or receives the task anew shows that it is not over.
 */
export function replacesLearned(task: TaskRecord, event: TaskEvent): boolean {
  const { state, source, startedAt, receivedAt, revokedAt } = task;
  if (source === 'EVENTS') return false;
  if (state !== 'REVOKED' && state !== endUnknown && !isCustom(state)) return false;
  switch (event.subject) {
    case 'started':
      return event.timestampMs > (startedAt ?? 0);
    case 'received':
      return event.timestampMs > Math.max(receivedAt ?? 0, startedAt ?? 0, revokedAt ?? 0);
    case 'retried':
    case 'rejected':
      return event.timestampMs > Math.max(receivedAt ?? 0, startedAt ?? 0);
    case 'revoked':
      return true;
    default: // a task that reports a custom state runs
      return isCustom(event.state) && !isCustom(state) && event.timestampMs > (startedAt ?? 0);
  }
}

/** Goes back to what the events say. */
export function unlearn(task: TaskRecord): void {
  const { startedAt, receivedAt, sentAt } = task;
  if (startedAt !== null) task.state = 'STARTED';
  else task.state = receivedAt === null ? 'PENDING' : 'RECEIVED';
  task.stateAt = startedAt ?? receivedAt ?? sentAt;
  task.approximate &= ~noticedEnd;
  task.custom = null;
  clearOutcome(task);
}

function isSameJson(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Whether the result backend may know more of the task than the store. */
export function mayHaveResult(task: TaskRecord | undefined): boolean {
  return task === undefined || task.awaitsResult || storedFields.some((field) => task[field] === null);
}
