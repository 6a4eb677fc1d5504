/** Queries about workers. */
import { builder, useCacheArg } from '../builder.js';
import { clusterFields } from '../cluster-type.js';
import {
  connectionType,
  longPages,
  namedConnection,
  pageArgs,
  pageLength,
  type Connection,
} from '../connection.js';
import { namedIn, plainCost, shown, workerCount } from '../limits/sizes.js';
import type { ClusterView } from '../../cluster/cluster-view.js';
import { reads } from '../../cluster/reads.js';
import { cacheKey } from '../../cluster/cache-key.js';
import type { Worker } from '../../celery/events/worker.js';
import { WorkerStatusEnum } from '../enums.js';
import type { InspectCommand } from '../../celery/inspect/inspect.js';
import type { InspectScope } from '../../celery/inspect/inspect-loader.js';
import { selectedCommands } from './selected-commands.js';
import { WorkerType } from '../type-refs.js';
import type { WorkerParent } from '../type-refs.js';

const maxAskedByName = 20;

const WorkerFilterInput = builder.inputType('WorkerFilter', {
  description:
    'All conditions must match; a list matches any of its members, an empty list matches everything.',
  fields: (t) => ({
    hostnames: t.idList({
      description: `Node names; if there are ${maxAskedByName} or fewer, only these workers are asked.`,
    }),
    statuses: t.field({ type: [WorkerStatusEnum], description: 'Statuses of the workers.' }),
    search: t.string({ description: 'Part of the node name, case-insensitive.' }),
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

const WorkerConnectionType = connectionType(WorkerType, {
  description: 'A page of workers, by node name. Cursors keep their position when workers come and go.',
  member: 'A worker',
  totalCount: 'Number of workers that match the filter, on all pages.',
});

/** The workers that pass a filter. */
function workersOf(filter: Filter, view: ClusterView): Promise<readonly Worker[]> {
  return view.once(cacheKey('workers', filter), async () =>
    matching(await view.read(reads.workers()), filter),
  );
}

/** @param commands that the selected fields of the worker need */
export async function readWorker(
  view: ClusterView,
  hostname: string,
  commands: readonly InspectCommand[],
): Promise<WorkerParent | null> {
  const worker = await view.read(reads.worker({ hostname }));
  return worker && { worker, view, scope: { hostname }, commands };
}

clusterFields((t) => ({
  workerCount: t.field({
    type: 'Int',
    nullable: true,
    description: 'Number of known workers. Null, with an error, while the broker is unavailable.',
    args: {
      filter: t.arg({ type: WorkerFilterInput, description: 'Only workers that match.' }),
      useCache: t.arg.boolean(useCacheArg),
    },
    complexity: (_args, context) => 1 + plainCost(workerCount(context)),
    resolve: async (view, { filter }) => (await workersOf(filter ?? {}, view)).length,
  }),
  workers: t.field({
    type: WorkerConnectionType,
    nullable: true,
    description:
      'All known workers, by node name. Null, with an error, while the broker is unavailable.',
    args: {
      filter: t.arg({ type: WorkerFilterInput, description: 'Only workers that match.' }),
      ...pageArgs(t.arg, 'workers', longPages),
      useCache: t.arg.boolean(useCacheArg),
    },
    complexity: ({ filter, ...page }, context) => ({
      field: 1 + plainCost(workerCount(context)),
      multiplier: shown(workerCount(context), pageLength(page, longPages), namedIn(filter?.hostnames)),
    }),
    resolve: async (view, { filter, ...page }): Promise<Connection<WorkerParent>> => {
      // A client that names a few wants an answer from these alone; many would fill the cache with an entry each.
      const asksAll = namedIn(filter?.hostnames) > maxAskedByName;
      const found = await workersOf(filter ?? {}, view);
      return namedConnection(found, page, {
        list: 'workers',
        limits: longPages,
        keyOf: ({ hostname }) => hostname,
        nodeOf: (worker) => {
          const scope: InspectScope = asksAll ? { all: true } : { hostname: worker.hostname };
          return (info) => ({ worker, view, scope, commands: selectedCommands(info) });
        },
      });
    },
  }),
  worker: t.field({
    type: WorkerType,
    nullable: true,
    description: 'One worker by its node name; null if no worker with this name is known.',
    args: {
      hostname: t.arg.id({ required: true, description: 'Node name of the worker.' }),
      useCache: t.arg.boolean(useCacheArg),
    },
    resolve: (view, { hostname }, _context, info) => readWorker(view, hostname, selectedCommands(info)),
  }),
}));
