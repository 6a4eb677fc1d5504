import type { CacheCounters } from './cache-stats.js';

const none: CacheCounters = {
  hits: 0,
  misses: 0,
  bypasses: 0,
  collapsed: 0,
  staleHits: 0,
  refreshes: 0,
  prefetches: 0,
  prefetchesUsed: 0,
  prefetchesWasted: 0,
  loads: 0,
  found: 0,
  loadFailures: 0,
  discarded: 0,
  sets: 0,
  replacements: 0,
  evictions: 0,
  expirations: 0,
  invalidations: 0,
  pushInvalidations: 0,
  requests: 0,
  requestHits: 0,
};
export const cacheCounterNames = Object.keys(none) as readonly (keyof CacheCounters)[];

/** What a cache counts. Figures only grow, so that a rate can be told from any two readings. */
export class Counters {
  readonly #counts: { -readonly [name in keyof CacheCounters]: number } = { ...none };
  #version = 0;

  count(counter: keyof CacheCounters): void {
    this.#counts[counter]++;
    this.#version++;
  }

  /** Something else that is reported has changed. */
  touch(): void {
    this.#version++;
  }

  /** Moves with every change. */
  get version(): number {
    return this.#version;
  }

  get counts(): CacheCounters {
    return this.#counts;
  }
}
