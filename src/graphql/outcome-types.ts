/** Figures that the whole cluster and each task name have alike. */
import { relativeError, type Distribution } from '../celery/metrics/duration-histogram.js';
import { longestWindow } from '../celery/metrics/task-metrics.js';
import type { Outcomes } from '../celery/metrics/outcome-tally.js';
import { BadUserInputError } from '../errors.js';
import { builder } from './builder.js';

const within = `Within ${relativeError * 100} % of a duration that was measured`;
const unmeasured = 'null when nothing was measured.';

export const DistributionType = builder.objectRef<Distribution>('Distribution').implement({
  description: 'How durations are spread, in seconds. All are null when nothing was measured.',
  fields: (t) => {
    const seconds = (name: Exclude<keyof Distribution, 'count'>, description: string) =>
      t.float({ nullable: true, description, resolve: (distribution) => distribution[name] });
    return {
      count: t.exposeInt('count', { description: 'How many were measured.' }),
      avgSeconds: seconds('avgSeconds', `The mean, exact; ${unmeasured}`),
      p50Seconds: seconds('p50Seconds', `The median. ${within}; ${unmeasured}`),
      p95Seconds: seconds('p95Seconds', `95 of 100 are at most this. ${within}; ${unmeasured}`),
      p99Seconds: seconds('p99Seconds', `99 of 100 are at most this. ${within}; ${unmeasured}`),
      maxSeconds: seconds('maxSeconds', `The longest; ${unmeasured}`),
    };
  },
});

/** For types that are made around such figures. */
export interface WithOutcomes {
  readonly figures: Outcomes;
}

export const OutcomesInterface = builder.interfaceRef<WithOutcomes>('TaskOutcomes').implement({
  description:
    'What tasks came to. A task counts once, at its last final state: a failure that a success overtakes, or that a retry takes back, is taken back here.',
  fields: (t) => ({
    finished: t.int({
      description: 'Tasks that reached a final state.',
      resolve: ({ figures }) => figures.finished,
    }),
    succeeded: t.int({ resolve: ({ figures }) => figures.succeeded }),
    failed: t.int({ resolve: ({ figures }) => figures.failed }),
    successRatePercent: t.float({
      nullable: true,
      description: 'Of those that succeeded or failed; null when none did.',
      resolve: ({ figures }) => figures.successRatePercent,
    }),
    failureRatePercent: t.float({
      nullable: true,
      description: 'Of those that succeeded or failed; null when none did.',
      resolve: ({ figures }) => figures.failureRatePercent,
    }),
    runtime: t.field({
      type: DistributionType,
      description: 'As workers measured it, of those that succeeded: they tell it of no others.',
      resolve: ({ figures }) => figures.runtime,
    }),
    queueWait: t.field({
      type: DistributionType,
      description: 'From sending, or from the ETA if that was later, to the start.',
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
