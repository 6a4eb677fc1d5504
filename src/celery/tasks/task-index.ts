/**
 * An index over the stored tasks. A task changes in three steps: `remember`, the change itself, `move`; so each index
 * sees the old and the new values and moves the task only if they differ.
 */
import type { TaskRecord } from './task-record.js';

export interface TaskIndex {
  add(record: TaskRecord): void;
  remove(record: TaskRecord): void;
  /** Call this before the task changes. */
  remember(record: TaskRecord): void;
  /** Call this after the task has changed, with the task that was passed to `remember` last. */
  move(record: TaskRecord): void;
}
