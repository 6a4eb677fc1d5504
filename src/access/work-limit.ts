/** How much work runs at once: the rest waits in a line that is not endless. */
import { TooManyAttemptsError } from '../errors.js';

export interface WorkLimitOptions {
  readonly maxRunning: number;
  readonly maxWaiting: number;
}

export class WorkLimit {
  readonly #options: WorkLimitOptions;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: WorkLimitOptions) {
    this.#options = options;
  }

  /** @throws TooManyAttemptsError when the line is full */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const { maxRunning, maxWaiting } = this.#options;
    if (this.#running >= maxRunning) {
      if (this.#waiting.length >= maxWaiting) throw new TooManyAttemptsError(1);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next)
        next(); // it takes over the place
      else this.#running--;
    }
  }
}
