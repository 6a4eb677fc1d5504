/** A doubly linked list of tasks whose links are in the tasks: joining and leaving anywhere cost O(1). */
import type { TaskRecord } from './task-record.js';

/** Where a task is in the list that holds it. */
export interface ListPlace {
  readonly list: RecordList;
  previous: TaskRecord | null;
  next: TaskRecord | null;
}

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

  has({ place }: TaskRecord): boolean {
    return place?.list === this;
  }

  push(record: TaskRecord): void {
    record.place = { list: this, previous: this.#last, next: null };
    this.#link(this.#last, record);
    this.#last = record;
    this.#size++;
  }

  /** Does nothing for a task of another list. */
  remove(record: TaskRecord): void {
    const { place } = record;
    if (place?.list !== this) return;
    this.#link(place.previous, place.next);
    if (place.next === null) this.#last = place.previous;
    record.place = null;
    this.#size--;
  }

  #link(previous: TaskRecord | null, next: TaskRecord | null): void {
    if (previous === null) this.#first = next;
    else if (previous.place !== null) previous.place.next = next;
    if (next !== null && next.place !== null) next.place.previous = previous;
  }
}
