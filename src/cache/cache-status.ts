import type { CacheRead } from './cache-options.js';
import type { CacheName } from './cache-defaults.js';
import { cacheStatusHeader } from './cache-status-header.js';
import type { BypassReason } from './cache-status-header.js';

/** One cached read of an operation, in seconds with three decimals, as `extensions.cache` names it. */
export interface CacheStatusEntry {
  readonly path: string;
  /** Where the gateway has several. */
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

export interface CacheStatusRecord {
  readonly path: string;
  readonly cluster?: string;
  readonly cache: CacheName;
  /** Replaced when the operation reads it anew. */
  read: Omit<CacheRead<unknown>, 'value'>;
  /** It went past the cache, because the field or the whole operation asked for it. */
  readonly bypassed?: boolean;
  /** Events drop it before its TTL is over, here and nowhere else. */
  readonly isPushed?: boolean;
  /** Counts the operation when it has ended. */
  readonly counter?: RequestCounter;
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
  /** That what is recorded here is about; undefined where nothing need be said of it. */
  readonly #cluster: string | undefined;
  #bypass = false;
  /** How `Cache-Status` explains a bypass of the whole request. */
  bypassReason: BypassReason = 'bypass';

  constructor(parent?: CacheStatus, cluster?: string) {
    this.#parent = parent;
    this.#cluster = cluster;
  }

  /** Whether every read of the operation must go past the cache. */
  get bypass(): boolean {
    return this.#bypass || (this.#parent?.bypass ?? false);
  }

  set bypass(bypass: boolean) {
    this.#bypass = bypass;
  }

  /** The status of one operation of a batch: it has entries of its own, and adds them here too. */
  member(): CacheStatus {
    return new CacheStatus(this);
  }

  /** The status of what an operation reads of one cluster among several; it is named with each entry. */
  ofCluster(cluster: string): CacheStatus {
    return new CacheStatus(this, cluster);
  }

  /** @returns the record as it counts, here and in the whole response */
  record(read: CacheStatusRecord): CacheStatusRecord {
    const record = this.#cluster === undefined ? read : { cluster: this.#cluster, ...read };
    this.#records.push(record);
    this.#parent?.record(record);
    return record;
  }

  /** To be called once, when the operation has ended: it counts once in each cache that it read. */
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
    const status = this.#status;
    return status && { status, age: toSeconds(this.#age), entries: this.entries };
  }

  /** For the response: an age in whole seconds, on hits only. None when nothing cached was read. */
  headers(): Readonly<Record<string, string>> {
    const status = this.#status;
    const reads = this.#records.map(({ read }) => read);
    const standard = cacheStatusHeader(reads, this.isBypassed ? this.bypassReason : null);
    if (status === null || standard === null) return {};
    return {
      'X-Cache': status,
      ...(status === 'HIT' && { 'X-Cache-Age': String(Math.floor(this.#age / 1_000)) }),
      'Cache-Status': standard,
    };
  }

  /** Milliseconds for which all that was read counts as fresh; null when nothing cached was read. */
  get leastTtl(): number | null {
    if (this.#records.length === 0) return null;
    return Math.min(...this.#records.map(({ read }) => read.ttl));
  }

  /** Whether anything was read past the cache. */
  get isBypassed(): boolean {
    return this.#records.some(({ bypassed }) => bypassed);
  }

  /** Whether anything that was read may be dropped before its TTL is over: then nobody else may count on the TTL. */
  get isPushed(): boolean {
    return this.#records.some(({ isPushed }) => isPushed);
  }

  get #status(): 'HIT' | 'MISS' | null {
    if (this.#records.length === 0) return null;
    return this.#records.every(({ read }) => read.status === 'HIT') ? 'HIT' : 'MISS';
  }

  /** Of the oldest hit, in milliseconds; 0 as soon as something had to be loaded. */
  get #age(): number {
    return this.#status === 'HIT' ? Math.max(...this.#records.map(({ read }) => read.age)) : 0;
  }
}

function toSeconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1_000 + 0; // no -0
}
