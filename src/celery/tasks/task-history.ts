/** The runs of a task before its latest one, and its sendings: bounded, and weighed with the task. */
import { clearOutcome } from './record-text.js';
import type { TaskRecord } from './task-record.js';
import { beganAt, endsRun, noOtherEnds, type OtherEnd, type TaskRun } from './task-run.js';
import { bytesOf } from './task-text.js';

/** Facts of a task beside its latest run; most tasks have a single run and none of these. */
export interface TaskHistory {
  readonly attempts: readonly TaskRun[];
  /** Former runs of which only a custom state is known so far; other events of them may still arrive. */
  readonly progress: readonly TaskRun[];
  readonly omitted: number;
  /** Events until this time belong to no kept run, because runs were left out. Epoch milliseconds. */
  readonly omittedUntil: number;
  /** The times that the task was sent, earliest first; empty if it was sent once. */
  readonly sendings: readonly Sending[];
}

export interface Sending {
  /** Epoch milliseconds by the clock of the sender. */
  readonly at: number;
  readonly retries: number | null;
}

/** Maximum runs kept of a task: the first ones and the last ones. */
export const keptFirst = 2;
const keptLast = 8;
const maxSendings = 8;
const maxProgress = 4;
/** Measured: the objects and their boxed times. */
const historyBytes = 150;
const attemptBytes = 250;
const sendingBytes = 60;
const otherEndBytes = 60;

export const noHistory: TaskHistory = {
  attempts: [],
  progress: [],
  omitted: 0,
  omittedUntil: -Infinity,
  sendings: [],
};

export function setHistory(task: TaskRecord, history: TaskHistory): void {
  const bounded = withinBounds(history);
  const parts = [bounded.attempts, bounded.progress, bounded.sendings];
  const isNone = parts.every(({ length }) => length === 0);
  task.bytes -= bytesOfHistory(task.history);
  task.history = isNone ? null : bounded;
  task.bytes += bytesOfHistory(task.history);
}

export function setOtherEnds(task: TaskRecord, ends: readonly OtherEnd[]): void {
  task.bytes += otherEndBytes * (ends.length - task.otherEnds.length);
  task.otherEnds = ends;
}

/** A task that was sent and not yet received has no run, or waits for another one. */
export function isPendingRun({ hostname, state }: TaskRun): boolean {
  return hostname === null && state === 'PENDING';
}

/** Remembers that it was sent; most tasks are sent once. */
export function addSending(task: TaskRecord, sending: Sending): void {
  const { sentAt, sentRetries } = task;
  if (sentAt === null) {
    task.sentAt = sending.at;
    task.sentRetries = sending.retries;
    return;
  }
  const history = task.history ?? noHistory;
  const known = history.sendings.length > 0 ? history.sendings : [{ at: sentAt, retries: sentRetries }];
  if (known.some(({ at }) => at === sending.at)) return;
  const sendings = [...known, sending].sort((a, b) => a.at - b.at).slice(-maxSendings);
  setHistory(task, { ...history, sendings });
}

/** Finds which sending led to the latest run, and whether the last one was after it: then the task waits again. */
export function placeSendings(task: TaskRecord): void {
  const { sentAt, sentRetries, state, stateAt } = task;
  if (sentAt === null) return;
  const { attempts, omitted, sendings } = task.history ?? noHistory;
  const known = sendings.length > 0 ? sendings : [{ at: sentAt, retries: sentRetries }];
  const endedAt = endsRun(state) ? (stateAt ?? Infinity) : Infinity;
  const retries = task.runRetries ?? task.retries;
  const isEarlier = ({ at, retries: counted }: Sending): boolean =>
    counted !== null && counted < retries && at <= endedAt;
  const last = known.findLast((sending) => !isEarlier(sending)) ?? known.at(-1);
  if (last === undefined) return;
  task.sentAt = last.at;
  task.sentRetries = last.retries;
  const isSentAgain = state === 'RETRY' || known.length > attempts.length + omitted + 1;
  if (last.at > endedAt && isSentAgain) waitAgain(task, last);
}

function waitAgain(task: TaskRecord, sending: Sending): void {
  const history = task.history ?? noHistory;
  setHistory(task, { ...history, attempts: [...history.attempts, task.run()] });
  task.worker = null;
  task.pid = null;
  task.runRetries = null;
  task.receivedAt = null;
  task.startedAt = null;
  task.runtimeSeconds = null;
  task.approximate = 0;
  task.custom = null;
  setOtherEnds(task, noOtherEnds);
  task.state = 'PENDING';
  task.stateAt = sending.at;
  task.retries = sending.retries ?? task.retries;
  clearOutcome(task);
}

function withinBounds(given: TaskHistory): TaskHistory {
  const history = { ...given, progress: given.progress.slice(-maxProgress) };
  const excess = history.attempts.length - keptFirst - keptLast;
  if (excess <= 0) return history;
  const left = history.attempts.slice(keptFirst, keptFirst + excess);
  const kept = [...history.attempts.slice(0, keptFirst), ...history.attempts.slice(-keptLast)];
  const until = left.map((run) => Math.max(beganAt(run), run.stateAt ?? -Infinity));
  return {
    ...history,
    attempts: kept,
    omitted: history.omitted + excess,
    omittedUntil: Math.max(history.omittedUntil, ...until),
  };
}

function bytesOfHistory(history: TaskHistory | null): number {
  if (history === null) return 0;
  let bytes = historyBytes + sendingBytes * history.sendings.length;
  bytes += attemptBytes * history.progress.length;
  for (const { exception, otherEnds } of history.attempts)
    bytes += attemptBytes + bytesOf(exception) + otherEndBytes * otherEnds.length;
  return bytes;
}
