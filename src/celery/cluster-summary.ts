/** The figures of a whole cluster, gathered from its events, its queues and what its workers have told. */
import type { Celery } from './celery.js';
import type { Outcomes } from './metrics/outcome-tally.js';

export interface ClusterSummary extends Outcomes {
  readonly windowSeconds: number;
  /** What of the window has been watched. */
  readonly observedSeconds: number;
  readonly throughputPerSecond: number;
  readonly workersOnline: number;
  readonly workersTotal: number;
  /** Waiting messages in all queues. */
  readonly waiting: number;
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
  const workers = state.workers();
  const unacknowledged = all.map((queue) => queue.unacknowledged);
  const ages = all.flatMap((queue) => queue.oldestMessageAgeSeconds ?? []);
  const outcomes = metrics.outcomes(windowSeconds);
  return {
    ...outcomes,
    windowSeconds,
    observedSeconds: metrics.observedSeconds(windowSeconds),
    throughputPerSecond: outcomes.finished / windowSeconds,
    workersOnline: workers.filter(({ status }) => status === 'ONLINE').length,
    workersTotal: workers.length,
    waiting: all.reduce((sum, { messages }) => sum + messages, 0),
    unacknowledged: unacknowledged.some((count) => count === null)
      ? null
      : unacknowledged.reduce<number>((sum, count) => sum + (count ?? 0), 0),
    delayed,
    oldestWaitingAgeSeconds: ages.length === 0 ? null : Math.max(...ages),
    orphanedTasks: state.orphanCount,
  };
}
