/** Queries about tasks: counts, lists, one task. */
import type { Task, TaskFilter, TaskPage, TaskSlice } from '../celery/events/task.js';
import type { InspectCommand, TaskInfo } from '../celery/inspect.js';
import { BadUserInputError } from '../errors.js';
import { builder, useCacheArg } from './builder.js';
import { HostnameCount, namedCounts, StateCount, stateCounts, TaskNameCount } from './counts.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { askFor } from './loaders.js';
import type { Ask } from './loaders.js';
import { TaskType } from './task-type.js';
import type { TaskParent } from './task-type.js';

const defaultPageSize = 50;
const maxPageSize = 1_000;

interface Held {
  readonly hostname: string;
  readonly task: TaskInfo;
}

const HeldTasksType = builder.objectRef<readonly Held[]>('HeldTasks').implement({
  description: 'Tasks that workers hold, in sum and apart.',
  fields: (t) => ({
    total: t.int({ description: 'Over all workers that answered.', resolve: (held) => held.length }),
    byWorker: t.field({
      type: [HostnameCount],
      description: 'Most first; workers that hold none are left out.',
      resolve: (held) => namedCounts(held.map(({ hostname }) => hostname)),
    }),
    byName: t.field({
      type: [TaskNameCount],
      description: 'Most first.',
      resolve: (held) => namedCounts(held.map(({ task }) => task.name ?? 'unknown')),
    }),
  }),
});

const TaskStatusType = builder.objectRef<{ counts: Readonly<Record<string, number>>; ask: Ask }>(
  'TaskStatus',
);

TaskStatusType.implement({
  description:
    'How many tasks there are: by state since the gateway started, and in the hands of the workers now.',
  fields: (t) => {
    const held = (
      command: InspectCommand & ('active' | 'reserved' | 'scheduled'),
      description: string,
    ) =>
      t.field({
        type: HeldTasksType,
        nullable: true,
        description: `${description} Null when no worker answered in time.`,
        extensions: { inspect: command },
        resolve: async ({ ask }, _args, { loaders }): Promise<Held[] | null> => {
          const result = await loaders.inspect(command, {
            ...ask,
            cache: 'task_status',
            scope: { all: true },
          });
          if (result.replies.size === 0 && result.silent.length > 0) return null;
          return [...result.replies].flatMap(([hostname, reply]) => {
            if (!reply.ok) return [];
            return reply.value.map((entry) => ({
              hostname,
              task: 'request' in entry ? entry.request : entry,
            }));
          });
        },
      });
    return {
      counts: t.field({
        type: [StateCount],
        description: 'Tasks seen since the gateway started, by their latest state.',
        resolve: ({ counts }) => stateCounts(counts),
      }),
      total: t.int({
        description: 'Tasks seen since the gateway started.',
        resolve: ({ counts }) => Object.values(counts).reduce((sum, count) => sum + count, 0),
      }),
      active: held('active', 'Running.'),
      reserved: held('reserved', 'Taken from a queue by a worker, and not begun.'),
      scheduled: held('scheduled', 'Held by a worker until their ETA.'),
    };
  },
});

const TaskFilterInput = builder.inputType('TaskFilter', {
  description:
    'All conditions must hold; a list is satisfied by any of its members, an empty one by everything.',
  fields: (t) => ({
    ids: t.idList({}),
    states: t.field({ type: ['TaskState'] }),
    names: t.stringList({}),
    workers: t.idList({ description: 'Node names.' }),
    queues: t.stringList({ description: 'Known of tasks whose senders publish task-sent events.' }),
    rootId: t.id({}),
    parentId: t.id({}),
    search: t.string({
      description:
        'Free text over id, name, args, kwargs, result and exception. All terms must occur; "quotes" make a phrase, ' +
        '`-` excludes, and `name:`, `state:`, `worker:` narrow.',
    }),
  }),
});

interface Edges {
  readonly page: TaskPage;
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
      description: 'Older tasks follow.',
      resolve: ({ page }) => page.hasNextPage,
    }),
    hasPreviousPage: t.boolean({
      description: 'Newer tasks precede.',
      resolve: ({ page }) => page.hasPreviousPage,
    }),
    startCursor: t.string({
      nullable: true,
      description: 'Null when the page is empty.',
      resolve: ({ page }) => cursorOf(page.tasks[0]),
    }),
    endCursor: t.string({
      nullable: true,
      description: 'Null when the page is empty.',
      resolve: ({ page }) => cursorOf(page.tasks.at(-1)),
    }),
  }),
});

const TaskEdgeType = builder.objectRef<{ edges: Edges; task: Task }>('TaskEdge').implement({
  description: 'A task of a page, and where it lies.',
  fields: (t) => ({
    cursor: t.string({ resolve: ({ task }) => encodeCursor(task.sequence) }),
    node: t.field({ type: TaskType, resolve: ({ edges, task }) => node(edges, task) }),
  }),
});

const TaskConnectionType = builder.objectRef<Edges>('TaskConnection').implement({
  description: 'A page of tasks, newest first. Cursors stay where they are when newer tasks arrive.',
  fields: (t) => ({
    totalCount: t.int({
      description: 'Tasks that pass the filter, on all pages.',
      resolve: ({ page }) => page.totalCount,
    }),
    edges: t.field({
      type: [TaskEdgeType],
      resolve: (edges) => edges.page.tasks.map((task) => ({ edges, task })),
    }),
    nodes: t.field({
      type: [TaskType],
      resolve: (edges) => edges.page.tasks.map((task) => node(edges, task)),
    }),
    pageInfo: t.field({ type: PageInfoType, resolve: (edges) => edges }),
  }),
});

function cursorOf(task: Task | undefined): string | null {
  return task === undefined ? null : encodeCursor(task.sequence);
}

interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

function sliceOf({ first, after, last, before }: PageArgs): TaskSlice {
  for (const [name, size] of Object.entries({ first, last })) {
    if (typeof size === 'number' && size < 0)
      throw new BadUserInputError(`${name} must not be negative`);
  }
  if (typeof first === 'number' && typeof last === 'number')
    throw new BadUserInputError('give first or last, not both');
  const cursors = { after: decodeCursor('after', after), before: decodeCursor('before', before) };
  if (typeof last === 'number') return { ...cursors, last: Math.min(last, maxPageSize) };
  return { ...cursors, first: Math.min(first ?? defaultPageSize, maxPageSize) };
}

function filterOf(
  input: { readonly [K in keyof TaskFilter]?: TaskFilter[K] | null } | null | undefined,
): TaskFilter {
  const given = Object.entries(input ?? {}).filter(
    ([, value]) =>
      value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(
    given.map(([name, value]) => [name, Array.isArray(value) ? [...new Set(value)].sort() : value]),
  );
}

builder.queryFields((t) => ({
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
      `Tasks that events have told of, newest first; ${defaultPageSize} to a page unless told otherwise, and never more ` +
      `than ${maxPageSize}. Null, with an error, while the broker is away.`,
    args: {
      filter: t.arg({ type: TaskFilterInput }),
      first: t.arg.int({ description: 'How many, from the newest or after the cursor.' }),
      after: t.arg.string({ description: 'Only tasks older than that of this cursor.' }),
      last: t.arg.int({ description: 'How many, from the oldest or before the cursor.' }),
      before: t.arg.string({ description: 'Only tasks newer than that of this cursor.' }),
      useCache: t.arg.boolean(useCacheArg),
    },
    resolve: async (_root, { filter, useCache, ...pageArgs }, { loaders }) => {
      const ask = askFor('tasks', useCache);
      return { page: await loaders.tasks(ask, filterOf(filter), sliceOf(pageArgs)), ask };
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
