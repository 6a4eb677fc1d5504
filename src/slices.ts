/**
 * Long work in short slices: work is a generator that yields wherever it may be interrupted, and all work of the process
 * together gets a few milliseconds of each turn of the event loop. So no reader can hold up the others, nor can many.
 */

/** Milliseconds of each turn of the event loop. */
const defaultSliceMs = 4;

export interface SlicesOptions {
  /** Milliseconds; must not go back. */
  readonly clock?: () => number;
  readonly sliceMs?: number;
  /** Calls back in a later turn of the event loop. */
  readonly nextTurn?: (run: () => void) => void;
}

/** Work that returns its result. It yields at least once in a millisecond, where it can be interrupted. */
export type SlicedWork<T> = Generator<undefined, T, undefined>;

interface Job {
  /** Runs to the next place where the work can be interrupted. @returns whether it has ended */
  readonly step: () => boolean;
}

export class Slices {
  readonly #clock: () => number;
  readonly #sliceMs: number;
  readonly #nextTurn: (run: () => void) => void;
  /** Those that have waited longest first. */
  readonly #waiting: Job[] = [];
  /** Milliseconds that work has taken in this turn of the event loop. */
  #usedMs = 0;
  #isScheduled = false;
  /** Whether the first of those that wait was interrupted in the last turn. */
  #isFirstCut = false;

  constructor({ clock, sliceMs = defaultSliceMs, nextTurn = setImmediate }: SlicesOptions = {}) {
    this.#clock = clock ?? (() => performance.now());
    this.#sliceMs = sliceMs;
    this.#nextTurn = nextTurn;
  }

  /** Begins at once where this turn has time left; what takes longer goes on in later turns. */
  run<T>(work: SlicedWork<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const step = (): boolean => {
        try {
          const { done, value } = work.next();
          if (done !== true) return false;
          resolve(value);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
        return true;
      };
      this.#waiting.push({ step });
      if (this.#waiting.length === 1) this.#work();
      this.#schedule();
    });
  }

  #work(): void {
    const startedAt = this.#clock();
    const usedBefore = this.#usedMs;
    while (this.#usedMs < this.#sliceMs) {
      const [job] = this.#waiting;
      if (job === undefined) return;
      const hasEnded = job.step();
      this.#usedMs = usedBefore + this.#clock() - startedAt;
      if (hasEnded) this.#waiting.shift();
      else if (this.#usedMs >= this.#sliceMs) this.#isFirstCut = true;
    }
  }

  #schedule(): void {
    if (this.#isScheduled || (this.#waiting.length === 0 && this.#usedMs === 0)) return;
    this.#isScheduled = true;
    this.#nextTurn(() => {
      this.#isScheduled = false;
      this.#usedMs = 0;
      // Short work does not wait for the end of long work.
      if (this.#isFirstCut) this.#waiting.push(...this.#waiting.splice(0, 1));
      this.#isFirstCut = false;
      this.#work();
      this.#schedule();
    });
  }
}

/** Of this process: all work shares its turns. */
export const slices = new Slices();

/** Does all of it at once. */
export function atOnce<T>(work: SlicedWork<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}
