export type BreakerState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

export interface CircuitBreakerOptions {
  /** Failures in a row that open it. */
  readonly threshold: number;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/**
 * Whether Redis is worth asking. It begins open, and closes again by a trial in the background only: no reader pays
 * with a timeout for finding out that nothing has changed.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  #state: BreakerState = 'OPEN';
  #since: number;
  #failures = 0;
  #opens = 0;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
    this.#since = options.clock();
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Since when it is in this state, epoch milliseconds. */
  get since(): number {
    return this.#since;
  }

  /** How often it has opened: its beginning does not count. */
  get opens(): number {
    return this.#opens;
  }

  get isClosed(): boolean {
    return this.#state === 'CLOSED';
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** @returns whether this was the one that opened it */
  failed(): boolean {
    this.#failures++;
    return this.isClosed && this.#failures >= this.#options.threshold && this.open();
  }

  /** @returns false if it was open before */
  open(): boolean {
    const wasClosed = this.isClosed;
    if (wasClosed) this.#opens++;
    if (this.#state !== 'OPEN') this.#become('OPEN');
    return wasClosed;
  }

  tryAgain(): void {
    if (this.#state === 'OPEN') this.#become('HALF_OPEN');
  }

  close(): void {
    this.#failures = 0;
    if (!this.isClosed) this.#become('CLOSED');
  }

  #become(state: BreakerState): void {
    this.#state = state;
    this.#since = this.#options.clock();
  }
}
