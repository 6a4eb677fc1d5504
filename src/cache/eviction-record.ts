const minute = 60_000;
const minutesKept = 60;

/**
 * How many entries were evicted within the last hour, to the minute: a count per minute takes
 * the same room however fast the evictions come.
 */
export class EvictionRecord {
  readonly #perMinute = new Map<number, number>();

  add(now: number): void {
    const current = Math.floor(now / minute);
    this.#perMinute.set(current, (this.#perMinute.get(current) ?? 0) + 1);
    this.forget(now);
  }

  get total(): number {
    return [...this.#perMinute.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Drops what is older than an hour; true if that changed the total. */
  forget(now: number): boolean {
    const before = this.#perMinute.size;
    for (const past of this.#perMinute.keys()) {
      if (past > Math.floor(now / minute) - minutesKept) break; // in the order of time, as they were added
      this.#perMinute.delete(past);
    }
    return this.#perMinute.size < before;
  }
}
