/**
 * A hit that can be had again without reading: the very entry that answered it, for as long as the cache holds that entry
 * and it is fresh. Whatever changes a value (a load, an invalidation, an eviction, an event) replaces or removes its
 * entry, so that the entry is the version of the value.
 */
export interface RepeatableHit {
  /** The cache's, milliseconds. */
  readonly clock: () => number;
  /** Whether a read at this moment would be a hit on the same entry, neither stale nor expired. */
  readonly isFresh: (now: number) => boolean;
  /** Counts a read that is answered so, as if it had been made; to be called where it is fresh. */
  readonly count: () => void;
  /** When its load ended, milliseconds of the cache's clock. */
  readonly at: number;
  /** Milliseconds from `at` for which it counts as fresh. */
  readonly ttl: number;
}
