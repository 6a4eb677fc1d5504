/**
 * Which events belong to one run of a task, and in which order the runs were. Events come in any order and any may be
 * lost, so this is a function of what is known, never of when it came:
 * - A run is what one worker did. By the clock of that worker, each task-received begins another run, and so does a
 *   start after a start or after an end, an end after another one, and a change of the process.
 * - The runs of several workers follow each other in the order in which they began. Clocks differ, so of two that began
 *   within seconds, the one that is to be tried again was first.
 */
import { isCustom, isFinal } from '../states.js';
import { isStoredEnd, placeStoredEnds, type GroupedRun } from './stored-end.js';
import {
  approximateEnd,
  approximateStart,
  beganAt,
  endsRun,
  endsTogether,
  noOtherEnds,
  newerCustom,
  noticedEnd,
  replacesState,
  shownCustom,
  startSlackMs,
  type CustomState,
  type OtherEnd,
  type TaskRun,
} from './task-run.js';

/** What one event, or one reply, says about a run; ordered as they follow each other within the same millisecond. */
export const markKinds = { received: 0, started: 1, custom: 2, end: 3 } as const;
export type MarkKind = (typeof markKinds)[keyof typeof markKinds];

export interface RunMark {
  readonly kind: MarkKind;
  /** Epoch milliseconds by the clock of the worker. */
  readonly at: number;
  /** Where it stands among the marks of its worker: `at`, unless that is by another clock. */
  readonly place: number;
  readonly hostname: string;
  /** Main process of the worker; null if unknown. */
  readonly pid: number | null;
  readonly state: string;
  readonly retries: number | null;
  readonly exception: string | null;
  readonly runtimeSeconds: number | null;
  readonly isApproximate: boolean;
  /** Whether its time is that at which it was noticed, by our own clock. */
  readonly isNoticed: boolean;
  /** What it was taken from. */
  readonly source: TaskRun | null;
}

/** Maximum difference of two workers' clocks, if only their clocks order their runs. */
const clockToleranceMs = 10_000;
/** Milliseconds by which a worker may report a retry later than that it has received the message of the next run. */
const lateRetryMs = 1_000;
/** Maximum weaker ends kept of a run: a worker reports one, runs that cannot be distinguished one each. */
const maxOtherEnds = 8;

export function kindOf(state: string): MarkKind {
  if (endsRun(state)) return markKinds.end;
  if (isCustom(state)) return markKinds.custom;
  return state === 'STARTED' ? markKinds.started : markKinds.received;
}

/** Assigns a mark to the runs that are known, which may divide or join those of its worker; earliest run first. */
export function groupRuns(runs: readonly TaskRun[], mark: RunMark): readonly GroupedRun[] {
  const others = runs.filter(({ hostname }) => hostname !== mark.hostname).flatMap(asGroup);
  const own = runs.filter(({ hostname }) => hostname === mark.hostname).flatMap(marksOf);
  const groups = inOrder([...others, ...segmented([...own, mark])]);
  return placeStoredEnds(groups, runs.filter(isStoredEnd));
}

/** A run of another worker, without the end that is stored for it. */
function asGroup(run: TaskRun): GroupedRun[] {
  if (!isStoredEnd(run)) return [{ run, hasNew: false, stateFrom: run }];
  const marks = marksOf(run);
  return marks.length === 0 ? [] : [runOf(marks)];
}

/** Whether only progress is known of the run: that makes no attempt. */
export function isOnlyCustom({ state, custom }: TaskRun): boolean {
  return state === 'PENDING' && custom !== null;
}

function marksOf(run: TaskRun): RunMark[] {
  const { hostname, pid, state, stateAt, receivedAt, startedAt, approximate } = run;
  if (hostname === null) return [];
  const common = {
    hostname,
    pid,
    source: run,
    exception: null,
    runtimeSeconds: null,
    retries: null,
    isNoticed: false,
  };
  const marks: RunMark[] = [];
  const { received, started } = markKinds;
  if (receivedAt !== null) {
    const { retries } = run;
    const isApproximate = false;
    marks.push({
      ...common,
      kind: received,
      at: receivedAt,
      place: receivedAt,
      state: 'RECEIVED',
      retries,
      isApproximate,
    });
  }
  if (startedAt !== null) {
    const isApproximate = (approximate & approximateStart) !== 0;
    marks.push({
      ...common,
      kind: started,
      at: startedAt,
      place: startedAt,
      state: 'STARTED',
      isApproximate,
    });
  }
  if (run.custom !== null) {
    const at = run.custom.at ?? stateAt ?? startedAt ?? receivedAt ?? -Infinity;
    marks.push({
      ...common,
      kind: markKinds.custom,
      at,
      place: at,
      pid: null,
      state: run.custom.state,
      isApproximate: run.custom.at === null,
    });
  }
  const kind = kindOf(state);
  const isCovered = (kind < markKinds.custom && marks.length > 0) || isStoredEnd(run);
  if (stateAt !== null && state !== 'PENDING' && !isCovered) {
    const { exception, runtimeSeconds } = run;
    const isApproximate = kind < markKinds.custom || (approximate & approximateEnd) !== 0;
    const isNoticed = (approximate & noticedEnd) !== 0;
    const place = isNoticed ? (startedAt ?? receivedAt ?? stateAt) : stateAt;
    marks.push({
      ...common,
      kind,
      at: stateAt,
      place,
      state,
      exception,
      runtimeSeconds,
      isApproximate,
      isNoticed,
    });
  }
  for (const { state: other, at } of run.otherEnds)
    marks.push({
      ...common,
      kind: markKinds.end,
      at,
      place: at,
      state: other,
      isApproximate: false,
    });
  return marks;
}

function segmented(marks: RunMark[]): GroupedRun[] {
  marks.sort((a, b) => a.place - b.place || a.kind - b.kind || (a.state < b.state ? -1 : 1));
  const groups: RunMark[][] = [];
  for (const mark of marks) {
    const group = groups.at(-1);
    const former = groups.at(-2);
    if (group === undefined) groups.push([mark]);
    else if (former !== undefined && isLateRetry(former, group, mark)) former.push(mark);
    else if (opens(group, mark)) groups.push([mark]);
    else group.push(mark);
  }
  return groups.map(runOf);
}

/**
 * Whether a task-retried ends the run before: `Task.retry` sends the next message first, and the worker may report that
 * it has received that one before it reports the retry.
 */
function isLateRetry(
  former: readonly RunMark[],
  group: readonly RunMark[],
  { state, at, pid }: RunMark,
): boolean {
  if (state !== 'RETRY') return false;
  const [received] = group;
  if (received === undefined || group.some(({ kind }) => kind !== markKinds.received)) return false;
  if (received.retries === null || at - received.at > lateRetryMs) return false;
  const retries = former.find((mark) => mark.retries !== null)?.retries ?? null;
  if (retries !== null && received.retries <= retries) return false;
  if (former.some((mark) => mark.pid !== null && pid !== null && mark.pid !== pid)) return false;
  const isStarted = former.some(({ kind }) => kind === markKinds.started);
  return isStarted && former.every(({ kind }) => kind !== markKinds.end);
}

function opens(group: readonly RunMark[], mark: RunMark): boolean {
  const { kind, at, pid } = mark;
  // A task may send its own events from a child of the worker.
  if (kind === markKinds.custom) return false;
  const isOther = (one: RunMark): boolean =>
    one.kind !== markKinds.custom && one.pid !== null && pid !== null && one.pid !== pid;
  if (group.some(isOther)) return true;
  const isNear = (one: RunMark): boolean =>
    one.at === at || ((one.isApproximate || mark.isApproximate) && at - one.at <= startSlackMs);
  if (kind === markKinds.end) {
    const isApart = (end: RunMark): boolean => {
      const isApproximate = end.isApproximate || mark.isApproximate;
      return !endsTogether(end.state, mark.state, end.at === at, isApproximate);
    };
    return group.some((one) => one.kind === markKinds.end && isApart(one));
  }
  if (kind === markKinds.started)
    return group.some((one) => (one.kind === kind && !isNear(one)) || one.kind === markKinds.end);
  return !group.every((one) => one.kind <= markKinds.started && isNear(one));
}

function runOf(marks: readonly RunMark[]): GroupedRun {
  let received: RunMark | undefined;
  let started: RunMark | undefined;
  let held: RunMark | undefined;
  let shown: RunMark | undefined;
  for (const mark of marks) {
    if (mark.kind === markKinds.custom) {
      const next = customOf(mark);
      if (shown === undefined || newerCustom(customOf(shown), next) === next) shown = mark;
      continue;
    }
    if (mark.kind === markKinds.received && (received?.isApproximate ?? true)) received = mark;
    if (mark.kind === markKinds.started && (started?.isApproximate ?? true)) started = mark;
    if (held === undefined || replaces(held, mark)) held = mark;
  }
  const last = held ?? shown;
  if (last === undefined) throw new Error('a run without marks');
  const custom = shown === undefined ? null : customOf(shown);
  const former = marks.find(({ source }) => source?.queueWaitSeconds !== null)?.source ?? null;
  const isWhole = former !== null && former.startedAt === started?.at;
  const run: TaskRun = {
    hostname: last.hostname,
    pid: marks.find(({ pid }) => pid !== null)?.pid ?? null,
    retries: marks.find(({ retries }) => retries !== null)?.retries ?? null,
    receivedAt: received === undefined || received.isApproximate ? null : received.at,
    startedAt: started?.at ?? null,
    state: held?.state ?? 'PENDING',
    stateAt: held?.at ?? null,
    exception: last.exception,
    runtimeSeconds: last.runtimeSeconds,
    queueWaitSeconds: isWhole ? former.queueWaitSeconds : null,
    custom,
    otherEnds: otherEndsOf(marks, last),
    approximate:
      (started?.isApproximate === true ? approximateStart : 0) |
      (last.isApproximate && endsRun(last.state) ? approximateEnd : 0) |
      (last.isNoticed ? noticedEnd : 0),
  };
  const isCustomShown = shownCustom(run) !== null;
  return {
    run,
    hasNew: marks.some(({ source }) => source === null),
    stateFrom: (isCustomShown ? (shown ?? last) : last).source,
  };
}

function customOf({ state, at, isApproximate }: RunMark): CustomState {
  return { state, at: isApproximate ? null : at };
}

/** The weaker ends: an event that arrives later may divide them from the state. */
function otherEndsOf(marks: readonly RunMark[], held: RunMark): readonly OtherEnd[] {
  const others: OtherEnd[] = [];
  for (const { kind, state, at, isApproximate, isNoticed } of marks) {
    if (kind !== markKinds.end || isApproximate || isNoticed) continue;
    if ([held, ...others].some((end) => end.state === state && end.at === at)) continue;
    if (others.length < maxOtherEnds) others.push({ state, at });
  }
  return others.length === 0 ? noOtherEnds : others;
}

/** An exact time replaces an approximate one of the same state. */
function replaces(held: RunMark, mark: RunMark): boolean {
  if (held.state === mark.state && held.isApproximate && !mark.isApproximate) return true;
  return replacesState({ state: held.state, stateAt: held.at }, mark.state, mark.at);
}

function inOrder(runs: GroupedRun[]): GroupedRun[] {
  const name = ({ run }: GroupedRun): string => run.hostname ?? '';
  runs.sort((a, b) => beganAt(a.run) - beganAt(b.run) || (name(a) < name(b) ? -1 : 1));
  // A bounded number of passes: this relation, unlike that of times, is no order.
  for (let pass = 0; pass < runs.length; pass++) {
    let swapped = false;
    for (let at = 1; at < runs.length; at++) {
      const [first, second] = [runs[at - 1], runs[at]];
      if (first === undefined || second === undefined || !precedes(second.run, first.run)) continue;
      runs[at - 1] = second;
      runs[at] = first;
      swapped = true;
    }
    if (!swapped) break;
  }
  return runs;
}

/** Whether a run of another worker was before this one, though it seems to have begun a little later. */
function precedes(run: TaskRun, other: TaskRun): boolean {
  if (run.hostname === other.hostname || isDone(run)) return false;
  if (beganAt(run) - beganAt(other) > clockToleranceMs) return false;
  if (run.retries !== null && other.retries !== null && run.retries !== other.retries)
    return run.retries < other.retries;
  return isToBeRunAgain(run) && !isToBeRunAgain(other);
}

function isDone({ state }: TaskRun): boolean {
  return isFinal(state) && state !== 'REJECTED';
}

function isToBeRunAgain({ state }: TaskRun): boolean {
  return state === 'RETRY' || state === 'REJECTED';
}
