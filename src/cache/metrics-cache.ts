import { assertTtl, cacheSettings, newEntry, SharedHit } from './cache-options.js';
import type {
  CacheSettings,
  Load,
  LoadRequest,
  MetricsCacheOptions,
  ReadOptions,
  Ttl,
} from './cache-options.js';
import { readOfEntry, readOfLoad } from './cache-read.js';
import type { RepeatableHit } from './repeatable-hit.js';
import type { CacheRead } from './cache-read.js';
import { cacheStats } from './cache-stats.js';
import type { CacheStats } from './cache-stats.js';
import { Counters } from './cache-counters.js';
import { EntryList, within } from './entry-list.js';
import type { Entry } from './entry-list.js';
import { EvictionRecord } from './eviction-record.js';
import { InFlightLoads } from './in-flight.js';
import type { InFlightLoad, Job, LoadResult, Outcome, SettledLoad } from './in-flight.js';
import { NegativeCache } from './negative-cache.js';
import { CachePolicies } from './policies/cache-policies.js';

/**
 * A named map that forgets: an entry is fresh for `ttl` ms, and the least recently used one is evicted when there is
 * no room. Misses of a key share one load; an error is never stored; a load that began before an invalidation is
 * never stored after it. lru-cache keeps the order only: its own TTL and fetch bring invalidated values back.
 *
 * @example
 * const workers = new MetricsCache<WorkerStats>({ name: 'worker_status', ttl: 5_000, maxSize: 100 });
 * const { value, status } = await workers.read('w1@host', () => readStats('w1@host'));
 */
export class MetricsCache<V = unknown> {
  readonly #settings: CacheSettings<V>;
  readonly #entries: EntryList<V>;
  readonly #failures: NegativeCache;
  readonly #loads = new InFlightLoads<V>((settled) => this.#settle(settled));
  readonly #policies: CachePolicies<V>;
  readonly #evicted = new EvictionRecord();
  readonly #counters = new Counters();

  constructor(options: MetricsCacheOptions<V>) {
    this.#settings = cacheSettings(options);
    const { staleWhileRevalidate, staleIfError, negativeTtl, maxSize, maxBytes, clock } = this.#settings;
    this.#entries = new EntryList({
      maxSize,
      maxBytes,
      grace: Math.max(staleWhileRevalidate, staleIfError),
      onRemove: ({ key, entry }, reason, now) => {
        this.#counters.count(reason);
        this.#policies.afterRemove(key, entry);
        if (reason === 'evictions') this.#evicted.add(now);
      },
    });
    this.#failures = new NegativeCache(negativeTtl, maxSize);
    this.#policies = new CachePolicies(this.#settings, {
      entry: (key) => this.#entries.get(key, clock()),
      begin: (key, job, maxAge) => this.#prefetch(key, job, maxAge),
      count: (counter) => this.#counters.count(counter),
    });
  }

  get name(): string {
    return this.#settings.name;
  }

  /** Milliseconds that an answer counts as fresh unless its read says otherwise. */
  get ttl(): number {
    return this.#settings.ttl;
  }

  /** Answers from memory, from a load already running, or by `load`. A key must always name one kind of value. */
  async read<T extends V>(
    key: string,
    load: Load<T>,
    options: ReadOptions<T> = {},
  ): Promise<CacheRead<T>> {
    const { useCache = true, prefetch = true } = options;
    const job = this.#job(load, options);
    return (await (useCache
      ? this.#readCached(key, job, prefetch)
      : this.#readBypassing(key, job))) as CacheRead<T>;
  }

  /**
   * How a read that has been answered can be had again; null if the cache no longer holds what it was answered with.
   * @param load the same as of that read, with the same options: it may be repeated ahead of the next reader
   */
  repeatable<T extends V>(
    key: string,
    load: Load<T>,
    options: ReadOptions<T>,
    { value }: Pick<CacheRead<T>, 'value'>,
  ): RepeatableHit | null {
    const entries = this.#entries;
    const entry = entries.peek(key);
    if (entry?.value !== value) return null;
    const { prefetch = true } = options;
    const job = this.#job(load, options);
    return {
      clock: this.#settings.clock,
      at: entry.at,
      ttl: entry.ttl,
      isFresh: (now) => entries.peek(key) === entry && within(entry, 0, now),
      count: () => {
        if (prefetch) this.#policies.beforeRead(key, job);
        this.#counters.count('hits');
        entries.touch(key);
        this.#policies.afterRead(key, entry);
      },
    };
  }

  /** The value if it is fresh. A stale one is not returned: without a load it would never be renewed. */
  get(key: string): V | undefined {
    const now = this.#settings.clock();
    const entry = this.#entries.get(key, now);
    const fresh = entry !== undefined && within(entry, 0, now);
    this.#counters.count(fresh ? 'hits' : 'misses');
    return fresh ? this.#answer(key, entry, 'HIT', now).value : undefined;
  }

  /**
   * Stores a value that is known without a load; false if it is too large to keep.
   * @param dependsOn see `ReadOptions`
   */
  set(key: string, value: V, ttl: number = this.#settings.ttl, dependsOn?: unknown): boolean {
    const entry = newEntry(this.#settings, value, ttl, dependsOn);
    this.#loads.discard(key); // a load that began earlier must not overwrite it
    this.#policies.afterChange(key);
    const stored = this.#store(key, entry);
    if (stored) this.#policies.afterSet(key, entry);
    return stored;
  }

  /** Removes the entry and discards the running load; true if a live entry was removed. */
  invalidate(key: string): boolean {
    this.#loads.discard(key);
    this.#failures.forget(key);
    this.#policies.afterChange(key);
    return this.#entries.remove(key, 'invalidations', this.#settings.clock());
  }

  /**
   * Removes the entry because an event has made it wrong; true if a live entry was removed. Failures stay remembered: the
   * event says nothing about them.
   * @param keepLoad lets the running load be stored though it may have begun before the event
   */
  evictChanged(key: string, { keepLoad = false } = {}): boolean {
    if (!keepLoad) this.#loads.discard(key);
    this.#policies.afterChange(key);
    const removed = this.#entries.remove(key, 'invalidations', this.#settings.clock());
    if (removed) this.#counters.count('pushInvalidations');
    return removed;
  }

  /** What the value of each entry and each running load depends on, by key; see `ReadOptions`. */
  dependencies(): ReadonlyMap<string, unknown> {
    return new Map([...this.#entries.dependencies(), ...this.#loads.dependencies()]);
  }

  isLoading(key: string): boolean {
    return this.#loads.get(key) !== undefined;
  }

  /** Invalidates every key that starts so; returns how many live entries were removed. */
  invalidatePrefix(prefix: string): number {
    const keys = new Set([
      ...this.#entries.keys(),
      ...this.#loads.keys(),
      ...this.#failures.keys(),
      ...this.#policies.keys(),
    ]);
    return [...keys].filter((key) => key.startsWith(prefix) && this.invalidate(key)).length;
  }

  /** Invalidates every key; the counters are kept. */
  clear(): number {
    return this.invalidatePrefix('');
  }

  /** The same function, answered from this cache. */
  cached<A extends unknown[], T extends V>(
    fn: (...args: A) => Promise<T> | T,
    { key, ttl }: { readonly key: (...args: A) => string; readonly ttl?: Ttl<T> | undefined },
  ): (...args: A) => Promise<T> {
    return async (...args) => (await this.read<T>(key(...args), () => fn(...args), { ttl })).value;
  }

  /** Counts an ended operation of a client that has read this cache. */
  countRequest(isHit: boolean): void {
    this.#counters.count('requests');
    if (isHit) this.#counters.count('requestHits');
  }

  /** Removes expired entries and returns how many. */
  sweep(): number {
    const now = this.#settings.clock();
    this.#failures.sweep(now);
    this.#policies.sweep(now);
    if (this.#evicted.forget(now)) this.#counters.touch(); // the advice counts the last hour
    return this.#entries.sweep(now);
  }

  /** Grows whenever a statistic has changed, be it only because time has passed. */
  get version(): number {
    this.sweep();
    return this.#counters.version;
  }

  getStats(): CacheStats {
    this.sweep(); // the size counts live entries only
    const { size, bytes } = this.#entries;
    return cacheStats({
      settings: this.#settings,
      size,
      bytes,
      counts: this.#counters.counts,
      loadsRunning: this.#loads.running,
      evictionsLastHour: this.#evicted.total,
      adaptiveTtl: this.#policies.adaptiveTtlReport(),
    });
  }

  async #readCached(key: string, job: Job<V>, prefetch: boolean): Promise<CacheRead<V>> {
    const { clock, staleWhileRevalidate, staleIfError } = this.#settings;
    const now = clock();
    const entry = this.#entries.get(key, now);
    const running = this.#loads.get(key);
    const failure = this.#failures.find(key, now);
    if (prefetch) this.#policies.beforeRead(key, job);

    if (entry && within(entry, staleWhileRevalidate, now)) {
      const hit = this.#answer(key, entry, 'HIT', now);
      this.#counters.count('hits');
      if (hit.stale) this.#counters.count('staleHits');
      if (hit.stale && !running && !failure) {
        this.#counters.count('refreshes');
        this.#start(key, job, { maxAge: entry.ttl / 2 }); // not the very value that is to be renewed
      }
      return hit;
    }
    this.#counters.count('misses');
    if (running) {
      this.#counters.count('collapsed');
      running.awaited = true;
    }
    const collapsed = running !== undefined;
    const outcome =
      failure && !running
        ? failure
        : await (running ?? this.#start(key, job, { maxAge: Infinity })).outcome;
    if ('value' in outcome) return readOfLoad(outcome, collapsed);

    // Looked up again: an invalidation meanwhile may have removed the entry.
    const later = clock();
    const stale = this.#entries.get(key, later);
    if (!stale || !within(stale, staleIfError, later)) throw outcome.error;
    return { ...this.#answer(key, stale, 'MISS', later), collapsed };
  }

  async #readBypassing(key: string, job: Job<V>): Promise<CacheRead<V>> {
    this.#counters.count('bypasses');
    // A load that runs already may have asked the cluster before the caller's own change was made. Waiting for its end
    // bounds the loads of a key to one at a time; a load that runs afterwards began after this read. Its value will do
    // unless it was found in the shared cache.
    const earlier = this.#loads.get(key);
    if (earlier) await earlier.outcome;
    const running = this.#loads.get(key);
    if (running) running.awaited = true;
    const outcome = await (running ?? this.#start(key, job, { maxAge: 0 })).outcome;
    if ('error' in outcome) throw outcome.error;
    if (outcome.foundAge === null) return readOfLoad(outcome, running !== undefined);

    const fresh = this.#loads.get(key);
    const isFresh = fresh?.maxAge === 0;
    const later = await (isFresh ? fresh : this.#start(key, job, { maxAge: 0 })).outcome;
    if ('error' in later) throw later.error;
    return readOfLoad(later, isFresh);
  }

  #start(key: string, job: Job<V>, { maxAge }: LoadRequest, prefetched = false): InFlightLoad<V> {
    const limit = Math.min(
      this.#policies.beforeLoad(key),
      this.#settings.ageOfLastChange(job.dependsOn),
    );
    const load = this.#loads.start(key, job, { maxAge: Math.min(maxAge, limit) }, prefetched);
    this.#counters.touch(); // a load is counted at its end: only then is it known where the value was
    return load;
  }

  #prefetch(key: string, job: Job<V>, maxAge: number): Promise<unknown> | undefined {
    if (this.#loads.get(key) || this.#failures.find(key, this.#settings.clock())) return undefined;
    this.#counters.count('prefetches');
    return this.#start(key, job, { maxAge }, true).outcome;
  }

  #settle(settled: SettledLoad<V>): Outcome<V> {
    const { key, current, result } = settled;
    if ('error' in result) return this.#fail(settled, result.error);
    const { foundAge } = result;
    this.#counters.count(foundAge === null ? 'loads' : 'found');
    const entry = current ? this.#policies.adapt(key, result) : result.entry;
    const stored = current && this.#store(key, entry);
    if (!stored) this.#counters.count('discarded');
    this.#policies.afterLoad(settled, stored ? entry : null);
    // A discarded value still answers the readers who waited for it, but with no time left.
    return { value: entry.value, ttl: current ? entry.ttl - (foundAge ?? 0) : 0, foundAge };
  }

  #fail(settled: SettledLoad<V>, error: unknown): Outcome<V> {
    const { key, current, load } = settled;
    this.#counters.count('loads');
    this.#counters.count('loadFailures');
    // A failed prefetch without a waiting reader must not fail the next reader.
    if (current && (!load.prefetched || load.awaited))
      this.#failures.add(key, { error, at: this.#settings.clock() });
    this.#policies.afterLoad(settled, null);
    return { error };
  }

  #job<T extends V>(load: Load<T>, { ttl = this.#settings.ttl, dependsOn }: ReadOptions<T>): Job<T> {
    if (typeof ttl === 'number') assertTtl(this.name, ttl);
    return {
      run: async (request) => this.#result(await load(request), ttl, dependsOn),
      dependsOn,
    };
  }

  #result<T extends V>(loaded: T | SharedHit<T>, ttl: Ttl<T>, dependsOn: unknown): LoadResult<T> {
    const found = loaded instanceof SharedHit ? loaded : null;
    const value = loaded instanceof SharedHit ? loaded.value : loaded;
    const entry = newEntry(this.#settings, value, found?.ttl ?? ttl, dependsOn);
    const foundAge = found?.age ?? null;
    return {
      entry: { ...entry, at: entry.at - (foundAge ?? 0) },
      foundAge,
      print: this.#policies.print(value),
    };
  }

  #store(key: string, entry: Entry<V>): boolean {
    this.#failures.forget(key);
    const stored = this.#entries.put(key, entry, this.#settings.clock());
    if (stored) this.#counters.count('sets');
    return stored;
  }

  #answer(key: string, entry: Entry<V>, status: CacheRead<V>['status'], now: number): CacheRead<V> {
    this.#entries.touch(key);
    this.#policies.afterRead(key, entry);
    return readOfEntry(entry, status, now);
  }
}
