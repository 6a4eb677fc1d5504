import { LRUCache } from 'lru-cache';

export interface Entry<V> {
  readonly value: V;
  /** When its load ended, milliseconds of the cache's clock. */
  readonly at: number;
  /** Milliseconds from `at` for which it counts as fresh. */
  readonly ttl: number;
  readonly bytes: number;
  /** See `ReadOptions.dependsOn`. */
  readonly dependsOn: unknown;
}

/** Why a live entry is removed; the name of the counter. An expired entry counts as expired, whatever removed it. */
export type RemovalReason = 'replacements' | 'evictions' | 'invalidations';

export interface RemovedEntry<V> {
  readonly key: string;
  readonly entry: Entry<V>;
}

export interface EntryListOptions<V> {
  readonly maxSize: number;
  readonly maxBytes: number;
  /** Milliseconds after its TTL for which an entry is kept as stale; then it has expired. */
  readonly grace: number;
  readonly onRemove: (
    removed: RemovedEntry<V>,
    reason: RemovalReason | 'expirations',
    now: number,
  ) => void;
}

/** Whether the entry is younger than its TTL plus a window. The only comparison of ages, so that no two can disagree. */
export function within<V>(entry: Entry<V>, window: number, now: number): boolean {
  return now < entry.at + entry.ttl + window;
}

/**
 * Entries in the order of their use, bounded in number and bytes. lru-cache keeps the order and nothing else: it
 * calls an entry fresh whose age equals its TTL, and does not distinguish the removal of an expired entry from that
 * of a live one.
 */
export class EntryList<V> {
  readonly #options: EntryListOptions<V>;
  readonly #entries: LRUCache<string, Entry<V>>;
  #bytes = 0;
  /** No entry expires before; it may be too early, never too late. */
  #nextExpiry = Infinity;

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

  *dependencies(): Iterable<readonly [key: string, dependsOn: unknown]> {
    for (const [key, { dependsOn }] of this.#entries.entries()) yield [key, dependsOn];
  }

  /** The entry, fresh or stale. One that has expired is removed here and not returned. */
  get(key: string, now: number): Entry<V> | undefined {
    const entry = this.#entries.peek(key);
    if (!entry || within(entry, this.#options.grace, now)) return entry;
    this.#delete(key, entry, 'expirations', now);
    return undefined;
  }

  /** The entry, whatever its age; its place in the order stays. */
  peek(key: string): Entry<V> | undefined {
    return this.#entries.peek(key);
  }

  /** Marks it as the most recently used. */
  touch(key: string): void {
    this.#entries.get(key);
  }

  /** False if the entry is larger than the bound. */
  put(key: string, entry: Entry<V>, now: number): boolean {
    const { maxSize, maxBytes } = this.#options;
    const tooLarge = entry.bytes > maxBytes;
    // An old value must not outlive a newer one, even where there is no room for that one.
    this.remove(key, tooLarge ? 'evictions' : 'replacements', now);
    if (tooLarge) return false;

    const full = () => this.size >= maxSize || this.#bytes + entry.bytes > maxBytes;
    if (full()) this.sweep(now); // expired entries first: an eviction is an alarm
    for (let oldest = this.#oldest; oldest !== undefined && full(); oldest = this.#oldest) {
      this.remove(oldest, 'evictions', now);
    }
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
    this.#noteExpiry(entry);
    return true;
  }

  /** True if a live entry was removed. */
  remove(key: string, reason: RemovalReason, now: number): boolean {
    const entry = this.get(key, now);
    if (entry) this.#delete(key, entry, reason, now);
    return entry !== undefined;
  }

  /** Removes expired entries and returns how many. Costs nothing while none can have expired. */
  sweep(now: number): number {
    if (now < this.#nextExpiry) return 0;
    this.#nextExpiry = Infinity;
    const before = this.size;
    for (const key of [...this.#entries.keys()]) {
      const entry = this.get(key, now);
      if (entry) this.#noteExpiry(entry);
    }
    return before - this.size;
  }

  get #oldest(): string | undefined {
    return this.#entries.rkeys().next().value ?? undefined;
  }

  #noteExpiry(entry: Entry<V>): void {
    this.#nextExpiry = Math.min(this.#nextExpiry, entry.at + entry.ttl + this.#options.grace);
  }

  #delete(key: string, entry: Entry<V>, reason: RemovalReason | 'expirations', now: number): void {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    this.#options.onRemove({ key, entry }, reason, now);
  }
}
