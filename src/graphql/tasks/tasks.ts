/** Queries about tasks: counts, lists, one task. */
import type { InspectCommand } from '../../celery/inspect/inspect.js';
import { replyError } from '../../celery/inspect/inspect-reply.js';
import { taskNameOf } from '../../celery/shadow-name.js';
import { NotListeningError, UnreadableReplyError } from '../../errors.js';
import { builder, clusterField, useCacheArg } from '../builder.js';
import { clusterFields } from '../cluster-type.js';
import { HostnameCount, namedCounts, StateCount, stateCounts, TaskNameCount } from '../counts.js';
import { pageArgs, pageLength } from '../connection.js';
import { taskConnection, TaskConnectionType } from './task-connection.js';
import { assertKnownStates } from './known-states.js';
import { heldCount, nameCount, plainCost, searchCost, workerCount } from '../limits/sizes.js';
import type { ClusterView } from '../../cluster/cluster-view.js';
import { reads } from '../../cluster/reads.js';
import { filterAt } from '../../cluster/moving-filter.js';
import { requiredRenamed } from '../renamed.js';
import { selectedFields } from '../selected-fields.js';
import { decodeGlobalId } from '../nodes/global-id.js';
import { filterOf, TaskFilterInput } from './task-filter-input.js';
import { sliceOf, TaskOrderInput, taskPages } from './task-inputs.js';
import { TaskType } from '../type-refs.js';
import type { TaskParent } from '../type-refs.js';

type HoldingCommand = InspectCommand & ('active' | 'reserved' | 'scheduled');

interface Held {
  readonly hostname: string;
  /** Null where the worker does not name it, and where what it says of it cannot be read. */
  readonly name: string | null;
}

const HeldTasksType = builder.objectRef<readonly Held[]>('HeldTasks').implement({
  description: 'Tasks that workers hold: in total, by name and by worker.',
  fields: (t) => ({
    total: t.int({
      description: 'Number of tasks over all workers that answered.',
      resolve: (held) => held.length,
    }),
    byWorker: t.field({
      type: [HostnameCount],
      description:
        'Number of tasks by worker, the highest number first; without workers that hold none.',
      complexity: (_args, context) => ({
        field: 1 + plainCost(heldCount(context)),
        multiplier: workerCount(context),
      }),
      resolve: (held) => namedCounts(held.map(({ hostname }) => hostname)),
    }),
    byName: t.field({
      type: [TaskNameCount],
      description: 'Number of tasks by name, the highest number first.',
      complexity: (_args, context) => ({
        field: 1 + plainCost(heldCount(context)),
        multiplier: Math.min(nameCount(context), heldCount(context)),
      }),
      resolve: (held) => namedCounts(held.map(({ name }) => name ?? 'unknown')),
    }),
  }),
});

const risk =
  'The gateway asks the workers for this only if a client selects it; see the risk described at `Worker.reservedTasks`.';

/** What all workers hold; null if one did not answer. */
async function heldTasks(command: HoldingCommand, view: ClusterView): Promise<readonly Held[] | null> {
  const result = await view.read(reads.inspect(command, { cache: 'task_status', scope: { all: true } }));
  if (result.silent.length > 0) {
    const { state } = view.cluster.celery;
    // A total without what they hold would be too small.
    const notListening = result.silent.find((name) => state.worker(name)?.listening === false);
    if (notListening !== undefined) throw new NotListeningError(command, notListening);
    return null;
  }
  const { unnamed } = result;
  if (unnamed !== undefined)
    throw new UnreadableReplyError(command, 'A worker', unnamed.reason, unnamed);
  return [...result.replies].flatMap(([hostname, reply]): Held[] => {
    if (!reply.ok) throw replyError(command, hostname, reply);
    const unread = Array.from({ length: reply.unreadEntries ?? 0 }, () => ({ hostname, name: null }));
    const names = reply.value.map((entry) => taskNameOf('request' in entry ? entry.request : entry));
    return [...names.map((name) => ({ hostname, name })), ...unread];
  });
}

const TaskStatusType = builder.objectRef<{
  counts: Readonly<Record<string, number>>;
  orphaned: number;
  view: ClusterView;
}>('TaskStatus');

TaskStatusType.implement({
  description:
    'Numbers of tasks: by state since the gateway began to monitor the cluster, and currently held by workers and broker.',
  fields: (t) => {
    const held = (command: HoldingCommand, description: string) =>
      t.field({
        type: HeldTasksType,
        nullable: true,
        description: `${description} Null if a worker did not answer in time, and, with an error, if a worker does not listen to commands or its reply cannot be read: a total without its tasks would be too low.`,
        extensions: { inspect: command },
        complexity: (_args, context) => 1 + plainCost(heldCount(context)),
        resolve: ({ view }) => view.once(command, () => heldTasks(command, view)),
      });
    return {
      cluster: t.id(clusterField),
      counts: t.field({
        type: [StateCount],
        description: 'Tasks seen since the gateway began to monitor the cluster, by their latest state.',
        resolve: ({ counts }) => stateCounts(counts),
      }),
      total: t.float({
        description: 'Number of tasks seen since the gateway began to monitor the cluster.',
        resolve: ({ counts }) => Object.values(counts).reduce((sum, count) => sum + count, 0),
      }),
      orphaned: t.int({
        description:
          'Tasks whose worker disappeared while it ran them, and for which neither an event nor a result was seen since.',
        resolve: ({ orphaned }) => orphaned,
      }),
      active: held('active', 'Running tasks.'),
      reserved: held('reserved', `Tasks that a worker has taken from a queue and not started. ${risk}`),
      scheduled: held('scheduled', `Tasks that a worker holds until their ETA. ${risk}`),
      delayed: t.int({
        nullable: true,
        description:
          'Tasks that RabbitMQ holds until their ETA (native delayed delivery, Celery 5.5), before any worker receives them. Null with other brokers, and without the management API.',
        resolve: ({ view }) => view.read(reads.delayedMessages()),
      }),
    };
  },
});

export async function readTask(view: ClusterView, id: string): Promise<TaskParent | null> {
  const task = await view.read(reads.task({ id }));
  return task && { task, view };
}

/** Null for an id that is not one of the gateway for a task: then it is Celery's. */
function globalTask(id: string | null | undefined) {
  const decoded = typeof id === 'string' ? decodeGlobalId(id) : null;
  const [taskId] = decoded?.key ?? [];
  return decoded?.type === 'Task' && taskId !== undefined ? { cluster: decoded.cluster, taskId } : null;
}

clusterFields((t) => ({
  taskStatus: t.field({
    type: TaskStatusType,
    nullable: true,
    description:
      'Numbers of tasks by state, worker and name. Null, with an error, while the broker is unavailable.',
    args: { useCache: t.arg.boolean(useCacheArg) },
    resolve: async (view) => ({ ...(await view.read(reads.taskCounts())), view }),
  }),
  tasks: t.field({
    type: TaskConnectionType,
    nullable: true,
    description:
      'Tasks known from events, newest first by default. Null, with an error, while the broker is unavailable.',
    args: {
      filter: t.arg({ type: TaskFilterInput, description: 'Only tasks that match.' }),
      orderBy: t.arg({ type: TaskOrderInput, description: 'Order; default: SEEN DESC.' }),
      ...pageArgs(t.arg, 'tasks', taskPages),
      useCache: t.arg.boolean(useCacheArg),
    },
    complexity: ({ filter, ...page }, context) => ({
      field: 1 + searchCost(context, filterAt(filterOf(filter), context.costs.operationAt)),
      multiplier: pageLength(page, taskPages),
    }),
    resolve: async (view, { filter: written, ...pageArgs }, _context, info) => {
      const totalCount = [...selectedFields(info)].some(({ name }) => name === 'totalCount');
      const epoch = view.tasksEpoch;
      const slice = { ...sliceOf(pageArgs, epoch), totalCount };
      const filter = filterOf(written);
      assertKnownStates(filter, () => view.cluster.celery);
      const page = await view.read(reads.tasks({ filter, slice }));
      return taskConnection(page, view, { ...slice, epoch });
    },
  }),
  task: t.field({
    type: TaskType,
    nullable: true,
    description:
      'One task, from events, and from the result backend as long as events report no final state. Null if neither ' +
      'knows it.',
    args: {
      taskId: t.arg.id({ description: 'Id of the task in Celery. Required, unless `id` is given.' }),
      id: t.arg.id({
        description:
          'Id of the task in Celery, or its `id` of the gateway, which also says in which cluster it is.',
        deprecationReason: 'Use `taskId`, or `node(id)`.',
      }),
      useCache: t.arg.boolean(useCacheArg),
    },
    extensions: { clusterOf: ({ id }: { id?: string | null }) => globalTask(id)?.cluster ?? null },
    resolve: (view, { taskId, id: formerId }): Promise<TaskParent | null> | null => {
      const id = requiredRenamed([
        ['taskId', taskId],
        ['id', formerId],
      ]);
      const named = globalTask(formerId);
      if (named === null) return readTask(view, id);
      return named.cluster === view.clusterName ? readTask(view, named.taskId) : null;
    },
  }),
}));
