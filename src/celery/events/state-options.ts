import type { OnListenerError } from '../../listeners.js';

/** The bounds of what `State` remembers, and its size. */
export interface StateOptions {
  readonly maxTasks?: number | undefined;
  /** Estimated memory of the tasks. */
  readonly maxTaskBytes?: number | undefined;
  /** Maximum workers: the ones silent for longest are dropped; 20,000 by default, about 1 kB each. */
  readonly maxWorkers?: number | undefined;
  /** Longer texts of a task are cut to this many characters. */
  readonly maxTextLength?: number | undefined;
  /** Milliseconds for which a worker that went offline without a goodbye stays listed; a day by default. */
  readonly forgetWorkersAfter?: number | undefined;
  /**
   * Looks up how these tasks ended and stores it, within a deadline: called before an end counts as unknown. It never
   * rejects. Undefined where no results can be read.
   */
  readonly settleFirst?: ((ids: readonly string[]) => Promise<unknown>) | undefined;
  /** Epoch milliseconds. */
  readonly clock?: (() => number) | undefined;
  /** Milliseconds of a monotonic clock; `clock` if only that is given. */
  readonly monotonic?: (() => number) | undefined;
  readonly onListenerError?: OnListenerError | undefined;
}

export interface StateStats {
  readonly tasks: number;
  readonly bytes: number;
  /** Tasks evicted because the store was full. */
  readonly evicted: number;
  readonly workers: number;
}
