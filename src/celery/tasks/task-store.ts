/** The tasks that are remembered, bounded in number and in bytes. Counterpart of `State.tasks`, an LRUCache in Celery. */
import { ignoreListenerErrors, Listeners, type OnListenerError } from '../../listeners.js';
import { TaskEviction } from './task-eviction.js';
import { TaskIndexes } from './task-indexes.js';
import { TaskRecord, type TaskBefore } from './task-record.js';
import type { TaskSource } from './task.js';

export interface TaskStoreLimits {
  readonly maxTasks: number;
  readonly maxTaskBytes: number;
}

const maxShown = 1_000;
const noIds: readonly string[] = [];

export class TaskStore {
  readonly indexes = new TaskIndexes();
  readonly #records = new Map<string, TaskRecord>();
  readonly #eviction = new TaskEviction(this.indexes.seen);
  readonly #limits: TaskStoreLimits;
  readonly #onForgotten: (record: TaskRecord) => void;
  readonly #changeListeners: Listeners<[TaskRecord]>;
  #sequence = 0;
  #bytes = 0;
  #evicted = 0;

  constructor(
    limits: TaskStoreLimits,
    onForgotten: (record: TaskRecord) => void = () => undefined,
    onListenerError: OnListenerError = ignoreListenerErrors,
  ) {
    this.#changeListeners = new Listeners('stored tasks', onListenerError);
    this.#limits = limits;
    this.#onForgotten = onForgotten;
  }

  get size(): number {
    return this.#records.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get evicted(): number {
    return this.#evicted;
  }

  get(id: string): TaskRecord | undefined {
    return this.#records.get(id);
  }

  /** Whether it is this very task that is remembered. */
  has(record: TaskRecord): boolean {
    return this.#records.get(record.id) === record;
  }

  /** Calls back with each task that comes, changes or leaves, afterwards; returns what stops it. */
  onChange(listener: (record: TaskRecord) => void): () => void {
    return this.#changeListeners.add(listener);
  }

  /** The tasks that it sent, in the order of first sight, the first thousand; whether it is known itself or not. */
  childIdsOf(id: string): readonly string[] {
    const walk = this.indexes.parents.list(id)?.seek(0, 0);
    if (walk === undefined) return noIds;
    const ids: string[] = [];
    for (let child = walk.next(); child !== undefined; child = walk.next()) {
      ids.push(child.id);
      if (ids.length === maxShown) break;
    }
    return ids;
  }

  /** A new task, and what is known of it: only then the indexes know where it belongs. */
  create(id: string, source: TaskSource, change: (record: TaskRecord) => void): TaskRecord {
    const record = new TaskRecord(id, ++this.#sequence, source);
    change(record);
    this.#records.set(id, record);
    this.indexes.add(record);
    this.#bytes += record.bytes;
    this.#changed(record);
    this.#keepWithinLimits(record);
    return record;
  }

  /**
   * Runs `change` on a task of the store, and brings the books and the limits up to date.
   * @returns what the task was before
   */
  update(record: TaskRecord, change: (record: TaskRecord) => void): TaskBefore {
    const { bytes } = record;
    const before = record.before();
    change(record);
    this.indexes.move(record, before);
    this.#bytes += record.bytes - bytes;
    this.#changed(record);
    this.#keepWithinLimits(record);
    return before;
  }

  #changed(record: TaskRecord): void {
    this.#changeListeners.notify(record);
  }

  #keepWithinLimits(changed: TaskRecord): void {
    this.#eviction.changed(changed);
    const { maxTasks, maxTaskBytes } = this.#limits;
    while (this.size > 1 && (this.size > maxTasks || this.#bytes > maxTaskBytes)) this.#evict();
  }

  #evict(): void {
    const record = this.#eviction.next();
    if (record === null) return;
    this.#eviction.removed(record);
    this.#records.delete(record.id);
    this.indexes.remove(record);
    this.#bytes -= record.bytes;
    this.#evicted++;
    this.#changed(record);
    this.#onForgotten(record);
  }
}
