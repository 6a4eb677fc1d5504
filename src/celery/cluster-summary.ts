/** The figures of a whole cluster, gathered from events, queues and inspect replies. */
import type { Celery } from './celery.js';
import type { Outcomes } from './metrics/outcome-tally.js';

export interface ClusterSummary extends Outcomes {
  readonly windowSeconds: number;
  /** Seconds of the window since the gateway started. */
  readonly observedSeconds: number;
  readonly throughputPerSecond: number;
  readonly workersOnline: number;
  readonly workersTotal: number;
  /** Waiting messages in all queues; null if the depth of any of them is unknown. */
  readonly waiting: number | null;
  readonly unacknowledged: number | null;
  /** Tasks that the broker holds until their ETA. */
  readonly delayed: number | null;
  readonly oldestWaitingAgeSeconds: number | null;
  /** Tasks whose worker died while they ran. */
  readonly orphanedTasks: number;
}

export async function clusterSummary(
  { state, queues, metrics }: Pick<Celery, 'state' | 'queues' | 'metrics'>,
  windowSeconds: number,
): Promise<ClusterSummary> {
  const [all, delayed] = await Promise.all([queues.all(), queues.delayed()]);
  const workers = state.countWorkers();
  const ages = all.flatMap((queue) => queue.oldestMessageAgeSeconds ?? []);
  const outcomes = metrics.outcomes(windowSeconds);
  return {
    ...outcomes,
    windowSeconds,
    observedSeconds: metrics.observedSeconds(windowSeconds),
    throughputPerSecond: outcomes.finished / windowSeconds,
    workersOnline: workers.online,
    workersTotal: workers.total,
    waiting: sumOf(all.map(({ messages }) => messages)),
    unacknowledged: sumOf(all.map((queue) => queue.unacknowledged)),
    delayed,
    oldestWaitingAgeSeconds: ages.length === 0 ? null : Math.max(...ages),
    orphanedTasks: state.orphanCount,
  };
}

/** The same, with the figures of tasks as they are now: the broker is not asked again. */
export function withTasksOf(
  { state, metrics }: Pick<Celery, 'state' | 'metrics'>,
  summary: ClusterSummary,
): ClusterSummary {
  const { windowSeconds } = summary;
  const outcomes = metrics.outcomes(windowSeconds);
  return {
    ...summary,
    ...outcomes,
    throughputPerSecond: outcomes.finished / windowSeconds,
    orphanedTasks: state.orphanCount,
  };
}

/** Null if any part is unknown: a sum that leaves it out would be too small. */
export function sumOf(parts: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const part of parts) {
    if (part === null) return null;
    sum += part;
  }
  return sum;
}
