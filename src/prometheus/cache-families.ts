/** The caches: every counter that `cacheStats` has, under its own name. */
import type { CacheCounters, CacheStats } from '../cache/cache-stats.js';
import { counters as cacheFigures } from '../graphql/cache.js';
import type { ClusterWatch } from './cluster-watch.js';
import { prefix } from './series.js';
import type { SeriesName } from './series.js';
import type { Scrape } from './exposition.js';

type Figure = { [K in keyof CacheStats]: CacheStats[K] extends number ? K : never }[keyof CacheStats];

/** Figures that are no counters: each has a series of its own, or follows from others. What is added needs a row. */
const gauges: Readonly<Record<Exclude<Figure, keyof CacheCounters>, SeriesName | null>> = {
  size: 'cache_entries',
  maxSize: 'cache_max_entries',
  bytes: 'cache_bytes',
  ttlSeconds: 'cache_ttl_seconds',
  loadsRunning: 'cache_loads_running',
  utilizationPercent: 'cache_utilization_ratio',
  hitRatePercent: 'cache_hit_ratio',
  totalRequests: null,
  reads: null,
};

/** To be called when everything else was read, so that the scrape's own reads are counted in it. */
export function addCaches(
  scrape: Scrape,
  { cluster: { clusterName, caches }, scrapeReads }: ClusterWatch,
): void {
  for (const stats of caches.report().caches) {
    const labels = { cluster: clusterName, cache: stats.name };
    scrape.add('cache_entries', labels, stats.size);
    scrape.add('cache_max_entries', labels, stats.maxSize);
    scrape.add('cache_utilization_ratio', labels, stats.size / stats.maxSize);
    scrape.add('cache_bytes', labels, stats.bytes);
    scrape.add(
      'cache_hit_ratio',
      labels,
      stats.totalRequests === 0 ? null : stats.hits / stats.totalRequests,
    );
    scrape.add('cache_ttl_seconds', labels, stats.ttlSeconds);
    const { minTtlSeconds = null, maxTtlSeconds = null } = stats.adaptiveTtl ?? {};
    scrape.add('cache_adaptive_ttl_min_seconds', labels, minTtlSeconds);
    scrape.add('cache_adaptive_ttl_max_seconds', labels, maxTtlSeconds);
    scrape.add('cache_loads_running', labels, stats.loadsRunning);
    for (const { name, help, value } of cacheCounters(stats))
      scrape.addOther({ name, type: 'counter', help }, labels, value);
  }
  for (const [cache, { hit, miss }] of scrapeReads) {
    const labels = { cluster: clusterName, cache };
    scrape.add('cache_scrape_reads_total', { ...labels, result: 'hit' }, hit);
    scrape.add('cache_scrape_reads_total', { ...labels, result: 'miss' }, miss);
  }
}

/** The level that replicas share, where there is one: each of its counters under its own name. */
export function addSharedCache(
  scrape: Scrape,
  { cluster: { clusterName, caches } }: ClusterWatch,
): void {
  const stats = caches.report([]).shared?.stats;
  if (stats === undefined) return;
  const labels = { cluster: clusterName };
  scrape.add('shared_cache_up', labels, stats.status === 'OK');
  scrape.add('shared_cache_listening', labels, stats.listening);
  scrape.add('shared_cache_breaker_opens_total', labels, stats.breaker.opens);
  for (const [key, value] of Object.entries(stats)) {
    if (typeof value !== 'number') continue;
    const help = `As ${key} of sharedCache in cacheStats.`;
    scrape.addOther({ name: totalOf('shared_cache', key), type: 'counter', help }, labels, value);
  }
}

function totalOf(what: string, key: string): string {
  return `${prefix}${what}_${key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_total`;
}

/** `staleHits` becomes `celeryql_cache_stale_hits_total`. */
export function cacheCounters(stats: CacheStats): { name: string; help: string; value: number }[] {
  const texts: Readonly<Record<string, string>> = cacheFigures;
  return Object.entries(stats).flatMap(([key, value]: [string, unknown]) => {
    if (typeof value !== 'number' || Object.hasOwn(gauges, key)) return [];
    return [{ name: totalOf('cache', key), help: texts[key] ?? `As ${key} of cacheStats.`, value }];
  });
}
