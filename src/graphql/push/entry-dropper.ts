/** Drops the wrong entries of one cache that are dropped at one pace. */
import type { MetricsCache } from '../../cache/metrics-cache.js';
import type { Changes } from './changes.js';
import { concernOf, isWrong, type Pace } from './concerns.js';

/**
 * A load that runs when its key is found wrong is disowned. One that takes longer than the pace would so never be
 * stored while events keep coming: of two in a row, the second may end, and what it has brought leaves at the next look.
 */
export class EntryDropper {
  readonly #cache: MetricsCache;
  readonly #pace: Pace;
  /** Keys whose load was disowned at the last look. */
  readonly #disowned = new Set<string>();
  /** Keys whose load may end. */
  readonly #spared = new Set<string>();

  constructor(cache: MetricsCache, pace: Pace) {
    this.#cache = cache;
    this.#pace = pace;
  }

  /** Whether something is to be dropped though nothing changes any more. */
  get isWaiting(): boolean {
    return this.#spared.size > 0;
  }

  drop(changes: Changes): void {
    for (const key of this.#spared) if (!this.#cache.isLoading(key)) this.#end(key);
    for (const key of this.#disowned) if (!this.#cache.isLoading(key)) this.#disowned.delete(key);
    if (changes.isEmpty) return;
    for (const key of this.#cache.keys()) {
      const concern = concernOf(key);
      if (concern.pace === this.#pace && isWrong(concern, changes)) this.#outdate(key);
    }
  }

  #end(key: string): void {
    this.#spared.delete(key);
    this.#cache.outdate(key);
  }

  #outdate(key: string): void {
    const isLoading = this.#cache.isLoading(key);
    const keepLoad = this.#spared.has(key) || this.#disowned.delete(key);
    this.#cache.outdate(key, { keepLoad });
    if (!isLoading) return;
    if (keepLoad) this.#spared.add(key);
    else this.#disowned.add(key);
  }
}
