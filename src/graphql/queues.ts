/** Queues: what waits in the broker, and who takes it. */
import type { GraphQLResolveInfo } from 'graphql';
import { isOrphaned } from '../celery/queues.js';
import { isComplete } from '../celery/inspect-reply.js';
import type { InspectResult } from '../celery/inspect-reply.js';
import type { Queue } from '../celery/queues.js';
import type { QueueFigure } from '../celery/transport/transport.js';
import { BadUserInputError } from '../errors.js';
import { builder, clusterField, useCacheArg } from './builder.js';
import { clusterFields } from './cluster-type.js';
import type { Context } from './context.js';
import { QueueKindEnum } from './enums.js';
import { firstArg, lengthOf, noticeCut } from './list-cut.js';
import { namedIn, plainCost, queueCount, shown, workersPerQueue } from './limits/sizes.js';
import { askFor } from './loaders.js';
import type { Ask, InspectAsk } from './loaders.js';
import { cacheKey } from './reads.js';
import { selectedCommands } from './selected-commands.js';
import { WaitingTaskType } from './waiting-task-type.js';
import { WorkerType } from './worker-type.js';
import type { WorkerParent } from './worker-type.js';

/** Messages may be large, and all of them are read from the broker. */
const maxPeek = 100;

interface QueueParent {
  readonly queue: Queue;
  readonly ask: Ask;
}

const PriorityCount = builder
  .objectRef<{ priority: number; messages: number }>('QueuePriority')
  .implement({
    description:
      'Waiting messages of one priority. On Redis 0 is served first, and priorities are rounded down to steps; on RabbitMQ the highest number is.',
    fields: (t) => ({ priority: t.exposeInt('priority', {}), messages: t.exposeInt('messages', {}) }),
  });

const UnknownFigure = builder
  .objectRef<{ figure: QueueFigure; reason: string }>('UnknownFigure')
  .implement({
    description: 'A figure that is null because it is unknown.',
    fields: (t) => ({
      figure: t.exposeString('figure', { description: 'The name of the field, such as `messages`.' }),
      reason: t.exposeString('reason', {}),
    }),
  });

/** Node names of the workers that consume the queue; null when workers are silent and none of the others does. */
async function consumersOf(
  { queue, ask }: QueueParent,
  { loaders }: Context,
): Promise<readonly string[] | null> {
  const result = await loaders.inspect('active_queues', {
    ...ask,
    cache: 'queue_status',
    scope: { all: true },
  });
  const consumers = consumersByQueue(result).get(queue.name) ?? [];
  return consumers.length === 0 && !isComplete(result) ? null : consumers;
}

type ActiveQueues = InspectResult<'active_queues'>;

/** Made once for each answer of the workers, which many queues of many operations share. */
const knownConsumers = new WeakMap<ActiveQueues, ReadonlyMap<string, readonly string[]>>();

/** Node names by the queue that they consume, in order. */
function consumersByQueue(result: ActiveQueues): ReadonlyMap<string, readonly string[]> {
  const known = knownConsumers.get(result);
  if (known !== undefined) return known;
  const consumers = new Map<string, string[]>();
  for (const [hostname, reply] of [...result.replies].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!reply.ok) continue;
    for (const name of new Set(reply.value.map((queue) => queue.name))) {
      const hostnames = consumers.get(name);
      if (hostnames === undefined) consumers.set(name, [hostname]);
      else hostnames.push(hostname);
    }
  }
  knownConsumers.set(result, consumers);
  return consumers;
}

async function consumerCount(parent: QueueParent, context: Context): Promise<number | null> {
  return parent.queue.consumers ?? (await consumersOf(parent, context))?.length ?? null;
}

async function orphaned(parent: QueueParent, context: Context): Promise<boolean | null> {
  const { messages } = parent.queue;
  if (messages === 0) return false; // no worker need be asked
  return isOrphaned(messages, await consumerCount(parent, context));
}

function unknownFigures({ unknown = {} }: Queue): { figure: QueueFigure; reason: string }[] {
  const figures = ['messages', 'messagesByPriority', 'unacknowledged'] as const;
  return figures.flatMap((figure) => {
    const reason = unknown[figure];
    return reason === undefined ? [] : [{ figure, reason }];
  });
}

export const QueueType = builder.objectRef<QueueParent>('Queue').implement({
  description: 'A queue of the broker.',
  fields: (t) => ({
    name: t.id({ resolve: ({ queue }) => queue.name }),
    cluster: t.id(clusterField),
    messages: t.int({
      nullable: true,
      description: 'Waiting, all priorities; null if unknown, and `unknown` says why.',
      resolve: ({ queue }) => queue.messages,
    }),
    unknown: t.field({
      type: [UnknownFigure],
      description: 'Which figures are null because they are unknown, and why.',
      resolve: ({ queue }) => unknownFigures(queue),
    }),
    messagesByPriority: t.field({
      type: [PriorityCount],
      nullable: true,
      description:
        'Only priorities that have waiting messages; null when the broker cannot tell them apart at the moment.',
      resolve: ({ queue }) => queue.messagesByPriority,
    }),
    unacknowledged: t.int({
      nullable: true,
      description:
        'Delivered to workers and not acknowledged; null when the broker cannot tell, or they are too many to count.',
      resolve: ({ queue }) => queue.unacknowledged,
    }),
    consumers: t.int({
      nullable: true,
      description:
        'Workers that consume it; null when workers did not answer and none of the others consumes it.',
      extensions: { inspect: 'active_queues' },
      resolve: (parent, _args, context) => consumerCount(parent, context),
    }),
    workers: t.field({
      type: [WorkerType],
      nullable: true,
      description:
        'Workers that consume it, by node name; null when workers did not answer and none of the others does.',
      args: { first: t.arg.int(firstArg) },
      complexity: ({ first }, context) => ({
        field: 1,
        multiplier: shown(workersPerQueue(context), lengthOf(first)),
      }),
      resolve: async (parent, { first }, context, info): Promise<WorkerParent[] | null> => {
        const length = lengthOf(first);
        const hostnames = await consumersOf(parent, context);
        const commands = selectedCommands(info);
        const kept = hostnames?.slice(0, length);
        const total = hostnames?.length ?? 0;
        noticeCut('workers', { total, shown: Math.min(total, length), first }, context, info);
        return (
          kept?.flatMap((hostname) => {
            const worker = context.celery.state.worker(hostname);
            const ask: InspectAsk = {
              path: `${parent.ask.path}.workers`,
              useCache: parent.ask.useCache,
              cache: 'worker_status',
              scope: { hostname },
            };
            return worker === null ? [] : [{ worker, ask, commands }];
          }) ?? null
        );
      },
    }),
    oldestMessageAgeSeconds: t.float({
      nullable: true,
      description:
        'Since the message that is served next was sent; null when none waits, or when that time is unknown. Over RabbitMQ, which ' +
        'does not show its messages, it comes from task-sent events: of a queue of n messages, the oldest of the n ' +
        'newest tasks; null when fewer are known.',
      resolve: ({ queue }) => queue.oldestMessageAgeSeconds,
    }),
    peek: t.field({
      type: [WaitingTaskType],
      nullable: true,
      description:
        'The tasks that are served next, in the order of service; none of them is taken. Null, with an error, where the broker cannot show them, or not without side effects.',
      args: { first: t.arg.int({ defaultValue: 10, description: `1 to ${maxPeek}.` }) },
      complexity: ({ first }) => ({ field: 1, multiplier: Math.min(first ?? 10, maxPeek) }),
      resolve: ({ queue, ask }, { first }, { loaders }) => {
        const count = first ?? 10;
        if (count < 1 || count > maxPeek)
          throw new BadUserInputError(`first must be from 1 to ${maxPeek}`);
        return loaders.peek(ask, queue.name, count);
      },
    }),
    kind: t.field({
      type: QueueKindEnum,
      nullable: true,
      description: 'Null when the broker does not tell: RabbitMQ does so only with its management API.',
      resolve: ({ queue }) => queue.kind,
    }),
    orphaned: t.boolean({
      nullable: true,
      description: 'Messages wait and nobody consumes them; null when that is not known.',
      resolve: (parent, _args, context) => orphaned(parent, context),
    }),
  }),
});

const QueueFilterInput = builder.inputType('QueueFilter', {
  description: 'All conditions must hold.',
  fields: (t) => ({
    names: t.idList({ description: 'Any of these; all when empty.' }),
    search: t.string({ description: 'Part of the name, in any case.' }),
    hasMessages: t.boolean({
      description: 'Whether messages wait. Queues of which that is unknown are left out.',
    }),
    orphaned: t.boolean({
      description:
        'Whether messages wait and nobody consumes them. Queues of which that is not known are left out.',
    }),
  }),
});

type Filter = typeof QueueFilterInput.$inferInput;

function matching(queues: readonly Queue[], { names, search, hasMessages }: Filter): readonly Queue[] {
  const named = names && names.length > 0 ? new Set(names) : null;
  const part = search?.toLowerCase() ?? '';
  return queues.filter(
    ({ name, messages }) =>
      (named?.has(name) ?? true) &&
      (part === '' || name.toLowerCase().includes(part)) &&
      (typeof hasMessages !== 'boolean' || (messages !== null && messages > 0 === hasMessages)),
  );
}

async function queuesOf(filter: Filter, ask: Ask, context: Context): Promise<readonly QueueParent[]> {
  const queues = await context.loaders.queues(ask);
  const parents = matching(queues, filter).map((queue) => ({ queue, ask }));
  const wanted = filter.orphaned;
  if (typeof wanted !== 'boolean') return parents;
  const found = await Promise.all(parents.map((parent) => orphaned(parent, context)));
  return parents.filter((_, index) => found[index] === wanted);
}

/** The first of them, with a notice if the client did not say how many it wants. */
export function cutQueues(
  found: readonly QueueParent[],
  { length, first }: { readonly length: number; readonly first: number | null | undefined },
  context: Context,
  info: GraphQLResolveInfo,
): QueueParent[] {
  const kept = found.slice(0, length);
  noticeCut('queues', { total: found.length, shown: kept.length, first }, context, info);
  return kept;
}

clusterFields((t) => ({
  queues: t.field({
    type: [QueueType],
    nullable: true,
    description:
      'All queues that the broker has, by name. Null, with an error, while the broker is away.',
    args: {
      filter: t.arg({ type: QueueFilterInput }),
      first: t.arg.int(firstArg),
      useCache: t.arg.boolean(useCacheArg),
    },
    complexity: ({ filter, first }, context) => ({
      field: 1 + plainCost(queueCount(context)),
      multiplier: shown(queueCount(context), lengthOf(first), namedIn(filter?.names)),
    }),
    resolve: async (_root, { filter, first, useCache }, context, info) => {
      const ask = askFor('queues', useCache);
      const length = lengthOf(first);
      const key = cacheKey(`queues ${ask.useCache}`, filter ?? {});
      const found = await context.loaders.once(key, () => queuesOf(filter ?? {}, ask, context));
      return cutQueues(found, { length, first }, context, info);
    },
  }),
  queue: t.field({
    type: QueueType,
    nullable: true,
    description: 'One queue by its name; null when nobody knows it.',
    args: { name: t.arg.id({ required: true }), useCache: t.arg.boolean(useCacheArg) },
    resolve: async (_root, { name, useCache }, { loaders }) => {
      const ask = askFor('queue', useCache);
      const queue = await loaders.queue(ask, name);
      return queue && { queue, ask };
    },
  }),
}));
