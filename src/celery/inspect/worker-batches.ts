/**
 * Asks workers something each, but in batches: those that come while others are being asked wait, and go together. A
 * worker that does not answer is asked again, a few times: Celery announces a worker a second before it listens.
 */

/** Maximum names between two broadcasts: more are not starting workers but invented names. */
const maxWaiting = 1_000;
/** Milliseconds until a worker that did not answer is asked again, times the number of questions so far. */
const retryPause = 2_000;
/** Questions to one worker before it is asked no more until it comes anew. */
const maxTries = 4;

/** Resolves to those that did not answer and are to be asked again; to nothing where none is. */
type Ask = (hostnames: readonly string[]) => Promise<readonly string[]> | Promise<void>;

export interface WorkerBatchesOptions {
  readonly retryPause?: number;
}

export class WorkerBatches {
  readonly #ask: Ask;
  readonly #retryPause: number;
  readonly #waiting = new Map<string, number>();
  #running: Promise<void> | null = null;

  constructor(ask: Ask, options: WorkerBatchesOptions = {}) {
    this.#ask = ask;
    this.#retryPause = options.retryPause ?? retryPause;
  }

  /** Resolves, or rejects, when no name waits any more. */
  add(hostname: string, tries = 1): Promise<void> {
    if (this.#waiting.size < maxWaiting) this.#waiting.set(hostname, tries);
    this.#running ??= this.#askAll().finally(() => (this.#running = null));
    return this.#running;
  }

  async #askAll(): Promise<void> {
    while (this.#waiting.size > 0) {
      const batch = new Map(this.#waiting);
      this.#waiting.clear();
      const silent = (await this.#ask([...batch.keys()])) ?? [];
      for (const hostname of silent) this.#askLater(hostname, batch.get(hostname) ?? maxTries);
    }
  }

  #askLater(hostname: string, tries: number): void {
    if (tries >= maxTries) return;
    // A broker that is away is asked about all workers when it is back.
    const again = (): void => void this.add(hostname, tries + 1).catch(() => undefined);
    setTimeout(again, this.#retryPause * tries).unref();
  }
}
