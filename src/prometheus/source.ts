/**
 * Something that takes a question to the broker or to the workers. A scrape waits for it only so long; then it shows what
 * was reported last, while the request runs on. What failed is unknown: an old figure would pass for a new one.
 */
import { CacheStatus } from '../cache/cache-status.js';
import type { CacheName } from '../cache/cache-defaults.js';
import { withDeadline } from '../timers.js';
import { TimeoutError } from '../errors.js';

export interface Reading<T> {
  /** Null when nothing is known. */
  readonly value: T | null;
  readonly ageSeconds: number | null;
  /** Whether the reply came in time. */
  readonly isCurrent: boolean;
}

export interface SourceOptions<T> {
  /** Which it reads through, in one read. */
  readonly cache: CacheName;
  readonly load: (status: CacheStatus) => Promise<T>;
  readonly onRead: (cache: CacheName, result: 'hit' | 'miss') => void;
  /** Milliseconds; must not go back. */
  readonly clock?: () => number;
  /** Milliseconds to wait when nothing is known, and when something is. */
  readonly patience?: number;
  readonly shortPatience?: number;
}

/** Milliseconds after which it is not shown any more. */
const longestKept = 60_000;

export class Source<T> {
  readonly #options: SourceOptions<T>;
  readonly #clock: () => number;
  #known: { readonly value: T; readonly at: number } | null = null;

  constructor(options: SourceOptions<T>) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
  }

  async read(): Promise<Reading<T>> {
    const { cache, load, onRead, patience = 400, shortPatience = 40 } = this.#options;
    const before = this.#current();
    const status = new CacheStatus();
    const work = load(status).then(
      (value) => {
        const at = this.#clock() - (status.entries[0]?.age ?? 0) * 1000;
        this.#known = { value, at };
      },
      (error: unknown) => {
        this.#known = null;
        throw error;
      },
    );
    let isCurrent = true;
    try {
      await withDeadline(work, before === null ? patience : shortPatience, 'A source of figures');
    } catch (error) {
      isCurrent = false;
      if (!(error instanceof TimeoutError)) this.#known = null;
    }
    onRead(cache, status.entries[0]?.status === 'HIT' ? 'hit' : 'miss');
    const known = this.#current();
    const ageSeconds = known === null ? null : Math.max(0, this.#clock() - known.at) / 1000;
    return { value: known?.value ?? null, ageSeconds, isCurrent };
  }

  #current(): { readonly value: T; readonly at: number } | null {
    const known = this.#known;
    return known !== null && this.#clock() - known.at < longestKept ? known : null;
  }
}
