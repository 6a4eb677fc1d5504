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
import type { CacheCounters, CacheStats } from './cache-stats.js';
import { EntryList, within } from './entry-list.js';
import type { Entry } from './entry-list.js';
import { EvictionRecord } from './eviction-record.js';
import { NegativeCache } from './negative-cache.js';

/** What a load brings. */
interface Arrival<V> {
  readonly entry: Entry<V>;
  /** Of a value that was found and not loaded, milliseconds; null of one that was loaded. */
  readonly foundAge: number | null;
}

type Job<V> = (request: LoadRequest) => Promise<Arrival<V>>;

type Outcome<V> =
  | { readonly value: V; readonly ttl: number; readonly foundAge: number | null }
  | { readonly error: unknown };

/** A running load. Its promise never rejects, so that a refresh which nobody awaits cannot end the process. */
interface Flight<V> extends LoadRequest {
  readonly outcome: Promise<Outcome<V>>;
}

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
  readonly #flights = new Map<string, Flight<V>>();
  readonly #evicted = new EvictionRecord();
  readonly #counters: { -readonly [name in keyof CacheCounters]: number } = {
    ...{ hits: 0, misses: 0, bypasses: 0, collapsed: 0, staleHits: 0, refreshes: 0 },
    ...{ loads: 0, found: 0, loadFailures: 0, discarded: 0 },
    ...{ sets: 0, replacements: 0, evictions: 0, expirations: 0, invalidations: 0 },
  };
  #loadsRunning = 0;
  #version = 0;

  constructor(options: MetricsCacheOptions<V>) {
    this.#settings = cacheSettings(options);
    const { staleWhileRevalidate, staleIfError, negativeTtl, maxSize, maxBytes } = this.#settings;
    const grace = Math.max(staleWhileRevalidate, staleIfError);
    const onDeparture = (departure: keyof CacheCounters, now: number) => {
      this.#count(departure);
      if (departure === 'evictions') this.#evicted.add(now);
    };
    this.#entries = new EntryList({ maxSize, maxBytes, grace, onDeparture });
    this.#failures = new NegativeCache(negativeTtl, maxSize);
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
    const { useCache = true, ttl = this.#settings.ttl } = options;
    if (typeof ttl === 'number') assertTtl(this.name, ttl);
    const job: Job<T> = async (request) => this.#arrival(await load(request), ttl);
    return (await (useCache ? this.#readCached(key, job) : this.#readPast(key, job))) as CacheRead<T>;
  }

  /** The value if it is fresh. A stale one is none here: without a loader nothing would ever renew it. */
  get(key: string): V | undefined {
    const now = this.#settings.clock();
    const entry = this.#entries.living(key, now);
    const fresh = entry !== undefined && within(entry, 0, now);
    this.#count(fresh ? 'hits' : 'misses');
    return fresh ? this.#answer(key, entry, 'HIT', now).value : undefined;
  }

  /** Stores a value that is known without a load; false if it is too large to keep. */
  set(key: string, value: V, ttl: number = this.#settings.ttl): boolean {
    const entry = this.#entry(value, ttl);
    this.#flights.delete(key); // a load that began earlier must not overwrite it
    return this.#store(key, entry);
  }

  /** Removes the entry and disowns the running load; true if a live entry left. */
  invalidate(key: string): boolean {
    this.#flights.delete(key);
    this.#failures.forget(key);
    return this.#entries.remove(key, 'invalidations', this.#settings.clock());
  }

  /** Invalidates every key that starts so; tells how many live entries left. */
  invalidatePrefix(prefix: string): number {
    const keys = new Set([...this.#entries.keys(), ...this.#flights.keys(), ...this.#failures.keys()]);
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

  /** Removes the dead, tells how many. */
  sweep(): number {
    const now = this.#settings.clock();
    this.#failures.sweep(now);
    if (this.#evicted.forget(now)) this.#version++; // the advice about the last hour reads differently
    return this.#entries.sweep(now);
  }

  /** Moves whenever a statistic would read differently, be it only that time has passed. */
  get version(): number {
    this.sweep();
    return this.#version;
  }

  getStats(): CacheStats {
    this.sweep(); // the size counts the living only
    const { name, maxSize, ttl } = this.#settings;
    const { size, bytes } = this.#entries;
    const totalRequests = this.#counters.hits + this.#counters.misses;
    const hitRatePercent = percent(this.#counters.hits, totalRequests);
    const utilizationPercent = percent(size, maxSize);
    const evictionsLastHour = this.#evicted.total;
    return {
      ...{ name, size, maxSize, utilizationPercent, hitRatePercent, totalRequests },
      ...this.#counters,
      ...{ loadsRunning: this.#loadsRunning, bytes, ttlSeconds: ttl / 1_000 },
      advice: cacheAdvice({ totalRequests, hitRatePercent, utilizationPercent, evictionsLastHour }),
    };
  }

  async #readCached(key: string, job: Job<V>): Promise<CacheRead<V>> {
    const { clock, staleWhileRevalidate, staleIfError } = this.#settings;
    const now = clock();
    const entry = this.#entries.living(key, now);
    const running = this.#flights.get(key);
    const failure = this.#failures.find(key, now);

    if (entry && within(entry, staleWhileRevalidate, now)) {
      const hit = this.#answer(key, entry, 'HIT', now);
      this.#count('hits');
      if (hit.stale) this.#count('staleHits');
      if (hit.stale && !running && !failure) {
        this.#count('refreshes');
        this.#start(key, job, { maxAge: entry.ttl / 2 }); // the very value that is renewed will not do
      }
      return hit;
    }
    this.#count('misses');
    if (running) this.#count('collapsed');
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
    this.#count('bypasses');
    // A load that runs already may have looked before the caller's own change was made. Waiting it out bounds
    // the loads of a key to one at a time; whatever load is found afterwards began after the arrival. It serves
    // unless it may end with something older than itself.
    const earlier = this.#flights.get(key);
    if (earlier) await earlier.outcome;
    const running = this.#flights.get(key);
    const outcome = await (running ?? this.#start(key, job, { maxAge: 0 })).outcome;
    if ('error' in outcome) throw outcome.error;
    if (outcome.foundAge === null) return loaded(outcome, running !== undefined);

    const fresh = this.#flights.get(key);
    const isFresh = fresh?.maxAge === 0;
    const later = await (isFresh ? fresh : this.#start(key, job, { maxAge: 0 })).outcome;
    if ('error' in later) throw later.error;
    return loaded(later, isFresh);
  }

  #start(key: string, job: Job<V>, request: LoadRequest): Flight<V> {
    let settle: (outcome: Outcome<V>) => void = () => undefined;
    const flight = { ...request, outcome: new Promise<Outcome<V>>((resolve) => (settle = resolve)) };
    this.#flights.set(key, flight); // before the load begins: it may invalidate, or read, this very key
    this.#loadsRunning++;
    this.#version++;
    job(request).then(
      (arrival) => settle(this.#succeed(key, flight, arrival)),
      (error: unknown) => settle(this.#fail(key, flight, error)),
    );
    return flight;
  }

  #succeed(key: string, flight: Flight<V>, { entry, foundAge }: Arrival<V>): Outcome<V> {
    const { value, ttl } = entry;
    this.#count(foundAge === null ? 'loads' : 'found');
    const current = this.#land(key, flight);
    if (!current || !this.#store(key, entry)) this.#count('discarded');
    return { value, ttl: current ? ttl - (foundAge ?? 0) : 0, foundAge }; // overtaken: good for those who wait, for nobody later
  }

  #fail(key: string, flight: Flight<V>, error: unknown): Outcome<V> {
    this.#count('loads');
    this.#count('loadFailures');
    if (this.#land(key, flight)) this.#failures.add(key, { error, at: this.#settings.clock() });
    return { error };
  }

  /** Ends a load; true if it is still the load of its key, and not one from before an invalidation. */
  #land(key: string, flight: Flight<V>): boolean {
    this.#loadsRunning--;
    return this.#flights.get(key) === flight && this.#flights.delete(key);
  }

  #arrival<T extends V>(loaded: T | Aged<T>, ttl: Ttl<T>): Arrival<T> {
    if (!(loaded instanceof Aged)) return { entry: this.#entry(loaded, ttl), foundAge: null };
    const entry = this.#entry(loaded.value, loaded.ttl);
    return { entry: { ...entry, at: entry.at - loaded.age }, foundAge: loaded.age };
  }

  #entry<T extends V>(value: T, ttl: Ttl<T>): Entry<T> {
    const lifetime = typeof ttl === 'number' ? ttl : ttl(value);
    assertTtl(this.name, lifetime);
    const bytes = this.#settings.sizeOf(value);
    assertBytes(this.name, bytes);
    return { value, at: this.#settings.clock(), ttl: lifetime, bytes };
  }

  #store(key: string, entry: Entry<V>): boolean {
    this.#failures.forget(key);
    const stored = this.#entries.put(key, entry, this.#settings.clock());
    if (stored) this.#count('sets');
    return stored;
  }

  #answer(key: string, entry: Entry<V>, status: CacheRead<V>['status'], now: number): CacheRead<V> {
    this.#entries.touch(key);
    const age = now - entry.at;
    const stale = !within(entry, 0, now);
    return {
      value: entry.value,
      status,
      age,
      ttl: entry.ttl - age,
      stale,
      collapsed: false,
      found: false,
    };
  }

  #count(counter: keyof CacheCounters): void {
    this.#counters[counter]++;
    this.#version++;
  }
}

function loaded<V>(
  { value, ttl, foundAge }: { value: V; ttl: number; foundAge: number | null },
  collapsed: boolean,
): CacheRead<V> {
  const found = foundAge !== null;
  return { value, status: 'MISS', age: foundAge ?? 0, ttl, stale: false, collapsed, found };
}
