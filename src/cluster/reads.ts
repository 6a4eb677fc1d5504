/**
 * The table of reads: one row for each thing that can be read of a cluster, with the cache that keeps it, its key, its
 * load, the changes that make it wrong, and when the warm-up loads it. All else about reads derives from it.
 */
import { cacheNames } from '../cache/cache-defaults.js';
import type { CacheRegistry } from '../cache/cache-registry.js';
import type { Celery } from '../celery/celery.js';
import { clusterSummary, withTasksOf } from '../celery/cluster-summary.js';
import { checkHealth, overall } from '../celery/health/index.js';
import type { Health } from '../celery/health/index.js';
import type { InspectCommand, InspectResult } from '../celery/inspect/inspect.js';
import { defaultWindow } from '../celery/metrics/task-metrics.js';
import { defaultPageSize, newestFirst } from '../celery/tasks/task.js';
import type { TaskSlice } from '../celery/tasks/task.js';
import { slices } from '../slices.js';
import { filterAt } from './moving-filter.js';
import type { MovingFilter } from './moving-filter.js';
import { readTask } from './read-task.js';
import { broker, state, workers } from './read-row.js';

/** A page of tasks. */
interface TasksArguments {
  readonly filter: MovingFilter;
  readonly slice: TaskSlice;
}

/** Replies to these commands do not depend on the tasks that a worker has. */
const steadyCommands: ReadonlySet<InspectCommand> = new Set([
  'ping',
  'registered',
  'active_queues',
  'conf',
]);

/** The broker counts the messages and the consumers of a worker: both change when it comes or goes. */
const anyQueue = { queue: null, worker: null } as const;
const noArguments = [undefined] as const;

export const reads = {
  taskCounts: state({
    name: 'counts',
    cache: 'task_status',
    load: ({ celery: { state } }) => ({ counts: { ...state.counts() }, orphaned: state.orphanCount }),
    readsTasks: true,
    dependsOn: () => ({ state: null, worker: null }),
    warmUp: { name: 'task_status', when: 'afterReplies', args: noArguments },
  }),
  delayedMessages: broker({
    name: 'delayed',
    cache: 'task_status',
    field: 'delayed',
    load: ({ celery }) => celery.queues.delayed(),
    dependsOn: () => anyQueue,
    warmUp: { name: 'task_status', when: 'afterReplies', args: noArguments },
  }),
  tasks: state({
    name: 'tasks',
    cache: 'task_status',
    key: ({ filter, slice }: TasksArguments) => ({ ...filter, ...slice }),
    load: ({ celery, now }, { filter, slice }) =>
      slices.run(celery.state.queryTasks(filterAt(filter, now), slice)),
    readsTasks: true,
    dependsOn: ({ filter }) => ({ tasksMatching: filter }),
    warmUp: {
      name: 'tasks',
      when: 'last',
      // The newest page, counted or not, and the few of GraphiQL's first tab.
      args: [
        { first: defaultPageSize, totalCount: true },
        { first: defaultPageSize, totalCount: false },
        { first: 3, totalCount: true },
      ].map((slice) => ({ filter: {}, slice: { order: newestFirst, ...slice } })),
    },
  }),
  task: state({
    name: 'task',
    cache: 'task_status',
    key: ({ id }: { id: string }) => ({ id }),
    load: (context, { id }) => readTask(id, context),
    readsTasks: true,
    teaches: ({ resultLoader }) => resultLoader !== null,
    // The result backend is not asked again.
    renewed: (former, celery, { id }) => celery.state.task(id) ?? former,
    dependsOn: ({ id }) => ({ task: id }),
  }),
  taskTypes: state({
    name: 'task_types',
    cache: 'metrics_summary',
    key: ({ windowSeconds }: { windowSeconds: number | null }) => ({ windowSeconds }),
    load: ({ celery }, { windowSeconds }) => slices.run(celery.metrics.queryTaskTypes(windowSeconds)),
    readsTasks: true,
    dependsOn: () => ({ task: null }),
    warmUp: { name: 'task_types', args: [{ windowSeconds: null }] },
  }),
  workers: state({
    name: 'workers',
    cache: 'worker_status',
    load: ({ celery }) => celery.state.workers(),
    dependsOn: () => ({ worker: null, heartbeat: null }),
    warmUp: { name: 'workers', when: 'last', args: noArguments },
    volatileFields: ['clock', 'lastHeartbeatAt', 'loadAverage'],
  }),
  worker: state({
    name: 'worker',
    cache: 'worker_status',
    key: ({ hostname }: { hostname: string }) => ({ hostname }),
    load: ({ celery }, { hostname }) => celery.state.worker(hostname),
    dependsOn: ({ hostname }) => ({ worker: hostname, heartbeat: hostname }),
    volatileFields: ['clock', 'lastHeartbeatAt', 'loadAverage'],
  }),
  queues: broker({
    name: 'queues',
    cache: 'queue_status',
    load: ({ celery }) => celery.queues.all(),
    dependsOn: () => anyQueue,
    warmUp: { name: 'queues', args: noArguments },
    volatileFields: ['oldestMessageAgeSeconds'],
  }),
  queue: broker({
    name: 'queue',
    cache: 'queue_status',
    key: ({ name }: { name: string }) => ({ name }),
    load: ({ celery }, { name }) => celery.queues.one(name),
    dependsOn: ({ name }) => ({ queue: name, worker: null }),
    volatileFields: ['oldestMessageAgeSeconds'],
  }),
  peek: broker({
    name: 'peek',
    cache: 'queue_status',
    key: ({ name, first }: { name: string; first: number }) => ({ name, first }),
    field: 'peek',
    load: ({ celery }, { name, first }) => celery.queues.peek(name, first),
    teaches: () => true,
    dependsOn: ({ name }) => ({ queue: name, worker: null }),
  }),
  metricsSummary: state({
    name: 'summary',
    cache: 'metrics_summary',
    key: ({ windowSeconds }: { windowSeconds: number }) => ({ windowSeconds }),
    load: ({ celery }, { windowSeconds }) => clusterSummary(celery, windowSeconds),
    readsTasks: true,
    renewed: (former, celery) => withTasksOf(celery, former),
    dropInterval: 'cluster', // it counts the messages of all queues
    dependsOn: () => ({ task: null, worker: null, queue: null }),
    warmUp: { name: 'metrics_summary', args: [{ windowSeconds: defaultWindow }] },
    volatileFields: ['observedSeconds', 'oldestWaitingAgeSeconds'],
  }),
  health: broker({
    name: 'health',
    cache: 'health_check',
    load: ({ celery, caches }) => checkAll(celery, caches),
    isShared: false, // of the connections of this replica
    dependsOn: () => ({ task: null, worker: null, queue: null }),
    warmUp: { name: 'health', args: noArguments },
    volatileFields: ['checkedAt', 'latencySeconds'],
  }),
  inspect: workers({
    ttl: inspectTtl,
    dependsOn: (command, hostname) => ({
      worker: hostname,
      ...(!steadyCommands.has(command) && { busy: hostname }),
    }),
    volatileFields: ['clock', 'rusage', 'uptime'],
    // Not what can break a worker, `reserved` and `scheduled`: a client has to select these.
    warmUp: [
      { name: 'worker_stats', cache: 'worker_status', commands: ['stats', 'active_queues'] },
      { name: 'queues', cache: 'queue_status', commands: ['active_queues'] },
      { name: 'metrics_summary', cache: 'metrics_summary', commands: ['stats', 'active'] },
      { name: 'task_status', cache: 'task_status', commands: ['active'] },
      { name: 'task_types', cache: 'metrics_summary', commands: ['registered'] },
    ],
  }),
} as const;

const rows = Object.values(reads).map(({ facts }) => facts);

/** Fields that change without an event; where the TTL follows from how often a value changes, they are no change. */
export const volatileFields: ReadonlySet<string> = new Set(
  rows.flatMap((facts) => facts.volatileFields),
);

export const warmUpReads = rows.flatMap(({ warmUp }) => warmUp);

/** The rows whose values show tasks: an answer from before the task store learned something would contradict it. */
export const taskRows = rows.flatMap(({ name, cache, readsTasks }) =>
  readsTasks && cache !== null ? [{ name: cache, keyPrefix: name }] : [],
);

/** Milliseconds to keep that no worker replied: a worker that is busy for a moment must not look dead for long. */
const noReplyTtl = 1_000;
/** Milliseconds to keep replies that lack those of some workers. */
const someSilentTtl = 2_000;

/**
 * Milliseconds, at most the cache's own. An answer that lacks a reply always gets less than that: by this it is known
 * as special, and no adaptive TTL prolongs it.
 */
export function inspectTtl(
  { replies, silent, unnamed }: Pick<InspectResult<InspectCommand>, 'replies' | 'silent' | 'unnamed'>,
  own: number,
): number {
  if (silent.length === 0 && unnamed === undefined) return own;
  return Math.min(replies.size === 0 ? noReplyTtl : someSilentTtl, 0.99 * own);
}

async function checkAll(celery: Celery, caches: CacheRegistry): Promise<Health> {
  const { status, message } = caches.shared?.stats ?? {
    status: 'NOT_CONFIGURED' as const,
    message: `${cacheNames.length} caches in this process`,
  };
  const checkedAt = celery.clock();
  const distributed = {
    name: 'distributed_cache' as const,
    status,
    latencySeconds: null,
    message,
    checkedAt,
  };
  const checks = [...(await checkHealth(celery)), distributed];
  return { status: overall(checks), checks };
}
