import { setMaxListeners } from 'node:events';
import { cacheDefaults, cacheNames, cacheOptionNames } from './cache-defaults.js';
import type { CacheName, CacheOptionValues, CacheOverrides } from './cache-defaults.js';
import { assertDelay } from '../timers.js';
import { mapNames } from './cache-counters.js';
import type { Load, MetricsCacheOptions, ReadOptions } from './cache-options.js';
import type { CacheRead } from './cache-read.js';
import type { RepeatableHit } from './repeatable-hit.js';
import type { CacheStatsReport } from './cache-stats.js';
import { summarize } from './cache-stats.js';
import { MetricsCache } from './metrics-cache.js';
import { PrefetchSchedule } from './policies/prefetch-schedule.js';
import { PollingIterator } from './polling-iterator.js';
import type { SharedCache } from './shared/shared-cache.js';

/** An answer of a hundred full pages still fits; one runaway answer cannot take the process with it. */
const maxBytes = 16 * 1024 * 1024;

export interface CacheRegistryOptions {
  /** For ages; must not go back. */
  readonly clock?: (() => number) | undefined;
  /** For the timestamps of reports: milliseconds since the epoch. */
  readonly wallClock?: (() => number) | undefined;
  readonly overrides?: Readonly<Partial<Record<CacheName, CacheOverrides>>> | undefined;
  /** See `MetricsCacheOptions.ageOfLastChange`. */
  readonly ageOfLastChange?: ((name: CacheName, dependsOn: unknown) => number) | undefined;
  /** Names of fields that move by themselves; see `MetricsCacheOptions`. */
  readonly volatileFields?: ReadonlySet<string> | undefined;
  /** How often dead entries are removed from memory without a read. */
  readonly sweepInterval?: number | undefined;
  /** The level that it shares with other replicas; none by default. */
  readonly shared?: SharedCache | null | undefined;
}

/** All caches, one of them, or those of its keys that begin so. */
export interface CacheTarget {
  readonly name?: CacheName | undefined;
  readonly keyPrefix?: string | undefined;
}

export interface RegistryReadOptions<T> extends ReadOptions<T> {
  /** Whether what one replica loads will do for the others. */
  readonly shared?: boolean | undefined;
}

/**
 * All caches of a gateway: by name, reported and invalidated together, swept by one timer.
 *
 * @example
 * using caches = new CacheRegistry({ overrides: { task_status: { ttl: 1_000 } } });
 * for await (const { summary } of caches.watch({ intervalMs: 1_000 })) show(summary);
 */
export class CacheRegistry implements Disposable {
  /** The level that it shares with other replicas. */
  readonly shared: SharedCache | null;
  readonly #caches: ReadonlyMap<CacheName, MetricsCache>;
  readonly #pushed: ReadonlySet<CacheName>;
  readonly #clock: () => number;
  readonly #wallClock: () => number;
  readonly #prefetches: PrefetchSchedule;
  readonly #sweeping: NodeJS.Timeout;
  readonly #disposal = new AbortController();

  constructor(options: CacheRegistryOptions = {}) {
    const {
      clock = () => performance.now(),
      wallClock = Date.now,
      overrides = {},
      ageOfLastChange = () => Infinity,
      volatileFields,
      sweepInterval = 60_000,
    } = options;
    assertDelay('sweepInterval', sweepInterval);
    this.shared = options.shared ?? null;
    this.shared?.attach({
      forget: ({ cache, prefix }) => {
        if (isCacheName(cache)) this.forget({ name: cache, keyPrefix: prefix });
      },
      forgetAll: () => void this.forget(),
      healthChanged: () => void this.forget({ name: 'health_check' }),
      report: () => cacheNames.map((name) => this.get(name).getStats()),
    });
    this.#clock = clock;
    this.#wallClock = wallClock;
    const prefetches = new PrefetchSchedule({ clock });
    this.#prefetches = prefetches;
    this.#caches = new Map(
      cacheNames.map((name) => {
        const changes = {
          ageOfLastChange: (dependsOn: unknown) => ageOfLastChange(name, dependsOn),
          volatileFields,
        };
        return [name, newCache(name, overrides[name] ?? {}, { clock, prefetches, ...changes })];
      }),
    );
    this.#pushed = new Set(cacheNames.filter((name) => overrides[name]?.pushInvalidation));
    this.#sweeping = setInterval(() => this.sweep(), sweepInterval).unref();
    setMaxListeners(0, this.#disposal.signal); // one for each watch that waits
  }

  get(name: CacheName): MetricsCache {
    const cache = this.#caches.get(name);
    if (!cache) throw new RangeError(`No cache "${name}"; there are ${cacheNames.join(', ')}`);
    return cache;
  }

  /** Whether events drop its entries: then an answer may be wrong long before its TTL is over. */
  dropsOnEvents(name: CacheName): boolean {
    return this.#pushed.has(name);
  }

  /** Reads through one cache; see `MetricsCache.read`. */
  read<T>(
    name: CacheName,
    key: string,
    load: Load<T>,
    options: RegistryReadOptions<T> = {},
  ): Promise<CacheRead<T>> {
    return this.get(name).read(key, this.#throughShared(name, key, load, options), options);
  }

  /** How the answer to a read can be had again; see `MetricsCache.repeatable`. */
  repeatable<T>(
    name: CacheName,
    key: string,
    load: Load<T>,
    { options, read }: { readonly options: RegistryReadOptions<T>; readonly read: CacheRead<T> },
  ): RepeatableHit | null {
    return this.get(name).repeatable(key, this.#throughShared(name, key, load, options), options, read);
  }

  report(names: readonly CacheName[] = cacheNames): CacheStatsReport {
    const caches = names.map((name) => this.get(name).getStats());
    return {
      timestamp: new Date(this.#wallClock()),
      caches,
      summary: summarize(caches),
      shared: this.shared,
    };
  }

  /** Removes live entries from one cache or from all, here and in every replica; returns which caches were addressed. */
  invalidate(target: CacheTarget = {}): { invalidated: number; caches: CacheName[] } {
    const answer = this.forget(target);
    const prefix = target.keyPrefix ?? '';
    this.shared?.invalidate(answer.caches.map((cache) => ({ cache, prefix })));
    return answer;
  }

  /** The same in this process alone: for what is wrong here, and need not be so elsewhere. */
  forget(target: CacheTarget = {}): { invalidated: number; caches: CacheName[] } {
    const caches = target.name === undefined ? [...cacheNames] : [target.name];
    const removed = caches.map((name) => this.get(name).invalidatePrefix(target.keyPrefix ?? ''));
    return { invalidated: removed.reduce((sum, count) => sum + count, 0), caches };
  }

  /** The load that looks into the shared level first, where there is one and the value may come from it. */
  #throughShared<T>(
    name: CacheName,
    key: string,
    load: Load<T>,
    { shared: isShared = false, ttl = this.get(name).ttl }: RegistryReadOptions<T>,
  ): Load<T> {
    const { shared } = this;
    if (shared === null || !isShared) return load;
    const lifetime = typeof ttl === 'number' ? () => ttl : ttl;
    return (request) => shared.load({ cache: name, key, load, lifetime, request });
  }

  /** Removes dead entries from every cache and returns how many. */
  sweep(): number {
    return [...this.#caches.values()].reduce((sum, cache) => sum + cache.sweep(), 0);
  }

  /**
   * A report at once, then one whenever a figure has changed, at most one per interval. Nothing is queued: a slow
   * reader gets the latest. Ends when it is returned, aborted, or the registry is disposed.
   */
  watch(options: {
    readonly names?: readonly CacheName[] | undefined;
    readonly intervalMs: number;
    readonly signal?: AbortSignal | undefined;
  }): AsyncIterableIterator<CacheStatsReport> {
    const { names = cacheNames, intervalMs, signal } = options;
    const caches = names.map((name) => this.get(name));
    return new PollingIterator({
      report: () => this.report(names),
      version: () => caches.reduce((sum, cache) => sum + cache.version, 0),
      intervalMs,
      clock: this.#clock,
      signals: signal ? [this.#disposal.signal, signal] : [this.#disposal.signal],
    });
  }

  /** Stops the timers and ends every watch; the caches can still be read. */
  [Symbol.dispose](): void {
    clearInterval(this.#sweeping);
    this.#prefetches[Symbol.dispose]();
    this.#disposal.abort();
  }
}

function isCacheName(name: string): name is CacheName {
  return cacheNames.some((known) => known === name);
}

function newCache(
  name: CacheName,
  overrides: CacheOverrides,
  shared: Pick<
    MetricsCacheOptions<unknown>,
    'clock' | 'ageOfLastChange' | 'volatileFields' | 'prefetches'
  >,
): MetricsCache {
  const defaults = cacheDefaults[name];
  const options = mapNames(cacheOptionNames, (option) => overrides[option] ?? defaults[option]);
  return new MetricsCache({
    name,
    maxBytes,
    ...(options as CacheOptionValues), // each has the type of its default
    ...shared,
  });
}
