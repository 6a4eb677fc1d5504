/**
 * What one process counts of the level that replicas share. This table is the only list: the type, the GraphQL fields of
 * `SharedCache` and the Prometheus counters derive from it. Counters only grow.
 */
import { namesOf } from '../cache-counters.js';

/** Descriptions of the GraphQL fields. */
export const sharedCounters = {
  hits: 'Values found in the shared cache.',
  misses: 'Values not found in the shared cache: this replica loaded them.',
  stored: 'Values that this replica stored in the shared cache.',
  fenced:
    'Loaded values that were not stored in the shared cache, because they were invalidated meanwhile or another replica had stored a newer value.',
  unreadable: 'Values that could not be written or read: too large, or written by another version.',
  waits: 'How often this replica waited for a load of another replica.',
  lockTimeouts: 'Waits that timed out: this replica loaded the value itself.',
  invalidationsSent: 'Invalidations that this replica sent to the other replicas.',
  invalidationsReceived: 'Invalidations that this replica received from other replicas.',
  errors: 'Redis commands that failed.',
  timeouts: 'Redis commands that were not answered in time.',
  bytesRaw: 'Bytes of all written values, uncompressed.',
  bytesStored: 'Bytes of all written values, as stored.',
} as const satisfies Record<string, string>;

export type SharedCounterName = keyof typeof sharedCounters;
export type SharedCounters = Readonly<Record<SharedCounterName, number>>;

export const sharedCounterNames = namesOf(sharedCounters);
