/**
 * Notices when this process stood still: it was stopped, its machine was suspended, or something kept the event loop
 * busy. Nothing that happened meanwhile could be noticed when it happened.
 */

/** Milliseconds. */
const interval = 1_000;
/** A timer may be late by this much on a busy machine. */
const tolerance = 2_000;
/** How long a stall explains what is noticed after it. */
const aftermath = 10_000;

export class EventLoopStallDetector {
  readonly #now: () => number;
  #tickAt: number;
  #stall = { length: 0, end: -Infinity };

  /** @param now milliseconds of a clock that goes on while the process does not */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#tickAt = now();
  }

  /** Returns what stops it. */
  start(): () => void {
    this.#tickAt = this.#now();
    const timer = setInterval(() => this.tick(), interval).unref();
    return () => clearInterval(timer);
  }

  /** What the timer does once a second. */
  tick(): void {
    const now = this.#now();
    const length = now - this.#tickAt;
    if (length > interval + tolerance) this.#stall = { length, end: now };
    this.#tickAt = now;
  }

  /** Milliseconds of the stall that goes on or ended within `aftermath`; 0 if there was none. */
  get recentStall(): number {
    this.tick();
    return this.#now() < this.#stall.end + aftermath ? this.#stall.length : 0;
  }
}
