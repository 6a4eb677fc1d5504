/** Lets one log line a minute through, and counts what it stands for: a bad producer must not fill the disk. */
export class LogThrottle {
  readonly #clock: () => number;
  readonly #intervalMs: number;
  #nextAt = -Infinity;
  #count = 0;

  constructor(clock: () => number, intervalMs = 60_000) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** Counts one occurrence. How many to report now, this one included; 0 to stay silent. */
  due(): number {
    this.#count++;
    const now = this.#clock();
    if (now < this.#nextAt) return 0;
    this.#nextAt = now + this.#intervalMs;
    const count = this.#count;
    this.#count = 0;
    return count;
  }
}
