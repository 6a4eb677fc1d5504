/** What is loaded before the first readers come, for those who wonder why a gateway is not ready. */
import { builder } from './builder.js';
import { ErrorCodeEnum } from './enums.js';
import { warmUpNames, type WarmUpName } from '../cluster/warm-up-names.js';
import type { WarmUpLoad, WarmUpReport } from '../cluster/warm-up.js';

const WarmUpStateEnum = builder.enumType('WarmUpState', {
  description: 'Progress of the warm-up.',
  values: {
    OFF: { description: 'No loads are configured.' },
    WAITING: {
      description: 'Waiting for the broker, and for the workers to report their tasks.',
    },
    LOADING: { description: 'Loads are running.' },
    WARM: { description: 'All loads have ended: the first reads find their values in the caches.' },
    LATE: {
      description:
        'The deadline has passed: readiness no longer waits for the warm-up. The missing values are still loaded.',
    },
  } as const,
});

const loadDescriptions: Readonly<Record<WarmUpName, string>> = {
  workers: 'The list of workers.',
  worker_stats: 'The statistics of each worker.',
  queues: 'The queues, and the workers that consume them.',
  metrics_summary: 'Statistics over a window of time.',
  health: 'The checks of `Health`.',
  task_status: 'The number of tasks in each state, and what the workers are running.',
  task_types: 'Statistics by task name.',
  tasks: 'The first pages of tasks.',
};

const WarmUpLoadKindEnum = builder.enumType('WarmUpLoadKind', {
  description: 'Values that can be loaded before a client requests them.',
  values: Object.fromEntries(
    warmUpNames.map((name) => [
      name.toUpperCase(),
      { value: name, description: loadDescriptions[name] },
    ]),
  ) as Record<Uppercase<WarmUpName>, { value: WarmUpName; description: string }>,
});

const WarmUpLoadStatusEnum = builder.enumType('WarmUpLoadStatus', {
  description: 'Progress of one load.',
  values: {
    WAITING: { description: 'The load has not started.' },
    LOADING: { description: 'The load is running.' },
    LOADED: { description: 'The value is in its cache.' },
    FAILED: {
      description:
        'The load failed; the other loads continue. It is repeated if the broker did not answer.',
    },
  } as const,
});

const WarmUpLoadType = builder.objectRef<WarmUpLoad>('WarmUpLoad').implement({
  description: 'A value that is loaded before a client requests it.',
  fields: (t) => ({
    kind: t.expose('name', { type: WarmUpLoadKindEnum, description: 'What is loaded.' }),
    name: t.exposeString('name', {
      description: 'The kind as `--warm-up` names it, in lower case, such as `task_status`.',
    }),
    status: t.expose('status', {
      type: WarmUpLoadStatusEnum,
      description: 'Progress of the load.',
    }),
    durationSeconds: t.exposeFloat('durationSeconds', {
      nullable: true,
      description: 'Duration of the last attempt, in seconds; null until it has ended.',
    }),
    error: t.expose('error', {
      type: ErrorCodeEnum,
      nullable: true,
      description: 'Error of the last attempt; null if it did not fail.',
    }),
  }),
});

export const WarmUpType = builder.objectRef<WarmUpReport>('WarmUp').implement({
  description:
    'The values that are loaded into the caches after the start, and after each outage, before clients request them.',
  fields: (t) => ({
    state: t.expose('state', { type: WarmUpStateEnum, description: 'Progress of the warm-up.' }),
    startedAt: t.field({
      type: 'DateTime',
      description: 'When the gateway was started, or its connection was established or lost.',
      resolve: ({ startedAt }) => startedAt,
    }),
    finishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When every load had ended; null before that.',
      resolve: ({ finishedAt }) => finishedAt,
    }),
    deadlineSeconds: t.exposeFloat('deadlineSeconds', {
      description:
        'Seconds after which the gateway reports that it is ready even if loads have not ended.',
    }),
    jitterSeconds: t.exposeFloat('jitterSeconds', {
      description:
        'Maximum random delay before the warm-up, in seconds, so that replicas do not ask the cluster at the same time.',
    }),
    loads: t.field({
      type: [WarmUpLoadType],
      description: 'The values that are loaded.',
      resolve: ({ loads }) => loads,
    }),
  }),
});
