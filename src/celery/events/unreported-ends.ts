/**
 * Runs that have ended without an event. What is stored says how they ended: that is looked up first, and only without it
 * the end is unknown.
 */
import type { TaskRecord } from '../tasks/task-record.js';
import type { StateOptions } from './state-options.js';

export interface UnreportedEndsOptions {
  readonly settleFirst: StateOptions['settleFirst'];
  /** Whether the store still has the task, and its worker has not shown since then that it goes on with it. */
  readonly isStillLost: (task: TaskRecord, since: number) => boolean;
  readonly onEndUnknown: (tasks: readonly TaskRecord[], at: number) => void;
}

export class UnreportedEnds {
  readonly #options: UnreportedEndsOptions;
  /** Tasks whose end is being looked up. */
  readonly #lookedUp = new WeakSet<TaskRecord>();

  constructor(options: UnreportedEndsOptions) {
    this.#options = options;
  }

  /** Whether its worker no longer has it, while its end is looked up. */
  has(task: TaskRecord): boolean {
    return this.#lookedUp.has(task);
  }

  /** Their workers do not run them any more. */
  ended(tasks: readonly TaskRecord[], at: number): void {
    const { settleFirst, onEndUnknown } = this.#options;
    if (settleFirst === undefined) return onEndUnknown(tasks, at);
    const waiting = tasks.filter((task) => !this.#lookedUp.has(task));
    for (const task of waiting) this.#lookedUp.add(task);
    const starts = waiting.map(({ startedAt }) => startedAt);
    void settleFirst(waiting.map(({ id }) => id)).then(() => {
      const left = waiting.filter((task, index) => this.#isLost(task, starts[index] ?? null, at));
      for (const task of waiting) this.#lookedUp.delete(task);
      if (left.length > 0) onEndUnknown(left, at);
    });
  }

  /** Whether nothing has shown how the run ended, or that it goes on, while that was looked up. */
  #isLost(task: TaskRecord, startedAt: number | null, since: number): boolean {
    if (!task.isRunning || task.orphanedAt !== null || task.startedAt !== startedAt) return false;
    return this.#options.isStillLost(task, since);
  }
}
