/**
 * What a cache counts. This table is the only list: the type, the GraphQL fields of `CacheStats` and `CacheTotals`, the
 * Prometheus counters and what replicas report to each other derive from it.
 *
 * Counters only grow and are never reset, so that any two readings give a rate. At every moment
 * `sets = size + evictions + expirations + invalidations + replacements`,
 * `loads + found = sets by load + discarded + loadFailures`, and
 * `loads + found + loadsRunning <= misses - collapsed + bypasses + refreshes + prefetches` (a bypass begins a second load
 * if the one that it awaited found a value that is older than the read).
 */

interface CounterRow {
  readonly description: string;
  /** Description of the field of `CacheTotals`, the sums that are reported per replica; without it there is no field. */
  readonly inTotals?: string;
}

export const cacheCounters = {
  hits: {
    description: 'Reads answered from memory without waiting, including stale values.',
    inTotals: 'Reads answered from memory without waiting.',
  },
  misses: {
    description: 'Reads through the cache that were not hits.',
    inTotals: 'Reads through the cache that were not hits.',
  },
  bypasses: {
    description: 'Reads that requested a new value (`useCache: false`): neither hits nor misses.',
    inTotals: 'Reads that requested a new value (`useCache: false`).',
  },
  collapsed: { description: 'Misses that waited for a load that was already running.' },
  staleHits: { description: 'Hits on a value after its TTL, within the revalidation window.' },
  refreshes: { description: 'Loads started in the background after a stale hit.' },
  prefetches: { description: 'Loads started before a read requested the value.' },
  prefetchesUsed: {
    description: 'Prefetched values that answered a read, or for which a read waited.',
  },
  prefetchesWasted: {
    description: 'Prefetches that failed, or whose value was removed before it was read.',
  },
  loads: {
    description: 'Finished requests to the cluster, successful or failed.',
    inTotals: 'Finished requests to the cluster, successful or failed.',
  },
  found: {
    description:
      'Values found in the shared cache, loaded by another replica: the cluster was not asked.',
    inTotals: 'Values found in the shared cache, loaded by another replica.',
  },
  loadFailures: {
    description: 'Loads that failed. Errors are never stored.',
    inTotals: 'Loads that failed.',
  },
  discarded: {
    description: 'Loaded or found values that were not stored: invalidated meanwhile, or too large.',
    inTotals: 'Loaded or found values that were not stored.',
  },
  sets: {
    description: 'Values stored.',
    inTotals: 'Values stored in memory.',
  },
  replacements: { description: 'Live entries that were overwritten.' },
  evictions: {
    description: 'Live entries removed because the cache was full.',
    inTotals: 'Live entries removed because the cache was full.',
  },
  expirations: {
    description:
      'Entries that had expired when they were removed, for whatever reason they were removed.',
    inTotals: 'Expired entries that were removed.',
  },
  invalidations: {
    description: 'Live entries removed by an invalidation. Counts entries, not calls.',
    inTotals: 'Live entries removed by an invalidation.',
  },
  pushInvalidations: {
    description:
      'Live entries removed because an event of the cluster changed their value. Included in `invalidations`.',
  },
  requests: {
    description:
      'Finished client operations that read this cache; each counts once, regardless of its number of reads.',
  },
  requestHits: {
    description:
      'Requests for which every read of this cache was a hit, as in the header `X-Cache` if no other cache was read.',
  },
} as const satisfies Record<string, CounterRow>;

export type CacheCounterName = keyof typeof cacheCounters;
export type CacheCounters = Readonly<Record<CacheCounterName, number>>;

export const cacheCounterNames = namesOf(cacheCounters);

/** Rows of `CacheTotals`: name and description. */
export const cacheTotalsRows: readonly (readonly [name: CacheCounterName, description: string])[] =
  cacheCounterNames.flatMap((name) => {
    const row: CounterRow = cacheCounters[name];
    return row.inTotals === undefined ? [] : [[name, row.inTotals] as const];
  });

/** The keys of a table, in its order. */
export function namesOf<T extends object>(table: T): readonly (keyof T & string)[] {
  return Object.keys(table) as (keyof T & string)[]; // a literal table has no other keys than its type
}

/** One value per row of a table. */
export function mapNames<N extends string, V>(
  names: readonly N[],
  valueOf: (name: N) => V,
): Record<N, V> {
  return Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<N, V>; // one entry per name
}

/** The counters of one cache in this process. */
export class Counters {
  readonly #counts: Record<CacheCounterName, number> = mapNames(cacheCounterNames, () => 0);
  #version = 0;

  count(counter: CacheCounterName): void {
    this.#counts[counter]++;
    this.#version++;
  }

  /** Records that another reported figure has changed. */
  touch(): void {
    this.#version++;
  }

  /** Grows with every change. */
  get version(): number {
    return this.#version;
  }

  get counts(): CacheCounters {
    return this.#counts;
  }
}
