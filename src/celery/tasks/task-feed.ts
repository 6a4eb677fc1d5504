/**
 * Passes task events on as they come, each to the listeners whose filter it passes. However many listen, an event
 * costs one
 * test for each different filter, and one snapshot of its task, made only if a subscriber wants it.
 */
import { ignoreListenerErrors, Listeners, type OnListenerError } from '../../listeners.js';
import type { TaskEvent } from '../events/event.js';
import { taskEventKind, type TaskEventKind } from '../events/task-event-kind.js';
import { filterKey } from './filter-key.js';
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

interface Audience {
  readonly passes: (event: TaskEvent, task: TaskRecord) => boolean;
  readonly listeners: Listeners<[TaskNotice]>;
}

/** The event, the task and their fields, measured without the texts. */
const noticeBytes = 1_000;

export class TaskFeed {
  readonly #snapshot: (task: TaskRecord) => Task;
  readonly #onListenerError: OnListenerError;
  /** Groups by filter: subscribers with the same filter share one test. */
  readonly #audiences = new Map<string, Audience>();

  constructor(
    snapshot: (task: TaskRecord) => Task,
    onListenerError: OnListenerError = ignoreListenerErrors,
  ) {
    this.#onListenerError = onListenerError;
    this.#snapshot = snapshot;
  }

  /**
   * Returns the function that stops it.
   * @throws BadUserInputError when the search text is too long
   */
  listen(filter: TaskEventFilter, listener: TaskNoticeListener): () => void {
    const key = filterKey(filter);
    const audience = this.#audiences.get(key) ?? {
      passes: compile(filter),
      listeners: new Listeners('task events', this.#onListenerError),
    };
    this.#audiences.set(key, audience);
    const remove = audience.listeners.add(listener);
    return () => {
      remove();
      if (audience.listeners.size === 0 && this.#audiences.get(key) === audience)
        this.#audiences.delete(key);
    };
  }

  /** To be called when the state has taken in the event, with the task even if it has already left the store. */
  emit(event: TaskEvent, task: TaskRecord, receivedAt: number): void {
    let notice: TaskNotice | undefined;
    for (const { passes, listeners } of this.#audiences.values()) {
      if (!passes(event, task)) continue;
      notice ??= this.#notice(event, task, receivedAt);
      listeners.notify(notice);
    }
  }

  #notice(event: TaskEvent, record: TaskRecord, receivedAt: number): TaskNotice {
    const task = this.#snapshot(record);
    const texts = taskTexts.reduce((sum, name) => sum + (task[name]?.length ?? 0), 0);
    return { event, receivedAt, task, bytes: noticeBytes + texts };
  }
}

function compile(filter: TaskEventFilter): Audience['passes'] {
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
