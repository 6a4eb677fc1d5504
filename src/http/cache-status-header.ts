/**
 * The headers that show where an answer came from: `X-Cache`, `X-Cache-Age`, and `Cache-Status` (RFC 9211) with one
 * member for each cache that the answer came through, the one nearest to the cluster first.
 */
import type { CacheReadFacts } from '../cache/cache-read.js';
import type { BypassReason, CacheStatus } from '../cache/cache-status.js';

/** A read, as far as `Cache-Status` shows it. */
export interface CacheStatusRead extends Omit<CacheReadFacts, 'found'> {
  readonly found?: boolean;
}

/** Empty if the response read no cache. The age is in whole seconds, and on hits only. */
export function cacheHeaders(status: CacheStatus): Readonly<Record<string, string>> {
  const { result, reads } = status;
  const standard = cacheStatusHeader(reads, status.isBypassed ? status.bypassReason : null);
  if (result === null || standard === null) return {};
  if (result === 'HIT') return hitHeaders({ age: status.age, leastTtl: status.leastTtl ?? 0 });
  return { 'X-Cache': result, 'Cache-Status': standard };
}

/** The headers of an answer of which every read was a hit; milliseconds. */
export function hitHeaders({
  age,
  leastTtl,
}: {
  /** Of the oldest. */
  readonly age: number;
  readonly leastTtl: number;
}): Readonly<Record<'X-Cache' | 'X-Cache-Age' | 'Cache-Status', string>> {
  return {
    'X-Cache': 'HIT',
    'X-Cache-Age': String(Math.floor(age / 1_000)),
    'Cache-Status': `celeryql; hit; ttl=${wholeSeconds(leastTtl)}`,
  };
}

/**
 * All reads in one member, as in X-Cache: a hit if and only if every read was one.
 * @param bypassed why some of the reads bypassed the cache; null if none did
 */
export function cacheStatusHeader(
  reads: readonly CacheStatusRead[],
  bypassed: BypassReason | null,
): string | null {
  if (reads.length === 0) return null;
  const ttl = `ttl=${wholeSeconds(Math.min(...reads.map((read) => read.ttl)))}`;
  const misses = reads.filter(({ status }) => status === 'MISS');
  if (misses.length === 0) return `celeryql; hit; ${ttl}`;

  // `stale`: the load failed, an old answer stands in for it, and nothing new is stored.
  const why = bypassed ?? (misses.some(({ stale }) => stale) ? 'stale' : 'miss');
  const isStored = misses.every(({ stale, ttl: left }) => !stale && left > 0);
  const own = [
    'celeryql',
    `fwd=${why}`,
    ...(isStored ? ['stored'] : []),
    ttl,
    ...(misses.every(({ collapsed }) => collapsed) ? ['collapsed'] : []),
  ].join('; ');
  const isFound = misses.every(({ found }) => found === true);
  return isFound ? `celeryql-redis; hit, ${own}` : own;
}

function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1_000) + 0; // no -0
}
