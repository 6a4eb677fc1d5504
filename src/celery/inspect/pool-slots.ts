/** How many tasks a worker can run at once: one answer for every view. */
import type { WorkerStatsReply } from './inspect.js';

/**
 * A pool that grows by itself counts as large as it may grow; others as large as they are: a pool of processes still
 * reports the size that it was started with after it has grown. Null if the worker did not report it.
 */
export function slotsOf({ autoscaler, pool }: WorkerStatsReply): number | null {
  return autoscaler?.max ?? pool?.processes?.length ?? pool?.['max-concurrency'] ?? null;
}
