/** What `celery inspect stats` tells. */
import type { WorkerStatsReply } from '../celery/inspect.js';
import { slotsOf } from '../celery/pool-slots.js';
import { builder } from './builder.js';
import { TaskNameCount } from './counts.js';
import { nameCount } from './limits/sizes.js';

type Pool = NonNullable<WorkerStatsReply['pool']>;
type Broker = NonNullable<WorkerStatsReply['broker']>;
type Autoscaler = NonNullable<WorkerStatsReply['autoscaler']>;

/** Names of the tasks that one worker accepts, where it may have any number: for the cost of an operation. */
const usualNames = 100;

const untold = 'Null when this pool does not tell.';

const PoolType = builder.objectRef<Pool>('WorkerPool').implement({
  description: 'The pool of processes, threads or greenlets that runs the tasks.',
  fields: (t) => ({
    implementation: t.string({
      nullable: true,
      description: 'Class of the pool; null before Celery 5.6.',
      resolve: (pool) => pool.implementation ?? null,
    }),
    maxConcurrency: t.int({
      nullable: true,
      description: untold,
      resolve: (pool) => pool['max-concurrency'] ?? null,
    }),
    processes: t.intList({
      nullable: true,
      description: `Process ids. ${untold}`,
      resolve: (pool) => pool.processes ?? null,
    }),
    threads: t.int({
      nullable: true,
      description: `Threads started so far. ${untold}`,
      resolve: (pool) => pool.threads ?? null,
    }),
    maxTasksPerChild: t.string({
      nullable: true,
      description: `A number, or \`N/A\` for no limit. ${untold}`,
      resolve: (pool) => {
        const limit = pool['max-tasks-per-child'];
        return limit === null || limit === undefined ? null : String(limit);
      },
    }),
    putGuardedBySemaphore: t.boolean({
      nullable: true,
      description: untold,
      resolve: (pool) => pool['put-guarded-by-semaphore'] ?? null,
    }),
    softTimeLimitSeconds: t.float({
      nullable: true,
      description: `Default of all tasks, 0 for none. ${untold}`,
      resolve: (pool) => pool.timeouts?.[0] ?? null,
    }),
    timeLimitSeconds: t.float({
      nullable: true,
      description: `Default of all tasks, 0 for none. ${untold}`,
      resolve: (pool) => pool.timeouts?.[1] ?? null,
    }),
    writes: t.field({
      type: 'JSON',
      nullable: true,
      description: `How tasks were spread over the processes. ${untold}`,
      resolve: (pool) => pool.writes ?? null,
    }),
  }),
});

const WorkerBrokerType = builder.objectRef<Broker>('WorkerBroker').implement({
  description: "The worker's own connection to the broker, without its password.",
  fields: (t) => ({
    transport: t.string({
      nullable: true,
      description: untold,
      resolve: (broker) => broker.transport ?? null,
    }),
    hostname: t.string({
      nullable: true,
      description: untold,
      resolve: (broker) => broker.hostname ?? null,
    }),
    port: t.int({ nullable: true, description: untold, resolve: (broker) => broker.port ?? null }),
    virtualHost: t.string({
      nullable: true,
      description: untold,
      resolve: (broker) => broker.virtual_host ?? null,
    }),
    userid: t.string({
      nullable: true,
      description: untold,
      resolve: (broker) => broker.userid ?? null,
    }),
  }),
});

const AutoscalerType = builder.objectRef<Autoscaler>('WorkerAutoscaler').implement({
  description: 'Bounds of a pool that grows and shrinks by itself.',
  fields: (t) => ({
    max: t.int({ nullable: true, description: untold, resolve: ({ max }) => max ?? null }),
    min: t.int({ nullable: true, description: untold, resolve: ({ min }) => min ?? null }),
    current: t.int({
      nullable: true,
      description: `Processes now. ${untold}`,
      resolve: ({ current }) => current ?? null,
    }),
    qty: t.int({
      nullable: true,
      description: `Tasks in hand. ${untold}`,
      resolve: ({ qty }) => qty ?? null,
    }),
  }),
});

/** Names of getrusage(2), as Celery sends them. */
const resources = [
  'utime',
  'stime',
  'maxrss',
  'ixrss',
  'idrss',
  'isrss',
  'minflt',
  'majflt',
  'nswap',
  'inblock',
  'oublock',
  'msgsnd',
  'msgrcv',
  'nsignals',
  'nvcsw',
  'nivcsw',
] as const;

const ResourceUsageType = builder
  .objectRef<Readonly<Record<string, number>>>('ResourceUsage')
  .implement({
    description: 'getrusage(2) of the worker: times in seconds, `maxrss` in kilobytes on Linux.',
    fields: (t) =>
      Object.fromEntries(
        resources.map((name) => [
          name,
          t.float({
            nullable: true,
            description: 'Null where the system does not count it.',
            resolve: (usage) => usage[name] ?? null,
          }),
        ]),
      ),
  });

export const WorkerStatsType = builder.objectRef<WorkerStatsReply>('WorkerStats').implement({
  description: 'What a worker tells of itself when it is asked for its stats.',
  fields: (t) => ({
    pool: t.field({
      type: PoolType,
      nullable: true,
      description: untold,
      resolve: ({ pool }) => pool ?? null,
    }),
    concurrency: t.int({
      nullable: true,
      description: `Tasks that it can run at once, which \`poolSlots\` adds up: as many as its pool has processes, or with \`--autoscale\` may have. ${untold}`,
      resolve: (stats) => slotsOf(stats),
    }),
    processes: t.intList({
      nullable: true,
      description: `Process ids of the pool. ${untold}`,
      resolve: ({ pool }) => pool?.processes ?? null,
    }),
    prefetchCount: t.int({
      nullable: true,
      description: untold,
      resolve: (stats) => stats.prefetch_count ?? null,
    }),
    rusage: t.field({
      type: ResourceUsageType,
      nullable: true,
      description: untold,
      resolve: ({ rusage }) => rusage ?? null,
    }),
    totals: t.field({
      type: [TaskNameCount],
      nullable: true,
      description: `Tasks that it accepted since it started, by name, most first. ${untold}`,
      complexity: (_args, context) => ({ multiplier: Math.min(usualNames, nameCount(context)) }),
      resolve: ({ total }) =>
        total &&
        Object.entries(total)
          .map(([name, count]) => ({ name, count }))
          .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)),
    }),
    total: t.int({
      nullable: true,
      description: `Tasks that it accepted since it started. ${untold}`,
      resolve: ({ total }) => total && Object.values(total).reduce((sum, count) => sum + count, 0),
    }),
    uptimeSeconds: t.float({
      nullable: true,
      description: untold,
      resolve: ({ uptime }) => uptime ?? null,
    }),
    pid: t.int({ nullable: true, description: untold, resolve: ({ pid }) => pid ?? null }),
    clock: t.float({
      nullable: true,
      description: `Logical clock. ${untold}`,
      resolve: ({ clock }) => clock ?? null,
    }),
    autoscaler: t.field({
      type: AutoscalerType,
      nullable: true,
      description: 'Null unless it was started with `--autoscale`.',
      resolve: ({ autoscaler }) => autoscaler ?? null,
    }),
    broker: t.field({
      type: WorkerBrokerType,
      nullable: true,
      description: untold,
      resolve: ({ broker }) => broker ?? null,
    }),
  }),
});
