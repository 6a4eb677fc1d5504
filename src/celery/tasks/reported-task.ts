/** How an inspect reply changes a task. */
import { endUnknown, isFinal } from '../states.js';
import { maxIdLength } from '../events/event.js';
import { identifier, shortText } from '../events/event-fields.js';
import { setText, type MergeOptions } from './record-text.js';
import { learnName, learnShownName } from './task-name.js';
import type { TaskRecord } from './task-record.js';
import { regroup } from './task-regroup.js';
import { approximateStart, endsRun, replacesState, startSlackMs } from './task-run.js';
import { markKinds, type RunMark } from './task-runs.js';
import { unlearn } from './task-settle.js';
import type { TaskText } from './task.js';

/** A task as an inspect reply shows it. */
export interface ReportedTask {
  readonly id: string;
  readonly name: string | null;
  /** Whether `name` is the task's name and not a shadow name. */
  readonly isNameCertain?: boolean | undefined;
  /** What the worker shows instead of the name. */
  readonly shadow?: string | null | undefined;
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

/** Milliseconds by which a start that a reply reports may seem to be after the end of its own run. */
const replySlackMs = 1_000;

/**
 * Fills what events have not reported. A reply may be older than the events that came before it (a busy solo worker
 * answers minutes late), so only a start after the end of a run says that there is another one.
 */
export function mergeReportedTask(
  task: TaskRecord,
  reported: ReportedTask,
  now: number,
  options: MergeOptions,
): void {
  const interned = (name: string | null): string | null =>
    name === null ? null : options.names.intern(name);
  if (reported.state === 'STARTED' && isReopenable(task)) unlearn(task);
  const startedAt = wholeMs(reported.startedAt);
  const worker = interned(identifier(reported.worker, maxIdLength));
  const name = interned(shortText(reported.name));
  if (reported.isNameCertain === true && name !== null) learnName(task, name);
  const shadow = interned(shortText(reported.shadow ?? null));
  if (shadow !== null) learnShownName(task, shadow);
  if (worker !== null && startedAt !== null && isOtherRun(task, worker, startedAt)) {
    regroup(task, startMark(worker, startedAt), options);
    if (task.worker === worker && task.startedAt === startedAt) task.source = 'INSPECT';
  } else if (isFinal(task.state)) {
    return;
  } else {
    const isOutdated =
      task.state === 'RETRY' && (startedAt === null || startedAt <= (task.stateAt ?? Infinity));
    if (!isOutdated && task.state !== reported.state && replacesReported(task, reported.state)) {
      task.state = reported.state;
      task.stateAt = startedAt ?? now;
      task.source = 'INSPECT';
      task.worker = worker ?? task.worker;
    }
    task.worker ??= worker;
    if (task.startedAt === null && startedAt !== null && task.worker === worker) {
      task.startedAt = startedAt;
      task.approximate |= approximateStart;
    }
  }
  task.name ??= name;
  if (task.args === null) setText(task, 'args', reported.args, options, reported.cut);
  if (task.kwargs === null) setText(task, 'kwargs', reported.kwargs, options, reported.cut);
  task.queue ??= interned(shortText(reported.queue));
  task.exchange ??= reported.exchange === '' ? '' : interned(shortText(reported.exchange));
  task.routingKey ??= interned(shortText(reported.routingKey));
  task.eta ??= wholeMs(reported.eta);
  if (reported.retries !== undefined) task.retries = Math.max(task.retries, reported.retries);
}

/** A task as a message shows it that waits in a queue. */
export interface QueuedTask {
  readonly id: string;
  readonly name: string | null;
  readonly args: string | null;
  readonly kwargs: string | null;
  readonly queue: string;
  readonly eta: number | null;
  readonly expires: number | null;
}

/** Fills what events have not reported, and changes no state. */
export function mergeQueuedTask(task: TaskRecord, waiting: QueuedTask, options: MergeOptions): void {
  const name = shortText(waiting.name);
  if (name !== null) learnName(task, options.names.intern(name)); // the name itself, whatever a worker would show
  if (task.args === null) setText(task, 'args', waiting.args, options);
  if (task.kwargs === null) setText(task, 'kwargs', waiting.kwargs, options);
  const queue = shortText(waiting.queue);
  if (queue !== null) task.queue ??= options.names.intern(queue);
  task.eta ??= wholeMs(waiting.eta);
  task.expires ??= wholeMs(waiting.expires);
}

/** Whether it is over only as far as another than its worker says: a worker that runs it knows better. */
function isReopenable({ state, source }: TaskRecord): boolean {
  return state === endUnknown || (state === 'REVOKED' && source !== 'EVENTS');
}

/** Whether a start that a reply reports cannot be that of the latest run. */
function isOtherRun(task: TaskRecord, worker: string, startedAt: number): boolean {
  if (task.worker === null) return false;
  const isSameWorker = task.worker === worker;
  if (endsRun(task.state)) {
    const endedAt = task.stateAt ?? Infinity;
    return startedAt > endedAt + (isSameWorker ? replySlackMs : startSlackMs);
  }
  if (!isSameWorker) return true;
  return task.startedAt !== null && Math.abs(startedAt - task.startedAt) > startSlackMs;
}

function replacesReported(task: TaskRecord, state: string): boolean {
  return task.state === 'RETRY' || replacesState(task, state, Infinity);
}

function startMark(hostname: string, at: number): RunMark {
  return {
    kind: markKinds.started,
    at,
    place: at,
    hostname,
    pid: null,
    state: 'STARTED',
    retries: null,
    exception: null,
    runtimeSeconds: null,
    isApproximate: true,
    isNoticed: false,
    source: null,
  };
}

function wholeMs(ms: number | null): number | null {
  return ms !== null && Number.isFinite(ms) ? Math.round(ms) : null;
}
