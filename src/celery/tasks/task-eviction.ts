/**
 * Chooses the task that leaves a full store: the oldest finished one. A cursor goes once through the order of first
 * sight and sets unfinished tasks aside; they leave when they have finished, or when they are half of the
 * store (then events were lost, and most of them will never finish). So every task is looked at a few times only.
 */
import { RecordList } from './record-list.js';
import type { SortedList } from './sorted-list.js';
import type { TaskRecord } from './task-record.js';

export class TaskEviction {
  readonly #order: SortedList;
  /** Passed by the cursor while unfinished. */
  readonly #aside = new RecordList();
  /** Tasks of `#aside` that have finished since. */
  readonly #settled = new RecordList();
  /** Sequence number of the next one to look at. */
  #cursor = 0;

  /** @param order of first sight */
  constructor(order: SortedList) {
    this.#order = order;
  }

  /** To be called when its state may have changed. */
  changed(record: TaskRecord): void {
    if (record.place === null) return;
    const [from, to] = record.isSettled ? [this.#aside, this.#settled] : [this.#settled, this.#aside];
    if (to.has(record)) return;
    from.remove(record);
    to.push(record);
  }

  removed(record: TaskRecord): void {
    this.#aside.remove(record);
    this.#settled.remove(record);
  }

  next(): TaskRecord | null {
    if (this.#settled.first !== null) return this.#settled.first;
    const order = this.#order;
    const walk = order.seek(this.#cursor, 0);
    while (this.#aside.size * 2 < order.size) {
      const record = walk.next();
      if (record === undefined) break;
      this.#cursor = record.sequence + 1;
      if (record.isSettled) return record;
      this.#aside.push(record);
    }
    return this.#aside.first ?? order.first ?? null;
  }
}
