/**
 * Ends that only the result backend has reported. What is stored names no run, so it is that of the last run that had
 * begun by then, as far as is known: events that arrive later may show another run.
 */
import { endUnknown } from '../states.js';
import { approximateEnd, approximateStart, endsRun, noticedEnd, type TaskRun } from './task-run.js';

/** A run, and where its parts come from. */
export interface GroupedRun {
  readonly run: TaskRun;
  /** Whether the new mark is in it. */
  readonly hasNew: boolean;
  /** The run that its state was taken from; null for the new mark. */
  readonly stateFrom: TaskRun | null;
}

/** Milliseconds by which a result may seem older than the start of its own run: times are rounded. */
const toleranceMs = 1_000;

/** Whether the end of the run is stored with its time, and no event has brought it. */
export function isStoredEnd({
  state,
  stateAt,
  approximate,
}: Pick<TaskRun, 'state' | 'stateAt' | 'approximate'>): boolean {
  if (stateAt === null || !endsRun(state) || state === endUnknown) return false;
  return (approximate & approximateEnd) !== 0 && (approximate & noticedEnd) === 0;
}

/** @param groups what events say, in order; @param stored the runs whose stored ends are to be placed */
export function placeStoredEnds(
  groups: readonly GroupedRun[],
  stored: readonly TaskRun[],
): readonly GroupedRun[] {
  const placed = [...groups];
  for (const end of stored.toSorted((a, b) => (a.stateAt ?? 0) - (b.stateAt ?? 0))) {
    const at = end.stateAt ?? 0;
    const place = placed.findLastIndex(({ run }) => seenUntil(run) <= at + toleranceMs);
    const found = placed[place];
    if (found === undefined) placed.unshift({ run: endAlone(end), hasNew: false, stateFrom: end });
    else if (isEndedBy(found.run, end))
      placed[place] = { run: ended(found.run, end), hasNew: found.hasNew, stateFrom: end };
  }
  return placed;
}

/** When it was last seen to go on: its end was not before that. */
function seenUntil({ receivedAt, startedAt, custom, stateAt }: TaskRun): number {
  const seen = Math.max(receivedAt ?? -Infinity, startedAt ?? -Infinity, custom?.at ?? -Infinity);
  return seen === -Infinity ? (stateAt ?? -Infinity) : seen;
}

/** Keeps only the end of a run. */
function endAlone(end: TaskRun): TaskRun {
  const { receivedAt, startedAt, custom, otherEnds } = end;
  if (receivedAt === null && startedAt === null && custom === null && otherEnds.length === 0) return end;
  return {
    ...end,
    receivedAt: null,
    startedAt: null,
    custom: null,
    queueWaitSeconds: null,
    otherEnds: [],
    approximate: approximateEnd,
  };
}

/** An event of the end itself is as good or better; a stored one corrects what others than the worker may have caused. */
function isEndedBy({ state, stateAt }: TaskRun, end: TaskRun): boolean {
  if (!endsRun(state)) return true;
  if (state === endUnknown) return true;
  if (state !== 'REVOKED' && state !== 'RETRY') return false;
  if (end.state !== 'SUCCESS' && end.state !== 'FAILURE') return false;
  return (end.stateAt ?? 0) + toleranceMs >= (stateAt ?? 0);
}

function ended(run: TaskRun, end: TaskRun): TaskRun {
  const { state, stateAt, exception, runtimeSeconds } = end;
  const own = endsRun(run.state) && run.stateAt !== null && run.state !== endUnknown;
  const otherEnds = own ? [...run.otherEnds, { state: run.state, at: run.stateAt }] : run.otherEnds;
  const approximate = (run.approximate & approximateStart) | approximateEnd;
  const result = { ...run, state, stateAt, exception, runtimeSeconds, otherEnds, approximate };
  return isSameRun(result, end) ? end : result;
}

function isSameRun(a: TaskRun, b: TaskRun): boolean {
  return (
    a.hostname === b.hostname &&
    a.pid === b.pid &&
    a.receivedAt === b.receivedAt &&
    a.startedAt === b.startedAt &&
    a.custom?.at === b.custom?.at &&
    a.custom?.state === b.custom?.state &&
    a.otherEnds.length === b.otherEnds.length &&
    a.approximate === b.approximate
  );
}
