import { longestDelay } from '../../timers.js';

/** Begins a load; undefined if no load is needed any more. Never rejects. */
export type Prefetch = () => Promise<unknown> | undefined;

export interface PrefetchScheduleOptions {
  readonly clock: () => number;
  /** Loads at a time: prefetches must not delay the loads that readers wait for. */
  readonly maxRunning?: number | undefined;
  /** Calls once after so many milliseconds; returns a function that cancels the call. */
  readonly timer?: ((call: () => void, milliseconds: number) => () => void) | undefined;
}

interface Planned {
  readonly id: string;
  readonly at: number;
  readonly prefetch: Prefetch;
}

/**
 * When the caches that share it load ahead of their readers: one timer, and a few loads at a time. The caches of a
 * gateway hold 850 keys: looking through all of them when the timer ends is cheaper than keeping them in order.
 */
export class PrefetchSchedule implements Disposable {
  readonly #clock: () => number;
  readonly #maxRunning: number;
  readonly #timer: NonNullable<PrefetchScheduleOptions['timer']>;
  readonly #planned = new Map<string, Planned>();
  /** No planned prefetch is due before; it may be too early, never too late. */
  #next = Infinity;
  #running = 0;
  #armed: { readonly at: number; readonly disarm: () => void } | undefined;
  #disposed = false;

  constructor({ clock, maxRunning = 4, timer = unreferenced }: PrefetchScheduleOptions) {
    this.#clock = clock;
    this.#maxRunning = maxRunning;
    this.#timer = timer;
  }

  /** Planned prefetches, at most one for each id. */
  get size(): number {
    return this.#planned.size;
  }

  /** Replaces the plan of this id. */
  plan(id: string, at: number, prefetch: Prefetch): void {
    if (this.#disposed) return;
    this.#planned.set(id, { id, at, prefetch });
    this.#next = Math.min(this.#next, at);
    this.#arm();
  }

  cancel(id: string): void {
    this.#planned.delete(id); // a timer that finds nothing due is set again
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#planned.clear();
    this.#next = Infinity;
    this.#arm();
  }

  #runDue(): void {
    for (const planned of this.#due()) {
      if (this.#running >= this.#maxRunning) break;
      if (this.#planned.get(planned.id) !== planned) continue; // replaced by a prefetch before it
      this.#planned.delete(planned.id);
      const load = planned.prefetch();
      if (!load) continue;
      this.#running++;
      void load.then(() => {
        this.#running--;
        this.#runDue();
      });
    }
    this.#next = Infinity;
    for (const { at } of this.#planned.values()) this.#next = Math.min(this.#next, at);
    this.#arm();
  }

  /** Prefetches whose moment has come, the earliest first. */
  #due(): readonly Planned[] {
    const now = this.#clock();
    if (this.#running >= this.#maxRunning || this.#next > now) return [];
    return [...this.#planned.values()].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
  }

  #arm(): void {
    const at = this.#running < this.#maxRunning ? this.#next : Infinity; // the end of a load looks again
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
