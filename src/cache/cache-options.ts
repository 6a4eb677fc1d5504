import type { Entry } from './entry-list.js';
import { PrefetchSchedule } from './policies/prefetch-schedule.js';
import { roughSize } from './rough-size.js';

/** Options of a cache. All times in milliseconds. */
export interface MetricsCacheOptions<V> {
  readonly name: string;
  /** How long an answer counts as fresh; 5 seconds by default. */
  readonly ttl?: number | undefined;
  /** How many entries it holds at most; 1,000 by default. */
  readonly maxSize?: number | undefined;
  /** Bound on the sum of `sizeOf` over all entries; none without it. */
  readonly maxBytes?: number | undefined;
  /** Bytes that a value takes; a rough estimate unless given, and not asked for without `maxBytes`. */
  readonly sizeOf?: ((value: V) => number) | undefined;
  /** For so long after its TTL an entry still answers at once, while a new one is loaded behind it. */
  readonly staleWhileRevalidate?: number | undefined;
  /** For so long after its TTL an entry answers where a load has failed. */
  readonly staleIfError?: number | undefined;
  /** For so long a failed load is not tried again; 0 turns it off. */
  readonly negativeTtl?: number | undefined;
  /**
   * Milliseconds since a change of what a value depends on; Infinity if none is known. A value found in the shared cache
   * must be younger: events do not drop it there.
   */
  readonly ageOfLastChange?: ((dependsOn: unknown) => number) | undefined;
  /**
   * The fraction of its life for which a value may be out of date: each key's TTL follows from how often it changes.
   * 0 turns it off.
   */
  readonly adaptiveTtl?: number | undefined;
  /** At this fraction of its TTL an entry that was read since its last load is loaded anew; 0 turns it off. */
  readonly refreshAhead?: number | undefined;
  /**
   * Loads what is read regularly just before the next reader is expected, until so many in a row have stayed away;
   * 0 turns it off.
   */
  readonly predictive?: number | undefined;
  /** When to load ahead, shared by the caches of a process; of its own by default. */
  readonly prefetches?: PrefetchSchedule | undefined;
  /** Names of fields that move by themselves, such as an age; no change as far as the adaptive TTL goes. */
  readonly volatileFields?: ReadonlySet<string> | undefined;
  /** Must not go back. */
  readonly clock?: (() => number) | undefined;
}

/** A lifetime, or a function of the value: "no worker replied" deserves less than a full TTL. */
export type Ttl<T> = number | ((value: T) => number);

/** What a load is asked for. */
export interface LoadRequest {
  /**
   * Milliseconds that the value may be old where it is not loaded but found, in a store that several processes share:
   * 0 for a reader who must see what is, Infinity where the value's own TTL decides.
   */
  readonly maxAge: number;
}

/** A value that was loaded a while ago, elsewhere; milliseconds. */
export class SharedHit<T> {
  readonly value: T;
  readonly age: number;
  /** From its load, not from now. */
  readonly ttl: number;

  constructor(value: T, { age, ttl }: { readonly age: number; readonly ttl: number }) {
    this.value = value;
    this.age = age;
    this.ttl = ttl;
  }
}

export type Load<T> = (request: LoadRequest) => Promise<T | SharedHit<T>> | T | SharedHit<T>;

export interface ReadOptions<T> {
  /** `false` asks for a value whose load begins after the call. */
  readonly useCache?: boolean | undefined;
  readonly ttl?: Ttl<T> | undefined;
  /** `false` for a load that only a reader may cause: it is never repeated ahead of the next one. */
  readonly prefetch?: boolean | undefined;
  /**
   * What the value depends on. The entry keeps it for `dependencies` and `ageOfLastChange`; the cache does not look into
   * it.
   */
  readonly dependsOn?: unknown;
}

/** The options with their defaults filled in. */
export interface CacheSettings<V> {
  readonly name: string;
  readonly ttl: number;
  readonly maxSize: number;
  readonly maxBytes: number;
  readonly sizeOf: (value: V) => number;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  readonly negativeTtl: number;
  readonly ageOfLastChange: (dependsOn: unknown) => number;
  readonly adaptiveTtl: number;
  readonly refreshAhead: number;
  readonly predictive: number;
  /** Null where nothing is ever loaded ahead. */
  readonly prefetches: PrefetchSchedule | null;
  readonly volatileFields: ReadonlySet<string>;
  readonly clock: () => number;
}

/** Fills in the defaults; a number that makes no sense is refused when the cache is built, not when it is read. */
export function cacheSettings<V>(options: MetricsCacheOptions<V>): CacheSettings<V> {
  const { name, ttl = 5_000, maxSize = 1_000, maxBytes } = options;
  const { staleWhileRevalidate = 0, staleIfError = 0, negativeTtl = 1_000 } = options;
  const { adaptiveTtl = 0, volatileFields = new Set(), refreshAhead = 0, predictive = 0 } = options;
  const clock = options.clock ?? (() => performance.now()); // the wall clock jumps, and entries with it
  const sizeOf =
    options.sizeOf ?? (maxBytes === undefined ? () => 0 : (value: V) => roughSize(value, maxBytes));

  assertTtl(name, ttl);
  check(
    name,
    'maxSize',
    maxSize,
    Number.isSafeInteger(maxSize) && maxSize > 0,
    'a positive whole number',
  );
  if (maxBytes !== undefined)
    check(name, 'maxBytes', maxBytes, maxBytes > 0, 'a positive number of bytes');
  for (const [option, value] of Object.entries({ staleWhileRevalidate, staleIfError, negativeTtl })) {
    check(name, option, value, Number.isFinite(value) && value >= 0, 'zero or more milliseconds');
  }
  for (const [option, value] of Object.entries({ adaptiveTtl, refreshAhead })) {
    check(name, option, value, value >= 0 && value < 1, 'a fraction, 0 or more and less than 1');
  }
  check(
    name,
    'predictive',
    predictive,
    Number.isSafeInteger(predictive) && predictive >= 0,
    'zero or a positive whole number',
  );
  return {
    name,
    ttl,
    maxSize,
    maxBytes: maxBytes ?? Infinity,
    sizeOf,
    staleWhileRevalidate,
    staleIfError,
    negativeTtl,
    ageOfLastChange: options.ageOfLastChange ?? (() => Infinity),
    adaptiveTtl,
    refreshAhead,
    predictive,
    prefetches:
      refreshAhead + predictive === 0 ? null : (options.prefetches ?? new PrefetchSchedule({ clock })),
    volatileFields,
    clock,
  };
}

export function assertTtl(name: string, ttl: number): void {
  check(name, 'ttl', ttl, Number.isFinite(ttl) && ttl > 0, 'a positive number of milliseconds');
}

/** The entry for a value whose load ends now. */
export function newEntry<V, T extends V>(
  { name, sizeOf, clock }: CacheSettings<V>,
  value: T,
  ttl: Ttl<T>,
  dependsOn: unknown,
): Entry<T> {
  const lifetime = typeof ttl === 'number' ? ttl : ttl(value);
  assertTtl(name, lifetime);
  const bytes = sizeOf(value);
  // A size that is not a number would make the sum of all sizes NaN, and the bound with it.
  check(name, 'sizeOf(value)', bytes, bytes >= 0, 'zero or more bytes');
  return { value, at: clock(), ttl: lifetime, bytes, dependsOn };
}

function check(cache: string, option: string, value: number, valid: boolean, expected: string): void {
  if (!valid) throw new RangeError(`Cache "${cache}": ${option} must be ${expected}, got ${value}`);
}
