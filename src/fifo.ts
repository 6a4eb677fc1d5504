/** Consumed places before the rest moves to the front: `Array.shift` would move it each time. */
const compactAt = 1_024;

/**
 * Items in the order in which they came, and their size together. It bounds nothing itself: what happens when it is full
 * is the owner's decision, such as dropping the oldest or refusing the next.
 *
 * @example
 * const queue = new Fifo<string>((text) => text.length);
 * queue.push('a');
 * while (queue.bytes > 1_000) queue.shift();
 */
export class Fifo<T extends object | string> {
  readonly #sizeOf: (item: T) => number;
  /** Undefined where an item has left. */
  #items: (T | undefined)[] = [];
  /** Where the oldest item is. */
  #head = 0;
  #bytes = 0;

  /** @param sizeOf of the same item always the same */
  constructor(sizeOf: (item: T) => number) {
    this.#sizeOf = sizeOf;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The oldest; undefined if it is empty. */
  get first(): T | undefined {
    return this.#items[this.#head];
  }

  /** The newest ones, oldest first: as many as there are, if there are fewer. */
  newest(count: number): readonly T[] {
    const from = Math.max(this.#head, this.#items.length - count);
    return this.#items.slice(from).filter((item) => item !== undefined);
  }

  push(item: T): void {
    this.#items.push(item);
    this.#bytes += this.#sizeOf(item);
  }

  /** Removes the oldest; undefined if it is empty. */
  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#bytes -= this.#sizeOf(item);
    this.#items[this.#head] = undefined;
    this.#head++;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head >= compactAt && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
    this.#bytes = 0;
  }
}
