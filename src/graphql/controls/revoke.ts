/** Revoking tasks: by their ids, by what is known of them, and by the stamps that they bear. */
import type { Celery } from '../../celery/celery.js';
import { maxTaskIds } from '../../celery/control/commands.js';
import { emptyOutcome } from '../../celery/control/control-outcome.js';
import { compileSearch } from '../../celery/tasks/task-search.js';
import type { TaskFilter } from '../../celery/tasks/task-filter.js';
import type { Task } from '../../celery/tasks/task.js';
import { phaseOf } from '../../celery/states.js';
import { BadUserInputError } from '../../errors.js';
import { builder } from '../builder.js';
import { searchCost } from '../limits/sizes.js';
import { formerArgs } from '../plugins/input-plugin.js';
import { TaskPhaseEnum, TerminateSignalEnum } from '../enums.js';
import type { Context } from '../context.js';
import { assertKnownStates } from '../tasks/known-states.js';
import { filterAt } from '../../cluster/moving-filter.js';
import { filterOf, TaskFilterInput } from '../tasks/task-filter-input.js';
import {
  controlled,
  ControlPayloadInterface,
  hostnamesArg,
  WorkerControlPayload,
  type Payload,
} from './payload.js';

type Addressee = Pick<Task, 'id'> & Partial<Task>;

interface RevokePayload extends Payload {
  readonly dryRun: boolean;
  readonly tasks: readonly Addressee[];
  readonly totalCount: number;
  readonly terminated: readonly string[];
}

const RevokedTaskType = builder.objectRef<Addressee>('RevokedTask').implement({
  description: 'A task that was revoked or, in a dry run, would be revoked.',
  fields: (t) => ({
    taskId: t.exposeID('id', { description: 'Id of the task in Celery.' }),
    name: t.string({
      nullable: true,
      description: 'Name of the task; null if the gateway does not know the task.',
      resolve: ({ name }) => name ?? null,
    }),
    state: t.field({
      type: 'TaskState',
      nullable: true,
      description: 'State before the revocation; null if the gateway does not know the task.',
      resolve: ({ state }) => state ?? null,
    }),
    phase: t.field({
      type: TaskPhaseEnum,
      nullable: true,
      description: 'The state as an enum; null if the gateway does not know the task.',
      resolve: ({ state }) => (state === undefined ? null : phaseOf(state)),
    }),
    hostname: t.id({
      nullable: true,
      description: 'Node name of the worker that last had the task; null if unknown.',
      resolve: ({ worker }) => worker ?? null,
    }),
  }),
});

const RevokeTasksPayload = builder.objectRef<RevokePayload>('RevokeTasksPayload').implement({
  description: 'The outcome of revoking tasks, or of a dry run.',
  interfaces: [ControlPayloadInterface],
  fields: (t) => ({
    dryRun: t.exposeBoolean('dryRun', { description: 'Whether this was a dry run: nothing was sent.' }),
    tasks: t.field({
      type: [RevokedTaskType],
      description:
        'The tasks that were or would be revoked; for a filter, in the order in which the gateway first saw them.',
      complexity: { multiplier: maxTaskIds },
      resolve: ({ tasks }) => tasks,
    }),
    totalCount: t.exposeInt('totalCount', {
      description: 'Number of matching tasks, regardless of `limit`.',
    }),
    capped: t.boolean({
      description: 'Whether `limit` excluded tasks: repeat the mutation for the next ones.',
      resolve: ({ tasks, totalCount }) => totalCount > tasks.length,
    }),
    terminated: t.idList({
      description: 'Ids of the tasks that a worker reported as terminated.',
      resolve: ({ terminated }) => terminated,
    }),
  }),
});

const StampedHeaderInput = builder.inputType('StampedHeader', {
  description: 'A stamped header of tasks.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Name of the header.' }),
    stamps: t.stringList({
      required: true,
      description: 'Stamp values; a task with any of them matches.',
    }),
  }),
});

const terminateArg = {
  defaultValue: false,
  description: 'Whether running tasks are terminated, together with the process that runs them.',
} as const;
const signalArg = {
  type: TerminateSignalEnum,
  description: 'Only with `terminate`; default: SIGTERM.',
} as const;

builder.mutationFields((t) => ({
  revokeTasks: t.field({
    type: RevokeTasksPayload,
    authScopes: { operator: true },
    description:
      'Prevents workers from running tasks, selected by id, or by a filter among the unfinished tasks. A worker discards ' +
      'such a task when it is about to run it; a task with an ETA only at its ETA. Workers keep the revoked ids in memory.',
    extensions: formerArgs({ taskIds: 'ids' }),
    args: {
      taskIds: t.arg.idList({
        description: `Ids of tasks in Celery, at most ${maxTaskIds}. Give either \`taskIds\` or \`filter\`.`,
      }),
      filter: t.arg({
        type: TaskFilterInput,
        description: 'Selects among the tasks known from events. An empty filter is rejected.',
      }),
      limit: t.arg.int({
        defaultValue: maxTaskIds,
        description: `Maximum number of tasks that match the filter; at most ${maxTaskIds}.`,
      }),
      dryRun: t.arg.boolean({
        defaultValue: false,
        description: 'Only reports which tasks would be revoked.',
      }),
      terminate: t.arg.boolean(terminateArg),
      signal: t.arg(signalArg),
      hostnames: t.arg.idList(hostnamesArg),
    },
    complexity: ({ filter }, context) =>
      filter ? 1 + searchCost(context, filterAt(filterOf(filter), context.costs.operationAt)) : 1,
    resolve: async (
      { cluster },
      { taskIds: ids, filter, limit, dryRun, ...args },
      context,
    ): Promise<RevokePayload> => {
      const { celery, delayedInvalidations } = cluster;
      const { revocation } = celery.control;
      const how = howToRevoke(args.terminate, args.signal);
      if (ids && filter) throw new BadUserInputError('give taskIds or filter, not both');
      if (ids) revocation.check({ task_id: ids, ...how });
      celery.assertConnected();
      const chosen = ids
        ? named(ids, (id) => celery.state.task(id))
        : passing(filter, limit, celery, context);
      const { tasks, totalCount } =
        'filter' in chosen ? await revocation.unfinished(chosen.filter, chosen.limit) : chosen;
      const selectedIds = tasks.map(({ id }) => id);
      const isDry = dryRun === true;
      const sends = !isDry && selectedIds.length > 0;
      const payload = await controlled(
        cluster,
        context,
        'revoke',
        async (onChange) =>
          sends
            ? revocation.byIds(
                { task_id: selectedIds, ...how },
                { hostnames: args.hostnames ?? null, onChange },
              )
            : { ...emptyOutcome, terminated: [] },
        sends ? selectedIds : [],
      );
      if (sends) delayedInvalidations.tasks('revoke', selectedIds);
      const { terminated } = payload.outcome;
      return { ...payload, dryRun: isDry, tasks, totalCount, terminated };
    },
  }),
  revokeByStampedHeaders: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description:
      'Prevents workers from running tasks that have one of these stamps. Workers older than Celery 5.3 do not know the command ' +
      'and report an error.',
    args: {
      headers: t.arg({
        type: [StampedHeaderInput],
        required: true,
        description: 'Stamps; a task with any of them matches.',
      }),
      terminate: t.arg.boolean(terminateArg),
      signal: t.arg(signalArg),
      hostnames: t.arg.idList(hostnamesArg),
    },
    resolve: ({ cluster }, { headers, terminate, signal, hostnames }, context) => {
      const how = howToRevoke(terminate, signal);
      return controlled(cluster, context, 'revoke_by_stamped_headers', (onChange) =>
        cluster.celery.control.revocation.byStampedHeaders(
          { headers: stampsByName(headers), ...how },
          { hostnames: hostnames ?? null, onChange },
        ),
      );
    },
  }),
}));

type Signal = typeof TerminateSignalEnum.$inferType;

function howToRevoke(
  terminate: boolean | null | undefined,
  signal: Signal | null | undefined,
): { readonly terminate: boolean; readonly signal?: Signal } {
  if (terminate === true) return { terminate, ...(signal && { signal }) };
  if (signal) throw new BadUserInputError('signal needs terminate: true');
  return { terminate: false };
}

function named(ids: readonly string[], find: (id: string) => Task | null) {
  const distinct = [...new Set(ids)];
  return { tasks: distinct.map((id): Addressee => find(id) ?? { id }), totalCount: distinct.length };
}

/** @throws BadUserInputError for a filter that would revoke more than is meant, by an oversight */
function passing(
  input: Parameters<typeof filterOf>[0],
  limit: number | null | undefined,
  celery: Celery,
  { live }: Context,
): { readonly filter: TaskFilter; readonly limit: number } {
  const empty = Object.entries(input ?? {}).find(([, list]) => Array.isArray(list) && list.length === 0);
  if (empty !== undefined)
    throw new BadUserInputError(`${empty[0]} of the filter is empty; omit it to match any value`);
  const { search, ...rest } = filterAt(filterOf(input), live().operationAt);
  assertKnownStates({ states: rest.states, search }, () => celery);
  const finds = search !== undefined && compileSearch(search) !== null;
  const filter = finds ? { ...rest, search } : rest;
  if (Object.keys(filter).length === 0)
    throw new BadUserInputError('give taskIds or a filter that is not empty');
  const most = limit ?? maxTaskIds;
  if (most < 1 || most > maxTaskIds)
    throw new BadUserInputError(`limit must be from 1 to ${maxTaskIds}`);
  return { filter, limit: most };
}

function stampsByName(
  headers: readonly { readonly name: string; readonly stamps: readonly string[] }[],
): Record<string, string[]> {
  const names = [...new Set(headers.map(({ name }) => name))];
  return Object.fromEntries(
    names.map((name) => [
      name,
      headers.flatMap((header) => (header.name === name ? header.stamps : [])),
    ]),
  );
}
