/** The names of the caches and their defaults; in a file without imports, so that `--help` loads no cache. */

/** What a cache does only where it is turned on. */
const off = {
  staleWhileRevalidate: 0,
  staleIfError: 0,
  adaptiveTtl: 0,
  refreshAhead: 0,
  predictive: 0,
} as const;

/**
 * The caches and their settings; names, types and configuration derive from these rows. Stale-while-revalidate
 * is off: whoever turns it on (the TTL is a good window) no longer sees a MISS as soon as the TTL has passed.
 */
export const cacheDefaults = {
  task_status: { ttl: 2_000, maxSize: 500, ...off },
  worker_status: { ttl: 5_000, maxSize: 100, ...off },
  queue_status: { ttl: 3_000, maxSize: 100, ...off },
  metrics_summary: { ttl: 5_000, maxSize: 100, ...off },
  health_check: { ttl: 10_000, maxSize: 50, ...off },
} as const;

export type CacheName = keyof typeof cacheDefaults;
export const cacheNames = Object.keys(cacheDefaults) as readonly CacheName[];

export interface CacheOverrides {
  readonly ttl?: number | undefined;
  readonly maxSize?: number | undefined;
  readonly staleWhileRevalidate?: number | undefined;
  readonly staleIfError?: number | undefined;
  readonly adaptiveTtl?: number | undefined;
  /** Whether events of the cluster drop the entries that they make wrong. */
  readonly pushInvalidation?: boolean | undefined;
  readonly refreshAhead?: number | undefined;
  readonly predictive?: number | undefined;
}
