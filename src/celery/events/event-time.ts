/** The time of an event, which is by the clock of its sender: that may be minutes off, or in the future. */
import { maxAheadMs } from '../tasks/task-settle.js';
import type { CeleryEvent } from './event.js';

/** Milliseconds. Clocks that differ by less are the same: messages wait on their way. */
const sameClockMs = 60_000;

/** What to add to this timestamp to have it by our own clock: 0 unless the two are minutes apart. */
export function clockOffset(timestampMs: number, at: number): number {
  const offset = at - timestampMs;
  return Math.abs(offset) < sameClockMs ? 0 : offset;
}

/**
 * No event comes from the future: one that claims to would count as recent in every window until then, so it counts
 * as of the moment when it was received.
 */
export function withSaneTime<E extends CeleryEvent>(event: E, receivedAt: number): E {
  const isAhead = event.timestampMs > receivedAt + maxAheadMs;
  return isAhead ? { ...event, timestampMs: receivedAt } : event;
}
