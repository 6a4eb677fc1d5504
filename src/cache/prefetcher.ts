import { LRUCache } from 'lru-cache';
import { within } from './entry-list.js';
import type { Entry } from './entry-list.js';
import type { Job } from './flights.js';
import type { Prefetch, PrefetchSchedule } from './prefetch-schedule.js';
import { heard, isRegular, longestGap } from './rhythm.js';
import type { Rhythm } from './rhythm.js';

export interface PrefetcherOptions<V> {
  /** Of the cache, different from those of all that share the schedule. */
  readonly name: string;
  readonly ttl: number;
  readonly maxKeys: number;
  readonly schedule: PrefetchSchedule;
  /** At this fraction of its TTL an entry that was read is loaded anew; 0 turns it off. */
  readonly refreshAhead: number;
  /** So many expected readers may stay away in a row before no more is loaded for them; 0 turns it off. */
  readonly predictive: number;
  readonly clock: () => number;
  readonly entry: (key: string) => Entry<V> | undefined;
  /** Begins a load that may end with what others loaded at most `maxAge` ms ago; undefined if none is to begin. */
  readonly begin: (key: string, job: Job<V>, maxAge: number) => Promise<unknown> | undefined;
  readonly onEnd: (end: 'prefetchesUsed' | 'prefetchesWasted') => void;
}

interface Followed<V> {
  /** How its last reader would have loaded it. */
  job: Job<V>;
  rhythm: Rhythm | undefined;
  /** Loads in a row for a reader who did not come. */
  missed: number;
  /** Since its last load. */
  read: boolean;
  /** Since its last load: it is not tried again before somebody has loaded it. */
  failed: boolean;
  ttl: number;
  /** Of its last load. */
  loadTime: number;
  loadBegan: number | undefined;
}

interface Plan {
  readonly at: number;
  readonly prefetch: Prefetch;
}

/** What is left of the time before an expected reader when a load is meant to be done, as a fraction of the TTL. */
const margin = 0.1;

/**
 * Loads ahead of the readers of a cache: what is being read, shortly before its TTL has passed, and what is read
 * regularly, shortly before the next reader is expected. It stops as soon as nobody reads. Bounded in keys, like the
 * cache: each holds on to the load of its last reader.
 */
export class Prefetcher<V> {
  readonly #options: PrefetcherOptions<V>;
  readonly #followed: LRUCache<string, Followed<V>>;
  /** Loaded ahead, and of use to nobody yet. */
  readonly #unread = new WeakSet<Entry<V>>();

  constructor(options: PrefetcherOptions<V>) {
    this.#options = options;
    const dispose = (_: unknown, key: string) => options.schedule.cancel(this.#id(key));
    this.#followed = new LRUCache<string, Followed<V>>({
      max: options.maxKeys,
      dispose,
      noDisposeOnSet: true,
    });
  }

  /** Somebody reads, whatever comes of it. */
  reads(key: string, job: Job<V>): void {
    const { clock, predictive, ttl } = this.#options;
    const followed = this.#followed.get(key) ?? newlyFollowed(job, ttl);
    followed.job = job;
    followed.missed = 0;
    if (predictive > 0) followed.rhythm = heard(followed.rhythm, clock(), followed.ttl / 4);
    this.#followed.set(key, followed);
  }

  /** An entry has been of use. */
  answered(key: string, entry: Entry<V>): void {
    if (this.#unread.delete(entry)) this.#options.onEnd('prefetchesUsed');
    const followed = this.#followed.peek(key);
    if (!followed) return;
    followed.read = true;
    this.#plan(key, followed, entry);
  }

  begins(key: string): void {
    const followed = this.#followed.peek(key);
    if (followed) followed.loadBegan = this.#options.clock();
  }

  /** A load has ended with this entry; `unread` if it was loaded ahead and nobody waited for it. */
  stored(key: string, entry: Entry<V>, unread: boolean): void {
    if (unread) this.#unread.add(entry);
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

  failed(key: string): void {
    const followed = this.#followed.peek(key);
    if (!followed) return;
    followed.failed = true;
    this.#plan(key, followed, this.#options.entry(key));
  }

  departed(key: string, entry: Entry<V>): void {
    if (this.#unread.delete(entry)) this.#options.onEnd('prefetchesWasted');
    const followed = this.#followed.peek(key);
    if (!followed) return;
    if (this.#options.predictive === 0)
      this.#followed.delete(key); // and with it what its load holds
    else this.#plan(key, followed, undefined);
  }

  /** Lets go of the loads of keys that nobody reads any more. */
  sweep(now: number): void {
    for (const key of [...this.#followed.rkeys()]) {
      const rhythm = this.#followed.peek(key)?.rhythm;
      if (!rhythm || now - rhythm.lastRead <= 2 * longestGap) return;
      this.#followed.delete(key);
    }
  }

  #plan(key: string, followed: Followed<V>, entry: Entry<V> | undefined): void {
    const { schedule, predictive } = this.#options;
    const { rhythm, ttl } = followed;
    // Those who read regularly need the loads before their reads, and no others.
    const regular = predictive > 0 && rhythm !== undefined && isRegular(rhythm, ttl);
    const plan = regular
      ? this.#beforeRead(key, followed, rhythm, entry)
      : this.#beforeEnd(key, followed, entry);
    if (plan) schedule.plan(this.#id(key), plan.at, plan.prefetch);
    else schedule.cancel(this.#id(key));
  }

  #beforeRead(
    key: string,
    followed: Followed<V>,
    { lastRead, mean, deviation }: Rhythm,
    entry: Entry<V> | undefined,
  ): Plan | undefined {
    const { predictive, begin } = this.#options;
    const { ttl, loadTime, missed } = followed;
    const slack = 2 * deviation + margin * ttl;
    const expected = lastRead + (missed + 1) * mean;
    if (missed >= predictive || (entry && within(entry, 0, expected + slack))) return undefined;
    const prefetch = () => {
      const load = begin(key, followed.job, ttl / 4);
      if (load) followed.missed++; // until somebody reads
      return load;
    };
    return { at: expected - slack - 1.5 * loadTime, prefetch };
  }

  #beforeEnd(key: string, followed: Followed<V>, entry: Entry<V> | undefined): Plan | undefined {
    const { refreshAhead, begin, clock } = this.#options;
    if (refreshAhead === 0 || !followed.read || followed.failed) return undefined;
    if (!entry || !within(entry, 0, clock())) return undefined;
    const prefetch = () =>
      this.#options.entry(key) === entry
        ? begin(key, followed.job, (clock() - entry.at) / 2) // the very value that is renewed will not do
        : undefined;
    return { at: entry.at + refreshAhead * entry.ttl, prefetch };
  }

  #id(key: string): string {
    return `${this.#options.name} ${key}`;
  }
}

function newlyFollowed<V>(job: Job<V>, ttl: number): Followed<V> {
  const nothing = { missed: 0, read: false, failed: false, loadTime: 0 };
  return { ...nothing, job, ttl, rhythm: undefined, loadBegan: undefined };
}
