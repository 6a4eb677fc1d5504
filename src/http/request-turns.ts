/** Milliseconds of one turn of the event loop in which requests may begin. */
const budgetMs = 8;
/** Requests that have waited and may begin in one turn. */
const grantsPerTurn = 32;

export interface RequestTurnsOptions {
  /** Milliseconds; must not go back. */
  readonly clock?: () => number;
  /** Calls back in a later turn of the event loop, and handles what follows from one call before the next. */
  readonly nextTurn?: (run: () => void) => void;
}

/**
 * Spreads the begin of requests over turns of the event loop. Node reads all sockets that have something in one turn, and
 * a document is parsed, validated and begun in one piece: a dozen large ones at once would keep health checks waiting for
 * all of them together. At least one request begins in each turn, and those that came first begin first.
 */
export class RequestTurns {
  readonly #clock: () => number;
  readonly #nextTurn: (run: () => void) => void;
  /** By age. */
  readonly #waiting = new Set<() => void>();
  /** When the first request of this turn began; null before it. */
  #startedAt: number | null = null;
  #isScheduled = false;

  constructor({ clock, nextTurn = setImmediate }: RequestTurnsOptions = {}) {
    this.#clock = clock ?? (() => performance.now());
    this.#nextTurn = nextTurn;
  }

  /** Resolves when a request may begin: at once where this turn has time left and no other request waits. */
  take(): Promise<void> {
    if (this.#waiting.size === 0 && this.#hasTime()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      this.#schedule();
    });
  }

  #hasTime(): boolean {
    if (this.#startedAt !== null) return this.#clock() - this.#startedAt < budgetMs;
    this.#startedAt = this.#clock();
    this.#nextTurn(() => {
      this.#startedAt = null;
    });
    return true;
  }

  /** One request for each call, so that the time which it takes shows at the next. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    for (let grant = 0; grant < grantsPerTurn; grant++) this.#nextTurn(() => this.#grant());
    this.#nextTurn(() => {
      this.#isScheduled = false;
      if (this.#waiting.size > 0) this.#schedule();
    });
  }

  #grant(): void {
    const [begin] = this.#waiting;
    if (begin === undefined || !this.#hasTime()) return;
    this.#waiting.delete(begin);
    begin();
  }
}
