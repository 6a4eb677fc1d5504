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
  /** Milliseconds that follow when it has ended. */
  readonly reservedMs: number;
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
    return this.#add(work, 0);
  }

  /** Resolves in a turn that has time left, for work of so many milliseconds, at most a few, that begins at once. */
  reserve(ms: number): Promise<undefined> {
    return this.#add(nothing(), ms);
  }

  /** Takes the time for short work from this turn; false if the turn has none left. */
  spend(ms: number): boolean {
    if (this.#usedMs >= this.#sliceMs) return false;
    this.#usedMs += ms;
    this.#schedule();
    return true;
  }

  #add<T>(work: SlicedWork<T>, reservedMs: number): Promise<T> {
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
      this.#waiting.push({ step, reservedMs });
      if (this.#waiting.length === 1) this.#work();
      this.#schedule();
    });
  }

  #work(): void {
    while (this.#usedMs < this.#sliceMs) {
      const [job] = this.#waiting;
      if (job === undefined) return;
      const startedAt = this.#clock();
      const hasEnded = job.step();
      this.#usedMs += this.#clock() - startedAt + (hasEnded ? job.reservedMs : 0);
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

// eslint-disable-next-line require-yield -- it ends at once
function* nothing(): SlicedWork<undefined> {
  return undefined;
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
