/** Orders messages of several nodes. Counterpart of `kombu.clocks.LamportClock`. */
export class LamportClock {
  #value = 0;

  get value(): number {
    return this.#value;
  }

  /** The clock of a message that is about to be sent. */
  forward(): number {
    this.#value += 1;
    return this.#value;
  }

  /** A message with this clock came in. Nonsense is ignored: it would spoil the order for good. */
  adjust(other: unknown): void {
    if (typeof other !== 'number' || !Number.isSafeInteger(other)) return;
    this.#value = Math.max(this.#value, other) + 1;
  }
}
