import { LRUCache } from 'lru-cache';
import { within } from '../entry-list.js';
import type { Entry } from '../entry-list.js';
import type { Job, SettledLoad } from '../in-flight.js';
import type { Prefetch, PrefetchSchedule } from './prefetch-schedule.js';
import { isRegular, longestGap, withRead } from './rhythm.js';
import type { Rhythm } from './rhythm.js';

/** What the prefetcher needs of its cache. */
export interface PrefetcherHost<V> {
  /** The entry that the cache holds, fresh or stale. */
  readonly entry: (key: string) => Entry<V> | undefined;
  /**
   * Begins a load that may end with a value of the shared cache that is at most `maxAge` ms old; undefined if the key is
   * being loaded or has just failed.
   */
  readonly begin: (key: string, job: Job<V>, maxAge: number) => Promise<unknown> | undefined;
  readonly count: (counter: 'prefetchesUsed' | 'prefetchesWasted') => void;
}

export interface PrefetcherOptions<V> {
  /** Name of the cache, different from all others that share the schedule. */
  readonly name: string;
  readonly ttl: number;
  /** Entries that the cache holds at most; as many keys are followed. */
  readonly maxSize: number;
  readonly schedule: PrefetchSchedule;
  /** At this fraction of its TTL an entry that was read is loaded again; 0 turns it off. */
  readonly refreshAhead: number;
  /** Expected reads in a row that may not come before prefetching for them stops; 0 turns it off. */
  readonly predictive: number;
  readonly clock: () => number;
  readonly host: PrefetcherHost<V>;
}

interface FollowedKey<V> {
  /** How its last reader would have loaded it. */
  job: Job<V>;
  rhythm: Rhythm | undefined;
  /** Prefetches in a row for a read that did not come. */
  missed: number;
  /** It was read since its last load. */
  read: boolean;
  /** Its last load failed: it is not refreshed before a reader has loaded it. */
  failed: boolean;
  ttl: number;
  /** Milliseconds that its last load took. */
  loadTime: number;
  loadBegan: number | undefined;
}

interface Plan {
  readonly at: number;
  readonly prefetch: Prefetch;
}

/** A load should end this long before the expected read, as a fraction of the TTL. */
const margin = 0.1;

/**
 * Loads ahead of the readers of a cache: keys that are being read, shortly before their TTL has passed, and keys that are
 * read regularly, shortly before the next read is expected. It stops when the reads stop. Bounded in keys like the
 * cache, because each key holds the load of its last reader.
 */
export class Prefetcher<V> {
  readonly #options: PrefetcherOptions<V>;
  readonly #followed: LRUCache<string, FollowedKey<V>>;
  /** Prefetched entries that have not answered a read. */
  readonly #unread = new WeakSet<Entry<V>>();

  constructor(options: PrefetcherOptions<V>) {
    this.#options = options;
    const dispose = (_: unknown, key: string) => options.schedule.cancel(this.#id(key));
    this.#followed = new LRUCache<string, FollowedKey<V>>({
      max: options.maxSize,
      dispose,
      noDisposeOnSet: true,
    });
  }

  beforeRead(key: string, job: Job<V>): void {
    const { clock, predictive, ttl } = this.#options;
    const followed = this.#followed.get(key) ?? newlyFollowed(job, ttl);
    followed.job = job;
    followed.missed = 0;
    if (predictive > 0) followed.rhythm = withRead(followed.rhythm, clock(), followed.ttl / 4);
    this.#followed.set(key, followed);
  }

  afterRead(key: string, entry: Entry<V>): void {
    if (this.#unread.delete(entry)) this.#options.host.count('prefetchesUsed');
    const followed = this.#followed.peek(key);
    if (!followed) return;
    followed.read = true;
    this.#plan(key, followed, entry);
  }

  beforeLoad(key: string): void {
    const followed = this.#followed.peek(key);
    if (followed) followed.loadBegan = this.#options.clock();
  }

  /** @param stored the loaded entry; null if the load failed or the value was discarded */
  afterLoad({ key, load, current, result }: SettledLoad<V>, stored: Entry<V> | null): void {
    const { host } = this.#options;
    const failed = 'error' in result;
    if (load.prefetched) {
      if (load.awaited && !failed) host.count('prefetchesUsed');
      else if (stored === null) host.count('prefetchesWasted');
      else this.#unread.add(stored);
    }
    if (stored !== null) this.afterStore(key, stored);
    else if (failed && current) this.#afterFailure(key);
  }

  afterStore(key: string, entry: Entry<V>): void {
    const followed = this.#followed.peek(key);
    if (!followed) return;
    followed.read = false;
    followed.failed = false;
    followed.ttl = entry.ttl;
    if (followed.loadBegan !== undefined)
      followed.loadTime = Math.max(0, this.#options.clock() - followed.loadBegan);
    followed.loadBegan = undefined;
    this.#plan(key, followed, entry);
  }

  afterRemove(key: string, entry: Entry<V>): void {
    if (this.#unread.delete(entry)) this.#options.host.count('prefetchesWasted');
    const followed = this.#followed.peek(key);
    if (!followed) return;
    if (this.#options.predictive === 0)
      this.#followed.delete(key); // and with it what its load holds
    else this.#plan(key, followed, undefined);
  }

  /** Drops the loads of keys that are no longer read. */
  sweep(now: number): void {
    for (const key of [...this.#followed.rkeys()]) {
      const rhythm = this.#followed.peek(key)?.rhythm;
      if (!rhythm || now - rhythm.lastRead <= 2 * longestGap) return;
      this.#followed.delete(key);
    }
  }

  #afterFailure(key: string): void {
    const followed = this.#followed.peek(key);
    if (!followed) return;
    followed.failed = true;
    this.#plan(key, followed, this.#options.host.entry(key));
  }

  #plan(key: string, followed: FollowedKey<V>, entry: Entry<V> | undefined): void {
    const { schedule, predictive } = this.#options;
    const { rhythm, ttl } = followed;
    // Regular readers need the loads before their reads, and no others.
    const regular = predictive > 0 && rhythm !== undefined && isRegular(rhythm, ttl);
    const plan = regular
      ? this.#beforeExpectedRead(key, followed, rhythm, entry)
      : this.#beforeExpiry(key, followed, entry);
    if (plan) schedule.plan(this.#id(key), plan.at, plan.prefetch);
    else schedule.cancel(this.#id(key));
  }

  #beforeExpectedRead(
    key: string,
    followed: FollowedKey<V>,
    { lastRead, mean, deviation }: Rhythm,
    entry: Entry<V> | undefined,
  ): Plan | undefined {
    const { predictive, host } = this.#options;
    const { ttl, loadTime, missed } = followed;
    const slack = 2 * deviation + margin * ttl;
    const expected = lastRead + (missed + 1) * mean;
    if (missed >= predictive || (entry && within(entry, 0, expected + slack))) return undefined;
    const prefetch = () => {
      const load = host.begin(key, followed.job, ttl / 4);
      if (load) followed.missed++; // until the next read
      return load;
    };
    return { at: expected - slack - 1.5 * loadTime, prefetch };
  }

  #beforeExpiry(key: string, followed: FollowedKey<V>, entry: Entry<V> | undefined): Plan | undefined {
    const { refreshAhead, host, clock } = this.#options;
    if (refreshAhead === 0 || !followed.read || followed.failed) return undefined;
    if (!entry || !within(entry, 0, clock())) return undefined;
    const prefetch = () =>
      host.entry(key) === entry
        ? host.begin(key, followed.job, (clock() - entry.at) / 2) // not the very value that is to be renewed
        : undefined;
    return { at: entry.at + refreshAhead * entry.ttl, prefetch };
  }

  #id(key: string): string {
    return `${this.#options.name} ${key}`;
  }
}

function newlyFollowed<V>(job: Job<V>, ttl: number): FollowedKey<V> {
  return {
    job,
    ttl,
    rhythm: undefined,
    missed: 0,
    read: false,
    failed: false,
    loadTime: 0,
    loadBegan: undefined,
  };
}
