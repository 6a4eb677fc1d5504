/**
 * Tasks by a value that some of them share, such as a name or a worker: a sorted list for each value. A task that
 * has a value for itself stands for its list, so that 100,000 values of one task each cost no 100,000 lists.
 */
import { SortedList } from './sorted-list.js';
import type { IndexedTask, TaskIndex } from './task-index.js';
import { TaskRecord } from './task-record.js';
import type { TaskTable } from './task-table.js';

/** Beyond so many new values, all are sorted anew. */
const maxUnsorted = 1_000;

interface ValueIndexOptions {
  readonly keyOf?: (task: IndexedTask) => number;
  readonly others?: boolean;
}

export class ValueIndex implements TaskIndex {
  /** The tasks without a value. */
  readonly others: SortedList | null;
  readonly #tasks: TaskTable;
  readonly #isKeyed: boolean;
  readonly #lists = new Map<string, TaskRecord | SortedList>();
  readonly #valueOf: (task: IndexedTask) => string | null;
  readonly #keyOf: (task: IndexedTask) => number;
  #size = 0;
  /** The values in order, with some that are gone; null when there is more to be mended than to be sorted. */
  #sorted: string[] | null = null;
  /** Values that have come since. */
  #unsorted: string[] = [];

  /**
   * @param tasks where its tasks are found
   * @param valueOf null for a task without a value
   * @param keyOf what the lists are sorted by; the order of first sight by default
   * @param others whether tasks without a value are listed too
   */
  constructor(
    tasks: TaskTable,
    valueOf: (task: IndexedTask) => string | null,
    { keyOf, others = false }: ValueIndexOptions = {},
  ) {
    this.#tasks = tasks;
    this.#valueOf = valueOf;
    this.#isKeyed = keyOf !== undefined;
    this.#keyOf = keyOf ?? (({ sequence }) => sequence);
    this.others = others ? new SortedList(tasks, this.#isKeyed) : null;
  }

  add(record: TaskRecord): void {
    this.#join(this.#valueOf(record), record);
  }

  remove(record: TaskRecord): void {
    this.#leave(this.#valueOf(record), this.#keyOf(record), record);
  }

  move(record: TaskRecord, before: IndexedTask): void {
    const value = this.#valueOf(record);
    const former = this.#valueOf(before);
    const formerKey = this.#keyOf(before);
    if (value === former && this.#keyOf(record) === formerKey) return;
    this.#leave(former, formerKey, record);
    this.#join(value, record);
  }

  /** Tasks that have a value. */
  get size(): number {
    return this.#size;
  }

  /** In the order of their UTF-16 codes; some may have no task any more. */
  values(): readonly string[] {
    if (this.#sorted === null || this.#sorted.length > 2 * this.#lists.size + maxUnsorted) {
      this.#sorted = [...this.#lists.keys()].sort();
    } else if (this.#unsorted.length > 0) {
      // Sorted runs merge in linear time.
      this.#sorted = [...new Set([...this.#sorted, ...this.#unsorted.sort()])].sort();
    }
    this.#unsorted = [];
    return this.#sorted;
  }

  /** Valid until the next change. */
  list(value: string): SortedList | undefined {
    const known = this.#lists.get(value);
    return known instanceof TaskRecord ? this.#listOf(known) : known;
  }

  #join(value: string | null, record: TaskRecord): void {
    if (value === null) {
      this.others?.add(this.#keyOf(record), record);
      return;
    }
    const known = this.#lists.get(value);
    this.#size++;
    if (known === undefined) {
      this.#lists.set(value, record);
      if (this.#sorted === null) return;
      this.#unsorted.push(value);
      if (this.#unsorted.length > maxUnsorted) {
        this.#sorted = null;
        this.#unsorted = [];
      }
    } else if (known instanceof SortedList) known.add(this.#keyOf(record), record);
    else {
      const list = this.#listOf(known);
      list.add(this.#keyOf(record), record);
      this.#lists.set(value, list);
    }
  }

  #leave(value: string | null, key: number, record: TaskRecord): void {
    if (value === null) {
      this.others?.remove(key, record);
      return;
    }
    const known = this.#lists.get(value);
    this.#size--;
    if (known instanceof SortedList) known.remove(key, record);
    if (known === record || (known instanceof SortedList && known.size === 0)) this.#lists.delete(value);
  }

  #listOf(record: TaskRecord): SortedList {
    const list = new SortedList(this.#tasks, this.#isKeyed);
    list.add(this.#keyOf(record), record);
    return list;
  }
}
