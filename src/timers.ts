/**
 * Deadlines and bounds of timers. Every wait has a deadline: these put one on what has none of its own. A deadline judges others, so it first makes
 * sure that it was not our own event loop that stood still: what has arrived meanwhile is read before it expires.
 */
import { TimeoutError } from './errors.js';

/** Milliseconds that a timer may be late before our own loop counts as stalled. */
const punctual = 50;
/** Milliseconds that the other side gets after a stall, from now on: some answers take a further round trip. */
const grace = 250;
/** A loop that stalls again and again still has deadlines. */
const maxGraces = 4;

/**
 * Calls `expire` after that time, and never before the event loop has looked at its sockets once more.
 * @returns what stops it
 */
export function startDeadline(milliseconds: number, expire: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let graces = maxGraces;
  const wait = (period: number): void => {
    const due = performance.now() + period;
    timer = setTimeout(() => {
      const late = performance.now() - due;
      // Node counts from the start of the turn: after a long turn a timer is early by as much.
      if (late < -1 && graces-- > 0) wait(-late);
      else if (late > punctual && graces-- > 0) wait(Math.min(milliseconds, grace));
      else immediate = setImmediate(expire); // between the two, sockets are read
    }, period);
  };
  wait(milliseconds);
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}

/** @throws TimeoutError when `work` has not settled after `milliseconds`; what it does later is ignored. */
export async function withDeadline<T>(work: Promise<T>, milliseconds: number, what: string): Promise<T> {
  let stop: (() => void) | undefined;
  const deadline = new Promise<never>((_, reject) => {
    stop = startDeadline(milliseconds, () => reject(new TimeoutError(what, milliseconds)));
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    stop?.();
    work.catch(() => undefined);
  }
}

/** The longest delay of a timer; Node fires a longer one at once. */
export const longestDelay = 2 ** 31 - 1;

export function assertDelay(option: string, milliseconds: number): void {
  if (milliseconds > 0 && milliseconds <= longestDelay) return;
  throw new RangeError(
    `${option} must be more than 0 and at most ${longestDelay} ms, got ${milliseconds}`,
  );
}
