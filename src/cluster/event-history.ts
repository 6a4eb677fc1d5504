/** The last events of a stream, each with an id, so that a subscriber that comes back gets what it has missed. */
import { randomBytes } from 'node:crypto';
import { Fifo } from '../fifo.js';
import { Listeners } from '../listeners.js';
import type { OnListenerError } from '../listeners.js';

export interface RecordedEvent<T> {
  /** Unique over all streams and runs of the gateway. */
  readonly id: string;
  readonly value: T;
}

export interface EventHistoryOptions<T> {
  /** Items that are kept at most. */
  readonly maxItems: number;
  /** Rough memory of all that is kept, at this moment. One item alone may be larger. */
  readonly maxBytes: () => number;
  readonly sizeOf: (value: T) => number;
  readonly onListenerError: OnListenerError;
}

/** An Error among the items marks an interruption of the stream, which goes on after it. */
export type HistoryItem<T> = RecordedEvent<T> | Error;

export class EventHistory<T extends object> {
  /** Unique: no other stream has events with ids that begin with it. */
  readonly name = randomBytes(6).toString('base64url');
  readonly #options: EventHistoryOptions<T>;
  readonly #items: Fifo<HistoryItem<T>>;
  readonly #listeners: Listeners<[HistoryItem<T>]>;
  /** Number of the last item. */
  #last = 0;

  constructor(options: EventHistoryOptions<T>) {
    this.#options = options;
    this.#items = new Fifo((item) => (item instanceof Error ? 0 : options.sizeOf(item.value)));
    this.#listeners = new Listeners('recorded events', options.onListenerError);
  }

  /** Id of the last item, or of the beginning. */
  get lastId(): string {
    return this.#idOf(this.#last);
  }

  /** Number of subscribers. */
  get size(): number {
    return this.#listeners.size;
  }

  /** Returns the function that stops it. */
  listen(listener: (item: HistoryItem<T>) => void): () => void {
    return this.#listeners.add(listener);
  }

  push(value: T | Error): void {
    this.#last++;
    const item = value instanceof Error ? value : { id: this.lastId, value };
    this.#items.push(item);
    this.trim();
    this.#listeners.notify(item);
  }

  /** To be called when there is less memory than before. */
  trim(): void {
    const { maxItems, maxBytes } = this.#options;
    const limit = maxBytes();
    while (this.#items.length > maxItems || (this.#items.bytes > limit && this.#items.length > 1))
      this.#items.shift();
  }

  /** What came after the item with this id; null if the id is of no item, or not everything since then is kept. */
  since(id: string): readonly HistoryItem<T>[] | null {
    const number = Number(id.slice(id.indexOf('.') + 1));
    const missed = this.#last - number;
    // NaN where the id has no number.
    if (id !== this.#idOf(number) || !(missed >= 0) || missed > this.#items.length) return null;
    return this.#items.newest(missed);
  }

  #idOf(number: number): string {
    return `${this.name}.${number}`;
  }
}
