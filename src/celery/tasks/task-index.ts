/** An index over the stored tasks. */
import type { TaskRecord } from './task-record.js';

/** What the indexes read of a task, as it is or as it was before a change. */
export interface IndexedTask {
  readonly id: string;
  /** Position in the order of first sight. It never changes, and neither does the id. */
  readonly sequence: number;
  readonly name: string | null;
  readonly state: string;
  readonly worker: string | null;
  readonly queue: string | null;
  readonly rootId: string | null;
  readonly parentId: string | null;
  readonly retries: number;
  /** Whether the result backend may know how it ended. */
  readonly awaitsResult: boolean;
  /** Times are epoch milliseconds, durations seconds; null if unknown. */
  readonly sentAt: number | null;
  readonly receivedAt: number | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Time when its worker was lost while it ran; null if no worker was lost. */
  readonly orphanedAt: number | null;
  /** Duration of the latest run, as measured or from its start to its end. */
  readonly ranSeconds: number | null;
  readonly queueWaitSeconds: number | null;
}

/** What may change of a task. */
export type IndexedField = Exclude<keyof IndexedTask, 'id' | 'sequence'>;

/** The part of a task that an index reads which depends on these fields. */
export type FieldsOf<F extends IndexedField> = Pick<IndexedTask, F | 'id' | 'sequence'>;

export interface TaskIndex {
  add(record: TaskRecord): void;
  remove(record: TaskRecord): void;
  /** To be called after the task has changed. It moves only if what the index sorts by differs. */
  move(record: TaskRecord, before: IndexedTask): void;
}
