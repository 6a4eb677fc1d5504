/** The names of the caches and their defaults; in a file without imports, so that `--help` loads no cache. */

export interface CacheOptionRow {
  /** `seconds` in settings are milliseconds in the code. */
  readonly kind: 'seconds' | 'count' | 'fraction' | 'boolean';
  /** The values that a setting may have, in its own unit. */
  readonly from?: number;
  readonly to?: number;
  /** In the code's unit; absent where each cache has its own. */
  readonly default?: number | boolean;
  readonly doc: string;
}

/** The options of a cache: types, flags, variables, keys of the file of clusters, help and docs derive from these rows. */
export const cacheOptions = {
  ttl: {
    kind: 'seconds',
    from: 0.001,
    to: 86_400,
    doc: 'seconds for which a cached answer is fresh',
  },
  maxSize: {
    kind: 'count',
    from: 1,
    to: 1_000_000,
    doc: 'maximum number of entries',
  },
  staleWhileRevalidate: {
    kind: 'seconds',
    from: 0,
    to: 86_400,
    default: 0,
    doc: 'seconds after the TTL in which the cache returns the old answer while it loads a new one',
  },
  staleIfError: {
    kind: 'seconds',
    from: 0,
    to: 86_400,
    default: 0,
    doc: 'seconds after the TTL in which the cache returns the old answer if the cluster cannot be read',
  },
  adaptiveTtl: {
    kind: 'fraction',
    from: 0,
    to: 0.5,
    default: 0,
    doc: 'fraction of answers that may be out of date, such as 0.05; the TTL of each key follows from it; 0 is off',
  },
  refreshAhead: {
    kind: 'fraction',
    from: 0,
    to: 0.95,
    default: 0,
    doc: 'fraction of the TTL, such as 0.8, after which a read of an entry also loads it again; 0 is off',
  },
  predictive: {
    kind: 'count',
    from: 0,
    to: 10,
    default: 0,
    doc: 'loads an entry just before its regular reader returns; stops after this number of loads, such as 2, without a reader; 0 is off',
  },
  pushInvalidation: {
    kind: 'boolean',
    default: false,
    doc: 'whether events of the cluster remove the entries that they change: true or false; not for health_check',
  },
} as const satisfies Record<string, CacheOptionRow>;

type Rows = typeof cacheOptions;
export type CacheOptionName = keyof Rows;
export const cacheOptionNames = Object.keys(cacheOptions) as readonly CacheOptionName[];

/** A value of each option. */
export type CacheOptionValues = {
  readonly [Name in CacheOptionName]: Rows[Name]['kind'] extends 'boolean' ? boolean : number;
};
/** An option that is undefined, as an unset option of the configuration is, has its default. */
export type CacheOverrides = {
  readonly [Name in CacheOptionName]?: CacheOptionValues[Name] | undefined;
};

const off = Object.fromEntries(
  Object.entries<CacheOptionRow>(cacheOptions).flatMap(([name, row]) =>
    row.default === undefined ? [] : [[name, row.default]],
  ),
) as Omit<CacheOptionValues, 'ttl' | 'maxSize'>; // the rows without a default

/**
 * The caches and their settings; names, types and configuration derive from these rows. Stale-while-revalidate
 * is off: an operator who turns it on (the TTL is a good window) no longer sees a MISS as soon as the TTL has passed.
 */
export const cacheDefaults = {
  task_status: { ttl: 2_000, maxSize: 500, ...off },
  worker_status: { ttl: 5_000, maxSize: 100, ...off },
  queue_status: { ttl: 3_000, maxSize: 100, ...off },
  metrics_summary: { ttl: 5_000, maxSize: 100, ...off },
  health_check: { ttl: 10_000, maxSize: 50, ...off },
} as const satisfies Record<string, CacheOptionValues>;

export type CacheName = keyof typeof cacheDefaults;
export const cacheNames = Object.keys(cacheDefaults) as readonly CacheName[];

/**
 * Bytes from which the cache that replicas share compresses a value. A smaller value saves less than the 1,460 bytes of
 * one packet: see bench/features/compression.mjs, three workers.
 */
export const defaultCompressFrom = 2_048;
