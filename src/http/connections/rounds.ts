/** Calls many functions periodically, with one timer for all of them, and only a part of them at a time. */

/** Parts that the functions are divided into: one of them is called at each tick of the timer. */
const parts = 12;

export class Rounds implements Disposable {
  readonly #period: number;
  readonly #parts = Array.from({ length: parts }, () => new Set<() => void>());
  #at = 0;
  #size = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param period milliseconds from one call of a function to the next */
  constructor(period: number) {
    this.#period = period;
  }

  /**
   * Calls it once per period, the first time when a period has nearly passed.
   * @returns what stops it
   */
  add(call: () => void): () => void {
    const part = this.#parts[(this.#at + parts - 1) % parts];
    if (part === undefined) throw new Error('there is no such part');
    part.add(call);
    this.#size++;
    this.#timer ??= setInterval(() => this.#tick(), this.#period / parts).unref();
    return () => {
      if (!part.delete(call)) return;
      this.#size--;
      if (this.#size === 0) this[Symbol.dispose]();
    };
  }

  /** Stops the timer; a function that is added starts it again. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const part = this.#parts[this.#at];
    this.#at = (this.#at + 1) % parts;
    for (const call of part ?? []) call();
  }
}
