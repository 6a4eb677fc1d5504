/** The histories of the streams that clients subscribe to: one for each filter, kept for a moment after its last subscriber. */
import type { OnListenerError } from '../listeners.js';
import { EventHistory } from './event-history.js';
import type { HistoryItem } from './event-history.js';

/** Milliseconds that a client has to come back: longer than a restart of a proxy, or the change of a network. */
const lingering = 60_000;
/** Histories without a subscriber: each of them costs a test of its filter for every event. */
const maxLingering = 32;
/** Items of one history. */
const maxItems = 1_000;
/** Of all histories together; each may use the same part. */
const maxBytes = 16 * 1024 * 1024;

export interface EventFeed<Filter, T> {
  /** Rough memory of an event. */
  readonly sizeOf: (event: T) => number;
  /** Returns the function that stops it. */
  readonly listen: (filter: Filter, push: (event: T) => void) => () => void;
}

export interface StreamRequest<Filter> {
  readonly filter: Filter;
  /** Id of the event after which to continue; null to begin with the next event. */
  readonly after: string | null;
}

/** A stream for one more subscriber. */
export interface OpenedStream<T> {
  /** Id to continue after, for a subscriber that has got nothing yet. */
  readonly startId: string;
  /** What came since then; null where that is no longer known, and the stream begins with the next event. */
  readonly missed: readonly HistoryItem<T>[] | null;
  /** Stops the stream. */
  readonly close: () => void;
}

interface Kept<T extends object> {
  readonly history: EventHistory<T>;
  readonly key: string;
  readonly stop: () => void;
  /** Runs while it has no subscriber. */
  expiry: NodeJS.Timeout | undefined;
}

export class EventHistories<Filter extends object, T extends object> implements Disposable {
  /** Rough memory of an event. */
  readonly sizeOf: (event: T) => number;
  readonly #feed: EventFeed<Filter, T>;
  readonly #onListenerError: OnListenerError;
  /** By the key of the filter. */
  readonly #kept = new Map<string, Kept<T>>();
  /** Without a subscriber, the longest first. */
  readonly #lingering = new Set<Kept<T>>();

  constructor(feed: EventFeed<Filter, T>, onListenerError: OnListenerError) {
    this.sizeOf = feed.sizeOf;
    this.#feed = feed;
    this.#onListenerError = onListenerError;
  }

  /** Number of histories that are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /** @param listener called with each item from now on, and not with those that were missed */
  open(
    { filter, after }: StreamRequest<Filter>,
    listener: (item: HistoryItem<T>) => void,
  ): OpenedStream<T> {
    const key = filterKey(filter);
    const kept = this.#kept.get(key) ?? this.#create(key, filter);
    const close = this.#listen(kept, listener);
    const { lastId } = kept.history;
    if (after === null) return { startId: lastId, missed: [], close };
    const missed = kept.history.since(after);
    return { startId: missed === null ? lastId : after, missed, close };
  }

  /** Adds an interruption to every stream. */
  interrupt(error: Error): void {
    for (const { history } of this.#kept.values()) history.push(error);
  }

  [Symbol.dispose](): void {
    for (const kept of this.#kept.values()) this.#remove(kept);
  }

  #listen(kept: Kept<T>, listener: (item: HistoryItem<T>) => void): () => void {
    this.#lingering.delete(kept);
    clearTimeout(kept.expiry);
    const remove = kept.history.listen(listener);
    return () => {
      remove();
      if (kept.history.size === 0) this.#linger(kept);
    };
  }

  #create(key: string, filter: Filter): Kept<T> {
    const history = new EventHistory<T>({
      maxItems,
      maxBytes: () => maxBytes / this.#kept.size,
      sizeOf: this.sizeOf,
      onListenerError: this.#onListenerError,
    });
    const stop = this.#feed.listen(filter, (event) => history.push(event));
    const kept: Kept<T> = { history, key, stop, expiry: undefined };
    this.#kept.set(key, kept);
    for (const other of this.#kept.values()) other.history.trim();
    return kept;
  }

  #linger(kept: Kept<T>): void {
    if (this.#kept.get(kept.key) !== kept) return; // removed before its last subscriber has left
    clearTimeout(kept.expiry);
    kept.expiry = setTimeout(() => this.#remove(kept), lingering).unref();
    this.#lingering.add(kept);
    const [longest] = this.#lingering;
    if (this.#lingering.size > maxLingering && longest) this.#remove(longest);
  }

  #remove(kept: Kept<T>): void {
    clearTimeout(kept.expiry);
    kept.stop();
    this.#lingering.delete(kept);
    this.#kept.delete(kept.key);
  }
}

/** The same for the same conditions, in whichever order they are written. */
function filterKey(filter: object): string {
  const given = Object.entries(filter)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, Array.isArray(value) ? [...new Set(value)].sort() : value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(given);
}
