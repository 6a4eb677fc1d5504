/** The tasks that are remembered, bounded in number and in bytes. Counterpart of `State.tasks`, an LRUCache in Celery. */
import { TaskEviction } from './task-eviction.js';
import { TaskFamily } from './task-family.js';
import { TaskOrder } from './task-order.js';
import { TaskRecord } from './task-record.js';
import type { TaskSource } from './task.js';

export interface TaskStoreLimits {
  readonly maxTasks: number;
  readonly maxTaskBytes: number;
}

export class TaskStore {
  readonly order = new TaskOrder();
  readonly family = new TaskFamily();
  readonly #records = new Map<string, TaskRecord>();
  readonly #eviction = new TaskEviction(this.order);
  readonly #limits: TaskStoreLimits;
  #sequence = 0;
  #bytes = 0;
  #evicted = 0;

  constructor(limits: TaskStoreLimits) {
    this.#limits = limits;
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

  create(id: string, source: TaskSource): TaskRecord {
    const record = new TaskRecord(id, ++this.#sequence, source);
    this.#records.set(id, record);
    this.order.append(record);
    this.#bytes += record.bytes;
    return record;
  }

  /** Runs `change` on a task of the store, and brings the books and the limits up to date. */
  update(record: TaskRecord, change: (record: TaskRecord) => void): void {
    const { bytes, parentId } = record;
    change(record);
    this.#bytes += record.bytes - bytes;
    if (record.parentId !== parentId) {
      if (parentId !== null) this.family.unlink(parentId, record.id);
      if (record.parentId !== null) this.family.link(record.parentId, record.id);
    }
    this.#eviction.changed(record);
    const { maxTasks, maxTaskBytes } = this.#limits;
    while (this.size > 1 && (this.size > maxTasks || this.#bytes > maxTaskBytes)) this.#evict();
  }

  #evict(): void {
    const record = this.#eviction.next();
    if (record === null) return;
    this.#eviction.removed(record);
    this.#records.delete(record.id);
    this.order.remove(record);
    if (record.parentId !== null) this.family.unlink(record.parentId, record.id);
    this.#bytes -= record.bytes;
    this.#evicted++;
  }
}
