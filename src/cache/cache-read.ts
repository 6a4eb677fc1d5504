import { within } from './entry-list.js';
import type { Entry } from './entry-list.js';

/** The answer to a read, and where it came from. */
export interface CacheRead<T> {
  readonly value: T;
  readonly status: 'HIT' | 'MISS';
  /** Milliseconds since the end of the load; 0 for a miss, unless the value was found in the shared cache. */
  readonly age: number;
  /** Milliseconds left of the TTL; zero or less if the value is stale or was invalidated while it was loaded. */
  readonly ttl: number;
  readonly stale: boolean;
  /** It shared the load of another caller. */
  readonly collapsed: boolean;
  /** It was found in the shared cache, loaded by another process; false for later hits in this process. */
  readonly found: boolean;
}

/** How a read was answered, without the value. */
export type CacheReadFacts = Omit<CacheRead<unknown>, 'value'>;

/** The answer to a read of a stored entry. */
export function readOfEntry<V>(
  entry: Entry<V>,
  status: CacheRead<V>['status'],
  now: number,
): CacheRead<V> {
  const age = now - entry.at;
  return {
    value: entry.value,
    status,
    age,
    ttl: entry.ttl - age,
    stale: !within(entry, 0, now),
    collapsed: false,
    found: false,
  };
}

/** The answer to a read that waited for a load. */
export function readOfLoad<V>(
  { value, ttl, foundAge }: { value: V; ttl: number; foundAge: number | null },
  collapsed: boolean,
): CacheRead<V> {
  const found = foundAge !== null;
  return { value, status: 'MISS', age: foundAge ?? 0, ttl, stale: false, collapsed, found };
}
