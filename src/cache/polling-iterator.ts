import { assertDelay } from '../timers.js';

export interface PollingOptions<R> {
  readonly report: () => R;
  /** Changes whenever a report would differ. */
  readonly version: () => number;
  readonly intervalMs: number;
  readonly clock: () => number;
  /** Any of them ends the iteration. */
  readonly signals: readonly AbortSignal[];
}

/**
 * Reports as they change, at most one per interval. A timer and listeners exist only while a reader waits, so a reader
 * that stops without calling `return` leaves nothing behind.
 */
export class PollingIterator<R> implements AsyncIterableIterator<R> {
  /** What is polled: many that poll the same can share it. */
  readonly options: PollingOptions<R>;
  readonly #returned = new AbortController();
  readonly #signals: readonly AbortSignal[];
  readonly #reports: AsyncGenerator<R, undefined>;

  constructor(options: PollingOptions<R>) {
    const { intervalMs, signals } = options;
    assertDelay('intervalMs', intervalMs);
    this.options = options;
    this.#signals = [...signals, this.#returned.signal];
    this.#reports = this.#generate();
  }

  next(): Promise<IteratorResult<R, undefined>> {
    return this.#reports.next();
  }

  /** In a generator alone, `return` waits for a pending `next`: the signal ends that first. */
  return(): Promise<IteratorResult<R, undefined>> {
    this.#returned.abort();
    return this.#reports.return(undefined);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async *#generate(): AsyncGenerator<R, undefined> {
    const { report, version, intervalMs, clock } = this.options;
    let reported: number | undefined;
    let due = clock();
    while (!this.#hasEnded()) {
      if (clock() < due) await this.#pause(due - clock());
      while (!this.#hasEnded() && version() === reported) await this.#pause(intervalMs);
      if (this.#hasEnded()) break;

      const latest = report();
      reported = version(); // after the report, whose own sweep may have moved it
      due = clock() + intervalMs;
      yield latest;
    }
    return undefined;
  }

  #hasEnded(): boolean {
    return this.#signals.some(({ aborted }) => aborted);
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        for (const signal of this.#signals) signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds).unref();
      for (const signal of this.#signals) signal.addEventListener('abort', wake);
    });
  }
}
