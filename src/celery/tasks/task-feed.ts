/**
 * Passes task events on as they come, each to the listeners whose filter it passes. An event costs one test for each
 * listener, and one snapshot of its task, made only if a listener needs it. Subscribers with the same filter share a
 * listener: see event-histories.ts.
 */
import { ignoreListenerErrors, Listeners, type OnListenerError } from '../../listeners.js';
import type { TaskEvent } from '../events/event.js';
import { taskEventKind, type TaskEventKind } from '../events/task-event-kind.js';
import { compileFilter, type TaskFilter } from './task-filter.js';
import type { TaskRecord } from './task-record.js';
import { taskTexts, type Task } from './task.js';

export interface TaskEventFilter extends TaskFilter {
  /** Such as `task-received`; all when absent or empty. */
  readonly types?: readonly string[] | undefined;
  /** All when absent or empty. */
  readonly kinds?: readonly TaskEventKind[] | undefined;
}

export interface TaskNotice {
  readonly event: TaskEvent;
  /** Epoch milliseconds, by our own clock. */
  readonly receivedAt: number;
  /** The task after the event. An event that came too late may not have changed it. */
  readonly task: Task;
  /** Rough memory of it all. */
  readonly bytes: number;
}

export type TaskNoticeListener = (notice: TaskNotice) => void;

/** The event, the task and their fields, measured without the texts. */
const noticeBytes = 1_000;

export class TaskFeed {
  readonly #snapshot: (task: TaskRecord) => Task;
  /** `notice` makes the notice once, and only when a listener needs it. */
  readonly #listeners: Listeners<[event: TaskEvent, task: TaskRecord, notice: () => TaskNotice]>;

  constructor(
    snapshot: (task: TaskRecord) => Task,
    onListenerError: OnListenerError = ignoreListenerErrors,
  ) {
    this.#snapshot = snapshot;
    this.#listeners = new Listeners('task events', onListenerError);
  }

  /**
   * Returns the function that stops it.
   * @throws BadUserInputError when the search text is too long
   */
  listen(filter: TaskEventFilter, listener: TaskNoticeListener): () => void {
    const passes = compile(filter);
    return this.#listeners.add((event, task, notice) => {
      if (passes(event, task)) listener(notice());
    });
  }

  /** To be called when the state has taken in the event, with the task even if it has already left the store. */
  emit(event: TaskEvent, task: TaskRecord, receivedAt: number): void {
    if (this.#listeners.size === 0) return;
    let notice: TaskNotice | undefined;
    this.#listeners.notify(event, task, () => (notice ??= this.#notice(event, task, receivedAt)));
  }

  #notice(event: TaskEvent, record: TaskRecord, receivedAt: number): TaskNotice {
    const task = this.#snapshot(record);
    const texts = taskTexts.reduce((sum, name) => sum + (task[name]?.length ?? 0), 0);
    return { event, receivedAt, task, bytes: noticeBytes + texts };
  }
}

function compile(filter: TaskEventFilter): (event: TaskEvent, task: TaskRecord) => boolean {
  const types = setOf(filter.types);
  const kinds = setOf(filter.kinds);
  const test = compileFilter(filter);
  return (event, task) =>
    (types?.has(event.type) ?? true) &&
    (kinds?.has(taskEventKind(event.type)) ?? true) &&
    (test === null || test(task));
}

function setOf<T>(values: readonly T[] | undefined): ReadonlySet<T> | null {
  return values === undefined || values.length === 0 ? null : new Set(values);
}
