/** A doubly linked list of tasks whose links are in the tasks: joining and leaving anywhere cost O(1). */
import type { TaskRecord } from './task-record.js';

/** A task is in one list at most, and knows in which. */
export class RecordList {
  #first: TaskRecord | null = null;
  #last: TaskRecord | null = null;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): TaskRecord | null {
    return this.#first;
  }

  push(record: TaskRecord): void {
    record.list = this;
    record.previous = this.#last;
    if (this.#last === null) this.#first = record;
    else this.#last.next = record;
    this.#last = record;
    this.#size++;
  }

  /** Does nothing for a task of another list. */
  remove(record: TaskRecord): void {
    if (record.list !== this) return;
    if (record.previous === null) this.#first = record.next;
    else record.previous.next = record.next;
    if (record.next === null) this.#last = record.previous;
    else record.next.previous = record.previous;
    record.list = record.previous = record.next = null;
    this.#size--;
  }
}
