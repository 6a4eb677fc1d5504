/** The caches: every counter that `cacheStats` has, under its own name. */
import type { CacheStats } from '../cache/cache-stats.js';
import { keptAnswersCounterNames } from '../cache/kept-answers-stats.js';
import type { KeptAnswersStats } from '../cache/kept-answers-stats.js';
import { cacheCounterNames, cacheCounters } from '../cache/cache-counters.js';
import { sharedCounterNames } from '../cache/shared/shared-counters.js';
import type { ClusterCollector } from './cluster-collector.js';
import { prefix } from './series.js';
import type { Scrape } from './exposition.js';

/** To be called when everything else was read, so that the scrape's own reads are counted in it. */
export function addCaches(
  scrape: Scrape,
  { cluster: { clusterName, caches }, scrapeReads }: ClusterCollector,
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
    for (const { name, help, value } of cacheCounterSamples(stats))
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
  { cluster: { clusterName, caches } }: ClusterCollector,
): void {
  const stats = caches.report([]).shared?.stats;
  if (stats === undefined) return;
  const labels = { cluster: clusterName };
  scrape.add('shared_cache_up', labels, stats.status === 'OK');
  scrape.add('shared_cache_listening', labels, stats.listening);
  scrape.add('shared_cache_breaker_opens_total', labels, stats.breaker.opens);
  for (const key of sharedCounterNames) {
    const help = `As ${key} of sharedCache in cacheStats.`;
    scrape.addOther({ name: totalOf('shared_cache', key), type: 'counter', help }, labels, stats[key]);
  }
}

/** The answers that the process keeps, over all clusters: each of their counters under its own name. */
export function addKeptAnswers(scrape: Scrape, stats: KeptAnswersStats): void {
  scrape.add('kept_answers', {}, stats.size);
  scrape.add('kept_answers_max', {}, stats.maxSize);
  scrape.add('kept_answers_bytes', {}, stats.bytes);
  scrape.add('kept_answers_max_bytes', {}, stats.maxBytes);
  for (const key of keptAnswersCounterNames) {
    const help = `As ${key} of keptAnswers in cacheStats.`;
    scrape.addOther({ name: totalOf('kept_answers', key), type: 'counter', help }, {}, stats[key]);
  }
}

function totalOf(what: string, key: string): string {
  return `${prefix}${what}_${key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_total`;
}

/** `staleHits` becomes `celeryql_cache_stale_hits_total`. */
export function cacheCounterSamples(stats: CacheStats): { name: string; help: string; value: number }[] {
  return cacheCounterNames.map((name) => ({
    name: totalOf('cache', name),
    help: cacheCounters[name].description,
    value: stats[name],
  }));
}
