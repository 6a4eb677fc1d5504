/** Tasks by a number that they may not have yet, such as a runtime: those that have it sorted by it, the others apart. */
import { SortedList } from './sorted-list.js';
import type { IndexedTask, TaskIndex } from './task-index.js';
import type { TaskRecord } from './task-record.js';
import type { TaskTable } from './task-table.js';

export class OrderedIndex implements TaskIndex {
  readonly valued: SortedList;
  /** In the order of first sight. */
  readonly others: SortedList;
  readonly #keyOf: (task: IndexedTask) => number | null;

  constructor(tasks: TaskTable, keyOf: (task: IndexedTask) => number | null) {
    this.valued = new SortedList(tasks, true);
    this.others = new SortedList(tasks, false);
    this.#keyOf = keyOf;
  }

  add(record: TaskRecord): void {
    this.#join(this.#keyOf(record), record);
  }

  remove(record: TaskRecord): void {
    this.#leave(this.#keyOf(record), record);
  }

  move(record: TaskRecord, before: IndexedTask): void {
    const key = this.#keyOf(record);
    const former = this.#keyOf(before);
    if (key === former) return;
    this.#leave(former, record);
    this.#join(key, record);
  }

  #join(key: number | null, record: TaskRecord): void {
    if (key === null) this.others.add(record.sequence, record);
    else this.valued.add(key, record);
  }

  #leave(key: number | null, record: TaskRecord): void {
    if (key === null) this.others.remove(record.sequence, record);
    else this.valued.remove(key, record);
  }
}
