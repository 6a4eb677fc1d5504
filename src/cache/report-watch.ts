import { assertDelay } from './delays.js';

export interface ReportWatchOptions<R> {
  readonly report: () => R;
  /** Moves whenever a report would read differently. */
  readonly version: () => number;
  readonly intervalMs: number;
  readonly clock: () => number;
  /** Any of them ends the watch. */
  readonly signals: readonly AbortSignal[];
}

/**
 * Reports as they change. A timer and listeners exist only while a reader waits, so one that walks
 * away without a word leaves nothing behind.
 */
export class ReportWatch<R> implements AsyncIterableIterator<R> {
  readonly #options: ReportWatchOptions<R>;
  readonly #returned = new AbortController();
  readonly #signals: readonly AbortSignal[];
  readonly #reports: AsyncGenerator<R, undefined>;

  constructor(options: ReportWatchOptions<R>) {
    const { intervalMs, signals } = options;
    assertDelay('intervalMs', intervalMs);
    this.#options = options;
    this.#signals = [...signals, this.#returned.signal];
    this.#reports = this.#generate();
  }

  next(): Promise<IteratorResult<R, undefined>> {
    return this.#reports.next();
  }

  /** A generator alone would keep its return waiting behind a pending next: the signal ends that one first. */
  return(): Promise<IteratorResult<R, undefined>> {
    this.#returned.abort();
    return this.#reports.return(undefined);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async *#generate(): AsyncGenerator<R, undefined> {
    const { report, version, intervalMs, clock } = this.#options;
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
