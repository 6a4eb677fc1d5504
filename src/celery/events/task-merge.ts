/** How an event or an inspect reply changes a task. Counterpart of `celery.events.state.Task.event`. */
import { endUnknown, isCustom, isFinal } from '../states.js';
import type { TaskEvent, TaskFields } from './event.js';
import { maxIdLength } from './event.js';
import { identifier, shortText } from './event-fields.js';
import { clearOutcome, clearText, setProgress, setText, type MergeOptions } from './record-text.js';
import {
  addSending,
  isPendingRun,
  noHistory,
  placeSendings,
  setHistory,
  setOtherEnds,
} from './task-history.js';
import { learnName, learnShownName } from './task-name.js';
import type { TaskRecord } from './task-record.js';
import { replacesLearned } from './task-settle.js';
import {
  approximateEnd,
  approximateStart,
  beganAt,
  endsRun,
  endsTogether,
  noticedEnd,
  replacesState,
  startSlackMs,
  type TaskRun,
} from './task-run.js';
import { groupRuns, kindOf, markKinds, type GroupedRun, type RunMark } from './task-runs.js';
import { cutText, wrappedError } from './task-text.js';
import type { TaskSource, TaskText } from './task.js';

/** A task as an inspect reply shows it. */
export interface TaskSeed {
  readonly id: string;
  readonly name: string | null;
  /** Whether that is the name itself, and not a shadow name. */
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

export { type MergeOptions } from './record-text.js';

/** The states whose time is kept, and where. */
const endFields: ReadonlyMap<string, EndField> = new Map([
  ['SUCCESS', 'succeededAt'],
  ['FAILURE', 'failedAt'],
  ['RETRY', 'retriedAt'],
  ['REVOKED', 'revokedAt'],
  ['REJECTED', 'rejectedAt'],
]);
type EndField = 'succeededAt' | 'failedAt' | 'retriedAt' | 'revokedAt' | 'rejectedAt';

/** Milliseconds by which a start that a reply reports may seem to be after the end of its own run. */
const seedSlackMs = 1_000;

/** What Celery calls a process that is no worker: a task may send events of its own in that name. */
const clientName = /^gen\d+@/;

/**
 * The state of a task is that of its latest run, and within a run the strongest one: see task-runs.ts. Most tasks have
 * one run, and events that fit into it: runs are divided only for the others.
 */
export function mergeEvent(task: TaskRecord, event: TaskEvent, options: MergeOptions): void {
  if (event.subject === 'sent') return mergeSent(task, event, options);
  const kind = kindOf(event.state);
  if (kind === markKinds.custom && clientName.test(event.hostname))
    return mergeProgress(task, event, options);
  const mark: RunMark = {
    kind,
    at: event.timestampMs,
    place: event.timestampMs,
    hostname: options.names.intern(event.hostname),
    pid: kind === markKinds.custom ? null : event.pid,
    state: options.names.intern(event.state),
    retries: kind === markKinds.received ? event.fields.retries : null,
    exception: null,
    runtimeSeconds: event.fields.runtimeSeconds,
    isApproximate: false,
    isNoticed: false,
    source: null,
  };
  if (isRefuted(task, mark, event)) unlearn(task);
  if (task.history === null && fits(task, mark)) extend(task, mark, event, options);
  else regroup(task, mark, options, event);
}

/** Whether an event of the latest run shows that this has not ended in the way that others than its worker say. */
function isRefuted(task: TaskRecord, { kind }: RunMark, event: TaskEvent): boolean {
  if (!replacesLearned(task, event)) return false;
  if (kind === markKinds.started) return task.startedAt === null;
  return kind !== markKinds.received || (task.receivedAt === null && task.startedAt === null);
}

/** Goes back to what the events say. */
function unlearn(task: TaskRecord): void {
  const { startedAt, receivedAt, sentAt } = task;
  if (startedAt !== null) task.state = 'STARTED';
  else task.state = receivedAt === null ? 'PENDING' : 'RECEIVED';
  task.stateAt = startedAt ?? receivedAt ?? sentAt;
  task.approximate &= ~noticedEnd;
  clearOutcome(task);
}

/** Of the run that is known last: the sender has no name of a worker. */
function mergeProgress(task: TaskRecord, event: TaskEvent, options: MergeOptions): void {
  const { state, timestampMs: at } = event;
  if (at < beganAt(task.run())) return;
  const isNew = replacesHeld(task, state, at);
  if (isNew) takeState(task, options.names.intern(state), at);
  mergeTexts(task, event, options, isNew);
}

/** Whether it can only be of the one run that is known. */
function fits(task: TaskRecord, mark: RunMark): boolean {
  const { kind, at, hostname, pid } = mark;
  const { receivedAt, startedAt, state, stateAt, approximate } = task;
  if (task.worker !== null && task.worker !== hostname) return false;
  if (pid !== null && task.pid !== null && pid !== task.pid) return false;
  const slack = approximate & approximateStart ? startSlackMs : 0;
  const endedAt = endsRun(state) ? stateAt : null;
  const isLearned = task.source !== 'EVENTS';
  // An end that was only noticed, by our clock, is after all that the worker has done in this run.
  const isNoticed = task.source === 'INSPECT' || (approximate & noticedEnd) !== 0;
  let before = isLearned && isNoticed ? Infinity : (endedAt ?? Infinity);
  for (const end of task.otherEnds) before = Math.min(before, end.at);
  switch (kind) {
    case markKinds.received:
      if (receivedAt !== null) return receivedAt === at;
      if (isCustom(state) && !isLearned && stateAt !== null && at > stateAt) return false;
      return at <= (startedAt ?? Infinity) + slack && at <= before;
    case markKinds.started:
      if (startedAt !== null && Math.abs(startedAt - at) > slack) return false;
      return at >= (receivedAt ?? -Infinity) && at <= before;
    case markKinds.custom:
      return at >= (receivedAt ?? -Infinity);
    case markKinds.end:
      if (at < (receivedAt ?? -Infinity) || at < (startedAt ?? -Infinity) - slack) return false;
      if (endedAt === null) return true;
      if (isLearned) return endsTogether(state, mark.state, at === endedAt, true);
      return state === mark.state && at === endedAt;
  }
}

/** Merges what is of the latest run. */
function extend(task: TaskRecord, mark: RunMark, event: TaskEvent, options: MergeOptions): void {
  const { kind, at, state } = mark;
  task.worker = mark.hostname;
  task.pid ??= mark.pid;
  let isExact = false;
  if (kind === markKinds.received) {
    task.receivedAt = at;
    task.runRetries = mark.retries;
  } else if (kind === markKinds.started) {
    isExact = state === task.state;
    task.startedAt = at;
    task.approximate &= ~approximateStart;
  } else if (kind === markKinds.end) {
    isExact = state === task.state && task.source !== 'EVENTS';
    setEndTime(task, state, at);
  }
  const isNew = isExact || replacesHeld(task, state, at);
  if (isNew) takeState(task, state, at);
  mergeTexts(task, event, options, isNew || task.state === state);
}

/** The time of a state that no event has brought is not that of the worker. */
function replacesHeld(task: TaskRecord, state: string, at: number): boolean {
  const isLearned = task.source !== 'EVENTS' && isCustom(task.state);
  return replacesState(isLearned ? { state: task.state, stateAt: null } : task, state, at);
}

function takeState(task: TaskRecord, state: string, at: number): void {
  if (state !== task.state) setProgress(task, null);
  task.state = state;
  task.stateAt = at;
  task.source = 'EVENTS';
  if (endsRun(state)) task.approximate &= ~noticedEnd;
}

function setEndTime(task: TaskRecord, state: string, at: number | null): void {
  const field = endFields.get(state);
  if (field === undefined) return;
  task[field] = field === 'retriedAt' ? Math.max(task.retriedAt ?? -Infinity, at ?? -Infinity) : at;
}

function mergeTexts(task: TaskRecord, event: TaskEvent, options: MergeOptions, isNew: boolean): void {
  const { fields } = event;
  mergeReceived(task, fields, options);
  if (!isNew) return;
  mergeOthers(task, fields, options);
  // What an attempt raised before the one that succeeded is no error of the task's.
  if (task.state === 'SUCCESS')
    for (const field of ['exception', 'traceback'] as const) clearText(task, field);
  task.clock = event.clock ?? task.clock;
}

/** Divides the runs anew, with what an event or a reply says. */
function regroup(
  task: TaskRecord,
  mark: RunMark,
  options: MergeOptions,
  event: TaskEvent | null = null,
): void {
  const latest = task.run();
  const history = task.history ?? noHistory;
  const { attempts, omitted, omittedUntil } = history;
  const runs = isPendingRun(latest) ? attempts : [...attempts, latest];
  if (omitted > 0 && mark.at <= omittedUntil && !runs.some((run) => covers(run, mark))) return;
  const groups = groupRuns(runs, { ...mark, exception: exceptionOf(mark, event, options) });
  const newest = groups.at(-1);
  if (newest === undefined) return;
  setHistory(task, { ...history, attempts: groups.slice(0, -1).map(({ run }) => run) });
  if (newest.run !== latest) become(task, newest, latest, options);
  if (mark.state === 'RETRY') setEndTime(task, 'RETRY', mark.at);
  if (event !== null && newest.hasNew) mergeTexts(task, event, options, newest.stateFrom === null);
  else if (event !== null) fillReceived(task, event.fields, options);
  placeSendings(task);
}

function exceptionOf(
  { kind }: RunMark,
  event: TaskEvent | null,
  { maxTextLength }: MergeOptions,
): string | null {
  const exception = event?.fields.exception ?? null;
  if (exception === null || kind !== markKinds.end) return null;
  return cutText('exception', exception, maxTextLength);
}

function covers(run: TaskRun, { hostname, at }: RunMark): boolean {
  return run.hostname === hostname && at >= beganAt(run) && at <= (run.stateAt ?? Infinity);
}

/** Makes another run, or a changed one, the latest. */
function become(
  task: TaskRecord,
  { run, stateFrom }: GroupedRun,
  former: TaskRun,
  options: MergeOptions,
): void {
  task.worker = run.hostname;
  task.pid = run.pid;
  task.runRetries = run.retries;
  if (run.retries !== null) task.retries = run.retries;
  task.receivedAt = run.receivedAt;
  task.startedAt = run.startedAt;
  task.state = run.state;
  task.stateAt = run.stateAt;
  task.approximate = run.approximate & ~approximateEnd;
  task.runtimeSeconds = run.runtimeSeconds;
  setOtherEnds(task, run.otherEnds);
  const isEnd = endsRun(run.state);
  const isSame = stateFrom === former && (!isEnd || run.state === former.state);
  if (!isSame) task.source = sourceOf(run, stateFrom === null);
  if (!isSame || !isEnd) {
    clearOutcome(task);
    setText(task, 'exception', run.exception, options);
  }
  task.revokedAt = null;
  task.rejectedAt = null;
  for (const { state, at } of run.otherEnds) setEndTime(task, state, at);
  setEndTime(task, run.state, run.stateAt);
}

function sourceOf({ approximate }: TaskRun, isFromEvent: boolean): TaskSource {
  if (isFromEvent) return 'EVENTS';
  return approximate & approximateEnd ? 'RESULT_BACKEND' : 'EVENTS';
}

/** A sender's event: it names the task itself, whatever shadow name the workers will show. */
function mergeSent(task: TaskRecord, event: TaskEvent, options: MergeOptions): void {
  const { fields, hostname, timestampMs: at } = event;
  const { names } = options;
  if (fields.name !== null) learnName(task, names.intern(fields.name));
  addSending(task, { at, retries: fields.retries });
  if (task.worker === null && task.state === 'PENDING') {
    task.stateAt ??= at;
    task.source = 'EVENTS';
  }
  placeSendings(task);
  if (task.sentAt !== at) return fillReceived(task, fields, options);
  task.client = names.intern(hostname);
  const { retries } = task;
  mergeReceived(task, { ...fields, name: null }, options);
  if (task.state !== 'PENDING') task.retries = Math.max(retries, task.retries);
  mergeOthers(task, fields, options);
}

/** The fields that Celery takes from a task-received in whatever order it comes. */
function mergeReceived(task: TaskRecord, fields: TaskFields, options: MergeOptions): void {
  const { names } = options;
  if (fields.name !== null) learnShownName(task, names.intern(fields.name));
  setText(task, 'args', fields.args, options, fields.cut);
  setText(task, 'kwargs', fields.kwargs, options, fields.cut);
  mergeLinks(task, fields);
  if (fields.retries !== null) task.retries = fields.retries;
  if (fields.eta !== undefined) task.eta = fields.eta;
  if (fields.expires !== undefined) task.expires = fields.expires;
}

function mergeLinks(task: TaskRecord, { rootId, parentId }: TaskFields): void {
  if (rootId !== null) task.rootId = rootId === task.id ? task.id : rootId;
  // A retry is published from within the task, and so names the task as its own parent: not a link to follow.
  if (parentId !== null && parentId !== task.id) task.parentId = parentId;
}

/** What an event of an earlier run says, where nothing is known. */
function fillReceived(task: TaskRecord, fields: TaskFields, options: MergeOptions): void {
  if (fields.name !== null && task.name === null)
    learnShownName(task, options.names.intern(fields.name));
  if (task.args === null) setText(task, 'args', fields.args, options, fields.cut);
  if (task.kwargs === null) setText(task, 'kwargs', fields.kwargs, options, fields.cut);
  mergeLinks(task, fields);
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
 * answers minutes late), so only a start after the end of a run says that there is another one.
 */
export function mergeSeed(task: TaskRecord, seed: TaskSeed, now: number, options: MergeOptions): void {
  const interned = (name: string | null): string | null =>
    name === null ? null : options.names.intern(name);
  if (seed.state === 'STARTED' && isReopenable(task)) unlearn(task);
  const startedAt = wholeMs(seed.startedAt);
  const worker = interned(identifier(seed.worker, maxIdLength));
  const name = interned(shortText(seed.name));
  if (seed.isNameCertain === true && name !== null) learnName(task, name);
  const shadow = interned(shortText(seed.shadow ?? null));
  if (shadow !== null) learnShownName(task, shadow);
  if (worker !== null && startedAt !== null && isOtherRun(task, worker, startedAt)) {
    regroup(task, startMark(worker, startedAt), options);
    if (task.worker === worker && task.startedAt === startedAt) task.source = 'INSPECT';
  } else if (isFinal(task.state)) {
    return;
  } else {
    const isOutdated =
      task.state === 'RETRY' && (startedAt === null || startedAt <= (task.stateAt ?? Infinity));
    if (!isOutdated && task.state !== seed.state && replacesSeeded(task, seed.state)) {
      task.state = seed.state;
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
  if (task.args === null) setText(task, 'args', seed.args, options, seed.cut);
  if (task.kwargs === null) setText(task, 'kwargs', seed.kwargs, options, seed.cut);
  task.queue ??= interned(shortText(seed.queue));
  task.exchange ??= seed.exchange === '' ? '' : interned(shortText(seed.exchange));
  task.routingKey ??= interned(shortText(seed.routingKey));
  task.eta ??= wholeMs(seed.eta);
  if (seed.retries !== undefined) task.retries = Math.max(task.retries, seed.retries);
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
    return startedAt > endedAt + (isSameWorker ? seedSlackMs : startSlackMs);
  }
  if (!isSameWorker) return true;
  return task.startedAt !== null && Math.abs(startedAt - task.startedAt) > startSlackMs;
}

function replacesSeeded(task: TaskRecord, state: string): boolean {
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
