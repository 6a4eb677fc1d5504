/** Queries about workers. */
import { builder, useCacheArg } from './builder.js';
import { clusterFields } from './cluster-type.js';
import { askFor } from './loaders.js';
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

clusterFields((t) => ({
  workers: t.field({
    type: [WorkerType],
    nullable: true,
    description: 'All known workers, by node name. Null, with an error, while the broker is away.',
    args: { filter: t.arg({ type: WorkerFilterInput }), useCache: t.arg.boolean(useCacheArg) },
    resolve: async (_root, { filter, useCache }, { loaders }, info): Promise<WorkerParent[]> => {
      const ask = askFor('workers', useCache);
      const { hostnames, statuses, search } = filter ?? {};
      const named = hostnames && hostnames.length > 0 ? new Set(hostnames) : null;
      // Whoever names a few wants an answer from these alone; many would fill the cache with an entry each.
      const asksAll = named === null || named.size > maxAskedByName;
      const commands = selectedCommands(info);
      return (await loaders.workers(ask))
        .filter(
          ({ hostname, status }) =>
            (named?.has(hostname) ?? true) &&
            (!statuses || statuses.length === 0 || statuses.includes(status)) &&
            (!search || hostname.toLowerCase().includes(search.toLowerCase())),
        )
        .map((worker) => {
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
