/** Asks workers something each, but in batches: those that come while others are being asked wait, and go together. */

/** More names than this, between two broadcasts, are not workers that start but somebody who makes names up. */
const maxWaiting = 1_000;

export class WorkerBatches {
  readonly #ask: (hostnames: readonly string[]) => Promise<void>;
  readonly #waiting = new Set<string>();
  #running: Promise<void> | null = null;

  constructor(ask: (hostnames: readonly string[]) => Promise<void>) {
    this.#ask = ask;
  }

  /** Resolves, or rejects, when nobody waits any more. */
  add(hostname: string): Promise<void> {
    if (this.#waiting.size < maxWaiting) this.#waiting.add(hostname);
    this.#running ??= this.#askAll().finally(() => (this.#running = null));
    return this.#running;
  }

  async #askAll(): Promise<void> {
    while (this.#waiting.size > 0) {
      const hostnames = [...this.#waiting];
      this.#waiting.clear();
      await this.#ask(hostnames);
    }
  }
}
