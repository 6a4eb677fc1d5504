/** Figures over a window of time: pure functions of what the event stream told. */
import { percent } from '../percent.js';
import { isFinal } from './states.js';

/** What the summary needs of a finished task. Times are epoch milliseconds, durations seconds. */
export interface FinishedTask {
  readonly name: string | null;
  readonly state: string;
  readonly finishedAt: number | null;
  readonly runtimeSeconds: number | null;
  readonly queueWaitSeconds: number | null;
}

/** Seconds; null when nothing was measured. Percentiles are exact, by nearest rank. */
export interface Distribution {
  readonly count: number;
  readonly avgSeconds: number | null;
  readonly p50Seconds: number | null;
  readonly p95Seconds: number | null;
  readonly p99Seconds: number | null;
  readonly maxSeconds: number | null;
}

export interface Outcomes {
  readonly finished: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly throughputPerSecond: number;
  /** 0-100 of what succeeded or failed; null when nothing did. */
  readonly successRatePercent: number | null;
  readonly failureRatePercent: number | null;
  readonly runtime: Distribution;
  readonly queueWait: Distribution;
}

export function summarizeOutcomes(tasks: Iterable<FinishedTask>, windowSeconds: number): Outcomes {
  let finished = 0;
  let succeeded = 0;
  let failed = 0;
  const runtimes: number[] = [];
  const waits: number[] = [];
  for (const task of tasks) {
    if (!isFinal(task.state)) continue;
    finished += 1;
    if (task.state === 'SUCCESS') succeeded += 1;
    if (task.state === 'FAILURE') failed += 1;
    if (task.runtimeSeconds !== null) runtimes.push(task.runtimeSeconds);
    if (task.queueWaitSeconds !== null) waits.push(task.queueWaitSeconds);
  }
  const decided = succeeded + failed;
  return {
    finished,
    succeeded,
    failed,
    throughputPerSecond: finished / windowSeconds,
    successRatePercent: decided === 0 ? null : percent(succeeded, decided),
    failureRatePercent: decided === 0 ? null : percent(failed, decided),
    runtime: distribution(runtimes),
    queueWait: distribution(waits),
  };
}

export function distribution(values: readonly number[]): Distribution {
  const sorted = Float64Array.from(values).sort();
  const rank = (quantile: number): number | null =>
    sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? null;
  return {
    count: sorted.length,
    avgSeconds:
      sorted.length === 0 ? null : sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    p50Seconds: rank(0.5),
    p95Seconds: rank(0.95),
    p99Seconds: rank(0.99),
    maxSeconds: rank(1),
  };
}
