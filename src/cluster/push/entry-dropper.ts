/** Drops the wrong entries of one cache that may be dropped at one interval. */
import type { MetricsCache } from '../../cache/metrics-cache.js';
import type { Changes } from './changes.js';
import { dependencyOf } from './dependency.js';
import type { DropInterval } from './dependency.js';

/**
 * A load that runs when its key is found wrong is cancelled: its value is not stored. A load that takes longer than the
 * interval would then never be stored while events keep coming: of two in a row the second may end, and its value is
 * dropped at the next look.
 */
export class EntryDropper {
  readonly #cache: MetricsCache;
  readonly #dropInterval: DropInterval;
  /** Keys whose load was cancelled at the last look. */
  readonly #cancelled = new Set<string>();
  /** Keys whose load may end. */
  readonly #keepNextLoad = new Set<string>();

  constructor(cache: MetricsCache, dropInterval: DropInterval) {
    this.#cache = cache;
    this.#dropInterval = dropInterval;
  }

  /** Whether something is to be dropped though nothing changes any more. */
  get isWaiting(): boolean {
    return this.#keepNextLoad.size > 0;
  }

  drop(changes: Changes): void {
    for (const key of this.#keepNextLoad) if (!this.#cache.isLoading(key)) this.#end(key);
    for (const key of this.#cancelled) if (!this.#cache.isLoading(key)) this.#cancelled.delete(key);
    if (changes.isEmpty) return;
    for (const [key, dependsOn] of this.#cache.dependencies()) {
      const dependency = dependencyOf(dependsOn);
      if (dependency.dropInterval === this.#dropInterval && dependency.isAffectedBy(changes))
        this.#outdate(key);
    }
  }

  #end(key: string): void {
    this.#keepNextLoad.delete(key);
    this.#cache.evictChanged(key);
  }

  #outdate(key: string): void {
    const isLoading = this.#cache.isLoading(key);
    const keepLoad = this.#keepNextLoad.has(key) || this.#cancelled.delete(key);
    this.#cache.evictChanged(key, { keepLoad });
    if (!isLoading) return;
    if (keepLoad) this.#keepNextLoad.add(key);
    else this.#cancelled.add(key);
  }
}
