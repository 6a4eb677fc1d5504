/** Figures over a window of time, and by task name. */
import type { ClusterSummary, TaskTypeSummary } from '../celery/cluster-summary.js';
import type { WorkerStatsReply } from '../celery/inspect.js';
import { percent } from '../percent.js';
import type { Distribution } from '../celery/summary.js';
import { BadUserInputError } from '../errors.js';
import { builder, useCacheArg } from './builder.js';
import type { Context } from './context.js';
import { StateCount, stateCounts } from './counts.js';
import { askFor } from './loaders.js';
import type { Ask } from './loaders.js';

const DistributionType = builder.objectRef<Distribution>('Distribution').implement({
  description: 'How durations are spread, in seconds. All are null when nothing was measured.',
  fields: (t) => {
    const seconds = (name: Exclude<keyof Distribution, 'count'>, description: string) =>
      t.float({ nullable: true, description, resolve: (distribution) => distribution[name] });
    return {
      count: t.exposeInt('count', { description: 'How many were measured.' }),
      avgSeconds: seconds('avgSeconds', 'The mean; null when nothing was measured.'),
      p50Seconds: seconds('p50Seconds', 'The median; null when nothing was measured.'),
      p95Seconds: seconds('p95Seconds', '95 of 100 are at most this; null when nothing was measured.'),
      p99Seconds: seconds('p99Seconds', '99 of 100 are at most this; null when nothing was measured.'),
      maxSeconds: seconds('maxSeconds', 'The longest; null when nothing was measured.'),
    };
  },
});

interface SummaryParent {
  readonly summary: ClusterSummary;
  readonly ask: Ask;
}

/** Tasks that all workers together can run at once; null when some worker did not tell. */
async function poolSlots({ ask }: SummaryParent, { loaders }: Context): Promise<number | null> {
  const { replies, silent } = await loaders.inspect('stats', {
    ...ask,
    cache: 'metrics_summary',
    scope: { all: true },
  });
  if (silent.length > 0) return null;
  const slots = [...replies.values()].map((reply) => (reply.ok ? slotsOf(reply.value) : null));
  return slots.reduce<number | null>(
    (sum, count) => (sum === null || count === null ? null : sum + count),
    0,
  );
}

/** A pool that grows by itself counts as large as it may grow; others as large as they are. */
function slotsOf({ autoscaler, pool }: WorkerStatsReply): number | null {
  return autoscaler?.max ?? pool?.processes?.length ?? pool?.['max-concurrency'] ?? null;
}

async function activeTasks({ ask }: SummaryParent, { loaders }: Context): Promise<number> {
  const { replies } = await loaders.inspect('active', {
    ...ask,
    cache: 'metrics_summary',
    scope: { all: true },
  });
  return [...replies.values()].reduce((sum, reply) => sum + (reply.ok ? reply.value.length : 0), 0);
}

const MetricsSummaryType = builder.objectRef<SummaryParent>('MetricsSummary').implement({
  description: 'What the cluster did within a window of time, and how loaded it is now.',
  fields: (t) => ({
    windowSeconds: t.float({ resolve: ({ summary }) => summary.windowSeconds }),
    finished: t.int({
      description: 'Tasks that reached a final state.',
      resolve: ({ summary }) => summary.finished,
    }),
    succeeded: t.int({ resolve: ({ summary }) => summary.succeeded }),
    failed: t.int({ resolve: ({ summary }) => summary.failed }),
    throughputPerSecond: t.float({
      description: 'Tasks finished per second.',
      resolve: ({ summary }) => summary.throughputPerSecond,
    }),
    successRatePercent: t.float({
      nullable: true,
      description: 'Of those that succeeded or failed; null when none did.',
      resolve: ({ summary }) => summary.successRatePercent,
    }),
    failureRatePercent: t.float({
      nullable: true,
      description: 'Of those that succeeded or failed; null when none did.',
      resolve: ({ summary }) => summary.failureRatePercent,
    }),
    runtime: t.field({
      type: DistributionType,
      description: 'As workers measured it, of those that succeeded.',
      resolve: ({ summary }) => summary.runtime,
    }),
    queueWait: t.field({
      type: DistributionType,
      description: 'From sending to the start.',
      resolve: ({ summary }) => summary.queueWait,
    }),
    workersOnline: t.int({ resolve: ({ summary }) => summary.workersOnline }),
    workersTotal: t.int({
      description: 'Known, online or not.',
      resolve: ({ summary }) => summary.workersTotal,
    }),
    poolSlots: t.int({
      nullable: true,
      description:
        'Tasks that all workers together can run at once; null when a worker did not answer in time.',
      extensions: { inspect: 'stats' },
      resolve: (parent, _args, context) => poolSlots(parent, context),
    }),
    saturationPercent: t.float({
      nullable: true,
      description:
        'Of the pool slots, how many are taken; null when they are not known or there are none.',
      resolve: async (parent, _args, context) => {
        const [slots, active] = await Promise.all([
          poolSlots(parent, context),
          activeTasks(parent, context),
        ]);
        // Two commands, two moments: a task may have begun between them.
        return slots === null || slots === 0 ? null : Math.min(100, percent(active, slots));
      },
    }),
    waitingMessages: t.int({ description: 'In all queues.', resolve: ({ summary }) => summary.waiting }),
    unacknowledgedMessages: t.int({
      nullable: true,
      description: 'Of all queues; null when the broker cannot tell.',
      resolve: ({ summary }) => summary.unacknowledged,
    }),
    oldestWaitingAgeSeconds: t.float({
      nullable: true,
      description:
        'Of the oldest message that is served next in any queue; null when none waits or nobody told.',
      resolve: ({ summary }) => summary.oldestWaitingAgeSeconds,
    }),
  }),
});

interface TaskTypeParent {
  readonly type: TaskTypeSummary;
  readonly ask: Ask;
}

const TaskTypeType = builder.objectRef<TaskTypeParent>('TaskType').implement({
  description: 'All tasks of one name.',
  fields: (t) => ({
    name: t.string({ resolve: ({ type }) => type.name }),
    total: t.int({ description: 'Tasks in the store.', resolve: ({ type }) => type.total }),
    counts: t.field({
      type: [StateCount],
      description: 'By state.',
      resolve: ({ type }) => stateCounts(type.counts),
    }),
    failureRatePercent: t.float({
      nullable: true,
      description: 'Of those that succeeded or failed; null when none did.',
      resolve: ({ type }) => type.failureRatePercent,
    }),
    runtime: t.field({ type: DistributionType, resolve: ({ type }) => type.runtime }),
    queueWait: t.field({ type: DistributionType, resolve: ({ type }) => type.queueWait }),
    registeredBy: t.idList({
      nullable: true,
      description: 'Node names of the workers that can run it; null when no worker answered in time.',
      extensions: { inspect: 'registered' },
      resolve: async ({ type, ask }, _args, { loaders }) => {
        const everybody = { ...ask, cache: 'metrics_summary', scope: { all: true } } as const;
        const { replies, silent } = await loaders.inspect('registered', everybody);
        if (replies.size === 0 && silent.length > 0) return null;
        return [...replies]
          .flatMap(([hostname, reply]) =>
            reply.ok && reply.value.some((entry) => entry.replace(/ \[.*$/, '') === type.name)
              ? [hostname]
              : [],
          )
          .sort();
      },
    }),
  }),
});

const TaskTypeFilterInput = builder.inputType('TaskTypeFilter', {
  description: 'All conditions must hold.',
  fields: (t) => ({
    names: t.stringList({ description: 'Any of these; all when empty.' }),
    search: t.string({ description: 'Part of the name, in any case.' }),
  }),
});

const defaultWindow = 300;
const longestWindow = 86_400;

builder.queryFields((t) => ({
  metricsSummary: t.field({
    type: MetricsSummaryType,
    nullable: true,
    description:
      'Throughput, failures, durations and load. Null, with an error, while the broker is away.',
    args: {
      windowSeconds: t.arg.int({
        defaultValue: defaultWindow,
        description: `How far back to look: 1 to ${longestWindow}. What has left the task store does not count.`,
      }),
      useCache: t.arg.boolean(useCacheArg),
    },
    resolve: async (_root, { windowSeconds, useCache }, { loaders }) => {
      const window = windowSeconds ?? defaultWindow;
      if (window < 1 || window > longestWindow) {
        throw new BadUserInputError(`windowSeconds must be from 1 to ${longestWindow}`);
      }
      const ask = askFor('metricsSummary', useCache);
      return { summary: await loaders.metricsSummary(ask, window), ask };
    },
  }),
  taskTypes: t.field({
    type: [TaskTypeType],
    nullable: true,
    description: 'Figures by task name, in its order. Null, with an error, while the broker is away.',
    args: { filter: t.arg({ type: TaskTypeFilterInput }), useCache: t.arg.boolean(useCacheArg) },
    resolve: async (_root, { filter, useCache }, { loaders }) => {
      const ask = askFor('taskTypes', useCache);
      const { names, search } = filter ?? {};
      return (await loaders.taskTypes(ask))
        .filter(
          ({ name }) =>
            (!names || names.length === 0 || names.includes(name)) &&
            (!search || name.toLowerCase().includes(search.toLowerCase())),
        )
        .map((type) => ({ type, ask }));
    },
  }),
}));
