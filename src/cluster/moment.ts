/** A time in the arguments of a read: fixed, or relative to the start of the operation that reads. */

/** A time that moves with the clock. In a cache key it is the same text for the same distance, however it was written. */
export class RelativeTime {
  readonly offsetMs: number;

  constructor(offsetMs: number) {
    this.offsetMs = offsetMs;
  }

  toJSON(): string {
    const seconds = this.offsetMs / 1_000;
    return `${seconds < 0 ? '' : '+'}${seconds}s`;
  }
}

/** Epoch milliseconds, or a distance from the start of the operation. */
export type Moment = number | RelativeTime;

/** @param now epoch milliseconds: the start of the operation */
export function momentAt(moment: Moment, now: number): number {
  return moment instanceof RelativeTime ? now + moment.offsetMs : moment;
}
