/**
 * Tasks sorted by a number, and those with the same number by their sequence: arrays cut into short blocks, so that
 * joining and leaving anywhere move a few hundred bytes. A list holds numbers alone, which a search reads without
 * touching a task, and finds a task by the number that it had when it joined. See task-table.ts for why.
 */
import type { TaskRecord } from './task-record.js';
import type { TaskTable } from './task-table.js';

interface Block {
  /** What the list sorts by: the same array as `sequences` in a list that sorts by them. */
  keys: number[];
  sequences: number[];
}

/**
 * Joining moves half a block. V8 gives an array of 32 that grows room for exactly 64: the halves of a block that was
 * split have no room in reserve that is never used.
 */
const maxBlock = 64;

export class SortedList {
  readonly #tasks: TaskTable;
  readonly #isKeyed: boolean;
  readonly #blocks: Block[] = [];
  /** The last number of each block, side by side: to find a block touches no other. */
  readonly #lasts: number[] = [];
  #size = 0;

  /**
   * @param tasks where its tasks are found
   * @param isKeyed whether it sorts by another number than the sequence
   */
  constructor(tasks: TaskTable, isKeyed: boolean) {
    this.#tasks = tasks;
    this.#isKeyed = isKeyed;
  }

  get size(): number {
    return this.#size;
  }

  get first(): TaskRecord | undefined {
    return this.seek(-Infinity, 0).next();
  }

  get last(): TaskRecord | undefined {
    return this.seek(Infinity, Infinity).previous();
  }

  /** @param key its sequence in a list that sorts by that */
  add(key: number, { sequence }: TaskRecord): void {
    this.#size++;
    let at = this.#blockOf(key, sequence);
    if (at === this.#blocks.length) return this.#append(key, sequence);
    let block = this.#blocks[at];
    if (block !== undefined && block.sequences.length >= maxBlock) {
      this.#split(at, block);
      at = this.#blockOf(key, sequence);
      block = this.#blocks[at];
    }
    if (block === undefined) return;
    const offset = offsetOf(block, key, sequence);
    insert(block.sequences, offset, sequence);
    if (this.#isKeyed) insert(block.keys, offset, key);
  }

  /** @param key that it joined with; false when it is not here */
  remove(key: number, { sequence }: TaskRecord): boolean {
    const at = this.#blockOf(key, sequence);
    const block = this.#blocks[at];
    if (block === undefined) return false;
    const offset = offsetOf(block, key, sequence);
    if (block.sequences[offset] !== sequence) return false;
    this.#size--;
    takeOut(block.sequences, offset);
    if (this.#isKeyed) takeOut(block.keys, offset);
    const { length } = block.sequences;
    if (offset === length) this.#lasts[at] = block.keys[offset - 1] ?? 0;
    if (length <= maxBlock / 4) this.#merge(at, block);
    return true;
  }

  /** How many stand before that place. */
  rank(key: number, sequence: number): number {
    const at = this.#blockOf(key, sequence);
    const block = this.#blocks[at];
    if (block === undefined) return this.#size;
    let rank = offsetOf(block, key, sequence);
    for (let before = 0; before < at; before++) rank += this.#blocks[before]?.sequences.length ?? 0;
    return rank;
  }

  /** Stands before the first one that is not smaller. Valid until the next change. */
  seek(key: number, sequence: number): SortedListCursor {
    const at = this.#blockOf(key, sequence);
    const block = this.#blocks[at];
    const offset = block === undefined ? 0 : offsetOf(block, key, sequence);
    return new SortedListCursor(this.#tasks, this.#blocks, at, offset);
  }

  /** Stands before the last `count` ones; null if there are fewer. Valid until the next change. */
  seekFromEnd(count: number): SortedListCursor | null {
    let left = count;
    for (let at = this.#blocks.length - 1; at >= 0; at--) {
      const size = this.#blocks[at]?.sequences.length ?? 0;
      if (left <= size) return new SortedListCursor(this.#tasks, this.#blocks, at, size - left);
      left -= size;
    }
    return null;
  }

  *[Symbol.iterator](): IterableIterator<TaskRecord> {
    const cursor = new SortedListCursor(this.#tasks, this.#blocks, 0, 0);
    for (let record = cursor.next(); record !== undefined; record = cursor.next()) yield record;
  }

  /** Behind all others: most numbers are times, and join there. */
  #append(key: number, sequence: number): void {
    const at = this.#blocks.length - 1;
    const block = this.#blocks[at];
    if (block !== undefined && block.sequences.length < maxBlock) {
      block.sequences.push(sequence);
      if (this.#isKeyed) block.keys.push(key);
      this.#lasts[at] = key;
      return;
    }
    // What stays behind is full, not half empty, and its arrays give back what they had in reserve.
    if (block !== undefined) this.#blocks[at] = this.#part(block, 0, maxBlock);
    const sequences = [sequence];
    this.#blocks.push({ keys: this.#isKeyed ? [key] : sequences, sequences });
    this.#lasts.push(key);
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
    return (this.#blocks[at]?.sequences.at(-1) ?? 0) < sequence;
  }

  #split(at: number, block: Block): void {
    const half = block.sequences.length >>> 1;
    const first = this.#part(block, 0, half);
    this.#blocks.splice(at, 1, first, this.#part(block, half, block.sequences.length));
    this.#lasts.splice(at, 0, first.keys.at(-1) ?? 0);
  }

  #part(block: Block, from: number, to: number): Block {
    const sequences = block.sequences.slice(from, to);
    return { keys: this.#isKeyed ? block.keys.slice(from, to) : sequences, sequences };
  }

  /** Takes in the next block when both have become short; drops an empty one. */
  #merge(at: number, block: Block): void {
    const next = this.#blocks[at + 1];
    if (block.sequences.length === 0) {
      this.#blocks.splice(at, 1);
      this.#lasts.splice(at, 1);
    } else if (next !== undefined && block.sequences.length + next.sequences.length <= maxBlock / 2) {
      block.sequences.push(...next.sequences);
      if (this.#isKeyed) block.keys.push(...next.keys);
      this.#blocks.splice(at + 1, 1);
      this.#lasts.splice(at, 1);
    }
  }
}

/** A place between two tasks of a list. */
export class SortedListCursor {
  readonly #tasks: TaskTable;
  readonly #blocks: readonly Block[];
  #at: number;
  #offset: number;

  constructor(tasks: TaskTable, blocks: readonly Block[], at: number, offset: number) {
    this.#tasks = tasks;
    this.#blocks = blocks;
    this.#at = at;
    this.#offset = offset;
  }

  /** The one behind this place, which moves behind it. */
  next(): TaskRecord | undefined {
    for (;;) {
      const block = this.#blocks[this.#at];
      if (block === undefined) return undefined;
      if (this.#offset < block.sequences.length)
        return this.#tasks.get(block.sequences[this.#offset++] ?? 0);
      this.#at++;
      this.#offset = 0;
    }
  }

  /** The one before this place, which moves before it. */
  previous(): TaskRecord | undefined {
    while (this.#offset === 0) {
      if (this.#at === 0) return undefined;
      this.#offset = this.#blocks[--this.#at]?.sequences.length ?? 0;
    }
    const sequence = this.#blocks[this.#at]?.sequences[--this.#offset];
    return sequence === undefined ? undefined : this.#tasks.get(sequence);
  }
}

/** What `splice` does, without the array of what it removes. */
function insert(values: number[], offset: number, value: number): void {
  let moved = value;
  for (let at = offset; at < values.length; at++) {
    const next = values[at] ?? 0;
    values[at] = moved;
    moved = next;
  }
  values.push(moved);
}

function takeOut(values: number[], offset: number): void {
  // Where tasks are evicted, the first one goes.
  if (offset === 0) {
    values.shift();
    return;
  }
  for (let at = offset + 1; at < values.length; at++) values[at - 1] = values[at] ?? 0;
  values.pop();
}

/** The first place in a block whose task is not smaller. */
function offsetOf({ keys, sequences }: Block, key: number, sequence: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const middleKey = keys[middle] ?? 0;
    const smaller = middleKey === key ? (sequences[middle] ?? 0) < sequence : middleKey < key;
    if (smaller) low = middle + 1;
    else high = middle;
  }
  return low;
}
