/** How an event changes a task. Counterpart of `celery.events.state.Task.event`. */
import { isCustom } from '../states.js';
import type { TaskEvent } from '../events/event.js';
import { setProgress, setText, type MergeOptions } from './record-text.js';
import { fillReceived, mergeOthers, mergeReceived, mergeTexts } from './task-fields.js';
import { addSending, placeSendings } from './task-history.js';
import { learnName } from './task-name.js';
import type { TaskRecord } from './task-record.js';
import { regroup, setEndTime } from './task-regroup.js';
import {
  approximateStart,
  beganAt,
  endsRun,
  endsTogether,
  newerCustom,
  noticedEnd,
  replacesState,
  startSlackMs,
} from './task-run.js';
import { kindOf, markKinds, type RunMark } from './task-runs.js';
import { isStoredEnd } from './stored-end.js';
import { replacesLearned, unlearn } from './task-settle.js';
import { wrappedError } from './task-text.js';

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
  if (kind === markKinds.custom) return task.startedAt === null && task.custom === null;
  return kind !== markKinds.received || (task.receivedAt === null && task.startedAt === null);
}

/** The latest known run: the sender has no name of a worker. */
function mergeProgress(task: TaskRecord, event: TaskEvent, options: MergeOptions): void {
  const { state, timestampMs: at } = event;
  if (at < beganAt(task.run())) return;
  const isNew = replacesHeld(task, state, at);
  if (isNew) takeState(task, options.names.intern(state), at);
  task.custom = newerCustom(task.custom, { state: options.names.intern(state), at });
  mergeTexts(task, event, options, isNew);
}

/** Whether it can only be of the one run that is known. */
function fits(task: TaskRecord, mark: RunMark): boolean {
  const { kind, at, hostname, pid } = mark;
  const { receivedAt, startedAt, state, stateAt, approximate } = task;
  if (task.worker !== null && task.worker !== hostname) return false;
  if (pid !== null && task.pid !== null && pid !== task.pid) return false;
  if (isStoredEnd({ state, stateAt, approximate: task.approximations })) return false;
  const shownAt = task.custom?.at ?? Infinity;
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
      if (at > shownAt) return false;
      return at <= (startedAt ?? Infinity) + slack && at <= before;
    case markKinds.started:
      if (startedAt !== null && Math.abs(startedAt - at) > slack) return false;
      if (at > shownAt + startSlackMs) return false;
      return at >= (receivedAt ?? -Infinity) && at <= before;
    case markKinds.custom:
      return at >= Math.max(receivedAt ?? -Infinity, (startedAt ?? -Infinity) - startSlackMs);
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
  } else if (kind === markKinds.custom) {
    task.custom = newerCustom(task.custom, { state, at });
  } else {
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
