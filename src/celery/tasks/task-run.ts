/**
 * One run of a task: what one worker did with one delivery of its message. A retry, a redelivery and an id that is sent
 * again make further runs of the same task. Celery has no counterpart: its `Task` mixes all runs.
 */
import { endUnknown, isCustom, precedence } from '../states.js';

/** Times are epoch milliseconds by the clock of the worker; null if unknown. */
export interface TaskRun {
  /** Node name of the worker. */
  readonly hostname: string | null;
  /** Main process of the worker. */
  readonly pid: number | null;
  /** How often the task had been retried when the worker received it. */
  readonly retries: number | null;
  readonly receivedAt: number | null;
  readonly startedAt: number | null;
  /** Its last known state, such as STARTED if no event reported its end; never a custom one. */
  readonly state: string;
  /** When it took on that state. */
  readonly stateAt: number | null;
  /** What it raised, in the notation of Python; null if it raised nothing. */
  readonly exception: string | null;
  /** Seconds, as the worker measured them. */
  readonly runtimeSeconds: number | null;
  /** Seconds from sending, or else from receiving, to the start. */
  readonly queueWaitSeconds: number | null;
  /** Other ends of the same run that events report beside its state: later events may show that they are not. */
  readonly otherEnds: readonly OtherEnd[];
  /** The newest custom state that it has shown; null if none. It is the task's state while the latest run goes on. */
  readonly custom: CustomState | null;
  /** Bits: which of its times are only near the event's own. See `approximateStart` and `approximateEnd`. */
  readonly approximate: number;
}

export interface OtherEnd {
  readonly state: string;
  /** Epoch milliseconds by the clock of the worker. */
  readonly at: number;
}

export interface CustomState {
  readonly state: string;
  /** Epoch milliseconds by the clock of the worker; null if no event has brought it. */
  readonly at: number | null;
}

export const noOtherEnds: readonly OtherEnd[] = [];

/** The start was computed from an inspect reply. */
export const approximateStart = 1;
/** The end comes from the result backend, or from a reply. */
export const approximateEnd = 2;
/** The end was noticed at that time, by our own clock. */
export const noticedEnd = 4;
/** Milliseconds between a start that a reply reports and that of the event: the worker may be busy before it sends it. */
export const startSlackMs = 5_000;

const ends: ReadonlySet<string> = new Set([
  'SUCCESS',
  'FAILURE',
  'RETRY',
  'REVOKED',
  'REJECTED',
  endUnknown,
]);
const weakEnds: ReadonlySet<string> = new Set(['REVOKED', 'REJECTED', endUnknown]);

/** Whether a run in that state is over; after RETRY the task is not. */
export function endsRun(state: string): boolean {
  return ends.has(state);
}

/** When a run began, as far as is known. */
export function beganAt({ receivedAt, startedAt, stateAt, custom }: TaskRun): number {
  return receivedAt ?? startedAt ?? stateAt ?? custom?.at ?? -Infinity;
}

export function endedAtOf({ state, stateAt }: Pick<TaskRun, 'state' | 'stateAt'>): number | null {
  return endsRun(state) ? stateAt : null;
}

/**
 * Seconds from its start to its end, by the clock of its worker, unless the worker has measured them. Null if no event
 * has brought the end: what is stored may be the end of a later run.
 */
export function runSecondsOf(
  run: Pick<TaskRun, 'runtimeSeconds' | 'startedAt' | 'state' | 'stateAt' | 'approximate'>,
): number | null {
  const { runtimeSeconds, startedAt, approximate } = run;
  if (runtimeSeconds !== null) return runtimeSeconds;
  const endedAt = endedAtOf(run);
  if (startedAt === null || endedAt === null || approximate & (approximateEnd | noticedEnd)) return null;
  return endedAt < startedAt ? null : (endedAt - startedAt) / 1000;
}

/** The newer of two custom states; what an event has brought wins over what it has not. */
export function newerCustom(a: CustomState | null, b: CustomState | null): CustomState | null {
  if (a === null || b === null) return a ?? b;
  const difference = (a.at ?? -Infinity) - (b.at ?? -Infinity);
  return difference > 0 || (difference === 0 && a.state > b.state) ? a : b;
}

/** The custom state that a run shows: none once it has ended, and none from before its start, which is of a former run. */
export function shownCustom({ state, startedAt, custom }: TaskRun): CustomState | null {
  if (custom === null || endsRun(state)) return null;
  const isOfFormer = custom.at !== null && startedAt !== null && custom.at < startedAt - startSlackMs;
  return isOfFormer ? null : custom;
}

/** The state of a run before any custom one. */
export function plainState({
  state,
  receivedAt,
  startedAt,
}: Pick<TaskRun, 'state' | 'receivedAt' | 'startedAt'>) {
  if (!isCustom(state)) return state;
  if (startedAt !== null) return 'STARTED';
  return receivedAt === null ? 'PENDING' : 'RECEIVED';
}

/**
 * Whether two ends that no start separates are those of one run. A run succeeds, fails or is retried once; that it was
 * revoked or rejected may be reported beside that. A stored end is the same as that of the event, at another time.
 */
export function endsTogether(
  first: string,
  second: string,
  isSameTime: boolean,
  isApproximate: boolean,
): boolean {
  if (first === second) return isSameTime || isApproximate || weakEnds.has(first);
  if (first === endUnknown || second === endUnknown) return true;
  if (first === 'RETRY' || second === 'RETRY') return false;
  return weakEnds.has(first) || weakEnds.has(second);
}

/** Whether a state of a run replaces the one that it has: an end wins over all else, the stronger end over the other. */
export function replacesState(
  held: { readonly state: string; readonly stateAt: number | null },
  state: string,
  at: number,
): boolean {
  if (held.state === endUnknown && endsRun(state)) return state !== endUnknown;
  if (endsRun(held.state) !== endsRun(state)) return endsRun(state);
  const difference = precedence(held.state) - precedence(state);
  if (difference !== 0 || !isCustom(state)) return difference > 0;
  const heldAt = held.stateAt ?? -Infinity;
  return at === heldAt ? state > held.state : at > heldAt;
}
