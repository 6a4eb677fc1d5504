import { LRUCache } from 'lru-cache';

export interface Failure {
  readonly error: unknown;
  readonly at: number;
}

/**
 * Remembers for a moment which loads have failed, so that a dead broker is not asked again by every reader.
 * Bounded like the cache it belongs to, since keys come from strangers; its errors are no entries and count nowhere.
 */
export class NegativeCache {
  readonly #ttl: number;
  /** Only ever peeked at, so that the least recent is also the oldest. */
  readonly #failures: LRUCache<string, Failure>;

  constructor(ttl: number, maxSize: number) {
    this.#ttl = ttl;
    this.#failures = new LRUCache({ max: maxSize });
  }

  add(key: string, failure: Failure): void {
    if (this.#ttl > 0) this.#failures.set(key, failure);
  }

  find(key: string, now: number): Failure | undefined {
    const failure = this.#failures.peek(key);
    return failure && now < failure.at + this.#ttl ? failure : undefined;
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  keys(): Iterable<string> {
    return this.#failures.keys();
  }

  /** Lets go of the errors, and of whatever their causes hold, once they are too old to answer with. */
  sweep(now: number): void {
    for (const key of [...this.#failures.rkeys()]) {
      if (this.find(key, now)) return;
      this.#failures.delete(key);
    }
  }
}
