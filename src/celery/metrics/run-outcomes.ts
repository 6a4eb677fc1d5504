/** How the runs of a task ended, and which of these ends a change has added or taken back. */
import { keptFirst } from '../tasks/task-history.js';
import type { TaskOutcome } from '../tasks/task-record.js';
import type { TaskRun } from '../tasks/task-run.js';
import { isFinal } from '../states.js';

/** The end of one run. */
export interface RunOutcome {
  readonly name: string | null;
  readonly state: string;
  readonly runtimeSeconds: number | null;
  readonly queueWaitSeconds: number | null;
  /** Epoch milliseconds. */
  readonly finishedAt: number | null;
}

export interface OutcomeChanges {
  readonly removed: readonly RunOutcome[];
  readonly added: readonly RunOutcome[];
}

/** Whether the earlier runs are as they were, also in their name, so that only the latest one can have changed. */
export function hasSameAttempts(before: TaskOutcome, after: TaskOutcome): boolean {
  if (before.attempts.length === 0 && after.attempts.length === 0) return true;
  return before.attempts === after.attempts && before.name === after.name;
}

/** The end of an attempt that was left out, as there are too many, is not taken back. */
export function outcomeChanges(before: TaskOutcome, after: TaskOutcome): OutcomeChanges {
  const removed = outcomesOf(before);
  const added: RunOutcome[] = [];
  for (const outcome of outcomesOf(after)) if (!take(removed, outcome)) added.push(outcome);
  const omitted = after.attemptsOmitted - before.attemptsOmitted;
  for (const run of before.attempts.slice(keptFirst, keptFirst + omitted))
    take(removed, outcomeOf(before.name, run));
  return { removed, added };
}

function take(outcomes: RunOutcome[], outcome: RunOutcome): boolean {
  const at = outcomes.findIndex((one) => isSameOutcome(one, outcome));
  if (at >= 0) outcomes.splice(at, 1);
  return at >= 0;
}

function outcomesOf(task: TaskOutcome): RunOutcome[] {
  const outcomes = task.attempts.map((run) => outcomeOf(task.name, run));
  outcomes.push(task);
  return outcomes.filter(({ state }) => isFinal(state));
}

function outcomeOf(name: string | null, run: TaskRun): RunOutcome {
  const { state, stateAt, runtimeSeconds, queueWaitSeconds } = run;
  return { name, state, runtimeSeconds, queueWaitSeconds, finishedAt: stateAt };
}

export function isSameOutcome(a: RunOutcome, b: RunOutcome): boolean {
  return (
    a.state === b.state &&
    a.name === b.name &&
    a.finishedAt === b.finishedAt &&
    a.runtimeSeconds === b.runtimeSeconds &&
    a.queueWaitSeconds === b.queueWaitSeconds
  );
}
