/** Milliseconds that deliveries may take of one turn of the event loop. */
const budget = 4;
/** A turn is divided into steps, at whose ends the time is looked at. */
const stepsPerTurn = 16;
const itemsPerStep = 4;

/**
 * Shares the event loop among all streams and everything else. When nothing has to wait for a socket, a stream with much
 * to deliver runs from one promise to the next and never lets go; and one event for a thousand subscribers would be
 * executed and written a thousand times at once. Here each item has a turn of its own, and health checks, other clients
 * and the broker are read from between the turns.
 */
export class DeliveryTurns {
  readonly #clock: () => number;
  /** By age. */
  readonly #waiting = new Set<() => void>();
  #startedAt = 0;
  #isScheduled = false;

  /** @param clock milliseconds; must not go back */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /** Resolves when one item may be delivered, in a later step of this turn of the event loop or in a later turn. */
  take(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      this.#schedule();
    });
  }

  /**
   * Node calls the immediates of one turn one after the other, and behind each of them all promises and ticks that come
   * of it: the next step sees what this one took, the writing to the sockets included.
   */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#startedAt = this.#clock();
      this.#grant();
    });
    for (let step = 2; step <= stepsPerTurn; step++) setImmediate(() => this.#grant());
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#waiting.size > 0) this.#schedule();
    });
  }

  #grant(): void {
    if (this.#clock() - this.#startedAt >= budget) return;
    let items = 0;
    for (const resolve of this.#waiting) {
      if (++items > itemsPerStep) return;
      this.#waiting.delete(resolve);
      resolve();
    }
  }
}
