/** Calls back when credentials expire. One timer, however many wait. */

/** Milliseconds that Node's timers can count; after a longer time it is looked at again. */
const longest = 2 ** 31 - 1;

export class Expirations {
  readonly #clock: () => number;
  readonly #waiting = new Set<{ readonly at: number; readonly expire: () => void }>();
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Infinity;

  /** @param clock epoch milliseconds */
  constructor(clock: () => number = Date.now) {
    this.#clock = clock;
  }

  /**
   * Calls `expire` at that time, or never when it is null.
   * @returns what stops it
   */
  add(at: number | null, expire: () => void): () => void {
    if (at === null) return () => undefined;
    const waiting = { at, expire };
    this.#waiting.add(waiting);
    if (at < this.#dueAt) this.#arm(at);
    return () => {
      this.#waiting.delete(waiting);
      if (this.#waiting.size === 0) this.#disarm();
    };
  }

  #arm(at: number): void {
    clearTimeout(this.#timer);
    this.#dueAt = at;
    const wait = Math.min(Math.max(0, at - this.#clock()), longest);
    this.#timer = setTimeout(() => this.#look(), wait).unref();
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#dueAt = Infinity;
  }

  #look(): void {
    const now = this.#clock();
    this.#dueAt = Infinity;
    let next = Infinity;
    for (const waiting of [...this.#waiting]) {
      if (waiting.at > now) next = Math.min(next, waiting.at);
      else if (this.#waiting.delete(waiting)) waiting.expire();
    }
    if (next < this.#dueAt) this.#arm(next);
  }
}
