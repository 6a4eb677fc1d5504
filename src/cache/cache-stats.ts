import { percent } from '../percent.js';
import { cacheAdvice } from './cache-advice.js';
import type { CacheAdvice } from './cache-advice.js';
import { namesOf } from './cache-counters.js';
import type { CacheCounters } from './cache-counters.js';
import type { SharedFigures } from './shared/shared-stats.js';

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

/** What a cache knows of itself; milliseconds. */
export interface CacheFacts extends Pick<CacheStats, 'size' | 'bytes' | 'loadsRunning' | 'adaptiveTtl'> {
  readonly settings: { readonly name: string; readonly maxSize: number; readonly ttl: number };
  readonly counts: CacheCounters;
  readonly evictionsLastHour: number;
}

export function cacheStats(facts: CacheFacts): CacheStats {
  const { settings, size, bytes, counts, loadsRunning, adaptiveTtl, evictionsLastHour } = facts;
  const { name, maxSize, ttl } = settings;
  const totalRequests = counts.hits + counts.misses;
  const hitRatePercent = percent(counts.hits, totalRequests);
  const utilizationPercent = percent(size, maxSize);
  return {
    name,
    size,
    maxSize,
    utilizationPercent,
    hitRatePercent,
    totalRequests,
    reads: totalRequests + counts.bypasses,
    ...counts,
    loadsRunning,
    bytes,
    ttlSeconds: ttl / 1_000,
    adaptiveTtl,
    advice: cacheAdvice({ totalRequests, hitRatePercent, utilizationPercent, evictionsLastHour }),
  };
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

/** Figures that are not counters but shown beside them, with the descriptions of their GraphQL fields. */
export const cacheGauges = {
  size: 'Number of live entries.',
  maxSize: 'Maximum number of entries.',
  totalRequests: 'Hits plus misses. One client request may need several reads.',
  reads: 'All reads: hits, misses and bypasses.',
  loadsRunning: 'Loads that are running.',
  bytes: 'Approximate size of all entries, in bytes.',
} as const satisfies Partial<Record<keyof CacheStats, string>>;

export const cacheGaugeNames = namesOf(cacheGauges);
