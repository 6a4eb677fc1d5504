/** Figures by task name. */
import type { InspectResult } from '../celery/inspect.js';
import { isWhole } from '../celery/inspect-reply.js';
import { otherNames } from '../celery/metrics/name-tallies.js';
import { longestWindow, type TaskTypeFigures } from '../celery/metrics/task-metrics.js';
import { builder, clusterField, useCacheArg } from './builder.js';
import { clusterFields } from './cluster-type.js';
import type { Context } from './context.js';
import { StateCount, stateCounts } from './counts.js';
import { firstArg, lengthOf, noticeCut } from './list-cut.js';
import { namedIn, namesCost, nameCount, plainCost, shown, workerCount } from './limits/sizes.js';
import { askFor } from './loaders.js';
import type { Ask } from './loaders.js';
import { cacheKey } from './reads.js';
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
      complexity: (_args, context) => 1 + plainCost(workerCount(context)),
      resolve: async (parent, _args, context) => {
        const hostnames = await workersWith(parent, context);
        return hostnames && [...hostnames];
      },
    }),
  }),
});

async function workersWith(
  { figures, ask }: TaskTypeParent,
  { loaders }: Context,
): Promise<readonly string[] | null> {
  if (figures.name === otherNames) return null;
  const everybody = { ...ask, cache: 'metrics_summary', scope: { all: true } } as const;
  const result = await loaders.inspect('registered', everybody);
  const { replies, silent, unnamed } = result;
  if ((replies.size === 0 && silent.length > 0) || unnamed !== undefined) return null;
  const { byName, unsure } = await loaders.once(`registered ${ask.useCache}`, () => byTaskName(result));
  if (unsure.some((names) => !names.has(figures.name))) return null;
  return byName.get(figures.name) ?? [];
}

interface Registered {
  /** Node names of the workers that can run each task, sorted. */
  readonly byName: ReadonlyMap<string, readonly string[]>;
  /** Of each worker whose reply was not read whole, the names that were read. */
  readonly unsure: readonly ReadonlySet<string>[];
}

function byTaskName({ replies }: InspectResult<'registered'>): Registered {
  const byName = new Map<string, string[]>();
  const unsure: ReadonlySet<string>[] = [];
  for (const [hostname, reply] of [...replies].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const names = new Set(reply.ok ? reply.value.map(nameOf) : []);
    if (!isWhole(reply)) unsure.push(names);
    for (const name of names) {
      const known = byName.get(name);
      if (known === undefined) byName.set(name, [hostname]);
      else known.push(hostname);
    }
  }
  return { byName, unsure };
}

/** An entry is the name, and its limits in brackets if it has any. */
function nameOf(entry: string): string {
  const end = entry.indexOf(' [');
  return end === -1 ? entry : entry.slice(0, end);
}

const TaskTypeFilterInput = builder.inputType('TaskTypeFilter', {
  description: 'All conditions must hold.',
  fields: (t) => ({
    names: t.stringList({ description: 'Any of these; all when empty.' }),
    search: t.string({ description: 'Part of the name, in any case.' }),
  }),
});

function matching(
  types: readonly TaskTypeFigures[],
  { names, search }: typeof TaskTypeFilterInput.$inferInput,
): readonly TaskTypeFigures[] {
  const named = names && names.length > 0 ? new Set(names) : null;
  const part = search?.toLowerCase() ?? '';
  return types.filter(
    ({ name }) => (named?.has(name) ?? true) && (part === '' || name.toLowerCase().includes(part)),
  );
}

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
      first: t.arg.int(firstArg),
      useCache: t.arg.boolean(useCacheArg),
    },
    complexity: ({ windowSeconds, filter, first }, context) => ({
      field: 1 + namesCost(context, windowSeconds),
      multiplier: shown(nameCount(context), lengthOf(first), namedIn(filter?.names)),
    }),
    resolve: async (_root, { windowSeconds, filter, first, useCache }, context, info) => {
      const window = typeof windowSeconds === 'number' ? checkWindow(windowSeconds) : null;
      const ask = askFor('taskTypes', useCache);
      const length = lengthOf(first);
      const key = cacheKey(`task_types ${ask.useCache} ${window}`, filter ?? {});
      const { loaders } = context;
      const found = await loaders.once(key, async () =>
        matching(await loaders.taskTypes(ask, window), filter ?? {}),
      );
      const kept = found.slice(0, length);
      noticeCut('task types', { total: found.length, shown: kept.length, first }, context, info);
      return kept.map((figures) => ({ figures, windowSeconds: window, ask }));
    },
  }),
}));
