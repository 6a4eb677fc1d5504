import type { CacheReadFacts } from './cache-read.js';
import type { CacheName } from './cache-defaults.js';
import type { RepeatableHit } from './repeatable-hit.js';

/** Why reads bypassed the cache: a header of the request asked for it, or the field or the address did. */
export type BypassReason = 'request' | 'bypass';

/** One cached read of an operation, in seconds with three decimals, as `extensions.cache` shows it. */
export interface CacheStatusEntry {
  readonly path: string;
  /** Name of the cluster; absent if the gateway has only one. */
  readonly cluster?: string;
  readonly cache: CacheName;
  readonly status: 'HIT' | 'MISS';
  readonly age: number;
  readonly ttl: number;
  readonly stale: boolean;
  readonly collapsed: boolean;
  readonly found: boolean;
}

export interface CacheStatusSummary {
  readonly status: 'HIT' | 'MISS';
  readonly age: number;
  readonly entries: readonly CacheStatusEntry[];
}

/** `extensions` of an answer; without `cache` if the operation read from no cache. */
export interface CacheExtensions {
  readonly cache?: CacheStatusSummary;
}

export interface CacheStatusRecord {
  readonly path: string;
  readonly cluster?: string;
  readonly cache: CacheName;
  /** Replaced when the operation reads it again. */
  read: CacheReadFacts;
  /** It bypassed the cache, because the field or the whole operation asked for it. */
  readonly bypassed?: boolean;
  /** Events drop the entry before its TTL is over, in this process only. */
  readonly dropsOnEvents?: boolean;
  /** The cache that counts the operation when it has ended. */
  readonly counter?: RequestCounter;
  /** How the read can be had again; null if it was no hit on a fresh entry. */
  readonly repeatable?: () => RepeatableHit | null;
}

/** One cache's count of the operations that read it. */
export interface RequestCounter {
  countRequest(isHit: boolean): void;
}

/**
 * What one operation read from the caches. It is a hit if and only if every read was one, and then as old as
 * its oldest. The members of a batch add to one parent, which sums up the whole response.
 */
export class CacheStatus {
  readonly #parent: CacheStatus | undefined;
  readonly #records: CacheStatusRecord[] = [];
  /** Name of the cluster that the records are of; undefined if the gateway has only one. */
  readonly #cluster: string | undefined;
  #bypass = false;
  #isLive = false;
  /** Why the whole request bypasses the caches, if it does. */
  bypassReason: BypassReason = 'bypass';

  constructor(parent?: CacheStatus, cluster?: string) {
    this.#parent = parent;
    this.#cluster = cluster;
  }

  /** Whether every read of the operation must bypass the cache. */
  get bypass(): boolean {
    return this.#bypass || (this.#parent?.bypass ?? false);
  }

  set bypass(bypass: boolean) {
    this.#bypass = bypass;
  }

  /** Whether the answer shows anything beside what was read through the caches, be it the time. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** To be called before anything is read that is in no cache entry: the same entries may then be another answer. */
  markLive(): void {
    this.#isLive = true;
    this.#parent?.markLive();
  }

  /** The status of one operation of a batch: it has entries of its own, and adds them here too. */
  member(): CacheStatus {
    return new CacheStatus(this);
  }

  /** The status of an operation's reads of one of several clusters; each entry has its name. */
  ofCluster(cluster: string): CacheStatus {
    return new CacheStatus(this, cluster);
  }

  /** Returns the record that is shared by this status and that of the whole response. */
  record(read: CacheStatusRecord): CacheStatusRecord {
    const record = this.#cluster === undefined ? read : { cluster: this.#cluster, ...read };
    this.#records.push(record);
    this.#parent?.record(record);
    return record;
  }

  /** Counts the operation once in each cache that it read. Call it once, when the operation has ended. */
  count(): void {
    const hits = new Map<RequestCounter, boolean>();
    for (const { counter, read } of this.#records)
      if (counter) hits.set(counter, (hits.get(counter) ?? true) && read.status === 'HIT');
    for (const [counter, isHit] of hits) counter.countRequest(isHit);
  }

  get entries(): readonly CacheStatusEntry[] {
    return this.#records.map(({ path, cluster, cache, read }) => {
      const { status, age, ttl, stale, collapsed, found } = read;
      const facts = {
        path,
        cache,
        status,
        age: toSeconds(age),
        ttl: toSeconds(ttl),
        stale,
        collapsed,
        found,
      };
      return cluster === undefined ? facts : { cluster, ...facts };
    });
  }

  /** For `extensions.cache`; null when nothing cached was read, as by a mutation. */
  summary(): CacheStatusSummary | null {
    const status = this.result;
    return status && { status, age: toSeconds(this.age), entries: this.entries };
  }

  get records(): readonly CacheStatusRecord[] {
    return this.#records;
  }

  get reads(): readonly CacheStatusRecord['read'][] {
    return this.#records.map(({ read }) => read);
  }

  /** Milliseconds for which all that was read counts as fresh; null when nothing cached was read. */
  get leastTtl(): number | null {
    if (this.#records.length === 0) return null;
    return Math.min(...this.#records.map(({ read }) => read.ttl));
  }

  /** Whether any read bypassed its cache. */
  get isBypassed(): boolean {
    return this.#records.some(({ bypassed }) => bypassed);
  }

  /** Whether events may drop an entry that was read before its TTL is over: then no other cache may rely on the TTL. */
  get dropsOnEvents(): boolean {
    return this.#records.some(({ dropsOnEvents }) => dropsOnEvents);
  }

  /** HIT if every read was one; null when nothing cached was read. */
  get result(): 'HIT' | 'MISS' | null {
    if (this.#records.length === 0) return null;
    return this.#records.every(({ read }) => read.status === 'HIT') ? 'HIT' : 'MISS';
  }

  /** Age of the oldest hit in milliseconds; 0 if any read was a miss. */
  get age(): number {
    return this.result === 'HIT' ? Math.max(...this.#records.map(({ read }) => read.age)) : 0;
  }
}

function toSeconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1_000 + 0; // no -0
}
