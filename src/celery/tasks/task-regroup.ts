/** Divides the runs of a task anew, and makes the last of them the one that the task shows. */
import type { TaskEvent } from '../events/event.js';
import { clearOutcome, setText, type MergeOptions } from './record-text.js';
import { fillReceived, mergeTexts } from './task-fields.js';
import { isPendingRun, noHistory, placeSendings, setHistory, setOtherEnds } from './task-history.js';
import type { TaskRecord } from './task-record.js';
import { approximateEnd, beganAt, endsRun, shownCustom, type TaskRun } from './task-run.js';
import type { GroupedRun } from './stored-end.js';
import { groupRuns, isOnlyCustom, markKinds, type RunMark } from './task-runs.js';
import { cutText } from './task-text.js';
import type { TaskSource } from './task.js';

/** The states whose time is kept, and where. */
const endFields: ReadonlyMap<string, EndField> = new Map([
  ['SUCCESS', 'succeededAt'],
  ['FAILURE', 'failedAt'],
  ['RETRY', 'retriedAt'],
  ['REVOKED', 'revokedAt'],
  ['REJECTED', 'rejectedAt'],
]);
type EndField = 'succeededAt' | 'failedAt' | 'retriedAt' | 'revokedAt' | 'rejectedAt';

export function setEndTime(task: TaskRecord, state: string, at: number | null): void {
  const field = endFields.get(state);
  if (field === undefined) return;
  task[field] = field === 'retriedAt' ? Math.max(task.retriedAt ?? -Infinity, at ?? -Infinity) : at;
}

/** Divides the runs anew, with what an event or a reply says. */
export function regroup(
  task: TaskRecord,
  mark: RunMark,
  options: MergeOptions,
  event: TaskEvent | null = null,
): void {
  const latest = task.run();
  const history = task.history ?? noHistory;
  const { attempts, progress, omitted, omittedUntil } = history;
  const runs = [...attempts, ...progress, ...(isPendingRun(latest) ? [] : [latest])];
  if (omitted > 0 && mark.at <= omittedUntil && !runs.some((run) => covers(run, mark))) return;
  const groups = groupRuns(runs, { ...mark, exception: exceptionOf(mark, event, options) });
  const newest = groups.at(-1);
  if (newest === undefined) return;
  const former = groups.slice(0, -1).map(({ run }) => run);
  setHistory(task, {
    ...history,
    attempts: former.filter((run) => !isOnlyCustom(run)),
    progress: former.filter(isOnlyCustom),
  });
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
  const isEnd = endsRun(run.state);
  const custom = shownCustom(run);
  task.state = custom?.state ?? run.state;
  task.stateAt = custom === null ? run.stateAt : (custom.at ?? task.stateAt);
  task.custom = run.custom;
  task.approximate = run.approximate & ~approximateEnd;
  task.runtimeSeconds = run.runtimeSeconds;
  setOtherEnds(task, run.otherEnds);
  const isSame = stateFrom === former && (!isEnd || run.state === former.state);
  if (!isSame) task.source = sourceOf(run, stateFrom === null);
  if (!isSame || (!isEnd && custom === null)) {
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
