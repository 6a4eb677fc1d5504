/**
 * What a cache does beyond TTL, LRU and single flight, where it is turned on: TTLs that follow how often values change,
 * and loads ahead of the readers. The cache calls each hook at one place and knows nothing else of them.
 */
import type { CacheSettings } from '../cache-options.js';
import type { AdaptiveTtlReport } from '../cache-stats.js';
import type { Entry } from '../entry-list.js';
import { fingerprint } from '../fingerprint.js';
import type { Job, LoadResult, SettledLoad } from '../in-flight.js';
import { AdaptiveTtl } from './adaptive-ttl.js';
import { Prefetcher } from './prefetcher.js';
import type { PrefetcherHost } from './prefetcher.js';

export class CachePolicies<V> {
  readonly #settings: CacheSettings<V>;
  readonly #adaptiveTtl: AdaptiveTtl | null;
  readonly #prefetcher: Prefetcher<V> | null;

  constructor(settings: CacheSettings<V>, host: PrefetcherHost<V>) {
    const { ttl, maxSize, adaptiveTtl, prefetches } = settings;
    this.#settings = settings;
    this.#adaptiveTtl =
      adaptiveTtl === 0
        ? null
        : new AdaptiveTtl({ ttl, acceptedOutOfDate: adaptiveTtl, maxKeys: maxSize });
    this.#prefetcher =
      prefetches === null ? null : new Prefetcher({ ...settings, schedule: prefetches, host });
  }

  /** A client reads, whatever the answer will be. `job` is how it would load. */
  beforeRead(key: string, job: Job<V>): void {
    this.#prefetcher?.beforeRead(key, job);
  }

  /** The entry has answered a read. */
  afterRead(key: string, entry: Entry<V>): void {
    this.#prefetcher?.afterRead(key, entry);
  }

  /** A load begins. Returns how old the value may be if the load finds it in the shared cache, milliseconds. */
  beforeLoad(key: string): number {
    this.#prefetcher?.beforeLoad(key);
    return this.#adaptiveTtl?.maxAge(key) ?? Infinity;
  }

  /** See `LoadResult.print`. */
  print(value: V): number | undefined {
    return this.#adaptiveTtl === null ? undefined : fingerprint(value, this.#settings.volatileFields);
  }

  /** The loaded entry with the TTL to store it for. A TTL other than the cache's own is only ever shortened. */
  adapt(key: string, { entry, print }: LoadResult<V>): Entry<V> {
    if (this.#adaptiveTtl === null) return entry;
    const ttl = this.#adaptiveTtl.observe(key, print, entry.at);
    return { ...entry, ttl: entry.ttl === this.#settings.ttl ? ttl : Math.min(entry.ttl, ttl) };
  }

  /** A load has settled. `stored` is its entry; null if it failed or the value was discarded. */
  afterLoad(settled: SettledLoad<V>, stored: Entry<V> | null): void {
    this.#prefetcher?.afterLoad(settled, stored);
  }

  /** A caller has stored a value without a load. */
  afterSet(key: string, entry: Entry<V>): void {
    this.#prefetcher?.afterStore(key, entry);
  }

  /** The value of this key has changed, by an invalidation or a set: the next load is not compared with the last. */
  afterChange(key: string): void {
    this.#adaptiveTtl?.skipComparison(key);
  }

  /** An entry was removed, for any reason. */
  afterRemove(key: string, entry: Entry<V>): void {
    this.#prefetcher?.afterRemove(key, entry);
  }

  /** Keys that are remembered, whether or not the cache holds an entry. */
  keys(): Iterable<string> {
    return this.#adaptiveTtl?.keys() ?? [];
  }

  /** Drops what is no longer needed. */
  sweep(now: number): void {
    this.#prefetcher?.sweep(now);
  }

  /** Null unless TTLs follow how often values change. */
  adaptiveTtlReport(): AdaptiveTtlReport | null {
    return this.#adaptiveTtl?.report() ?? null;
  }
}
