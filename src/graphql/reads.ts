/**
 * What one operation reads through the caches: each key once, however often its fields are selected, so that one
 * answer shows one consistent picture and counts as one read. Every read is noted for the operation's cache status.
 */
import { createHash } from 'node:crypto';
import type { CacheName } from '../cache/cache-defaults.js';
import type { CacheRegistry } from '../cache/cache-registry.js';
import type { CacheStatus, CacheStatusRecord } from '../cache/cache-status.js';

export interface Read<T> {
  /** Where the answer appears: the root field, then what is below it. */
  readonly path: string;
  readonly cache: CacheName;
  /** From canonical arguments: the same question has the same key, however it is written. */
  readonly key: string;
  readonly useCache: boolean;
  readonly load: () => Promise<T>;
  /** Whether it asks the cluster, so that one replica can ask for all. What a replica has heard itself is its own. */
  readonly shared?: boolean;
  /** Milliseconds to keep the value, or a function of it; the cache's own by default. */
  readonly ttl?: (value: T) => number;
  /** Called with a value that another replica has loaded. */
  readonly onFound?: (value: T) => void;
  /** False for a load that only a reader may cause; true by default. */
  readonly prefetch?: boolean;
}

export class OperationReads {
  readonly #caches: CacheRegistry;
  readonly #status: CacheStatus;
  /** Everything that was read, by its key. */
  readonly #reads = new Map<string, Promise<unknown>>();
  /** How each read counts, by its key. */
  readonly #records = new Map<string, CacheStatusRecord>();
  readonly #renewed = new Map<string, Promise<unknown>>();

  constructor(caches: CacheRegistry, status: CacheStatus) {
    this.#caches = caches;
    this.#status = status;
  }

  /** The key promises the type: whoever reads it under this key stored it under this key. */
  read<T>(read: Read<T>): Promise<T> {
    const known = this.known<T>(read);
    if (known !== null) return known;
    const value = this.#readThrough(read);
    this.#reads.set(readKey(read), value);
    return value;
  }

  /** What this operation has read under this key, or is reading; null if nothing. */
  known<T>(name: ReadName): Promise<T> | null {
    return (this.#reads.get(readKey(name)) as Promise<T> | undefined) ?? null;
  }

  /**
   * Loads anew, once, what this operation has read before, and has the caches serve the new value. It is not another read
   * of the client's: no cache counts it, and in the status of the operation it takes the place of the first.
   */
  async renew<T>(read: Read<T>): Promise<T> {
    const key = readKey(read);
    const record = this.#records.get(key);
    if (record === undefined) return this.read(read); // it was not read before, or that failed
    const renewed = this.#renewed.get(key) ?? this.#renew(read, record);
    this.#renewed.set(key, renewed);
    return (await renewed) as T;
  }

  /**
   * Shows another value than was read in the rest of this operation. No cache stores it: parts of it are as old as the
   * read, and an event may have removed that entry meanwhile.
   */
  async adjust<T>(read: ReadName, adjusted: () => T): Promise<T> {
    const key = readKey(read);
    const value = this.#renewed.get(key) ?? Promise.resolve(adjusted());
    this.#renewed.set(key, value);
    return (await value) as T;
  }

  async #renew<T>({ cache: name, key, load, ttl }: Read<T>, record: CacheStatusRecord): Promise<T> {
    const value = await load();
    const cache = this.#caches.get(name);
    const lifetime = ttl?.(value) ?? cache.ttl;
    cache.set(key, value, lifetime);
    const times = { age: 0, ttl: lifetime };
    record.read = { status: 'MISS', ...times, stale: false, collapsed: false, found: false };
    return value;
  }

  async #readThrough<T>(read: Read<T>): Promise<T> {
    const [caches, status] = [this.#caches, this.#status];
    const { path, cache, key, useCache, load, ttl, prefetch, shared = false } = read;
    const bypassed = !useCache || status.bypass;
    const options = { useCache: !bypassed, shared, prefetch, ...(ttl && { ttl }) };
    const answer = await caches.read(cache, key, load, options);
    const isPushed = caches.isPushed(cache);
    const counter = caches.get(cache);
    const record = status.record({ path, cache, read: answer, bypassed, isPushed, counter });
    this.#records.set(readKey(read), record);
    if (answer.found) read.onFound?.(answer.value);
    return answer.value;
  }
}

/** Which read it is, within one operation. */
export type ReadName = Pick<Read<unknown>, 'cache' | 'key' | 'useCache'>;

function readKey({ cache, key, useCache }: ReadName): string {
  return `${cache} ${useCache} ${key}`;
}

/** Longer keys are kept as their hash: arguments are written by strangers, and no bound on values counts the keys. */
const longestKey = 4_096;

/** A key from a name and arguments; arguments that are not given do not count, and their order does not matter. */
export function cacheKey(name: string, args: Readonly<Record<string, unknown>> = {}): string {
  const given = Object.entries(args)
    .filter(([, value]) => value !== undefined && value !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (given.length === 0) return name;
  const json = JSON.stringify(Object.fromEntries(given));
  if (name.length + json.length < longestKey) return `${name}:${json}`;
  return `${name}:#${createHash('sha256').update(json).digest('base64url')}`;
}
