/**
 * What one operation reads through the caches: each key once, however often its fields are selected, so that one
 * answer shows one consistent picture and counts as one read. Every read is noted for the operation's cache status.
 */
import { createHash } from 'node:crypto';
import DataLoader from 'dataloader';
import type { CacheName } from '../cache/cache-defaults.js';
import type { CacheRegistry } from '../cache/cache-registry.js';
import type { CacheStatus } from '../cache/cache-status.js';

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
  /** False for a load that only a reader may cause; true by default. */
  readonly prefetch?: boolean;
}

export class OperationReads {
  readonly #loader: DataLoader<Read<unknown>, unknown, string>;

  constructor(caches: CacheRegistry, status: CacheStatus) {
    this.#loader = new DataLoader(
      ([read]) => Promise.all(read === undefined ? [] : [readThrough(caches, status, read)]),
      // Not in batches: a batch ends with its slowest member, and what hangs below the others would wait for it.
      { batch: false, cacheKeyFn: ({ cache, key, useCache }) => `${cache} ${useCache} ${key}` },
    );
  }

  /** The key promises the type: whoever reads it under this key stored it under this key. */
  async read<T>(read: Read<T>): Promise<T> {
    return (await this.#loader.load(read as Read<unknown>)) as T;
  }
}

async function readThrough(
  caches: CacheRegistry,
  status: CacheStatus,
  read: Read<unknown>,
): Promise<unknown> {
  const { path, cache, key, useCache, load, ttl, prefetch, shared = false } = read;
  try {
    const bypassed = !useCache || status.bypass;
    const options = { useCache: !bypassed, shared, prefetch, ...(ttl && { ttl }) };
    const answer = await caches.read(cache, key, load, options);
    const isPushed = caches.isPushed(cache);
    status.record({ path, cache, read: answer, bypassed, isPushed, counter: caches.get(cache) });
    return answer.value;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
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
