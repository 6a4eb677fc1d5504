/**
 * Wrong credentials, counted for each place that they come from, so that guessing is not free. Bounded: of more places
 * than it may hold, those that failed longest ago are forgotten.
 */
import { network } from './client-key.js';

export interface FailedAttemptsOptions {
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** That may fail within a window. */
  readonly max?: number;
  /** Milliseconds from the first of them. */
  readonly window?: number;
  readonly maxPlaces?: number;
}

interface Window {
  failures: number;
  readonly endsAt: number;
}

export class FailedAttempts {
  readonly #clock: () => number;
  readonly #max: number;
  readonly #window: number;
  readonly #maxPlaces: number;
  readonly #windows = new Map<string, Window>();

  constructor({ clock, max = 10, window = 60_000, maxPlaces = 10_000 }: FailedAttemptsOptions) {
    this.#clock = clock;
    this.#max = max;
    this.#window = window;
    this.#maxPlaces = maxPlaces;
  }

  /** How many more may fail now. */
  left(address: string | null): number {
    return Math.max(0, this.#max - (this.#current(address)?.failures ?? 0));
  }

  /** Whole seconds until others may be tried. */
  retryAfter(address: string | null): number {
    const endsAt = this.#current(address)?.endsAt ?? this.#clock();
    return Math.max(1, Math.ceil((endsAt - this.#clock()) / 1000));
  }

  /** One more. How many there are now. */
  add(address: string | null): number {
    const place = network(address);
    const window = this.#current(address) ?? { failures: 0, endsAt: this.#clock() + this.#window };
    window.failures++;
    this.#windows.delete(place); // it becomes the youngest
    this.#windows.set(place, window);
    const [oldest] = this.#windows.keys();
    if (this.#windows.size > this.#maxPlaces && oldest !== undefined) this.#windows.delete(oldest);
    return window.failures;
  }

  #current(address: string | null): Window | undefined {
    const window = this.#windows.get(network(address));
    return window !== undefined && window.endsAt > this.#clock() ? window : undefined;
  }
}
