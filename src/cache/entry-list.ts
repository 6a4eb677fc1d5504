import { LRUCache } from 'lru-cache';

export interface Entry<V> {
  readonly value: V;
  /** The end of the load. */
  readonly at: number;
  readonly ttl: number;
  readonly bytes: number;
}

/** Why a live entry leaves. A dead one has expired, whatever it was that removed it. */
export type Departure = 'replacements' | 'evictions' | 'invalidations';

/** What has left. */
export interface Left<V> {
  readonly key: string;
  readonly entry: Entry<V>;
}

export interface EntryListOptions<V> {
  readonly maxSize: number;
  readonly maxBytes: number;
  /** For so long after its TTL an entry is stale, and dead only then. */
  readonly grace: number;
  readonly onDeparture: (left: Left<V>, departure: Departure | 'expirations', now: number) => void;
}

/** Younger than its TTL and a window more. One comparison, so that no two words can disagree about a moment. */
export function within<V>(entry: Entry<V>, window: number, now: number): boolean {
  return now < entry.at + entry.ttl + window;
}

/**
 * Entries in the order of their use, bounded in number and bytes. lru-cache keeps the order and nothing else: it
 * calls an entry fresh whose age equals its TTL, and cannot tell a dead entry that leaves from a live one.
 */
export class EntryList<V> {
  readonly #options: EntryListOptions<V>;
  readonly #entries: LRUCache<string, Entry<V>>;
  #bytes = 0;
  /** No entry dies before; it may be too early, never too late. */
  #nextDeath = Infinity;

  constructor(options: EntryListOptions<V>) {
    this.#options = options;
    this.#entries = new LRUCache({ max: options.maxSize });
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  keys(): Iterable<string> {
    return this.#entries.keys();
  }

  /** The entry, unless it is dead: then it leaves here. */
  living(key: string, now: number): Entry<V> | undefined {
    const entry = this.#entries.peek(key);
    if (!entry || this.#lives(entry, now)) return entry;
    this.#depart(key, entry, 'expirations', now);
    return undefined;
  }

  /** It has been of use: it is the last to be crowded out. */
  touch(key: string): void {
    this.#entries.get(key);
  }

  /** False if it is larger than the bound. */
  put(key: string, entry: Entry<V>, now: number): boolean {
    const { maxSize, maxBytes } = this.#options;
    const tooLarge = entry.bytes > maxBytes;
    // An old value must not outlive a newer one, even where there is no room for that one.
    this.remove(key, tooLarge ? 'evictions' : 'replacements', now);
    if (tooLarge) return false;

    const full = () => this.size >= maxSize || this.#bytes + entry.bytes > maxBytes;
    if (full()) this.sweep(now); // the dead leave first: an eviction is an alarm
    for (let oldest = this.#oldest; oldest !== undefined && full(); oldest = this.#oldest) {
      this.remove(oldest, 'evictions', now);
    }
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
    this.#expectDeath(entry);
    return true;
  }

  /** True if a live entry left. */
  remove(key: string, departure: Departure, now: number): boolean {
    const entry = this.living(key, now);
    if (entry) this.#depart(key, entry, departure, now);
    return entry !== undefined;
  }

  /** Removes the dead, tells how many. Costs nothing while none can have died. */
  sweep(now: number): number {
    if (now < this.#nextDeath) return 0;
    this.#nextDeath = Infinity;
    const before = this.size;
    for (const key of [...this.#entries.keys()]) {
      const entry = this.living(key, now);
      if (entry) this.#expectDeath(entry);
    }
    return before - this.size;
  }

  get #oldest(): string | undefined {
    return this.#entries.rkeys().next().value ?? undefined;
  }

  #lives(entry: Entry<V>, now: number): boolean {
    return within(entry, this.#options.grace, now);
  }

  #expectDeath(entry: Entry<V>): void {
    this.#nextDeath = Math.min(this.#nextDeath, entry.at + entry.ttl + this.#options.grace);
  }

  #depart(key: string, entry: Entry<V>, departure: Departure | 'expirations', now: number): void {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    this.#options.onDeparture({ key, entry }, departure, now);
  }
}
