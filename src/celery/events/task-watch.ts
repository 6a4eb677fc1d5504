/** Who wants to know of every event about a task: some ten thousand times a second, so a call is all it costs. */
import type { TaskBefore, UnfinishedTask } from './task-record.js';

/**
 * The task as it is now, which may be finished: read it, do not keep it.
 * @param before the state that it was in, which may be the same; null for a task that was not known
 * @param known what it was before; null likewise
 */
export type TaskChangeListener = (
  task: UnfinishedTask,
  before: string | null,
  known: TaskBefore | null,
) => void;

/** A finished task, as a rule, that had to make room for others: read it, do not keep it. */
export type TaskForgottenListener = (task: UnfinishedTask) => void;
