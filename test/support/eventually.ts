/**
 * Waits for a condition that nothing announces: asks again until the answer is good, and fails with the
 * last reason when it is not good in time.
 */
import { setTimeout as delay } from 'node:timers/promises';

const pause = 25;

/** What `check` returns as soon as it does not throw, which assertions do until they hold. */
export async function eventually<T>(check: () => T | Promise<T>, deadlineMs = 5_000): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
      await delay(pause);
    }
  }
}
