/** Figures over a window of time. */
import type { ClusterSummary } from '../celery/cluster-summary.js';
import { slotsOf } from '../celery/pool-slots.js';
import { longestWindow } from '../celery/metrics/task-metrics.js';
import { percent } from '../percent.js';
import { builder, clusterField, useCacheArg } from './builder.js';
import { clusterFields } from './cluster-type.js';
import type { Context } from './context.js';
import { plainCost, summaryCost, workerCount } from './limits/sizes.js';
import { askFor } from './loaders.js';
import type { Ask } from './loaders.js';
import { checkWindow, OutcomesInterface } from './outcome-types.js';
import type { WithOutcomes } from './outcome-types.js';

interface SummaryParent extends WithOutcomes {
  readonly figures: ClusterSummary;
  readonly ask: Ask;
}

/** Tasks that all workers together can run at once; null when some worker did not tell. */
async function poolSlots({ ask }: SummaryParent, { loaders }: Context): Promise<number | null> {
  const { replies, silent, unnamed } = await loaders.inspect('stats', {
    ...ask,
    cache: 'metrics_summary',
    scope: { all: true },
  });
  if (silent.length > 0 || unnamed !== undefined) return null;
  const slots = [...replies.values()].map((reply) => (reply.ok ? slotsOf(reply.value) : null));
  return slots.reduce<number | null>(
    (sum, count) => (sum === null || count === null ? null : sum + count),
    0,
  );
}

/** Tasks that run now; null when some worker did not tell. */
async function activeTasks({ ask }: SummaryParent, { loaders }: Context): Promise<number | null> {
  const { replies, silent, unnamed } = await loaders.inspect('active', {
    ...ask,
    cache: 'metrics_summary',
    scope: { all: true },
  });
  if (silent.length > 0 || unnamed !== undefined) return null;
  let active = 0;
  for (const reply of replies.values()) {
    if (!reply.ok) return null;
    active += reply.value.length + (reply.unreadEntries ?? 0);
  }
  return active;
}

export const MetricsSummaryType = builder.objectRef<SummaryParent>('MetricsSummary').implement({
  description: 'What the cluster did within a window of time, and how loaded it is now.',
  interfaces: [OutcomesInterface],
  fields: (t) => ({
    cluster: t.id(clusterField),
    windowSeconds: t.float({ resolve: ({ figures }) => figures.windowSeconds }),
    observedSeconds: t.float({
      description:
        'Of the window, the seconds since the gateway started: of what finished before nobody told it.',
      resolve: ({ figures }) => figures.observedSeconds,
    }),
    throughputPerSecond: t.float({
      description: 'Tasks finished per second of the window.',
      resolve: ({ figures }) => figures.throughputPerSecond,
    }),
    workersOnline: t.int({ resolve: ({ figures }) => figures.workersOnline }),
    workersTotal: t.int({
      description: 'Known, online or not.',
      resolve: ({ figures }) => figures.workersTotal,
    }),
    poolSlots: t.int({
      nullable: true,
      description:
        'Tasks that all workers together can run at once; null when a worker did not answer in time.',
      extensions: { inspect: 'stats' },
      complexity: (_args, context) => 1 + plainCost(workerCount(context)),
      resolve: (parent, _args, context) => poolSlots(parent, context),
    }),
    activeTasks: t.int({
      nullable: true,
      description:
        'Tasks that run now; null if a worker did not answer in time, or not in a way that can be read.',
      extensions: { inspect: 'active' },
      complexity: (_args, context) => 1 + plainCost(workerCount(context)),
      resolve: (parent, _args, context) => activeTasks(parent, context),
    }),
    saturationPercent: t.float({
      nullable: true,
      description:
        'Of the pool slots, how many are taken; null when they are not known or there are none.',
      complexity: (_args, context) => 1 + plainCost(workerCount(context)),
      resolve: async (parent, _args, context) => {
        const [slots, active] = await Promise.all([
          poolSlots(parent, context),
          activeTasks(parent, context),
        ]);
        // Two commands, two moments: a task may have begun between them.
        if (slots === null || active === null || slots === 0) return null;
        return Math.min(100, percent(active, slots));
      },
    }),
    orphanedTasks: t.int({
      description: 'Tasks whose worker went away while they ran, and of whose end nobody has told.',
      resolve: ({ figures }) => figures.orphanedTasks,
    }),
    waitingMessages: t.int({
      nullable: true,
      description:
        'In all queues; null if the depth of any of them is unknown: `queues { name unknown { figure reason } }` says why.',
      resolve: ({ figures }) => figures.waiting,
    }),
    unacknowledgedMessages: t.int({
      nullable: true,
      description: 'Of all queues; null when the broker cannot tell.',
      resolve: ({ figures }) => figures.unacknowledged,
    }),
    delayedMessages: t.int({
      nullable: true,
      description:
        'Tasks that RabbitMQ holds until their ETA (native delayed delivery, Celery 5.5): no worker has them yet. Null on other brokers, and without the management API.',
      resolve: ({ figures }) => figures.delayed,
    }),
    oldestWaitingAgeSeconds: t.float({
      nullable: true,
      description:
        'Largest `oldestMessageAgeSeconds` of all queues; null when none waits, or when no time is known.',
      resolve: ({ figures }) => figures.oldestWaitingAgeSeconds,
    }),
  }),
});

/** Seconds. */
export const defaultWindow = 300;

export const windowArg = {
  defaultValue: defaultWindow,
  description: `How far back to look: 1 to ${longestWindow}, by the time of the event; its far edge is off by a hundredth, or 50 ms, at most. What has left the task store counts.`,
} as const;

/** @throws BadUserInputError when it is outside of what is accepted */
export function windowOf(seconds: number | null | undefined): number {
  return checkWindow(seconds ?? defaultWindow);
}

clusterFields((t) => ({
  metricsSummary: t.field({
    type: MetricsSummaryType,
    nullable: true,
    description:
      'Throughput, failures, durations and load. Null, with an error, while the broker is away.',
    args: {
      windowSeconds: t.arg.int(windowArg),
      useCache: t.arg.boolean(useCacheArg),
    },
    complexity: (_args, context) => 1 + summaryCost(context),
    resolve: async (_root, { windowSeconds, useCache }, { loaders }) => {
      const ask = askFor('metricsSummary', useCache);
      return { figures: await loaders.metricsSummary(ask, windowOf(windowSeconds)), ask };
    },
  }),
}));
