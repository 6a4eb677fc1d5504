import { AdaptiveTtl } from './adaptive-ttl.js';
import { cacheAdvice } from './cache-advice.js';
import { Aged, assertBytes, assertTtl, cacheSettings } from './cache-options.js';
import type {
  CacheRead,
  CacheSettings,
  Load,
  LoadRequest,
  MetricsCacheOptions,
  ReadOptions,
  Ttl,
} from './cache-options.js';
import { percent } from '../percent.js';
import type { CacheStats } from './cache-stats.js';
import { Counters } from './counters.js';
import { EntryList, within } from './entry-list.js';
import type { Departure, Entry, Left } from './entry-list.js';
import { EvictionRecord } from './eviction-record.js';
import { fingerprint } from './fingerprint.js';
import { Flights } from './flights.js';
import type { Arrival, Flight, Job, Landing, Outcome } from './flights.js';
import { NegativeCache } from './negative-cache.js';
import { Prefetcher } from './prefetcher.js';

/**
 * A named map that forgets: an entry is fresh for `ttl` ms, and the least recently used one leaves when there is
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
  readonly #flights = new Flights<V>((landing) => this.#land(landing));
  readonly #adaptiveTtl: AdaptiveTtl | null;
  readonly #prefetcher: Prefetcher<V> | null;
  readonly #evicted = new EvictionRecord();
  readonly #counters = new Counters();

  constructor(options: MetricsCacheOptions<V>) {
    this.#settings = cacheSettings(options);
    const { staleWhileRevalidate, staleIfError, negativeTtl, maxSize, maxBytes } = this.#settings;
    const grace = Math.max(staleWhileRevalidate, staleIfError);
    const onDeparture = (left: Left<V>, departure: Departure | 'expirations', now: number) => {
      this.#counters.count(departure);
      this.#prefetcher?.departed(left.key, left.entry);
      if (departure === 'evictions') this.#evicted.add(now);
    };
    this.#entries = new EntryList({ maxSize, maxBytes, grace, onDeparture });
    this.#failures = new NegativeCache(negativeTtl, maxSize);
    const { ttl, adaptiveTtl: acceptedOutOfDate } = this.#settings;
    this.#adaptiveTtl =
      acceptedOutOfDate === 0 ? null : new AdaptiveTtl({ ttl, acceptedOutOfDate, maxKeys: maxSize });
    this.#prefetcher = this.#newPrefetcher();
  }

  get name(): string {
    return this.#settings.name;
  }

  /** How long an answer counts as fresh unless its read says otherwise, milliseconds. */
  get ttl(): number {
    return this.#settings.ttl;
  }

  /** Answers from memory, from a load already running, or by `load`. A key must always name one kind of value. */
  async read<T extends V>(
    key: string,
    load: Load<T>,
    options: ReadOptions<T> = {},
  ): Promise<CacheRead<T>> {
    const { useCache = true, ttl = this.#settings.ttl, prefetch = true } = options;
    if (typeof ttl === 'number') assertTtl(this.name, ttl);
    const job: Job<T> = async (request) => this.#arrival(await load(request), ttl);
    return (await (useCache
      ? this.#readCached(key, job, prefetch)
      : this.#readPast(key, job))) as CacheRead<T>;
  }

  /** The value if it is fresh. A stale one is none here: without a loader nothing would ever renew it. */
  get(key: string): V | undefined {
    const now = this.#settings.clock();
    const entry = this.#entries.living(key, now);
    const fresh = entry !== undefined && within(entry, 0, now);
    this.#counters.count(fresh ? 'hits' : 'misses');
    return fresh ? this.#answer(key, entry, 'HIT', now).value : undefined;
  }

  /** Stores a value that is known without a load; false if it is too large to keep. */
  set(key: string, value: V, ttl: number = this.#settings.ttl): boolean {
    const entry = this.#entry(value, ttl);
    this.#flights.disown(key); // a load that began earlier must not overwrite it
    this.#adaptiveTtl?.told(key);
    return this.#store(key, entry);
  }

  /** Removes the entry and disowns the running load; true if a live entry left. */
  invalidate(key: string): boolean {
    this.#flights.disown(key);
    this.#failures.forget(key);
    this.#adaptiveTtl?.told(key);
    return this.#entries.remove(key, 'invalidations', this.#settings.clock());
  }

  /**
   * Removes the entry because an event has made it wrong; true if a live entry left. Failures stay remembered: the event
   * says nothing about them.
   * @param keepLoad lets the running load be stored though it may have begun before the event
   */
  outdate(key: string, { keepLoad = false } = {}): boolean {
    if (!keepLoad) this.#flights.disown(key);
    this.#adaptiveTtl?.told(key);
    const left = this.#entries.remove(key, 'invalidations', this.#settings.clock());
    if (left) this.#counters.count('pushInvalidations');
    return left;
  }

  /** Of all that is stored or being loaded. */
  keys(): ReadonlySet<string> {
    return new Set([...this.#entries.keys(), ...this.#flights.keys()]);
  }

  isLoading(key: string): boolean {
    return this.#flights.get(key) !== undefined;
  }

  /** Invalidates every key that starts so; tells how many live entries left. */
  invalidatePrefix(prefix: string): number {
    const keys = new Set([
      ...this.#entries.keys(),
      ...this.#flights.keys(),
      ...this.#failures.keys(),
      ...(this.#adaptiveTtl?.keys() ?? []),
    ]);
    return [...keys].filter((key) => key.startsWith(prefix) && this.invalidate(key)).length;
  }

  /** Invalidates all; the counters go on. */
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

  /** Counts an operation of a client that has read this cache, once it has ended. */
  countRequest(isHit: boolean): void {
    this.#counters.count('requests');
    if (isHit) this.#counters.count('requestHits');
  }

  /** Removes the dead, tells how many. */
  sweep(): number {
    const now = this.#settings.clock();
    this.#failures.sweep(now);
    this.#prefetcher?.sweep(now);
    if (this.#evicted.forget(now)) this.#counters.touch(); // the advice about the last hour reads differently
    return this.#entries.sweep(now);
  }

  /** Moves whenever a statistic would read differently, be it only that time has passed. */
  get version(): number {
    this.sweep();
    return this.#counters.version;
  }

  getStats(): CacheStats {
    this.sweep(); // the size counts the living only
    const { name, maxSize, ttl } = this.#settings;
    const { size, bytes } = this.#entries;
    const counts = this.#counters.counts;
    const totalRequests = counts.hits + counts.misses;
    const hitRatePercent = percent(counts.hits, totalRequests);
    const utilizationPercent = percent(size, maxSize);
    const evictionsLastHour = this.#evicted.total;
    return {
      name,
      size,
      maxSize,
      utilizationPercent,
      hitRatePercent,
      totalRequests,
      reads: totalRequests + counts.bypasses,
      ...counts,
      loadsRunning: this.#flights.running,
      bytes,
      ttlSeconds: ttl / 1_000,
      adaptiveTtl: this.#adaptiveTtl?.report() ?? null,
      advice: cacheAdvice({ totalRequests, hitRatePercent, utilizationPercent, evictionsLastHour }),
    };
  }

  #newPrefetcher(): Prefetcher<V> | null {
    const { name, ttl, maxSize, refreshAhead, predictive, prefetches, clock } = this.#settings;
    if (prefetches === null) return null;
    return new Prefetcher<V>({
      name,
      ttl,
      maxKeys: maxSize,
      schedule: prefetches,
      refreshAhead,
      predictive,
      clock,
      entry: (key) => this.#entries.living(key, clock()),
      begin: (key, job, maxAge) => {
        if (this.#flights.get(key) || this.#failures.find(key, clock())) return undefined;
        this.#counters.count('prefetches');
        return this.#start(key, job, { maxAge }, true).outcome;
      },
      onEnd: (end) => this.#counters.count(end),
    });
  }

  async #readCached(key: string, job: Job<V>, prefetch: boolean): Promise<CacheRead<V>> {
    const { clock, staleWhileRevalidate, staleIfError } = this.#settings;
    const now = clock();
    const entry = this.#entries.living(key, now);
    const running = this.#flights.get(key);
    const failure = this.#failures.find(key, now);
    if (prefetch) this.#prefetcher?.reads(key, job);

    if (entry && within(entry, staleWhileRevalidate, now)) {
      const hit = this.#answer(key, entry, 'HIT', now);
      this.#counters.count('hits');
      if (hit.stale) this.#counters.count('staleHits');
      if (hit.stale && !running && !failure) {
        this.#counters.count('refreshes');
        this.#start(key, job, { maxAge: entry.ttl / 2 }); // the very value that is renewed will not do
      }
      return hit;
    }
    this.#counters.count('misses');
    if (running) {
      this.#counters.count('collapsed');
      running.joined = true;
    }
    const collapsed = running !== undefined;
    const outcome =
      failure && !running
        ? failure
        : await (running ?? this.#start(key, job, { maxAge: Infinity })).outcome;
    if ('value' in outcome) return loaded(outcome, collapsed);

    // Looked up again: an invalidation meanwhile has taken away what was still good enough before.
    const later = clock();
    const lesser = this.#entries.living(key, later);
    if (!lesser || !within(lesser, staleIfError, later)) throw outcome.error;
    return { ...this.#answer(key, lesser, 'MISS', later), collapsed };
  }

  async #readPast(key: string, job: Job<V>): Promise<CacheRead<V>> {
    this.#counters.count('bypasses');
    // A load that runs already may have looked before the caller's own change was made. Waiting it out bounds
    // the loads of a key to one at a time; whatever load is found afterwards began after the arrival. It serves
    // unless it may end with something older than itself.
    const earlier = this.#flights.get(key);
    if (earlier) await earlier.outcome;
    const running = this.#flights.get(key);
    if (running) running.joined = true;
    const outcome = await (running ?? this.#start(key, job, { maxAge: 0 })).outcome;
    if ('error' in outcome) throw outcome.error;
    if (outcome.foundAge === null) return loaded(outcome, running !== undefined);

    const fresh = this.#flights.get(key);
    const isFresh = fresh?.maxAge === 0;
    const later = await (isFresh ? fresh : this.#start(key, job, { maxAge: 0 })).outcome;
    if ('error' in later) throw later.error;
    return loaded(later, isFresh);
  }

  #start(key: string, job: Job<V>, { maxAge }: LoadRequest, ahead = false): Flight<V> {
    const earned = this.#adaptiveTtl?.maxAge(key) ?? Infinity;
    const request = { maxAge: Math.min(maxAge, earned, this.#settings.sinceChange(key)) };
    this.#prefetcher?.begins(key);
    const flight = this.#flights.start(key, job, request, ahead);
    this.#counters.touch(); // loads are counted when they have ended: only then is it known where the value was
    return flight;
  }

  #land(landing: Landing<V>): Outcome<V> {
    const { key, flight, current, result } = landing;
    const found = 'error' in result ? null : result.foundAge;
    this.#counters.count(found === null ? 'loads' : 'found');
    if ('error' in result) return this.#fail(landing, result.error);

    const { foundAge } = result;
    const entry = current ? this.#adapted(key, result) : result.entry;
    const kept = current && this.#store(key, entry, flight);
    if (!kept) this.#counters.count('discarded');
    if (!kept && flight.ahead)
      this.#counters.count(flight.joined ? 'prefetchesUsed' : 'prefetchesWasted');
    // Overtaken: good for those who wait, for nobody later.
    return { value: entry.value, ttl: current ? entry.ttl - (foundAge ?? 0) : 0, foundAge };
  }

  #fail({ key, current, flight }: Landing<V>, error: unknown): Outcome<V> {
    this.#counters.count('loadFailures');
    if (flight.ahead) this.#counters.count('prefetchesWasted');
    // What nobody waited for is no reason to refuse whoever reads next.
    const concerns = current && (!flight.ahead || flight.joined);
    if (concerns) this.#failures.add(key, { error, at: this.#settings.clock() });
    if (current) this.#prefetcher?.failed(key);
    return { error };
  }

  /** With the TTL that its key has earned; another than the cache's own was chosen for a reason, and only shortened. */
  #adapted(key: string, { entry, print }: Arrival<V>): Entry<V> {
    if (this.#adaptiveTtl === null) return entry;
    const ttl = this.#adaptiveTtl.observe(key, print, entry.at);
    return { ...entry, ttl: entry.ttl === this.ttl ? ttl : Math.min(entry.ttl, ttl) };
  }

  #arrival<T extends V>(loaded: T | Aged<T>, ttl: Ttl<T>): Arrival<T> {
    const found = loaded instanceof Aged ? loaded : null;
    const value = loaded instanceof Aged ? loaded.value : loaded;
    const entry = this.#entry(value, found?.ttl ?? ttl);
    const print =
      this.#adaptiveTtl === null ? undefined : fingerprint(value, this.#settings.volatileFields);
    const foundAge = found?.age ?? null;
    return { entry: { ...entry, at: entry.at - (foundAge ?? 0) }, foundAge, print };
  }

  #entry<T extends V>(value: T, ttl: Ttl<T>): Entry<T> {
    const lifetime = typeof ttl === 'number' ? ttl : ttl(value);
    assertTtl(this.name, lifetime);
    const bytes = this.#settings.sizeOf(value);
    assertBytes(this.name, bytes);
    return { value, at: this.#settings.clock(), ttl: lifetime, bytes };
  }

  #store(key: string, entry: Entry<V>, flight?: Landing<V>['flight']): boolean {
    this.#failures.forget(key);
    const stored = this.#entries.put(key, entry, this.#settings.clock());
    if (!stored) return false;
    this.#counters.count('sets');
    if (flight?.ahead && flight.joined) this.#counters.count('prefetchesUsed');
    this.#prefetcher?.stored(key, entry, flight?.ahead === true && !flight.joined);
    return true;
  }

  #answer(key: string, entry: Entry<V>, status: CacheRead<V>['status'], now: number): CacheRead<V> {
    this.#entries.touch(key);
    this.#prefetcher?.answered(key, entry);
    const age = now - entry.at;
    const stale = !within(entry, 0, now);
    const ttl = entry.ttl - age;
    return { value: entry.value, status, age, ttl, stale, collapsed: false, found: false };
  }
}

function loaded<V>(
  { value, ttl, foundAge }: { value: V; ttl: number; foundAge: number | null },
  collapsed: boolean,
): CacheRead<V> {
  const found = foundAge !== null;
  return { value, status: 'MISS', age: foundAge ?? 0, ttl, stale: false, collapsed, found };
}
