/**
 * `Cache-Status` (RFC 9211): one member for each cache that the answer came through, the one nearest to the cluster
 * first. What an operation read is summed up as in X-Cache: it is a hit if and only if every read was one.
 */
import type { CacheRead } from './cache-options.js';

/** A read, as far as this header is concerned. */
export interface CacheStatusRead extends Omit<CacheRead<unknown>, 'value' | 'found'> {
  /** Found in the level that replicas share, where there is one. */
  readonly found?: boolean;
}

/** Why a read went past the cache: the request's header said so, or the field or the address did. */
export type BypassReason = 'request' | 'bypass';

/** @param bypassed why some of the reads went past the cache; null when none did */
export function cacheStatusHeader(
  reads: readonly CacheStatusRead[],
  bypassed: BypassReason | null,
): string | null {
  if (reads.length === 0) return null;
  const ttl = `ttl=${wholeSeconds(Math.min(...reads.map((read) => read.ttl)))}`;
  const misses = reads.filter(({ status }) => status === 'MISS');
  if (misses.length === 0) return `celeryql; hit; ${ttl}`;

  // An old answer in place of a load that failed: it was asked for in vain, and nothing new is kept.
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
