/** How an event or an inspect reply changes a task. Counterpart of `celery.events.state.Task.event`. */
import { endUnknown, isFinal, precedence } from '../states.js';
import type { TaskEvent, TaskFields } from './event.js';
import { maxIdLength } from './event.js';
import { identifier, shortText } from './event-fields.js';
import type { Interner } from './interner.js';
import type { TaskRecord } from './task-record.js';
import { replacesLearned, setProgress } from './task-settle.js';
import { bytesOf, cutText, isCutByWorker, wrappedError } from './task-text.js';
import { taskTexts, type TaskText } from './task.js';

/** A task as an inspect reply shows it. */
export interface TaskSeed {
  readonly id: string;
  readonly name: string | null;
  readonly args: string | null;
  readonly kwargs: string | null;
  /** Those of the texts that are known in part only, though they may not look it. */
  readonly cut?: readonly TaskText[] | undefined;
  readonly worker: string | null;
  readonly state: 'STARTED' | 'RECEIVED';
  readonly startedAt: number | null;
  readonly eta: number | null;
  readonly queue: string | null;
  readonly exchange?: string | null | undefined;
  readonly routingKey?: string | null | undefined;
  readonly retries?: number | undefined;
}

export interface MergeOptions {
  readonly names: Interner;
  readonly maxTextLength: number;
}

/** The subjects whose time is kept, and where. */
const timeFields = {
  sent: 'sentAt',
  received: 'receivedAt',
  started: 'startedAt',
  succeeded: 'succeededAt',
  failed: 'failedAt',
  retried: 'retriedAt',
  revoked: 'revokedAt',
  rejected: 'rejectedAt',
} as const;
const timeFieldOf: ReadonlyMap<string, (typeof timeFields)[keyof typeof timeFields]> = new Map(
  Object.entries(timeFields),
);

/**
 * Unless a retry is involved, a state that logically happens before the one held does not replace it, and only its
 * fields are merged. A retry starts the order anew: it replaces every state, and any state replaces it.
 */
function isLate(state: string, held: string): boolean {
  return state !== 'RETRY' && held !== 'RETRY' && precedence(state) > precedence(held);
}

/** A worker that rejects a task after its start has let go of it, though by Celery's precedence it stays STARTED. */
function isRejection(task: TaskRecord, { state, timestampMs }: TaskEvent): boolean {
  if (state !== 'REJECTED' || isFinal(task.state)) return false;
  return timestampMs >= Math.max(task.receivedAt ?? 0, task.startedAt ?? 0);
}

/** What happened before the task was rejected, and was heard after it. */
function isBeforeRejection(task: TaskRecord, { subject, timestampMs }: TaskEvent): boolean {
  if (task.state !== 'REJECTED' || (subject !== 'received' && subject !== 'started')) return false;
  return timestampMs <= (task.rejectedAt ?? -Infinity);
}

export function mergeEvent(task: TaskRecord, event: TaskEvent, options: MergeOptions): void {
  const { fields, subject, state, timestampMs } = event;
  if (subject === 'sent') task.client = options.names.intern(event.hostname);
  else task.worker = options.names.intern(event.hostname);
  const replaces = replacesLearned(task, event);
  const isRejected = isRejection(task, event);

  const timeField = timeFieldOf.get(subject);
  const before = timeField === undefined ? null : task[timeField];
  const ofEarlierAttempt =
    fields.retries !== null && fields.retries < task.retries && !isOfNewRun(event, before);
  if (timeField !== undefined && !ofEarlierAttempt) task[timeField] = timestampMs;

  // Celery lets a retry replace every state; one that happened before the end it would take back was only heard late.
  const isOldRetry = state === 'RETRY' && isFinal(task.state) && timestampMs < (task.stateAt ?? 0);
  const late =
    !replaces &&
    !isRejected &&
    (isOldRetry || isBeforeRejection(task, event) || isLate(state, task.state));
  if (!late) {
    if (state !== task.state) setProgress(task, null);
    if (replaces && subject !== 'revoked') task.revokedAt = null;
    task.state = options.names.intern(state);
    task.stateAt = timestampMs;
    task.source = 'EVENTS';
  }
  if (!ofEarlierAttempt) mergeReceived(task, fields, options);
  // Celery's merge rules: of a late task-received nothing else counts.
  if (late && state === 'RECEIVED') return;
  mergeOthers(task, fields, options);
  // What an attempt raised before the one that succeeded is no error of the task's.
  if (task.state === 'SUCCESS')
    for (const field of ['exception', 'traceback'] as const) clear(task, field);
  // Clients do not synchronise their clocks, so theirs tell nothing.
  if (subject !== 'sent') task.clock = event.clock ?? task.clock;
}

/**
 * Whether an event that counts fewer retries than are known tells of a task that was sent once more, rather than of an
 * attempt before. Workers send in batches, so of two that tried the task in turn the first may be heard last. And a
 * client tells of what it has sent when that may have been tried already: only a worker's word starts the count anew.
 */
function isOfNewRun({ subject, timestampMs }: TaskEvent, before: number | null): boolean {
  return subject !== 'sent' && timestampMs > (before ?? -Infinity);
}

/** The fields that Celery takes from a task-received in whatever order it comes. */
function mergeReceived(task: TaskRecord, fields: TaskFields, options: MergeOptions): void {
  const { names } = options;
  if (fields.name !== null) task.name = names.intern(fields.name);
  setText(task, 'args', fields.args, options, fields.cut);
  setText(task, 'kwargs', fields.kwargs, options, fields.cut);
  if (fields.rootId !== null) task.rootId = fields.rootId === task.id ? task.id : fields.rootId;
  // A retry is published from within the task, and so names the task as its own parent: not a link to follow.
  if (fields.parentId !== null && fields.parentId !== task.id) task.parentId = fields.parentId;
  if (fields.retries !== null) task.retries = fields.retries;
  if (fields.eta !== undefined) task.eta = fields.eta;
  if (fields.expires !== undefined) task.expires = fields.expires;
}

function mergeOthers(task: TaskRecord, fields: TaskFields, options: MergeOptions): void {
  const { names } = options;
  setText(task, 'result', fields.result, options, fields.cut);
  setText(task, 'exception', fields.exception, options, fields.cut);
  setText(task, 'traceback', fields.traceback, options, fields.cut);
  if (fields.runtimeSeconds !== null) task.runtimeSeconds = fields.runtimeSeconds;
  if (fields.queue !== null) task.queue = names.intern(fields.queue);
  if (fields.exchange !== null) task.exchange = names.intern(fields.exchange);
  if (fields.routingKey !== null) task.routingKey = names.intern(fields.routingKey);
}

/**
 * Fills what events have not told. A reply may be older than the events that came before it (a busy solo worker
 * answers minutes late), so it never leaves a final state, and leaves RETRY only for a start after that retry.
 */
export function mergeSeed(task: TaskRecord, seed: TaskSeed, now: number, options: MergeOptions): void {
  const reopens = seed.state === 'STARTED' && isReopenable(task);
  if (isFinal(task.state) && !reopens) return;
  const interned = (name: string | null): string | null =>
    name === null ? null : options.names.intern(name);
  const startedAt = wholeMs(seed.startedAt);
  const worker = interned(identifier(seed.worker, maxIdLength));
  const outdated =
    task.state === 'RETRY' && (startedAt === null || startedAt <= (task.retriedAt ?? Infinity));
  if (!outdated && task.state !== seed.state && (reopens || !isLate(seed.state, task.state))) {
    task.state = seed.state;
    task.stateAt = startedAt ?? now;
    task.source = 'INSPECT';
    if (reopens) task.revokedAt = null;
    task.worker = worker ?? task.worker;
  }
  task.worker ??= worker;
  task.name ??= interned(shortText(seed.name));
  if (task.args === null) setText(task, 'args', seed.args, options, seed.cut);
  if (task.kwargs === null) setText(task, 'kwargs', seed.kwargs, options, seed.cut);
  task.queue ??= interned(shortText(seed.queue));
  task.exchange ??= seed.exchange === '' ? '' : interned(shortText(seed.exchange));
  task.routingKey ??= interned(shortText(seed.routingKey));
  task.startedAt ??= startedAt;
  task.eta ??= wholeMs(seed.eta);
  if (seed.retries !== undefined) task.retries = Math.max(task.retries, seed.retries);
}

/** Whether it is over only as far as another than its worker says: a worker that runs it knows better. */
function isReopenable({ state, source }: TaskRecord): boolean {
  return state === endUnknown || (state === 'REVOKED' && source !== 'EVENTS');
}

/** The stored error of a failure whose event showed only a wrapper. */
export function mergeError(
  task: TaskRecord,
  exception: string,
  traceback: string | null,
  options: MergeOptions,
): void {
  if (task.state !== 'FAILURE' || task.exception !== wrappedError) return;
  setText(task, 'exception', exception, options);
  setText(task, 'traceback', traceback, options);
}

function wholeMs(ms: number | null): number | null {
  return ms !== null && Number.isFinite(ms) ? Math.round(ms) : null;
}

function clear(task: TaskRecord, field: TaskText): void {
  task.truncated &= ~(1 << taskTexts.indexOf(field));
  task.bytes -= bytesOf(task[field]);
  task[field] = null;
}

/** The same for a text that null takes away. */
export function replaceText(
  task: TaskRecord,
  field: TaskText,
  text: string | null,
  options: MergeOptions,
  knownCut: readonly TaskText[] = [],
): void {
  if (text === null) clear(task, field);
  else setText(task, field, text, options, knownCut);
}

export function setText(
  task: TaskRecord,
  field: TaskText,
  text: string | null,
  options: MergeOptions,
  knownCut: readonly TaskText[] = [],
): void {
  // Every event of a protocol repeats args and kwargs: nothing to weigh again.
  if (text === null || text === task[field]) return;
  const kept = cutText(field, text, options.maxTextLength);
  const bit = 1 << taskTexts.indexOf(field);
  if (kept !== text || isCutByWorker(text) || knownCut.includes(field)) task.truncated |= bit;
  else task.truncated &= ~bit;
  task.bytes += bytesOf(kept) - bytesOf(task[field]);
  task[field] = kept;
}
