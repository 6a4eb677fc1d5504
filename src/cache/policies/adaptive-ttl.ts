import { LRUCache } from 'lru-cache';
import type { AdaptiveTtlExample, AdaptiveTtlReport } from '../cache-stats.js';
import { changeRate, changesPerTtl, compared, nothingKnown } from './change-rate.js';
import type { Changes } from './change-rate.js';

export interface AdaptiveTtlOptions {
  /** The cache's own TTL, milliseconds. */
  readonly ttl: number;
  /** The fraction of its life for which a value may be out of date, more than 0 and less than 1. */
  readonly acceptedOutOfDate: number;
  readonly maxKeys: number;
}

/** A TTL is never shorter, nor longer, than so many times the cache's own. */
const shortest = 0.25;
const longest = 5;

/** Comparisons before a key's TTL departs from the cache's own. */
const learned = 3;

const examplesShown = 10;
/** Keys come from strangers, and a report is read by people. */
const keyShown = 200;

interface Known {
  /** Of the last value, and when it was loaded; undefined when the next value is not to be compared with it. */
  last: { readonly print: number; readonly at: number } | undefined;
  readonly seen: number;
  readonly changes: Changes;
}

/**
 * Gives each key the longest TTL at which its value is out of date for no more than an accepted fraction of its
 * life, from how often its loads found it changed. Bounded in keys, like the cache.
 */
export class AdaptiveTtl {
  readonly #options: AdaptiveTtlOptions;
  readonly #changesPerTtl: number;
  readonly #keys: LRUCache<string, Known>;
  #report: AdaptiveTtlReport | undefined;

  constructor(options: AdaptiveTtlOptions) {
    this.#options = options;
    this.#changesPerTtl = changesPerTtl(options.acceptedOutOfDate);
    this.#keys = new LRUCache({ max: options.maxKeys });
  }

  /**
   * Notes what a load has brought, and returns for how long to keep it, in milliseconds. Without a fingerprint there
   * is nothing to compare.
   */
  observe(key: string, print: number | undefined, at: number): number {
    const known = this.#keys.get(key) ?? { last: undefined, seen: 0, changes: nothingKnown };
    const next = this.#next(known, print, at);
    this.#keys.set(key, next);
    this.#report = undefined;
    return this.#choose(next).ttl;
  }

  /** An event reported the change: no later load shall count it as a change that the TTL would have had to find. */
  skipComparison(key: string): void {
    const known = this.#keys.peek(key);
    if (known) known.last = undefined;
  }

  /**
   * Milliseconds that a value of this key may be old where others have loaded it: they keep it for the cache's own TTL,
   * which may be longer than what this key has earned.
   */
  maxAge(key: string): number {
    const known = this.#keys.peek(key);
    const ttl = known ? this.#choose(known).ttl : Infinity;
    return ttl < this.#options.ttl ? ttl : Infinity;
  }

  keys(): Iterable<string> {
    return this.#keys.keys();
  }

  report(): AdaptiveTtlReport {
    return (this.#report ??= this.#newReport());
  }

  #next(known: Known, print: number | undefined, at: number): Known {
    const { last, seen, changes } = known;
    if (print === undefined) return { ...known, last: undefined };
    if (last && at <= last.at) return known; // the very value that is known, found elsewhere
    if (!last) return { ...known, last: { print, at } };
    // A long time says little: a change in it may be one of many. Short, it errs towards shorter TTLs.
    const gap = Math.min(at - last.at, longest * this.#options.ttl);
    return {
      last: { print, at },
      seen: seen + 1,
      changes: compared(changes, { differed: print !== last.print, gap }),
    };
  }

  #choose({ seen, changes }: Known): {
    ttl: number;
    rate: number;
    reason: AdaptiveTtlExample['reason'];
  } {
    const { ttl } = this.#options;
    const rate = changeRate(changes);
    if (seen < learned) return { ttl, rate, reason: 'LEARNING' };
    const wanted = thousandths(this.#changesPerTtl / rate);
    if (wanted >= longest * ttl) return { ttl: longest * ttl, rate, reason: 'CLAMPED_MAX' };
    if (wanted <= shortest * ttl) return { ttl: shortest * ttl, rate, reason: 'CLAMPED_MIN' };
    return { ttl: wanted, rate, reason: 'CHANGE_RATE' };
  }

  #newReport(): AdaptiveTtlReport {
    const examples: AdaptiveTtlExample[] = [];
    let [min, max] = [Infinity, 0];
    for (const [key, known] of this.#keys.entries()) {
      const { ttl, rate, reason } = this.#choose(known);
      min = Math.min(min, ttl);
      max = Math.max(max, ttl);
      if (examples.length === examplesShown) continue;
      const [ttlSeconds, changesPerSecond] = [thousandths(ttl / 1_000), thousandths(rate * 1_000)];
      examples.push({ key: key.slice(0, keyShown), ttlSeconds, changesPerSecond, reason });
    }
    const keys = this.#keys.size;
    return {
      acceptedOutOfDatePercent: thousandths(this.#options.acceptedOutOfDate * 100),
      keys,
      minTtlSeconds: keys === 0 ? null : thousandths(min / 1_000),
      maxTtlSeconds: keys === 0 ? null : thousandths(max / 1_000),
      examples,
    };
  }
}

function thousandths(number: number): number {
  return Math.round(number * 1_000) / 1_000 + 0; // no -0
}
