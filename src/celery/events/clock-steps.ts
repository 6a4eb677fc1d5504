/** Notices that the gateway's own clock was set, forward or back, as by NTP or after its machine was suspended. */

/** Milliseconds by which two readings of the clocks may differ though neither was set. */
const tolerance = 1_000;

export class ClockSteps {
  readonly #clock: () => number;
  readonly #monotonic: () => number;
  #offset: number;

  /**
   * @param clock epoch milliseconds
   * @param monotonic milliseconds of a clock that only runs
   */
  constructor(clock: () => number, monotonic: () => number) {
    this.#clock = clock;
    this.#monotonic = monotonic;
    this.#offset = clock() - monotonic();
  }

  /** Milliseconds by which the clock was set since the last call; 0 if it only ran. */
  take(): number {
    const offset = this.#clock() - this.#monotonic();
    const step = offset - this.#offset;
    this.#offset = offset;
    return Math.abs(step) < tolerance ? 0 : step;
  }
}
