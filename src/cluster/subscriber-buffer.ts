import { Fifo } from '../fifo.js';
import type { HistoryItem, RecordedEvent } from './event-history.js';

/** An item as its subscriber gets it. */
export interface Delivery<T> extends RecordedEvent<T> {
  /** Items that this subscriber missed just before this one. */
  readonly dropped: number;
}

export interface SubscriberBufferOptions<T> {
  /** Id of the event before the first of the stream. */
  readonly startId: string;
  readonly maxItems: number;
  /** Rough memory of all that waits. One item alone may be larger. */
  readonly maxBytes: number;
  readonly sizeOf: (value: T) => number;
  readonly onDelivered: () => void;
  readonly onDropped: () => void;
  /** Called once, however it ends. */
  readonly onEnd: () => void;
}

/**
 * What waits for one subscriber. It takes whatever comes and never makes the sender wait: when it is full the oldest
 * item leaves, and the next delivery says how many did, so that delivered and dropped are all there were.
 *
 * An Error among the items marks an interruption: the stream goes on after it.
 */
export class SubscriberBuffer<T extends object> implements AsyncIterableIterator<Delivery<T> | Error> {
  readonly #options: SubscriberBufferOptions<T>;
  readonly #items: Fifo<HistoryItem<T>>;
  #dropped = 0;
  #hasEnded = false;
  #readers: ((result: IteratorResult<Delivery<T> | Error, undefined>) => void)[] = [];

  constructor(options: SubscriberBufferOptions<T>) {
    this.#options = options;
    this.#items = new Fifo((item) => (item instanceof Error ? 0 : options.sizeOf(item.value)));
  }

  /** Id after which a subscriber continues that has got nothing yet. */
  get startId(): string {
    return this.#options.startId;
  }

  get size(): number {
    return this.#items.length;
  }

  push(item: HistoryItem<T>): void {
    if (this.#hasEnded) return;
    const reader = this.#readers.shift();
    if (reader) {
      reader({ done: false, value: this.#delivery(item) });
      return;
    }
    this.#items.push(item);
    const { maxItems, maxBytes } = this.#options;
    while (this.size > maxItems || (this.#items.bytes > maxBytes && this.size > 1)) this.#drop();
  }

  next(): Promise<IteratorResult<Delivery<T> | Error, undefined>> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve({ done: false, value: this.#delivery(item) });
    if (this.#hasEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => void this.#readers.push(resolve));
  }

  /** Ends it for good; what still waits is forgotten. */
  return(): Promise<IteratorResult<Delivery<T> | Error, undefined>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#items.clear();
    for (const reader of this.#readers.splice(0)) reader({ done: true, value: undefined });
    this.#options.onEnd();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #delivery(item: HistoryItem<T>): Delivery<T> | Error {
    if (item instanceof Error) return item;
    const dropped = this.#dropped;
    this.#dropped = 0;
    this.#options.onDelivered();
    return { ...item, dropped };
  }

  #drop(): void {
    if (this.#items.shift() instanceof Error) return;
    this.#dropped++;
    this.#options.onDropped();
  }
}
