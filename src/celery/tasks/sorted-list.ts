/**
 * Tasks sorted by a number, and those with the same number by their sequence: an array cut into short blocks, so that
 * joining and leaving anywhere move a few hundred bytes. The numbers stand beside the tasks: a search reads them
 * without touching a task, and finds one by the number that it had when it joined.
 */
import type { TaskRecord } from './task-record.js';

interface Block {
  readonly keys: number[];
  readonly records: TaskRecord[];
}

/** Joining moves half a block: 64 take less time and, as V8 grows arrays, less room in reserve than 128. */
const maxBlock = 64;

export class SortedList {
  readonly #blocks: Block[] = [];
  /** The last number of each block, side by side: to find a block touches no other. */
  readonly #lasts: number[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): TaskRecord | undefined {
    return this.#blocks[0]?.records[0];
  }

  get last(): TaskRecord | undefined {
    return this.#blocks.at(-1)?.records.at(-1);
  }

  add(key: number, record: TaskRecord): void {
    const found = this.#blockOf(key, record.sequence);
    const isLast = found === this.#blocks.length;
    const at = isLast ? found - 1 : found;
    const block = this.#blocks[at];
    this.#size++;
    // Most numbers are times, and join at the end: what stays behind is full then, not half empty.
    if (block === undefined || (isLast && block.keys.length >= maxBlock)) {
      this.#blocks.push({ keys: [key], records: [record] });
      this.#lasts.push(key);
      return;
    }
    if (isLast) {
      block.keys.push(key);
      block.records.push(record);
      this.#lasts[at] = key;
    } else {
      const offset = offsetOf(block, key, record.sequence);
      insert(block.keys, offset, key);
      insert(block.records, offset, record);
    }
    if (block.keys.length > maxBlock) this.#split(at);
  }

  /** @param key that it joined with; false when it is not here */
  remove(key: number, record: TaskRecord): boolean {
    const at = this.#blockOf(key, record.sequence);
    const block = this.#blocks[at];
    if (block === undefined) return false;
    const offset = offsetOf(block, key, record.sequence);
    if (block.records[offset] !== record) return false;
    this.#size--;
    takeOut(block.keys, offset);
    takeOut(block.records, offset);
    if (offset === block.keys.length) this.#lasts[at] = block.keys[offset - 1] ?? 0;
    if (block.keys.length <= maxBlock / 4) this.#merge(at);
    return true;
  }

  /** How many stand before that place. */
  rank(key: number, sequence: number): number {
    const at = this.#blockOf(key, sequence);
    const block = this.#blocks[at];
    if (block === undefined) return this.#size;
    let rank = offsetOf(block, key, sequence);
    for (let before = 0; before < at; before++) rank += this.#blocks[before]?.keys.length ?? 0;
    return rank;
  }

  /** Stands before the first one that is not smaller. Valid until the next change. */
  seek(key: number, sequence: number): SortedListCursor {
    const at = this.#blockOf(key, sequence);
    const block = this.#blocks[at];
    return new SortedListCursor(
      this.#blocks,
      at,
      block === undefined ? 0 : offsetOf(block, key, sequence),
    );
  }

  /** Stands before the last `count` ones; null if there are fewer. Valid until the next change. */
  seekFromEnd(count: number): SortedListCursor | null {
    let left = count;
    for (let at = this.#blocks.length - 1; at >= 0; at--) {
      const size = this.#blocks[at]?.keys.length ?? 0;
      if (left <= size) return new SortedListCursor(this.#blocks, at, size - left);
      left -= size;
    }
    return null;
  }

  *[Symbol.iterator](): IterableIterator<TaskRecord> {
    for (const { records } of this.#blocks) yield* records;
  }

  /** The first block whose last one is not smaller; their number when all are. */
  #blockOf(key: number, sequence: number): number {
    let low = 0;
    let high = this.#lasts.length;
    // The newest are asked for most.
    if (high > 0 && this.#isBefore(high - 1, key, sequence)) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBefore(middle, key, sequence)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether the whole block stands before that place. */
  #isBefore(at: number, key: number, sequence: number): boolean {
    const last = this.#lasts[at] ?? 0;
    if (last !== key) return last < key;
    return (this.#blocks[at]?.records.at(-1)?.sequence ?? 0) < sequence;
  }

  #split(at: number): void {
    const block = this.#blocks[at];
    if (block === undefined) return;
    const half = block.keys.length >>> 1;
    this.#blocks.splice(at + 1, 0, {
      keys: block.keys.splice(half),
      records: block.records.splice(half),
    });
    this.#lasts.splice(at, 0, block.keys.at(-1) ?? 0);
  }

  /** Takes in the next block when both have become short; drops an empty one. */
  #merge(at: number): void {
    const block = this.#blocks[at];
    if (block === undefined) return;
    const next = this.#blocks[at + 1];
    if (block.keys.length === 0) {
      this.#blocks.splice(at, 1);
      this.#lasts.splice(at, 1);
    } else if (next !== undefined && block.keys.length + next.keys.length <= maxBlock / 2) {
      block.keys.push(...next.keys);
      block.records.push(...next.records);
      this.#blocks.splice(at + 1, 1);
      this.#lasts.splice(at, 1);
    }
  }
}

/** A place between two tasks of a list. */
export class SortedListCursor {
  readonly #blocks: readonly Block[];
  #at: number;
  #offset: number;

  constructor(blocks: readonly Block[], at: number, offset: number) {
    this.#blocks = blocks;
    this.#at = at;
    this.#offset = offset;
  }

  /** The one behind this place, which moves behind it. */
  next(): TaskRecord | undefined {
    for (;;) {
      const block = this.#blocks[this.#at];
      if (block === undefined) return undefined;
      if (this.#offset < block.records.length) return block.records[this.#offset++];
      this.#at++;
      this.#offset = 0;
    }
  }

  /** The one before this place, which moves before it. */
  previous(): TaskRecord | undefined {
    while (this.#offset === 0) {
      if (this.#at === 0) return undefined;
      this.#offset = this.#blocks[--this.#at]?.records.length ?? 0;
    }
    return this.#blocks[this.#at]?.records[--this.#offset];
  }
}

/** What `splice` does, without the array of what it removes. */
function insert<T>(values: T[], offset: number, value: T): void {
  let moved = value;
  for (let at = offset; at < values.length; at++) {
    const next = values[at] as T;
    values[at] = moved;
    moved = next;
  }
  values.push(moved);
}

function takeOut<T>(values: T[], offset: number): void {
  // Where tasks are evicted, the first one goes.
  if (offset === 0) {
    values.shift();
    return;
  }
  for (let at = offset + 1; at < values.length; at++) values[at - 1] = values[at] as T;
  values.pop();
}

/** The first place in a block whose task is not smaller. */
function offsetOf({ keys, records }: Block, key: number, sequence: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const middleKey = keys[middle] ?? 0;
    const smaller = middleKey === key ? (records[middle]?.sequence ?? 0) < sequence : middleKey < key;
    if (smaller) low = middle + 1;
    else high = middle;
  }
  return low;
}
