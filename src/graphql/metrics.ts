/** Figures over a window of time. */
import type { ClusterSummary } from '../celery/cluster-summary.js';
import { slotsOf } from '../celery/inspect/pool-slots.js';
import { defaultWindow, longestWindow } from '../celery/metrics/task-metrics.js';
import { percent } from '../percent.js';
import { builder, clusterField, useCacheArg } from './builder.js';
import { clusterFields } from './cluster-type.js';
import { plainCost, summaryCost, workerCount } from './limits/sizes.js';
import type { ClusterView } from '../cluster/cluster-view.js';
import { reads } from '../cluster/reads.js';
import { checkWindow, OutcomesInterface } from './tasks/outcome-types.js';
import type { WithOutcomes } from './tasks/outcome-types.js';

interface SummaryParent extends WithOutcomes {
  readonly figures: ClusterSummary;
  readonly view: ClusterView;
}

/** Tasks that all workers together can run at once; null if a worker did not report it. */
async function poolSlots({ view }: SummaryParent): Promise<number | null> {
  const { replies, silent, unnamed } = await view.read(
    reads.inspect('stats', { cache: 'metrics_summary', scope: { all: true } }),
  );
  if (silent.length > 0 || unnamed !== undefined) return null;
  const slots = [...replies.values()].map((reply) => (reply.ok ? slotsOf(reply.value) : null));
  return slots.reduce<number | null>(
    (sum, count) => (sum === null || count === null ? null : sum + count),
    0,
  );
}

/** Tasks that run now; null if a worker did not report it. */
async function activeTasks({ view }: SummaryParent): Promise<number | null> {
  const { replies, silent, unnamed } = await view.read(
    reads.inspect('active', { cache: 'metrics_summary', scope: { all: true } }),
  );
  if (silent.length > 0 || unnamed !== undefined) return null;
  let active = 0;
  for (const reply of replies.values()) {
    if (!reply.ok) return null;
    active += reply.value.length + (reply.unreadEntries ?? 0);
  }
  return active;
}

export const MetricsSummaryType = builder.objectRef<SummaryParent>('MetricsSummary').implement({
  description: 'Throughput and durations within a window of time, and the current load of the cluster.',
  interfaces: [OutcomesInterface],
  fields: (t) => ({
    cluster: t.id(clusterField),
    windowSeconds: t.float({
      description: 'Length of the window in seconds.',
      resolve: ({ figures }) => figures.windowSeconds,
    }),
    observedSeconds: t.float({
      description:
        'Seconds of the window during which the gateway monitored the cluster; it knows nothing about tasks that finished earlier.',
      resolve: ({ figures }) => figures.observedSeconds,
    }),
    throughputPerSecond: t.float({
      description: 'Finished tasks per second of the window.',
      resolve: ({ figures }) => figures.throughputPerSecond,
    }),
    workersOnline: t.int({
      description: 'Number of workers with the status ONLINE.',
      resolve: ({ figures }) => figures.workersOnline,
    }),
    workersTotal: t.int({
      description: 'Number of known workers, online or not.',
      resolve: ({ figures }) => figures.workersTotal,
    }),
    poolSlots: t.int({
      nullable: true,
      description:
        'Number of tasks that all workers together can run at the same time; null if a worker did not answer in time.',
      extensions: { inspect: 'stats' },
      complexity: (_args, context) => 1 + plainCost(workerCount(context)),
      resolve: (parent) => poolSlots(parent),
    }),
    activeTasks: t.int({
      nullable: true,
      description:
        'Number of running tasks; null if a worker did not answer in time, or its reply cannot be read.',
      extensions: { inspect: 'active' },
      complexity: (_args, context) => 1 + plainCost(workerCount(context)),
      resolve: (parent) => activeTasks(parent),
    }),
    saturationPercent: t.float({
      nullable: true,
      description:
        'Occupied pool slots as a percentage of all pool slots; null if they are unknown or there are none.',
      complexity: (_args, context) => 1 + plainCost(workerCount(context)),
      resolve: async (parent) => {
        const [slots, active] = await Promise.all([poolSlots(parent), activeTasks(parent)]);
        // Two commands, two moments: a task may have begun between them.
        if (slots === null || active === null || slots === 0) return null;
        return Math.min(100, percent(active, slots));
      },
    }),
    orphanedTasks: t.int({
      description: 'Tasks whose worker disappeared while it ran them, and whose end was not reported.',
      resolve: ({ figures }) => figures.orphanedTasks,
    }),
    waitingMessages: t.int({
      nullable: true,
      description:
        'Waiting messages in all queues; null if the depth of any queue is unknown: `queues { nodes { name unknown { figure reason } } }` gives the reason.',
      resolve: ({ figures }) => figures.waiting,
    }),
    unacknowledgedMessages: t.int({
      nullable: true,
      description: 'Unacknowledged messages of all queues; null if the broker does not report them.',
      resolve: ({ figures }) => figures.unacknowledged,
    }),
    delayedMessages: t.int({
      nullable: true,
      description:
        'Tasks that RabbitMQ holds until their ETA (native delayed delivery, Celery 5.5), before any worker receives them. Null with other brokers, and without the management API.',
      resolve: ({ figures }) => figures.delayed,
    }),
    oldestWaitingAgeSeconds: t.float({
      nullable: true,
      description:
        'Largest `oldestMessageAgeSeconds` of all queues; null if no message waits, or if no age is known.',
      resolve: ({ figures }) => figures.oldestWaitingAgeSeconds,
    }),
  }),
});

export const windowArg = {
  defaultValue: defaultWindow,
  description: `Length of the window that ends now, in seconds: 1 to ${longestWindow}. Tasks count by the time of their event; the start of the window is exact to 1 % of its length or 50 ms, whichever is larger. Tasks that were removed from the task store are included.`,
} as const;

/** @throws BadUserInputError when it is outside of what is accepted */
export function windowOf(seconds: number | null | undefined): number {
  return checkWindow(seconds ?? defaultWindow);
}

/** The figures over a window of so many seconds. */
export async function readSummary(view: ClusterView, windowSeconds: number): Promise<SummaryParent> {
  return { figures: await view.read(reads.metricsSummary({ windowSeconds })), view };
}

clusterFields((t) => ({
  metricsSummary: t.field({
    type: MetricsSummaryType,
    nullable: true,
    description:
      'Throughput, failures, durations and load. Null, with an error, while the broker is unavailable.',
    args: {
      windowSeconds: t.arg.int(windowArg),
      useCache: t.arg.boolean(useCacheArg),
    },
    complexity: (_args, context) => 1 + summaryCost(context),
    resolve: (view, { windowSeconds }) => readSummary(view, windowOf(windowSeconds)),
  }),
}));
