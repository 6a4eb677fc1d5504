/** Queries about workers. */
import { builder, useCacheArg } from './builder.js';
import { clusterFields } from './cluster-type.js';
import { firstArg, lengthOf, noticeCut } from './list-cut.js';
import { namedIn, plainCost, shown, workerCount } from './limits/sizes.js';
import { askFor } from './loaders.js';
import type { Ask } from './loaders.js';
import type { Context } from './context.js';
import { cacheKey } from './reads.js';
import type { Worker } from '../celery/events/worker.js';
import { WorkerStatusEnum } from './enums.js';
import type { InspectScope } from '../celery/inspect-loader.js';
import { selectedCommands } from './selected-commands.js';
import { WorkerType } from './worker-type.js';
import type { WorkerParent } from './worker-type.js';

const maxAskedByName = 20;

const WorkerFilterInput = builder.inputType('WorkerFilter', {
  description:
    'All conditions must hold; a list is satisfied by any of its members, an empty one by everything.',
  fields: (t) => ({
    hostnames: t.idList({
      description: `Node names; if they are ${maxAskedByName} at most, only these are asked.`,
    }),
    statuses: t.field({ type: [WorkerStatusEnum] }),
    search: t.string({ description: 'Part of the node name, in any case.' }),
  }),
});

type Filter = typeof WorkerFilterInput.$inferInput;

function matching(
  workers: readonly Worker[],
  { hostnames, statuses, search }: Filter,
): readonly Worker[] {
  const named = hostnames && hostnames.length > 0 ? new Set(hostnames) : null;
  const part = search?.toLowerCase() ?? '';
  return workers.filter(
    ({ hostname, status }) =>
      (named?.has(hostname) ?? true) &&
      (!statuses || statuses.length === 0 || statuses.includes(status)) &&
      (part === '' || hostname.toLowerCase().includes(part)),
  );
}

/** So many of them, in their order. Those that are not ONLINE are kept first: a cut hides no trouble before it hides what is well. */
function cutWorkers(workers: readonly Worker[], length: number): readonly Worker[] {
  if (workers.length <= length) return workers;
  const isWell = ({ status }: Worker): boolean => status === 'ONLINE';
  const ill = workers.filter((worker) => !isWell(worker)).slice(0, length);
  const well = workers.filter(isWell).slice(0, length - ill.length);
  const kept = new Set([...ill, ...well]);
  return workers.filter((worker) => kept.has(worker));
}

/** The workers that pass a filter. */
function workersOf(filter: Filter, ask: Ask, { loaders }: Context): Promise<readonly Worker[]> {
  return loaders.once(cacheKey(`workers ${ask.useCache}`, filter), async () =>
    matching(await loaders.workers(ask), filter),
  );
}

clusterFields((t) => ({
  workerCount: t.field({
    type: 'Int',
    nullable: true,
    description: 'How many workers are known. Null, with an error, while the broker is away.',
    args: { filter: t.arg({ type: WorkerFilterInput }), useCache: t.arg.boolean(useCacheArg) },
    complexity: (_args, context) => 1 + plainCost(workerCount(context)),
    resolve: async (_root, { filter, useCache }, context) =>
      (await workersOf(filter ?? {}, askFor('workerCount', useCache), context)).length,
  }),
  workers: t.field({
    type: [WorkerType],
    nullable: true,
    description:
      'All known workers, by node name; where the list is cut, those that are not ONLINE are kept first. Null, with an ' +
      'error, while the broker is away.',
    args: {
      filter: t.arg({ type: WorkerFilterInput }),
      first: t.arg.int(firstArg),
      useCache: t.arg.boolean(useCacheArg),
    },
    complexity: ({ filter, first }, context) => ({
      field: 1 + plainCost(workerCount(context)),
      multiplier: shown(workerCount(context), lengthOf(first), namedIn(filter?.hostnames)),
    }),
    resolve: async (_root, { filter, first, useCache }, context, info): Promise<WorkerParent[]> => {
      const ask = askFor('workers', useCache);
      const length = lengthOf(first);
      // Whoever names a few wants an answer from these alone; many would fill the cache with an entry each.
      const named = namedIn(filter?.hostnames);
      const asksAll = named > maxAskedByName;
      const commands = selectedCommands(info);
      const found = await workersOf(filter ?? {}, ask, context);
      const kept = cutWorkers(found, length);
      noticeCut('workers', { total: found.length, shown: kept.length, first }, context, info);
      return kept.map((worker) => {
        const scope: InspectScope = asksAll ? { all: true } : { hostname: worker.hostname };
        return { worker, ask: { ...ask, cache: 'worker_status', scope }, commands };
      });
    },
  }),
  worker: t.field({
    type: WorkerType,
    nullable: true,
    description: 'One worker by its node name; null when no worker of this name is known.',
    args: { hostname: t.arg.id({ required: true }), useCache: t.arg.boolean(useCacheArg) },
    resolve: async (_root, { hostname, useCache }, { loaders }, info): Promise<WorkerParent | null> => {
      const ask = askFor('worker', useCache);
      const worker = await loaders.worker(ask, hostname);
      return (
        worker && {
          worker,
          ask: { ...ask, cache: 'worker_status', scope: { hostname } },
          commands: selectedCommands(info),
        }
      );
    },
  }),
}));
