/** Tasks in the order in which they are listed, to be walked from any place in either direction. */
import type { TaskRecord } from './task-record.js';
import type { TaskPosition } from './task.js';

export interface WalkOptions {
  /** Null starts at the end that the direction comes from. */
  readonly from: TaskPosition | null;
  /** Against the order. */
  readonly backward: boolean;
  /** Whether a task that stands at `from` itself belongs to the walk. */
  readonly inclusive: boolean;
}

export interface TaskWalk {
  next(): TaskRecord | undefined;
  /** Goes on with the task that has this sequence number, or with the first behind it. */
  skipTo?(sequence: number): void;
}

/** Valid until the next change of the tasks. */
export interface TaskView {
  readonly size: number;
  walk(options: WalkOptions): TaskWalk;
}
