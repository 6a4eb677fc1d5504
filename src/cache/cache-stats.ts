import { percent } from '../percent.js';
import type { SharedFigures } from './shared/shared-stats.js';

/**
 * What only grows, and is never reset, so that a rate can be told from any two readings. At every moment
 * `sets = size + evictions + expirations + invalidations + replacements`,
 * `loads + found = sets by load + discarded + loadFailures`, and
 * `loads + found + loadsRunning <= misses - collapsed + bypasses + refreshes + prefetches` (another load is begun where a bypass
 * finds what is older than itself).
 */
export interface CacheCounters {
  /** Answered from memory without waiting, stale ones included. */
  readonly hits: number;
  /** Every other ordinary read. */
  readonly misses: number;
  /** Reads that asked for a new value: neither hit nor miss. */
  readonly bypasses: number;
  /** Misses that joined a load already running. */
  readonly collapsed: number;
  /** Hits on a value past its TTL, within the revalidation window. */
  readonly staleHits: number;
  /** Loads started behind a stale hit. */
  readonly refreshes: number;
  /**
   * Loads started ahead of a reader. Each ends as used (it answered a reader, or one came to wait for it) or wasted
   * (it failed, or its value left before anybody read it), or is still awaited.
   */
  readonly prefetches: number;
  readonly prefetchesUsed: number;
  readonly prefetchesWasted: number;
  /** Loads that asked the cluster and have ended. */
  readonly loads: number;
  /** Loads that ended with a value that another process had loaded: the cluster was not asked. */
  readonly found: number;
  readonly loadFailures: number;
  /** Loaded or found values that were not kept: invalidated meanwhile, or too large. */
  readonly discarded: number;
  readonly sets: number;
  /** Live entries overwritten. */
  readonly replacements: number;
  /** Live entries that left because there was no room. */
  readonly evictions: number;
  /** Entries that were dead when they left, however they left. */
  readonly expirations: number;
  /** Live entries removed by an invalidation: entries, not calls. */
  readonly invalidations: number;
  /** Of those, the ones that an event of the cluster has made wrong. */
  readonly pushInvalidations: number;
  /** Operations of clients that read this cache and have ended: each counts once, however often it reads. */
  readonly requests: number;
  /** Of those, the ones of which every read of this cache was a hit: what `X-Cache` says where no other cache is read. */
  readonly requestHits: number;
}

/** One cache's figures at one moment; percentages are 0-100 with two decimals. */
export interface CacheStats extends CacheCounters {
  readonly name: string;
  /** Live entries. */
  readonly size: number;
  readonly maxSize: number;
  readonly utilizationPercent: number;
  readonly hitRatePercent: number;
  /** Hits and misses: reads, not requests of clients. */
  readonly totalRequests: number;
  /** Every read: hits, misses and bypasses. */
  readonly reads: number;
  readonly loadsRunning: number;
  readonly bytes: number;
  readonly ttlSeconds: number;
  /** Null unless TTLs follow how often values change. */
  readonly adaptiveTtl: AdaptiveTtlReport | null;
  readonly advice: readonly CacheAdvice[];
}

/** A finding that calls for a change of the cache's settings, with the numbers behind it. */
export interface CacheAdvice {
  readonly kind: 'LOW_HIT_RATE' | 'FREQUENT_EVICTIONS' | 'HIGH_UTILIZATION';
  readonly message: string;
  readonly value: number;
  readonly threshold: number;
}

/** The TTLs in force where each key's follows how often its value changes. */
export interface AdaptiveTtlReport {
  /** For this share of its life a value may be out of date. */
  readonly acceptedOutOfDatePercent: number;
  /** Keys whose loads are remembered; no more than the cache holds. */
  readonly keys: number;
  /** The shortest and the longest in force; null before the first load. */
  readonly minTtlSeconds: number | null;
  readonly maxTtlSeconds: number | null;
  /** Of the keys that were loaded last. */
  readonly examples: readonly AdaptiveTtlExample[];
}

export interface AdaptiveTtlExample {
  /** Its beginning, if it is long. */
  readonly key: string;
  readonly ttlSeconds: number;
  /** As estimated from its loads. */
  readonly changesPerSecond: number;
  /** LEARNING: too few loads to depart from the cache's own TTL; CLAMPED: at the shortest or longest allowed. */
  readonly reason: 'LEARNING' | 'CHANGE_RATE' | 'CLAMPED_MIN' | 'CLAMPED_MAX';
}

export interface CacheStatsSummary {
  readonly totalHits: number;
  readonly totalMisses: number;
  readonly totalRequests: number;
  readonly overallHitRatePercent: number;
}

export interface CacheStatsReport {
  readonly timestamp: Date;
  readonly caches: readonly CacheStats[];
  readonly summary: CacheStatsSummary;
  /** What is shared with other replicas, to be asked for more; null when nothing is. */
  readonly shared: SharedFigures | null;
}

/** Adds up several caches; the overall rate weighs each by its requests. */
export function summarize(stats: readonly CacheStats[]): CacheStatsSummary {
  const totalHits = stats.reduce((sum, { hits }) => sum + hits, 0);
  const totalMisses = stats.reduce((sum, { misses }) => sum + misses, 0);
  const totalRequests = totalHits + totalMisses;
  return {
    totalHits,
    totalMisses,
    totalRequests,
    overallHitRatePercent: percent(totalHits, totalRequests),
  };
}
