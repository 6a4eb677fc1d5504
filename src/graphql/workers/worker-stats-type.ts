/** The reply to `celery inspect stats`. */
import type { WorkerStatsReply } from '../../celery/inspect/inspect.js';
import { slotsOf } from '../../celery/inspect/pool-slots.js';
import { builder } from '../builder.js';
import { TaskNameCount } from '../counts.js';
import { nameCount } from '../limits/sizes.js';

type Pool = NonNullable<WorkerStatsReply['pool']>;
type Broker = NonNullable<WorkerStatsReply['broker']>;
type Autoscaler = NonNullable<WorkerStatsReply['autoscaler']>;

/** Names of the tasks that one worker accepts, where it may have any number: for the cost of an operation. */
const usualNames = 100;

const missing = 'Null if the worker does not report it for this kind of pool.';

const PoolType = builder.objectRef<Pool>('WorkerPool').implement({
  description: 'The pool of processes, threads or greenlets that runs the tasks.',
  fields: (t) => ({
    implementation: t.string({
      nullable: true,
      description: 'Class of the pool; null with Celery before 5.6.',
      resolve: (pool) => pool.implementation ?? null,
    }),
    maxConcurrency: t.int({
      nullable: true,
      description: `Maximum number of processes, threads or greenlets. ${missing}`,
      resolve: (pool) => pool['max-concurrency'] ?? null,
    }),
    processes: t.intList({
      nullable: true,
      description: `Process ids. ${missing}`,
      resolve: (pool) => pool.processes ?? null,
    }),
    threads: t.float({
      nullable: true,
      description: `Number of threads started so far. ${missing}`,
      resolve: (pool) => pool.threads ?? null,
    }),
    maxTasksPerChild: t.string({
      nullable: true,
      description: `Number of tasks after which a process is replaced, or \`N/A\` for no limit. ${missing}`,
      resolve: (pool) => {
        const limit = pool['max-tasks-per-child'];
        return limit === null || limit === undefined ? null : String(limit);
      },
    }),
    putGuardedBySemaphore: t.boolean({
      nullable: true,
      description: `Whether a semaphore limits the tasks that are passed to the pool. ${missing}`,
      resolve: (pool) => pool['put-guarded-by-semaphore'] ?? null,
    }),
    softTimeLimitSeconds: t.float({
      nullable: true,
      description: `Default soft time limit of all tasks in seconds, 0 for none. ${missing}`,
      resolve: (pool) => pool.timeouts?.[0] ?? null,
    }),
    timeLimitSeconds: t.float({
      nullable: true,
      description: `Default hard time limit of all tasks in seconds, 0 for none. ${missing}`,
      resolve: (pool) => pool.timeouts?.[1] ?? null,
    }),
    writes: t.field({
      type: 'JSON',
      nullable: true,
      description: `How tasks were distributed over the processes. ${missing}`,
      resolve: (pool) => pool.writes ?? null,
    }),
  }),
});

const WorkerBrokerType = builder.objectRef<Broker>('WorkerBroker').implement({
  description: "The worker's own connection to the broker, without its password.",
  fields: (t) => ({
    transport: t.string({
      nullable: true,
      description: `Transport of the connection, such as \`redis\`. ${missing}`,
      resolve: (broker) => broker.transport ?? null,
    }),
    hostname: t.string({
      nullable: true,
      description: `Host name of the broker. ${missing}`,
      resolve: (broker) => broker.hostname ?? null,
    }),
    port: t.int({
      nullable: true,
      description: `Port of the broker. ${missing}`,
      resolve: (broker) => broker.port ?? null,
    }),
    virtualHost: t.string({
      nullable: true,
      description: `Virtual host. ${missing}`,
      resolve: (broker) => broker.virtual_host ?? null,
    }),
    userid: t.string({
      nullable: true,
      description: `User name at the broker. ${missing}`,
      resolve: (broker) => broker.userid ?? null,
    }),
  }),
});

const AutoscalerType = builder.objectRef<Autoscaler>('WorkerAutoscaler').implement({
  description: 'Bounds of a pool that grows and shrinks automatically.',
  fields: (t) => ({
    max: t.int({
      nullable: true,
      description: `Maximum number of processes. ${missing}`,
      resolve: ({ max }) => max ?? null,
    }),
    min: t.int({
      nullable: true,
      description: `Minimum number of processes. ${missing}`,
      resolve: ({ min }) => min ?? null,
    }),
    current: t.int({
      nullable: true,
      description: `Current number of processes. ${missing}`,
      resolve: ({ current }) => current ?? null,
    }),
    heldTasks: t.int({
      nullable: true,
      description: `Number of tasks that the worker holds. ${missing}`,
      resolve: ({ qty }) => qty ?? null,
    }),
    qty: t.int({
      nullable: true,
      description: `Number of tasks that the worker holds. ${missing}`,
      deprecationReason: 'Use `heldTasks`.',
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
            description: 'Null if the operating system does not report it.',
            resolve: (usage) => usage[name] ?? null,
          }),
        ]),
      ),
  });

export const WorkerStatsType = builder.objectRef<WorkerStatsReply>('WorkerStats').implement({
  description: 'The reply of a worker to the inspect command `stats`.',
  fields: (t) => ({
    pool: t.field({
      type: PoolType,
      nullable: true,
      description: `The pool. ${missing}`,
      resolve: ({ pool }) => pool ?? null,
    }),
    concurrency: t.int({
      nullable: true,
      description: `Number of tasks that the worker can run at the same time: the number of processes of its pool, or the maximum with \`--autoscale\`. \`poolSlots\` is the sum over all workers. ${missing}`,
      resolve: (stats) => slotsOf(stats),
    }),
    processes: t.intList({
      nullable: true,
      description: `Process ids of the pool. ${missing}`,
      resolve: ({ pool }) => pool?.processes ?? null,
    }),
    prefetchCount: t.int({
      nullable: true,
      description: `Number of messages that the worker may hold without acknowledgement. ${missing}`,
      resolve: (stats) => stats.prefetch_count ?? null,
    }),
    rusage: t.field({
      type: ResourceUsageType,
      nullable: true,
      description: `Resource usage of the worker process. ${missing}`,
      resolve: ({ rusage }) => rusage ?? null,
    }),
    totals: t.field({
      type: [TaskNameCount],
      nullable: true,
      description: `Number of tasks that the worker accepted since its start, by name, the highest number first. ${missing}`,
      complexity: (_args, context) => ({ multiplier: Math.min(usualNames, nameCount(context)) }),
      resolve: ({ total }) =>
        total &&
        Object.entries(total)
          .map(([name, count]) => ({ name, count }))
          .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)),
    }),
    total: t.float({
      nullable: true,
      description: `Number of tasks that the worker accepted since its start. ${missing}`,
      resolve: ({ total }) => total && Object.values(total).reduce((sum, count) => sum + count, 0),
    }),
    uptimeSeconds: t.float({
      nullable: true,
      description: `Seconds since the start of the worker. ${missing}`,
      resolve: ({ uptime }) => uptime ?? null,
    }),
    pid: t.int({
      nullable: true,
      description: `Process id of the worker. ${missing}`,
      resolve: ({ pid }) => pid ?? null,
    }),
    clock: t.float({
      nullable: true,
      description: `Logical clock. ${missing}`,
      resolve: ({ clock }) => clock ?? null,
    }),
    autoscaler: t.field({
      type: AutoscalerType,
      nullable: true,
      description: 'Bounds of the pool; null unless the worker was started with `--autoscale`.',
      resolve: ({ autoscaler }) => autoscaler ?? null,
    }),
    broker: t.field({
      type: WorkerBrokerType,
      nullable: true,
      description: `Connection of the worker to the broker. ${missing}`,
      resolve: ({ broker }) => broker ?? null,
    }),
  }),
});
