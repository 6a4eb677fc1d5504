/** Figures that the whole cluster and each task name have alike. */
import { relativeError, type Distribution } from '../../celery/metrics/duration-histogram.js';
import { longestWindow } from '../../celery/metrics/task-metrics.js';
import type { Outcomes } from '../../celery/metrics/outcome-tally.js';
import { BadUserInputError } from '../../errors.js';
import { builder } from '../builder.js';

const within = `Within ${relativeError * 100} % of a measured duration`;
const unmeasured = 'null if nothing was measured.';

export const DistributionType = builder.objectRef<Distribution>('Distribution').implement({
  description:
    'Distribution of durations, in seconds. All fields but `count` are null if nothing was measured.',
  fields: (t) => {
    const seconds = (name: Exclude<keyof Distribution, 'count'>, description: string) =>
      t.float({ nullable: true, description, resolve: (distribution) => distribution[name] });
    return {
      count: t.exposeFloat('count', { description: 'Number of measured durations.' }),
      avgSeconds: seconds('avgSeconds', `Mean, exact; ${unmeasured}`),
      p50Seconds: seconds('p50Seconds', `Median. ${within}; ${unmeasured}`),
      p95Seconds: seconds('p95Seconds', `95th percentile. ${within}; ${unmeasured}`),
      p99Seconds: seconds('p99Seconds', `99th percentile. ${within}; ${unmeasured}`),
      maxSeconds: seconds('maxSeconds', `Longest duration; ${unmeasured}`),
    };
  },
});

/** For types that are made around such figures. */
export interface WithOutcomes {
  readonly figures: Outcomes;
}

export const OutcomesInterface = builder.interfaceRef<WithOutcomes>('TaskOutcomes').implement({
  description:
    'Outcomes of tasks. A task counts once, with its last final state: a failure that is followed by a success or a retry is subtracted again.',
  fields: (t) => ({
    finished: t.float({
      description: 'Number of tasks that reached a final state.',
      resolve: ({ figures }) => figures.finished,
    }),
    succeeded: t.float({
      description: 'Number of tasks whose last final state is SUCCESS.',
      resolve: ({ figures }) => figures.succeeded,
    }),
    failed: t.float({
      description: 'Number of tasks whose last final state is FAILURE.',
      resolve: ({ figures }) => figures.failed,
    }),
    successRatePercent: t.float({
      nullable: true,
      description: 'Percentage of the tasks that succeeded or failed; null if there are none.',
      resolve: ({ figures }) => figures.successRatePercent,
    }),
    failureRatePercent: t.float({
      nullable: true,
      description: 'Percentage of the tasks that succeeded or failed; null if there are none.',
      resolve: ({ figures }) => figures.failureRatePercent,
    }),
    runtime: t.field({
      type: DistributionType,
      description: 'Run time, as measured by the workers. They report it only for tasks that succeeded.',
      resolve: ({ figures }) => figures.runtime,
    }),
    queueWait: t.field({
      type: DistributionType,
      description: 'Time from the sending, or from the ETA if that is later, to the start.',
      resolve: ({ figures }) => figures.queueWait,
    }),
  }),
});

/** @throws BadUserInputError when it is outside what the figures cover */
export function checkWindow(windowSeconds: number): number {
  if (windowSeconds < 1 || windowSeconds > longestWindow)
    throw new BadUserInputError(`windowSeconds must be from 1 to ${longestWindow}`);
  return windowSeconds;
}
