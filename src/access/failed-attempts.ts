/**
 * Wrong credentials, counted for each place that they come from, so that guessing is not free. Bounded: of more places
 * than it may hold, those that failed longest ago are forgotten.
 */
import { network } from './client-key.js';

export interface CountedAttempts {
  readonly failures: number;
  /** Milliseconds until they are forgotten. */
  readonly endsIn: number;
}

/** What several replicas of the gateway count together. Never rejects. */
export interface AttemptCounter {
  /**
   * @param more failures, none to read the count
   * @param window milliseconds from the first failure until all are forgotten
   * @returns null while there is nothing to count in: then each replica counts for itself
   */
  count(place: string, more: 0 | 1, window: number): Promise<CountedAttempts | null>;
}

export interface FailedAttemptsOptions {
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** That may fail within a window. */
  readonly max?: number;
  /** Milliseconds from the first of them. */
  readonly window?: number;
  readonly maxPlaces?: number;
  /** Null, as by default, where a replica counts for itself. */
  readonly shared?: AttemptCounter | null;
}

interface Window {
  failures: number;
  endsAt: number;
}

export class FailedAttempts {
  readonly #clock: () => number;
  readonly #max: number;
  readonly #window: number;
  readonly #maxPlaces: number;
  readonly #shared: AttemptCounter | null;
  readonly #windows = new Map<string, Window>();
  /** When the last window ends in which a place has no attempt left. */
  #lockedUntil = 0;

  constructor(options: FailedAttemptsOptions) {
    const { clock, max = 10, window = 60_000, maxPlaces = 10_000, shared = null } = options;
    this.#clock = clock;
    this.#shared = shared;
    this.#max = max;
    this.#window = window;
    this.#maxPlaces = maxPlaces;
  }

  /** How many more may fail now. */
  left(address: string | null): number {
    return Math.max(0, this.#max - (this.#current(address)?.failures ?? 0));
  }

  /** Whether none may fail now. Costs next to nothing while no place is locked out. */
  isLockedOut(address: string | null): boolean {
    return this.#clock() < this.#lockedUntil && this.left(address) === 0;
  }

  /** Whole seconds until others may be tried. */
  retryAfter(address: string | null): number {
    const endsAt = this.#current(address)?.endsAt ?? this.#clock();
    return Math.max(1, Math.ceil((endsAt - this.#clock()) / 1000));
  }

  /** Learns what other replicas have counted, within the deadline of what they share. */
  async refresh(address: string | null): Promise<void> {
    if (this.#shared === null || this.left(address) === 0) return;
    this.#learn(address, await this.#shared.count(network(address), 0, this.#window));
  }

  /** One more. How many there are now. */
  add(address: string | null): number {
    const window = this.#current(address) ?? { failures: 0, endsAt: this.#clock() + this.#window };
    window.failures++;
    this.#keep(address, window);
    void this.#shared
      ?.count(network(address), 1, this.#window)
      .then((counted) => this.#learn(address, counted));
    return window.failures;
  }

  /** What others have counted can only add to the replica's own count. */
  #learn(address: string | null, counted: CountedAttempts | null): void {
    if (counted === null || counted.failures === 0) return;
    const { failures, endsIn } = counted;
    const window = this.#current(address) ?? { failures: 0, endsAt: 0 };
    if (failures <= window.failures) return;
    window.failures = failures;
    window.endsAt = Math.max(window.endsAt, this.#clock() + Math.min(endsIn, this.#window));
    this.#keep(address, window);
  }

  #keep(address: string | null, window: Window): void {
    const place = network(address);
    this.#windows.delete(place); // it becomes the youngest
    this.#windows.set(place, window);
    if (window.failures >= this.#max) this.#lockedUntil = Math.max(this.#lockedUntil, window.endsAt);
    const [oldest] = this.#windows.keys();
    if (this.#windows.size > this.#maxPlaces && oldest !== undefined) this.#windows.delete(oldest);
  }

  #current(address: string | null): Window | undefined {
    const window = this.#windows.get(network(address));
    return window !== undefined && window.endsAt > this.#clock() ? window : undefined;
  }
}
