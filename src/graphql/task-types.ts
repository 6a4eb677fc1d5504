/** Figures by task name. */
import { isWhole } from '../celery/inspect-reply.js';
import { otherNames } from '../celery/metrics/name-tallies.js';
import { longestWindow, type TaskTypeFigures } from '../celery/metrics/task-metrics.js';
import { builder, clusterField, useCacheArg } from './builder.js';
import { clusterFields } from './cluster-type.js';
import type { Context } from './context.js';
import { StateCount, stateCounts } from './counts.js';
import { askFor } from './loaders.js';
import type { Ask } from './loaders.js';
import { checkWindow, OutcomesInterface } from './outcome-types.js';
import type { WithOutcomes } from './outcome-types.js';

interface TaskTypeParent extends WithOutcomes {
  readonly figures: TaskTypeFigures;
  readonly windowSeconds: number | null;
  readonly ask: Ask;
}

const TaskTypeType = builder.objectRef<TaskTypeParent>('TaskType').implement({
  description: 'All tasks of one name.',
  interfaces: [OutcomesInterface],
  fields: (t) => ({
    name: t.string({
      description: 'The name; `OTHER` stands for all names that are not told apart.',
      resolve: ({ figures }) => figures.name,
    }),
    cluster: t.id(clusterField),
    total: t.int({ description: 'All that `counts` has.', resolve: ({ figures }) => figures.total }),
    counts: t.field({
      type: [StateCount],
      description:
        'By state: as the tasks were last seen, whether they are still in the store or not. Of a window only final states.',
      resolve: ({ figures }) => stateCounts(figures.counts),
    }),
    throughputPerSecond: t.float({
      nullable: true,
      description: 'Tasks finished per second of the window; null without a window.',
      resolve: ({ figures, windowSeconds }) =>
        windowSeconds === null ? null : figures.finished / windowSeconds,
    }),
    registeredBy: t.idList({
      nullable: true,
      description:
        'Node names of the workers that can run it; null if no worker answered in time, if a reply cannot be read, and for `OTHER`.',
      extensions: { inspect: 'registered' },
      resolve: (parent, _args, context) => workersWith(parent, context),
    }),
  }),
});

async function workersWith(
  { figures, ask }: TaskTypeParent,
  { loaders }: Context,
): Promise<string[] | null> {
  if (figures.name === otherNames) return null;
  const everybody = { ...ask, cache: 'metrics_summary', scope: { all: true } } as const;
  const { replies, silent, unnamed } = await loaders.inspect('registered', everybody);
  if ((replies.size === 0 && silent.length > 0) || unnamed !== undefined) return null;
  const hostnames: string[] = [];
  for (const [hostname, reply] of replies) {
    if (reply.ok && reply.value.some((entry) => entry.replace(/ \[.*$/, '') === figures.name))
      hostnames.push(hostname);
    else if (!isWhole(reply)) return null;
  }
  return hostnames.sort();
}

const TaskTypeFilterInput = builder.inputType('TaskTypeFilter', {
  description: 'All conditions must hold.',
  fields: (t) => ({
    names: t.stringList({ description: 'Any of these; all when empty.' }),
    search: t.string({ description: 'Part of the name, in any case.' }),
  }),
});

clusterFields((t) => ({
  taskTypes: t.field({
    type: [TaskTypeType],
    nullable: true,
    description:
      'Figures by task name, in its order. Null, with an error, while the broker is away. Some thousand names are told apart, those that were heard of last; the others are counted together as `OTHER`.',
    args: {
      windowSeconds: t.arg.int({
        description: `How far back to look: 1 to ${longestWindow}, by the time of the event; its far edge is off by a sixteenth at most. All since the gateway started, unfinished tasks among them, when it is null.`,
      }),
      filter: t.arg({ type: TaskTypeFilterInput }),
      useCache: t.arg.boolean(useCacheArg),
    },
    resolve: async (_root, { windowSeconds, filter, useCache }, { loaders }) => {
      const window = typeof windowSeconds === 'number' ? checkWindow(windowSeconds) : null;
      const ask = askFor('taskTypes', useCache);
      const { names, search } = filter ?? {};
      return (await loaders.taskTypes(ask, window))
        .filter(
          ({ name }) =>
            (!names || names.length === 0 || names.includes(name)) &&
            (!search || name.toLowerCase().includes(search.toLowerCase())),
        )
        .map((figures) => ({ figures, windowSeconds: window, ask }));
    },
  }),
}));
