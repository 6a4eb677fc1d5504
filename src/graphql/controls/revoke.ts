/** Revoking tasks: by their ids, by what is known of them, and by the stamps that they bear. */
import { maxTaskIds } from '../../celery/control/commands.js';
import { nothing } from '../../celery/control/outcome.js';
import { compileSearch } from '../../celery/events/task-search.js';
import type { Task, TaskFilter } from '../../celery/events/task.js';
import { BadUserInputError } from '../../errors.js';
import { builder } from '../builder.js';
import { searchCost } from '../limits/sizes.js';
import { TerminateSignalEnum } from '../enums.js';
import type { Context } from '../context.js';
import { assertKnownStates } from '../known-states.js';
import { filterAt, filterOf, TaskFilterInput } from '../task-inputs.js';
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
  description: 'A task that is, or would be, revoked.',
  fields: (t) => ({
    id: t.exposeID('id', {}),
    name: t.string({
      nullable: true,
      description: 'null when nobody told of the task.',
      resolve: ({ name }) => name ?? null,
    }),
    state: t.field({
      type: 'TaskState',
      nullable: true,
      description: 'Before it was revoked; null when nobody told of the task.',
      resolve: ({ state }) => state ?? null,
    }),
    hostname: t.id({
      nullable: true,
      description: 'Of the worker that had it last; null when nobody told.',
      resolve: ({ worker }) => worker ?? null,
    }),
  }),
});

const RevokeTasksPayload = builder.objectRef<RevokePayload>('RevokeTasksPayload').implement({
  description: 'What came of revoking tasks, or would come of it.',
  interfaces: [ControlPayloadInterface],
  fields: (t) => ({
    dryRun: t.exposeBoolean('dryRun', { description: 'Whether nothing was sent.' }),
    tasks: t.field({
      type: [RevokedTaskType],
      description: 'Those that are, or would be, revoked; of a filter those first seen come first.',
      complexity: { multiplier: maxTaskIds },
      resolve: ({ tasks }) => tasks,
    }),
    totalCount: t.exposeInt('totalCount', { description: 'How many there are, without any limit.' }),
    capped: t.boolean({
      description: 'Whether `limit` left some out: call again for the next ones.',
      resolve: ({ tasks, totalCount }) => totalCount > tasks.length,
    }),
    terminated: t.idList({
      description: 'Ids of the tasks that a worker said it has terminated.',
      resolve: ({ terminated }) => terminated,
    }),
  }),
});

const StampedHeaderInput = builder.inputType('StampedHeader', {
  description: 'A header with which tasks were stamped.',
  fields: (t) => ({
    name: t.string({ required: true }),
    stamps: t.stringList({ required: true, description: 'Any of them.' }),
  }),
});

const terminateArg = {
  defaultValue: false,
  description: 'Whether those that run already are ended, with the process that runs them.',
} as const;
const signalArg = {
  type: TerminateSignalEnum,
  description: 'Only with `terminate`; SIGTERM by default.',
} as const;

builder.mutationFields((t) => ({
  revokeTasks: t.field({
    type: RevokeTasksPayload,
    authScopes: { operator: true },
    description:
      'Keeps workers from running tasks: those with these ids, or those that pass a filter and are not over. Workers drop ' +
      'such a task when they come to it, one that waits for its time only then. They keep the ids in memory.',
    args: {
      ids: t.arg.idList({ description: `At most ${maxTaskIds}. Either this or \`filter\`.` }),
      filter: t.arg({
        type: TaskFilterInput,
        description: 'Of the tasks that events have told of. An empty one is refused.',
      }),
      limit: t.arg.int({
        defaultValue: maxTaskIds,
        description: `Of the tasks that pass the filter; ${maxTaskIds} at most.`,
      }),
      dryRun: t.arg.boolean({ defaultValue: false, description: 'Only tells what it would do.' }),
      terminate: t.arg.boolean(terminateArg),
      signal: t.arg(signalArg),
      hostnames: t.arg.idList(hostnamesArg),
    },
    complexity: ({ filter }, context) =>
      filter ? 1 + searchCost(context, filterAt(filterOf(filter), context.operationAt)) : 1,
    resolve: async (_root, { ids, filter, limit, dryRun, ...args }, context): Promise<RevokePayload> => {
      const { celery, lateEffects } = context;
      const { revocation } = celery.control;
      const how = howToRevoke(args.terminate, args.signal);
      if (ids && filter) throw new BadUserInputError('give ids or filter, not both');
      if (ids) revocation.check({ task_id: ids, ...how });
      celery.assertConnected();
      const chosen = ids ? named(ids, (id) => celery.state.task(id)) : passing(filter, limit, context);
      const { tasks, totalCount } =
        'filter' in chosen ? await revocation.unfinished(chosen.filter, chosen.limit) : chosen;
      const taskIds = tasks.map(({ id }) => id);
      const isDry = dryRun === true;
      const sends = !isDry && taskIds.length > 0;
      const payload = await controlled(
        context,
        'revoke',
        async (onChange) =>
          sends
            ? revocation.byIds(
                { task_id: taskIds, ...how },
                { hostnames: args.hostnames ?? null, onChange },
              )
            : { ...nothing, terminated: [] },
        sends ? taskIds : [],
      );
      if (sends) lateEffects.tasks('revoke', taskIds);
      const { terminated } = payload.outcome;
      return { ...payload, dryRun: isDry, tasks, totalCount, terminated };
    },
  }),
  revokeByStampedHeaders: t.field({
    type: WorkerControlPayload,
    authScopes: { operator: true },
    description:
      'Keeps workers from running tasks that bear one of these stamps. Workers before Celery 5.3 do not know the command, ' +
      'and say so.',
    args: {
      headers: t.arg({ type: [StampedHeaderInput], required: true }),
      terminate: t.arg.boolean(terminateArg),
      signal: t.arg(signalArg),
      hostnames: t.arg.idList(hostnamesArg),
    },
    resolve: (_root, { headers, terminate, signal, hostnames }, context) => {
      const how = howToRevoke(terminate, signal);
      return controlled(context, 'revoke_by_stamped_headers', (onChange) =>
        context.celery.control.revocation.byStampedHeaders(
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
  { celery, operationAt }: Context,
): { readonly filter: TaskFilter; readonly limit: number } {
  const empty = Object.entries(input ?? {}).find(([, list]) => Array.isArray(list) && list.length === 0);
  if (empty !== undefined)
    throw new BadUserInputError(`${empty[0]} of the filter is empty; leave it out for any`);
  const { search, ...rest } = filterAt(filterOf(input), operationAt);
  assertKnownStates({ states: rest.states, search }, celery);
  const finds = search !== undefined && compileSearch(search) !== null;
  const filter = finds ? { ...rest, search } : rest;
  if (Object.keys(filter).length === 0)
    throw new BadUserInputError('give ids, or a filter that is not empty');
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
