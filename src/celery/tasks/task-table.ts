/**
 * The tasks by their sequence number. The lists of the indexes hold these numbers and not the tasks: a number is not
 * followed by the garbage collector, and takes no note when a new task joins a list that is old.
 */
import type { TaskRecord } from './task-record.js';

/** Short, because one task that stays for long keeps a whole chunk: 64 take half a kilobyte. */
const chunkLength = 64;

interface Chunk {
  size: number;
  readonly records: (TaskRecord | undefined)[];
}

export class TaskTable {
  readonly #chunks = new Map<number, Chunk>();
  /** The chunk that was looked up last: most lookups follow each other. */
  #number = -1;
  #chunk: Chunk | undefined;

  get(sequence: number): TaskRecord | undefined {
    const number = Math.floor(sequence / chunkLength);
    return this.#find(number)?.records[sequence - number * chunkLength];
  }

  add(record: TaskRecord): void {
    const number = Math.floor(record.sequence / chunkLength);
    const chunk = this.#find(number) ?? this.#create(number);
    chunk.records[record.sequence - number * chunkLength] = record;
    chunk.size++;
  }

  /** To be called once, with a task that was added. */
  remove(record: TaskRecord): void {
    const number = Math.floor(record.sequence / chunkLength);
    const chunk = this.#find(number);
    if (chunk === undefined) return;
    chunk.records[record.sequence - number * chunkLength] = undefined;
    if (--chunk.size > 0) return;
    this.#chunks.delete(number);
    this.#number = -1;
  }

  #find(number: number): Chunk | undefined {
    if (number !== this.#number) {
      this.#number = number;
      this.#chunk = this.#chunks.get(number);
    }
    return this.#chunk;
  }

  #create(number: number): Chunk {
    const chunk = { size: 0, records: new Array<TaskRecord | undefined>(chunkLength).fill(undefined) };
    this.#chunks.set(number, chunk);
    this.#number = number;
    this.#chunk = chunk;
    return chunk;
  }
}
