/** Streams that look at something once per interval, and tell what they see when it is not what they saw last. */
import { ReportWatch } from '../../cache/report-watch.js';
import { BadUserInputError } from '../../errors.js';

const shortestInterval = 0.1;
const longestInterval = 3_600;

export const intervalArg = {
  defaultValue: 1,
  description: `${shortestInterval} to ${longestInterval}.`,
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
 * which bounds what the cluster is asked, however many look; whoever executes them leaves out an answer that is the
 * same as the last.
 */
export class Looks extends ReportWatch<object> {
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
