/**
 * Tasks in the order of first sight. Two parallel arrays: the sequence numbers, which stay for the binary search,
 * and the tasks, with holes where one has left. Both ends are always occupied, and the holes in between are closed
 * when they exceed a quarter, so leaving costs O(1) amortised.
 */
import type { TaskRecord } from './task-record.js';

/** Fewer holes are not worth the copying. */
const fewHoles = 1_024;

export class TaskOrder {
  #sequences: number[] = [];
  #records: (TaskRecord | undefined)[] = [];
  /** Where the oldest one stands. */
  #start = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Positions are valid until the next change. */
  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#records.length;
  }

  at(position: number): TaskRecord | undefined {
    return this.#records[position];
  }

  get oldest(): TaskRecord | undefined {
    return this.#records[this.#start];
  }

  get newest(): TaskRecord | undefined {
    return this.#records.at(-1);
  }

  /** Must be newer than all others. */
  append(record: TaskRecord): void {
    this.#sequences.push(record.sequence);
    this.#records.push(record);
    this.#size++;
  }

  remove(record: TaskRecord): void {
    const position = this.positionOf(record.sequence);
    if (this.#records[position] !== record) return;
    this.#records[position] = undefined;
    this.#size--;
    while (this.#records.length > this.#start && this.#records.at(-1) === undefined) {
      this.#records.pop();
      this.#sequences.pop();
    }
    while (this.#start < this.#records.length && this.#records[this.#start] === undefined) this.#start++;
    if (this.#records.length - this.#size > fewHoles + this.#size / 4) this.#compact();
  }

  #compact(): void {
    this.#records = this.#records.filter((record) => record !== undefined);
    this.#sequences = this.#records.map((record) => record?.sequence ?? 0);
    this.#start = 0;
  }

  /** The first position whose sequence number is not smaller. */
  positionOf(sequence: number): number {
    let low = this.#start;
    let high = this.#sequences.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sequences[middle] ?? 0) < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
