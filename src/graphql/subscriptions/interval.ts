/** Streams that read something once per interval, and emit it if it is not what they emitted last. */
import { PollingIterator } from '../../cache/polling-iterator.js';
import { BadUserInputError } from '../../errors.js';

const shortestInterval = 0.1;
const longestInterval = 3_600;

export const intervalArg = {
  defaultValue: 1,
  description: `Minimum number of seconds between two items: ${shortestInterval} to ${longestInterval}.`,
} as const;

/**
 * In milliseconds.
 * @throws BadUserInputError when it is outside of what is accepted
 */
export function intervalMs(seconds: number | null | undefined): number {
  const interval = seconds ?? intervalArg.defaultValue;
  if (interval >= shortestInterval && interval <= longestInterval) return interval * 1000;
  throw new BadUserInputError(`intervalSeconds must be from ${shortestInterval} to ${longestInterval}`);
}

/**
 * A moment to look, at once and then once per interval. What is read at these moments comes through the caches,
 * which bounds what the cluster is asked, however many subscribe; the plugin that executes them leaves out an answer
 * that is the
 * same as the last.
 */
export class IntervalTicks extends PollingIterator<object> {
  constructor(interval: number, signal: AbortSignal) {
    let looks = 0;
    super({
      report: () => ({}),
      version: () => ++looks,
      intervalMs: interval,
      clock: () => performance.now(),
      signals: [signal],
    });
  }
}
