/** Queries about tasks: counts, lists, one task. */
import type { Task, TaskOrder, TaskPage, TaskPosition } from '../celery/events/task.js';
import type { InspectCommand } from '../celery/inspect.js';
import { replyError } from '../celery/inspect-reply.js';
import { taskNameOf } from '../celery/shadow-name.js';
import { NotListeningError, UnreadableReplyError } from '../errors.js';
import { builder, clusterField, useCacheArg } from './builder.js';
import { clusterFields } from './cluster-type.js';
import { HostnameCount, namedCounts, StateCount, stateCounts, TaskNameCount } from './counts.js';
import { encodeCursor } from './cursor.js';
import { assertKnownStates } from './known-states.js';
import type { Context } from './context.js';
import { nameCount, plainCost, searchCost, workerCount } from './limits/sizes.js';
import { askFor } from './loaders.js';
import type { Ask } from './loaders.js';
import { selectedFields } from './selected-fields.js';
import {
  defaultPageSize,
  filterAt,
  filterOf,
  maxPageSize,
  sliceOf,
  TaskFilterInput,
  TaskOrderInput,
} from './task-inputs.js';
import { TaskType } from './task-type.js';
import type { TaskParent } from './task-type.js';

type HoldingCommand = InspectCommand & ('active' | 'reserved' | 'scheduled');

interface Held {
  readonly hostname: string;
  /** Null where the worker does not name it, and where what it says of it cannot be read. */
  readonly name: string | null;
}

const HeldTasksType = builder.objectRef<readonly Held[]>('HeldTasks').implement({
  description: 'Tasks that workers hold, in sum and apart.',
  fields: (t) => ({
    total: t.int({ description: 'Over all workers that answered.', resolve: (held) => held.length }),
    byWorker: t.field({
      type: [HostnameCount],
      description: 'Most first; workers that hold none are left out.',
      complexity: (_args, context) => ({
        field: 1 + plainCost(context.celery.state.heldCount),
        multiplier: workerCount(context),
      }),
      resolve: (held) => namedCounts(held.map(({ hostname }) => hostname)),
    }),
    byName: t.field({
      type: [TaskNameCount],
      description: 'Most first.',
      complexity: (_args, context) => ({
        field: 1 + plainCost(context.celery.state.heldCount),
        multiplier: Math.min(nameCount(context), context.celery.state.heldCount),
      }),
      resolve: (held) => namedCounts(held.map(({ name }) => name ?? 'unknown')),
    }),
  }),
});

const risk = 'Asked for only when it is selected; see the risk at `Worker.reservedTasks`.';

/** What all workers hold; null if one did not answer. */
async function heldTasks(
  command: HoldingCommand,
  ask: Ask,
  { celery, loaders }: Context,
): Promise<readonly Held[] | null> {
  const result = await loaders.inspect(command, {
    ...ask,
    cache: 'task_status',
    scope: { all: true },
  });
  // A total without what they hold would be too small.
  const deaf = result.silent.find((name) => celery.state.worker(name)?.listening === false);
  if (deaf !== undefined) throw new NotListeningError(command, deaf);
  if (result.silent.length > 0) return null;
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

const TaskStatusType = builder.objectRef<{ counts: Readonly<Record<string, number>>; ask: Ask }>(
  'TaskStatus',
);

TaskStatusType.implement({
  description:
    'How many tasks there are: by state since the gateway started, and in the hands of workers and broker now.',
  fields: (t) => {
    const held = (command: HoldingCommand, description: string) =>
      t.field({
        type: HeldTasksType,
        nullable: true,
        description: `${description} Null if a worker did not answer in time, and, with an error, if a worker does not listen or what it holds cannot be read: a total without its tasks would be too small.`,
        extensions: { inspect: command },
        complexity: (_args, context) => 1 + plainCost(context.celery.state.heldCount),
        resolve: (parent, _args, context) =>
          context.loaders.once(`${command} ${parent.ask.useCache}`, () =>
            heldTasks(command, parent.ask, context),
          ),
      });
    return {
      cluster: t.id(clusterField),
      counts: t.field({
        type: [StateCount],
        description: 'Tasks seen since the gateway started, by their latest state.',
        resolve: ({ counts }) => stateCounts(counts),
      }),
      total: t.int({
        description: 'Tasks seen since the gateway started.',
        resolve: ({ counts }) => Object.values(counts).reduce((sum, count) => sum + count, 0),
      }),
      orphaned: t.int({
        description:
          'Tasks whose worker went away while it ran them, and of which nothing was heard or found since.',
        resolve: (_status, _args, { celery }) => celery.state.orphanCount,
      }),
      active: held('active', 'Running.'),
      reserved: held('reserved', `Taken from a queue by a worker, and not begun. ${risk}`),
      scheduled: held('scheduled', `Held by a worker until their ETA. ${risk}`),
      delayed: t.int({
        nullable: true,
        description:
          'Held by RabbitMQ until their ETA (native delayed delivery, Celery 5.5): no worker has them yet. Null on other brokers, and without the management API.',
        resolve: ({ ask }, _args, { loaders }) => loaders.delayedMessages(ask),
      }),
    };
  },
});

/** Its members are counted by the field that is told how many. */
const onePage = { field: 1, multiplier: 1 };

interface Edges {
  readonly page: TaskPage;
  readonly order: TaskOrder;
  readonly ask: Ask;
}

const node = ({ ask }: Edges, task: Task): TaskParent => ({
  task,
  path: ask.path,
  useCache: ask.useCache,
});

const PageInfoType = builder.objectRef<Edges>('PageInfo').implement({
  description: 'Where a page lies among the others, after the Relay cursor connections specification.',
  fields: (t) => ({
    hasNextPage: t.boolean({
      description: 'Others follow.',
      resolve: ({ page }) => page.hasNextPage,
    }),
    hasPreviousPage: t.boolean({
      description: 'Others precede.',
      resolve: ({ page }) => page.hasPreviousPage,
    }),
    startCursor: t.string({
      nullable: true,
      description: 'Null when the page is empty.',
      resolve: ({ page, order }) => cursorOf(page.positions[0], order),
    }),
    endCursor: t.string({
      nullable: true,
      description: 'Null when the page is empty.',
      resolve: ({ page, order }) => cursorOf(page.positions.at(-1), order),
    }),
  }),
});

const TaskEdgeType = builder.objectRef<{ edges: Edges; task: Task; at: number }>('TaskEdge').implement({
  description: 'A task of a page, and where it lies.',
  fields: (t) => ({
    cursor: t.string({
      description: 'Good for `after` and `before` in the same order.',
      resolve: ({ edges: { page, order }, at }) => cursorOf(page.positions[at], order) ?? '',
    }),
    node: t.field({ type: TaskType, resolve: ({ edges, task }) => node(edges, task) }),
  }),
});

const TaskConnectionType = builder.objectRef<Edges>('TaskConnection').implement({
  description: 'A page of tasks. Cursors stay where they are when other tasks arrive.',
  fields: (t) => ({
    totalCount: t.int({
      description:
        'Tasks that pass the filter, on all pages. Known at once for one condition; several, and `search`, are ' +
        'counted when this is selected.',
      resolve: ({ page }) => page.totalCount ?? 0,
    }),
    edges: t.field({
      type: [TaskEdgeType],
      complexity: onePage,
      resolve: (edges) => edges.page.tasks.map((task, at) => ({ edges, task, at })),
    }),
    nodes: t.field({
      type: [TaskType],
      complexity: onePage,
      resolve: (edges) => edges.page.tasks.map((task) => node(edges, task)),
    }),
    pageInfo: t.field({ type: PageInfoType, resolve: (edges) => edges }),
  }),
});

function cursorOf(position: TaskPosition | undefined, order: TaskOrder): string | null {
  return position === undefined ? null : encodeCursor(position, order);
}

clusterFields((t) => ({
  taskStatus: t.field({
    type: TaskStatusType,
    nullable: true,
    description:
      'How many tasks there are, by state, worker and name. Null, with an error, while the broker is away.',
    args: { useCache: t.arg.boolean(useCacheArg) },
    resolve: async (_root, { useCache }, { loaders }) => {
      const ask = askFor('taskStatus', useCache);
      return { counts: await loaders.taskCounts(ask), ask };
    },
  }),
  tasks: t.field({
    type: TaskConnectionType,
    nullable: true,
    description:
      `Tasks that events have told of, newest first unless ordered otherwise; ${defaultPageSize} to a page unless told otherwise, and never more ` +
      `than ${maxPageSize}. Null, with an error, while the broker is away.`,
    args: {
      filter: t.arg({ type: TaskFilterInput }),
      orderBy: t.arg({ type: TaskOrderInput, description: 'SEEN DESC by default.' }),
      first: t.arg.int({ description: 'How many, from the beginning or after the cursor.' }),
      after: t.arg.string({ description: 'Only tasks behind that of this cursor.' }),
      last: t.arg.int({ description: 'How many, from the end or before the cursor.' }),
      before: t.arg.string({ description: 'Only tasks ahead of that of this cursor.' }),
      useCache: t.arg.boolean(useCacheArg),
    },
    complexity: ({ filter, first, last }, context) => ({
      field: 1 + searchCost(context, filterAt(filterOf(filter), context.operationAt)),
      multiplier: Math.min(first ?? last ?? defaultPageSize, maxPageSize),
    }),
    resolve: async (_root, { filter: written, useCache, ...pageArgs }, { loaders, celery }, info) => {
      const ask = askFor('tasks', useCache);
      const totalCount = [...selectedFields(info)].some(({ name }) => name === 'totalCount');
      const slice = { ...sliceOf(pageArgs), totalCount };
      const filter = filterOf(written);
      assertKnownStates(filter, celery);
      return { page: await loaders.tasks(ask, filter, slice), order: slice.order, ask };
    },
  }),
  task: t.field({
    type: TaskType,
    nullable: true,
    description:
      'One task: from events, and from the result backend as long as events tell no final state. Null when neither ' +
      'knows it.',
    args: { id: t.arg.id({ required: true }), useCache: t.arg.boolean(useCacheArg) },
    resolve: async (_root, { id, useCache }, { loaders }): Promise<TaskParent | null> => {
      const ask = askFor('task', useCache);
      const task = await loaders.task(ask, id);
      return task && { task, ...ask };
    },
  }),
}));
