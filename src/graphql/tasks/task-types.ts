/** Figures by task name. */
import type { InspectResult } from '../../celery/inspect/inspect.js';
import { isWhole } from '../../celery/inspect/inspect-reply.js';
import { otherNames } from '../../celery/metrics/name-tallies.js';
import { longestWindow, type TaskTypeFigures } from '../../celery/metrics/task-metrics.js';
import { builder, clusterField, useCacheArg } from '../builder.js';
import { clusterFields } from '../cluster-type.js';
import { StateCount, stateCounts } from '../counts.js';
import { connectionType, longPages, namedConnection, pageArgs, pageLength } from '../connection.js';
import { namedIn, namesCost, nameCount, plainCost, shown, workerCount } from '../limits/sizes.js';
import type { ClusterView } from '../../cluster/cluster-view.js';
import { reads } from '../../cluster/reads.js';
import { cacheKey } from '../../cluster/cache-key.js';
import { identity, NodeInterface } from '../nodes/node-type.js';
import { checkWindow, OutcomesInterface } from './outcome-types.js';
import type { WithOutcomes } from './outcome-types.js';

interface TaskTypeParent extends WithOutcomes {
  readonly figures: TaskTypeFigures;
  readonly windowSeconds: number | null;
  readonly view: ClusterView;
}

/** Each window has figures of its own. */
function keyOf({ figures, windowSeconds }: TaskTypeParent): readonly string[] {
  return windowSeconds === null ? [figures.name] : [figures.name, String(windowSeconds)];
}

const TaskTypeType = builder.objectRef<TaskTypeParent>('TaskType').implement({
  description: 'Statistics of all tasks with one name.',
  interfaces: [NodeInterface, OutcomesInterface],
  fields: (t) => ({
    id: t.id(identity<TaskTypeParent>('TaskType', keyOf)),
    name: t.string({
      description: 'Task name; `OTHER` stands for all names without statistics of their own.',
      resolve: ({ figures }) => figures.name,
    }),
    cluster: t.id(clusterField),
    total: t.float({ description: 'Sum of `counts`.', resolve: ({ figures }) => figures.total }),
    counts: t.field({
      type: [StateCount],
      description:
        'Number of tasks by their latest state, including tasks that were removed from the store. With a window, only final states.',
      resolve: ({ figures }) => stateCounts(figures.counts),
    }),
    throughputPerSecond: t.float({
      nullable: true,
      description: 'Finished tasks per second of the window; null without a window.',
      resolve: ({ figures, windowSeconds }) =>
        windowSeconds === null ? null : figures.finished / windowSeconds,
    }),
    registeredBy: t.idList({
      nullable: true,
      description:
        'Node names of the workers that can run the task; null if no worker answered in time, if a reply cannot be read, and for `OTHER`.',
      extensions: { inspect: 'registered' },
      complexity: (_args, context) => 1 + plainCost(workerCount(context)),
      resolve: async (parent) => {
        const hostnames = await workersWith(parent);
        return hostnames && [...hostnames];
      },
    }),
  }),
});

async function workersWith({ figures, view }: TaskTypeParent): Promise<readonly string[] | null> {
  if (figures.name === otherNames) return null;
  const registered = reads.inspect('registered', {
    cache: 'metrics_summary',
    scope: { all: true },
  });
  const result = await view.read(registered);
  const { replies, silent, unnamed } = result;
  if ((replies.size === 0 && silent.length > 0) || unnamed !== undefined) return null;
  const { byName, unsure } = await view.once('registered', () => byTaskName(result));
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
  description: 'All conditions must match.',
  fields: (t) => ({
    names: t.stringList({ description: 'Matches any of these names; an empty list matches all.' }),
    search: t.string({ description: 'Part of the name, case-insensitive.' }),
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

/** Seconds of the window in the key of a task type; null for one without a window. */
export function windowOf(part: string | undefined): number | null {
  return part === undefined ? null : Number(part);
}

/**
 * The figures of one name; null if there are none.
 * @param windowSeconds of a key, which a client may have made up
 */
export async function readTaskType(
  view: ClusterView,
  name: string,
  windowSeconds: number | null,
): Promise<TaskTypeParent | null> {
  const window = windowSeconds === null ? null : checkWindow(windowSeconds);
  const types = await view.once(`task_types_by_name ${window}`, async () => {
    const all = await view.read(reads.taskTypes({ windowSeconds: window }));
    return new Map(all.map((figures) => [figures.name, figures]));
  });
  const figures = types.get(name);
  return figures === undefined ? null : { figures, windowSeconds: window, view };
}

const TaskTypeConnectionType = connectionType(TaskTypeType, {
  description:
    'A page of task names, in alphabetical order. Cursors keep their position when names come and go.',
  member: 'A task name',
  totalCount: 'Number of task names that match the filter, on all pages.',
});

clusterFields((t) => ({
  taskTypes: t.field({
    type: TaskTypeConnectionType,
    nullable: true,
    description:
      'Statistics by task name, in alphabetical order. Null, with an error, while the broker is unavailable. The gateway keeps statistics for a few thousand names, those seen last; all others are counted together as `OTHER`.',
    args: {
      windowSeconds: t.arg.int({
        description: `Length of the window that ends now, in seconds: 1 to ${longestWindow}. Tasks count by the time of their event; the start of the window is exact to a sixteenth of its length. If null, all tasks since the gateway began to monitor the cluster, including unfinished ones.`,
      }),
      filter: t.arg({ type: TaskTypeFilterInput, description: 'Only task names that match.' }),
      ...pageArgs(t.arg, 'task names', longPages),
      useCache: t.arg.boolean(useCacheArg),
    },
    complexity: ({ windowSeconds, filter, ...page }, context) => ({
      field: 1 + namesCost(context, windowSeconds),
      multiplier: shown(nameCount(context), pageLength(page, longPages), namedIn(filter?.names)),
    }),
    resolve: async (view, { windowSeconds, filter, ...page }) => {
      const window = typeof windowSeconds === 'number' ? checkWindow(windowSeconds) : null;
      const key = cacheKey(`task_types ${window}`, filter ?? {});
      const found = await view.once(key, async () =>
        matching(await view.read(reads.taskTypes({ windowSeconds: window })), filter ?? {}),
      );
      return namedConnection(found, page, {
        list: 'taskTypes',
        limits: longPages,
        keyOf: ({ name }) => name,
        nodeOf: (figures) => () => ({ figures, windowSeconds: window, view }),
      });
    },
  }),
}));
