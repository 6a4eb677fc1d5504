/** Task states and their order. Counterpart of `celery.states`. */

export const taskStates = [
  'PENDING',
  'RECEIVED',
  'STARTED',
  'SUCCESS',
  'FAILURE',
  'RETRY',
  'REVOKED',
  'REJECTED',
] as const;
export type KnownTaskState = (typeof taskStates)[number];

/**
 * Of a task that was started and that its worker, which answers, no longer has, though neither an event nor a result
 * says how it ended: it raised `Ignore`, or the event was lost. Our own, since Celery has no such state.
 */
export const endUnknown = 'END_UNKNOWN';

/** Celery's PRECEDENCE, strongest first; `null` stands for every custom state. */
const precedenceOrder: readonly (KnownTaskState | typeof endUnknown | null)[] = [
  'SUCCESS',
  'FAILURE',
  null,
  'REVOKED',
  endUnknown,
  'STARTED',
  'RECEIVED',
  'REJECTED',
  'RETRY',
  'PENDING',
];
const ranks = new Map(precedenceOrder.map((state, rank) => [state as string | null, rank]));
const customRank = precedenceOrder.indexOf(null);

/** The smaller, the stronger: a strong state is not overwritten by a weaker one that arrives late. */
export function precedence(state: string): number {
  return ranks.get(state) ?? customRank;
}

const finalStates: ReadonlySet<string> = new Set([
  'SUCCESS',
  'FAILURE',
  'REVOKED',
  'REJECTED',
  endUnknown,
]);

/** No worker will touch the task again. Celery's READY_STATES, REJECTED, which it leaves out, and END_UNKNOWN. */
export function isFinal(state: string): boolean {
  return finalStates.has(state);
}

/** No worker has started the task, or it waits for its next attempt. */
export function isWaiting(state: string): boolean {
  return state === 'PENDING' || state === 'RECEIVED' || state === 'RETRY';
}

/** The phase of each state: the same, named for what happens to the task; `CUSTOM` for what the application has made up. */
export const taskPhases = {
  PENDING: 'WAITING',
  RECEIVED: 'RECEIVED',
  STARTED: 'RUNNING',
  RETRY: 'RETRYING',
  SUCCESS: 'SUCCEEDED',
  FAILURE: 'FAILED',
  REVOKED: 'REVOKED',
  REJECTED: 'REJECTED',
  [endUnknown]: 'END_UNKNOWN',
} as const satisfies Record<KnownTaskState | typeof endUnknown, string>;
export type TaskPhase = (typeof taskPhases)[keyof typeof taskPhases] | 'CUSTOM';

export function phaseOf(state: string): TaskPhase {
  return phases.get(state) ?? 'CUSTOM';
}

const phases: ReadonlyMap<string, TaskPhase> = new Map(Object.entries(taskPhases));

/** A state that the application has made up, such as PROGRESS. */
export function isCustom(state: string): boolean {
  return !ranks.has(state);
}
