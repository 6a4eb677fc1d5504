/** The figures of a whole cluster, gathered from its state, its queues and what its workers have told. */
import type { Celery } from './celery.js';
import type { State } from './events/state.js';
import { percent } from '../percent.js';
import { distribution, summarizeOutcomes } from './summary.js';
import type { Distribution, FinishedTask, Outcomes } from './summary.js';

export interface ClusterSummary extends Outcomes {
  readonly windowSeconds: number;
  readonly workersOnline: number;
  readonly workersTotal: number;
  /** Waiting messages in all queues. */
  readonly waiting: number;
  readonly unacknowledged: number | null;
  readonly oldestWaitingAgeSeconds: number | null;
}

export interface TaskTypeSummary {
  readonly name: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly total: number;
  readonly failureRatePercent: number | null;
  readonly runtime: Distribution;
  readonly queueWait: Distribution;
}

export async function clusterSummary(
  { state, queues, clock }: Pick<Celery, 'state' | 'queues' | 'clock'>,
  windowSeconds: number,
): Promise<ClusterSummary> {
  const all = await queues.all();
  const workers = state.workers();
  const unacknowledged = all.map((queue) => queue.unacknowledged);
  const ages = all.flatMap((queue) => queue.oldestMessageAgeSeconds ?? []);
  return {
    ...summarizeOutcomes(state.finishedSince(clock() - windowSeconds * 1000), windowSeconds),
    windowSeconds,
    workersOnline: workers.filter(({ status }) => status === 'ONLINE').length,
    workersTotal: workers.length,
    waiting: all.reduce((sum, { messages }) => sum + messages, 0),
    unacknowledged: unacknowledged.some((count) => count === null)
      ? null
      : unacknowledged.reduce<number>((sum, count) => sum + (count ?? 0), 0),
    oldestWaitingAgeSeconds: ages.length === 0 ? null : Math.max(...ages),
  };
}

interface Tally {
  readonly counts: Record<string, number>;
  readonly runtimes: number[];
  readonly waits: number[];
}

/** By task name, of all tasks in the store. */
export function taskTypeSummaries(state: State): readonly TaskTypeSummary[] {
  const tallies = new Map<string, Tally>();
  const add = ({ name, state: taskState, runtimeSeconds, queueWaitSeconds }: FinishedTask): void => {
    if (name === null) return;
    const tally = tallies.get(name) ?? { counts: {}, runtimes: [], waits: [] };
    tallies.set(name, tally);
    tally.counts[taskState] = (tally.counts[taskState] ?? 0) + 1;
    if (runtimeSeconds !== null) tally.runtimes.push(runtimeSeconds);
    if (queueWaitSeconds !== null) tally.waits.push(queueWaitSeconds);
  };
  for (const task of state.finishedSince(0)) add(task);
  for (const task of state.unfinished()) add(task);
  return [...tallies]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { counts, runtimes, waits }]) => {
      const failed = counts['FAILURE'] ?? 0;
      const decided = failed + (counts['SUCCESS'] ?? 0);
      return {
        name,
        counts,
        total: Object.values(counts).reduce((sum, count) => sum + count, 0),
        failureRatePercent: decided === 0 ? null : percent(failed, decided),
        runtime: distribution(runtimes),
        queueWait: distribution(waits),
      };
    });
}
