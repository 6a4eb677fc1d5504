import { longestDelay } from './delays.js';
import { DueQueue } from './due-queue.js';

/** Begins a load; undefined if there is none to begin after all. Never rejects. */
export type Prefetch = () => Promise<unknown> | undefined;

export interface PrefetchScheduleOptions {
  readonly clock: () => number;
  /** Loads at a time: what nobody waits for must not get in the way of those who do. */
  readonly maxRunning?: number | undefined;
  /** Calls once after so many milliseconds; gives back how to call it off. */
  readonly timer?: ((call: () => void, milliseconds: number) => () => void) | undefined;
}

/** When the caches that share it load ahead of their readers: one timer, and a few loads at a time. */
export class PrefetchSchedule implements Disposable {
  readonly #clock: () => number;
  readonly #maxRunning: number;
  readonly #timer: NonNullable<PrefetchScheduleOptions['timer']>;
  readonly #due = new DueQueue();
  readonly #prefetches = new Map<string, Prefetch>();
  #running = 0;
  #armed: { readonly at: number; readonly disarm: () => void } | undefined;
  #disposed = false;

  constructor({ clock, maxRunning = 4, timer = unreferenced }: PrefetchScheduleOptions) {
    this.#clock = clock;
    this.#maxRunning = maxRunning;
    this.#timer = timer;
  }

  /** Of what is planned; for each id one. */
  get size(): number {
    return this.#due.size;
  }

  /** Instead of whatever was planned for this id. */
  plan(id: string, at: number, prefetch: Prefetch): void {
    if (this.#disposed) return;
    this.#prefetches.set(id, prefetch);
    this.#due.set(id, at);
    this.#arm();
  }

  cancel(id: string): void {
    this.#prefetches.delete(id);
    this.#due.delete(id); // a timer that finds nothing due sets itself anew
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#due.clear();
    this.#prefetches.clear();
    this.#arm();
  }

  #runDue(): void {
    while (this.#running < this.#maxRunning) {
      const id = this.#due.take(this.#clock());
      if (id === undefined) break;
      const prefetch = this.#prefetches.get(id);
      this.#prefetches.delete(id);
      const load = prefetch?.();
      if (!load) continue;
      this.#running++;
      void load.then(() => {
        this.#running--;
        this.#runDue();
      });
    }
    this.#arm();
  }

  #arm(): void {
    const at = this.#running < this.#maxRunning ? this.#due.next : Infinity; // the end of a load looks again
    if (this.#armed?.at === at) return;
    this.#armed?.disarm();
    this.#armed = undefined;
    if (at === Infinity) return;
    const delay = Math.min(Math.max(0, Math.ceil(at - this.#clock())), longestDelay);
    const ring = () => {
      this.#armed = undefined;
      this.#runDue();
    };
    this.#armed = { at, disarm: this.#timer(ring, delay) };
  }
}

function unreferenced(call: () => void, milliseconds: number): () => void {
  const timeout = setTimeout(call, milliseconds).unref();
  return () => clearTimeout(timeout);
}
