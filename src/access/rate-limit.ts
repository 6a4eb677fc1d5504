/**
 * How often each client may ask: a token bucket each. A bucket that is full again is like none, so only those of the
 * clients that came last are kept.
 */
import { LRUCache } from 'lru-cache';

export interface RateLimitOptions {
  /** Tokens a second; 0 sets no limit. */
  readonly rate: number;
  /** Tokens that a bucket holds. */
  readonly burst: number;
  /** Buckets that are kept. */
  readonly maxClients?: number;
  /** Milliseconds. */
  readonly clock?: () => number;
}

interface Bucket {
  tokens: number;
  /** When they were counted. */
  at: number;
}

export class RateLimit {
  readonly #rate: number;
  readonly #burst: number;
  readonly #clock: () => number;
  readonly #buckets: LRUCache<string, Bucket>;

  constructor(options: RateLimitOptions) {
    const { rate, burst, maxClients = 10_000, clock = () => performance.now() } = options;
    this.#rate = rate;
    this.#burst = burst;
    this.#clock = clock;
    this.#buckets = new LRUCache({ max: maxClients });
  }

  /** Clients of which a bucket is kept. */
  get size(): number {
    return this.#buckets.size;
  }

  /**
   * Takes a token for each operation, or none when there are too few; more than a bucket holds take it whole.
   * @returns seconds to wait before it may work; 0 when they were taken
   */
  take(client: string, operations = 1): number {
    if (this.#rate === 0) return 0;
    const bucket = this.#filled(client);
    const wanted = Math.min(operations, this.#burst);
    if (bucket.tokens < wanted) return (wanted - bucket.tokens) / this.#rate;
    bucket.tokens -= wanted;
    return 0;
  }

  /** What `take` would return, without taking anything. */
  wait(client: string): number {
    if (this.#rate === 0) return 0;
    const { tokens } = this.#filled(client);
    const wanted = Math.min(1, this.#burst);
    return tokens < wanted ? (wanted - tokens) / this.#rate : 0;
  }

  #filled(client: string): Bucket {
    const now = this.#clock();
    const bucket = this.#buckets.get(client) ?? { tokens: this.#burst, at: now };
    const gained = ((now - bucket.at) / 1000) * this.#rate;
    bucket.tokens = Math.min(this.#burst, bucket.tokens + gained);
    bucket.at = now;
    this.#buckets.set(client, bucket);
    return bucket;
  }
}
