import type { CacheCounters } from '../../../src/cache/cache-counters.js';

export interface Sized {
  readonly id: number;
  readonly bytes: number;
}

export interface ModelSettings {
  readonly ttl: number;
  readonly maxSize: number;
  readonly maxBytes: number;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  readonly negativeTtl: number;
  readonly adaptiveTtl: number;
}

/** What the load of a read comes to. */
export type Result = { readonly value: Sized; readonly ttl: number } | { readonly error: Error };

/** A load, as the adaptive TTL counts it: null where the cache was informed of a change. */
type Observation = { readonly at: number; readonly bytes: number } | null;

interface Known {
  readonly value: Sized;
  readonly at: number;
  readonly ttl: number;
}

/**
 * The cache as its promises describe it, without regard to cost: the dead leave before anything else happens,
 * every load ends at once, and the Map's own order is the order of use.
 */
export class CacheModel {
  now = 0;
  directSets = 0;
  readonly counters: { -readonly [name in keyof CacheCounters]: number } = {
    hits: 0,
    misses: 0,
    bypasses: 0,
    collapsed: 0,
    staleHits: 0,
    refreshes: 0,
    prefetches: 0,
    prefetchesUsed: 0,
    prefetchesWasted: 0,
    loads: 0,
    found: 0,
    loadFailures: 0,
    discarded: 0,
    sets: 0,
    replacements: 0,
    evictions: 0,
    expirations: 0,
    invalidations: 0,
    pushInvalidations: 0,
    requests: 0,
    requestHits: 0,
  };
  readonly #settings: ModelSettings;
  readonly #known = new Map<string, Known>();
  /** Every load of a key since it is remembered. */
  readonly #history = new Map<string, Observation[]>();
  readonly #errors = new Map<string, { error: Error; at: number }>();

  constructor(settings: ModelSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#known.size;
  }

  get bytes(): number {
    return [...this.#known.values()].reduce((sum, { value }) => sum + value.bytes, 0);
  }

  expire(): number {
    const { staleWhileRevalidate, staleIfError } = this.#settings;
    const grace = Math.max(staleWhileRevalidate, staleIfError);
    const dead = [...this.#known].filter(([, { at, ttl }]) => this.now - at >= ttl + grace);
    for (const [key] of dead) this.#known.delete(key);
    this.counters.expirations += dead.length;
    return dead.length;
  }

  read(key: string, result: Result) {
    const { staleWhileRevalidate, staleIfError } = this.#settings;
    const remembered = this.#errors.get(key);
    const error =
      remembered && this.now - remembered.at < this.#settings.negativeTtl ? remembered : undefined;
    const known = this.#known.get(key);
    const age = known ? this.now - known.at : 0;

    if (known && age < known.ttl + staleWhileRevalidate) {
      const stale = age >= known.ttl;
      this.counters.hits++;
      this.#use(key, known);
      if (stale) this.counters.staleHits++;
      if (stale && !error) {
        this.counters.refreshes++;
        this.#load(key, result);
      }
      return {
        value: known.value,
        status: 'HIT',
        age,
        ttl: known.ttl - age,
        stale,
        collapsed: false,
        found: false,
      };
    }
    this.counters.misses++;
    const outcome = error ?? this.#load(key, result);
    if (!('error' in outcome)) return loaded(outcome);
    if (!known || age >= known.ttl + staleIfError) return { error: outcome.error };
    this.#use(key, known);
    return {
      value: known.value,
      status: 'MISS',
      age,
      ttl: known.ttl - age,
      stale: age >= known.ttl,
      collapsed: false,
      found: false,
    };
  }

  bypass(key: string, result: Result) {
    this.counters.bypasses++;
    const outcome = this.#load(key, result);
    return 'error' in outcome ? outcome : loaded(outcome);
  }

  get(key: string): Sized | undefined {
    const known = this.#known.get(key);
    const fresh = known && this.now - known.at < known.ttl ? known : undefined;
    this.counters[fresh ? 'hits' : 'misses']++;
    if (fresh) this.#use(key, fresh);
    return fresh?.value;
  }

  set(key: string, value: Sized, ttl: number): boolean {
    this.#forgetComparison(key);
    const stored = this.#store(key, { value, ttl });
    if (stored) this.directSets++;
    return stored;
  }

  invalidate(prefix: string, exact = false): number {
    const concerned = (key: string) => (exact ? key === prefix : key.startsWith(prefix));
    const leaving = [...this.#known.keys()].filter(concerned);
    for (const key of [...this.#history.keys()].filter(concerned)) this.#forgetComparison(key);
    for (const key of leaving) this.#known.delete(key);
    for (const key of [...this.#errors.keys()].filter(concerned)) this.#errors.delete(key);
    this.counters.invalidations += leaving.length;
    return leaving.length;
  }

  evictChanged(key: string): boolean {
    this.#forgetComparison(key);
    const left = this.#known.delete(key);
    this.counters.invalidations += Number(left);
    this.counters.pushInvalidations += Number(left);
    return left;
  }

  #load(key: string, loaded: Result): Result {
    const result = 'error' in loaded ? loaded : { ...loaded, ttl: this.#adapted(key, loaded) };
    this.counters.loads++;
    if ('error' in result) {
      this.counters.loadFailures++;
      this.#errors.delete(key);
      this.#errors.set(key, { error: result.error, at: this.now });
      const [oldest] = this.#errors.keys();
      if (oldest !== undefined && this.#errors.size > this.#settings.maxSize)
        this.#errors.delete(oldest);
    } else if (!this.#store(key, result)) {
      this.counters.discarded++;
    }
    return result;
  }

  #store(key: string, { value, ttl }: { value: Sized; ttl: number }): boolean {
    const { maxSize, maxBytes } = this.#settings;
    const tooLarge = value.bytes > maxBytes;
    this.#errors.delete(key);
    if (this.#known.delete(key)) this.counters[tooLarge ? 'evictions' : 'replacements']++;
    if (tooLarge) return false;
    for (const oldest of this.#known.keys()) {
      if (this.size < maxSize && this.bytes + value.bytes <= maxBytes) break;
      this.#known.delete(oldest);
      this.counters.evictions++;
    }
    this.#known.set(key, { value, at: this.now, ttl });
    this.counters.sets++;
    return true;
  }

  /** From all that was ever observed, in one sum: Cho and Garcia-Molina's estimator, the past weighing 0.9 each time. */
  #adapted(key: string, { value, ttl }: { value: Sized; ttl: number }): number {
    const { ttl: own, adaptiveTtl } = this.#settings;
    if (adaptiveTtl === 0) return ttl;
    const past = this.#history.get(key) ?? [];
    const again = past.at(-1)?.at === this.now; // of one moment, they are one load
    const history = again ? past : [...past, { at: this.now, bytes: value.bytes }];
    this.#remember(key, history);
    const pairs = history.flatMap((one, i) => {
      const before = history[i - 1];
      return one && before ? [{ gap: one.at - before.at, differs: one.bytes !== before.bytes }] : [];
    });
    const compared = pairs.reverse();
    const sum = (of: (pair: { gap: number; differs: boolean }) => number) =>
      compared.reduce((total, pair, i) => total + 0.9 ** i * of(pair), 0);
    const [n, differing] = [sum(() => 1), sum(({ differs }) => Number(differs))];
    const rate =
      (-Math.log((n - differing + 0.5) / (n + 0.5)) * n) / sum(({ gap }) => Math.min(gap, 5 * own));
    // Accepting half, a life may hold 1.5936 changes.
    const chosen =
      compared.length < 3
        ? own
        : Math.min(
            5 * own,
            Math.max(
              own / 4,
              differing === 0 ? Infinity : Math.round((1_000 * 1.593_624_260_040_04) / rate) / 1_000,
            ),
          );
    return ttl === own ? chosen : Math.min(ttl, chosen);
  }

  #forgetComparison(key: string): void {
    const history = this.#history.get(key);
    if (history && history.at(-1) !== null) this.#history.set(key, [...history, null]);
  }

  /** As many keys as the cache may hold. */
  #remember(key: string, history: Observation[]): void {
    this.#history.delete(key);
    this.#history.set(key, history);
    const [oldest] = this.#history.keys();
    if (oldest !== undefined && this.#history.size > this.#settings.maxSize)
      this.#history.delete(oldest);
  }

  #use(key: string, known: Known): void {
    this.#known.delete(key);
    this.#known.set(key, known);
  }
}

function loaded({ value, ttl }: { value: Sized; ttl: number }) {
  return { value, status: 'MISS', age: 0, ttl, stale: false, collapsed: false, found: false };
}
