/** A sorted list as a view: the whole of it, or what lies between two bounds. */
import type { SortedList, SortedListCursor } from './sorted-list.js';
import type { TaskRecord } from './task-record.js';
import type { TaskView, TaskWalk, WalkOptions } from './task-view.js';
import type { TaskPosition } from './task.js';

/** A place in a list: before the task with this number and sequence. */
export interface Bound {
  readonly key: number;
  readonly sequence: number;
}

export interface RangeScanOptions {
  readonly descending: boolean;
  /** Whether the list sorts by what places have as their key; else it sorts by the sequence. */
  readonly keyed: boolean;
  readonly low?: Bound | undefined;
  readonly high?: Bound | undefined;
}

const start: Bound = { key: -Infinity, sequence: 0 };
const end: Bound = { key: Infinity, sequence: Infinity };

export class RangeScan implements TaskView {
  readonly #list: SortedList;
  readonly #options: RangeScanOptions;
  readonly #low: Bound;
  readonly #high: Bound;

  constructor(list: SortedList, options: RangeScanOptions) {
    this.#list = list;
    this.#options = options;
    this.#low = options.low ?? start;
    this.#high = options.high ?? end;
  }

  get size(): number {
    if (this.#low === start && this.#high === end) return this.#list.size;
    return Math.max(0, this.#rank(this.#high) - this.#rank(this.#low));
  }

  walk({ from, backward, inclusive }: WalkOptions): TaskWalk {
    const upwards = this.#options.descending === backward;
    const place = from === null ? null : this.#boundOf(from, upwards === inclusive ? 0 : 1);
    const walk = new RangeWalk((bound) => this.#enter(bound, upwards), upwards);
    walk.enter(place);
    return walk;
  }

  #enter(place: Bound | null, upwards: boolean): Entered {
    const [low, high] = [this.#low, this.#high];
    let from = place ?? (upwards ? low : high);
    if (isBefore(from, low)) from = low;
    if (isBefore(high, from)) from = high;
    let left = Infinity;
    if (upwards && high !== end) left = this.#rank(high) - this.#rank(from);
    if (!upwards && low !== start) left = this.#rank(from) - this.#rank(low);
    return { cursor: this.#list.seek(from.key, from.sequence), left };
  }

  #rank({ key, sequence }: Bound): number {
    return this.#list.rank(key, sequence);
  }

  #boundOf({ key, sequence }: TaskPosition, add: 0 | 1): Bound {
    if (!this.#options.keyed) return { key: sequence + add, sequence: 0 };
    return { key: typeof key === 'number' ? key : Infinity, sequence: sequence + add };
  }
}

interface Entered {
  readonly cursor: SortedListCursor;
  /** How many lie before the bound. */
  readonly left: number;
}

class RangeWalk implements TaskWalk {
  readonly #enter: (place: Bound | null) => Entered;
  readonly #upwards: boolean;
  #cursor: SortedListCursor | null = null;
  #left = 0;

  constructor(enter: (place: Bound | null) => Entered, upwards: boolean) {
    this.#enter = enter;
    this.#upwards = upwards;
  }

  enter(place: Bound | null): void {
    const { cursor, left } = this.#enter(place);
    this.#cursor = cursor;
    this.#left = left;
  }

  next(): TaskRecord | undefined {
    if (this.#cursor === null || this.#left-- <= 0) return undefined;
    return this.#upwards ? this.#cursor.next() : this.#cursor.previous();
  }

  /** Only for a list that is sorted by the sequence. */
  skipTo(sequence: number): void {
    this.enter({ key: sequence + (this.#upwards ? 0 : 1), sequence: 0 });
  }
}

function isBefore(a: Bound, b: Bound): boolean {
  return a.key === b.key ? a.sequence < b.sequence : a.key < b.key;
}
