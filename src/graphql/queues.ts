/** Queues: what waits in the broker, and who takes it. */
import { isOrphaned } from '../celery/queues/queues.js';
import { isComplete } from '../celery/inspect/inspect-reply.js';
import type { InspectResult } from '../celery/inspect/inspect-reply.js';
import type { Queue } from '../celery/queues/queues.js';
import { queueFigures, type QueueFigure } from '../celery/transport/transport.js';
import { BadUserInputError } from '../errors.js';
import { builder, clusterField, useCacheArg } from './builder.js';
import { clusterFields } from './cluster-type.js';
import { QueueFigureEnum, QueueKindEnum } from './enums.js';
import { connectionType, longPages, namedConnection, pageArgs, pageLength } from './connection.js';
import { firstArg, lengthOf, noticeCut } from './list-cut.js';
import { namedIn, plainCost, queueCount, shown, workersPerQueue } from './limits/sizes.js';
import type { ClusterView } from '../cluster/cluster-view.js';
import { reads } from '../cluster/reads.js';
import { cacheKey } from '../cluster/cache-key.js';
import { identity, NodeInterface } from './nodes/node-type.js';
import { selectedCommands } from './workers/selected-commands.js';
import { WaitingTaskType } from './tasks/waiting-task-type.js';
import { WorkerType } from './type-refs.js';
import type { WorkerParent } from './type-refs.js';

/** Messages may be large, and all of them are read from the broker. */
const maxPeek = 100;

interface QueueParent {
  readonly queue: Queue;
  readonly view: ClusterView;
}

const PriorityCount = builder
  .objectRef<{ priority: number; messages: number }>('QueuePriority')
  .implement({
    description:
      'Waiting messages of one priority. On Redis, priority 0 is served first, and priorities are rounded down to steps; on RabbitMQ, the highest number is served first.',
    fields: (t) => ({
      priority: t.exposeInt('priority', { description: 'Priority of the messages.' }),
      messages: t.exposeInt('messages', { description: 'Number of waiting messages.' }),
    }),
  });

const UnknownFigure = builder
  .objectRef<{ figure: QueueFigure; reason: string }>('UnknownFigure')
  .implement({
    description: 'A field that is null because its value is unknown.',
    fields: (t) => ({
      kind: t.expose('figure', { type: QueueFigureEnum, description: 'The field.' }),
      figure: t.exposeString('figure', {
        description: 'The kind as `Queue` names the field, such as `messagesByPriority`.',
      }),
      reason: t.exposeString('reason', { description: 'Why the value is unknown.' }),
    }),
  });

/** Node names of the workers that consume the queue; null when workers are silent and none of the others does. */
async function consumersOf({ queue, view }: QueueParent): Promise<readonly string[] | null> {
  const result = await view.read(
    reads.inspect('active_queues', { cache: 'queue_status', scope: { all: true } }),
  );
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

async function consumerCount(parent: QueueParent): Promise<number | null> {
  return parent.queue.consumers ?? (await consumersOf(parent))?.length ?? null;
}

async function orphaned(parent: QueueParent): Promise<boolean | null> {
  const { messages } = parent.queue;
  if (messages === 0) return false; // no worker need be asked
  return isOrphaned(messages, await consumerCount(parent));
}

function unknownFigures({ unknown = {} }: Queue): { figure: QueueFigure; reason: string }[] {
  return queueFigures.flatMap((figure) => {
    const reason = unknown[figure];
    return reason === undefined ? [] : [{ figure, reason }];
  });
}

export const QueueType = builder.objectRef<QueueParent>('Queue').implement({
  interfaces: [NodeInterface],
  description: 'A queue of the broker.',
  fields: (t) => ({
    id: t.id(identity<QueueParent>('Queue', ({ queue }) => [queue.name])),
    name: t.id({ description: 'Name of the queue.', resolve: ({ queue }) => queue.name }),
    cluster: t.id(clusterField),
    messages: t.int({
      nullable: true,
      description:
        'Waiting messages of all priorities; null if unknown, and `unknown` gives the reason.',
      resolve: ({ queue }) => queue.messages,
    }),
    unknown: t.field({
      type: [UnknownFigure],
      description: 'The fields that are null because their value is unknown, with the reason.',
      resolve: ({ queue }) => unknownFigures(queue),
    }),
    messagesByPriority: t.field({
      type: [PriorityCount],
      nullable: true,
      description:
        'Waiting messages by priority, without empty priorities; null if the broker does not report them by priority at the moment.',
      resolve: ({ queue }) => queue.messagesByPriority,
    }),
    unacknowledged: t.int({
      nullable: true,
      description:
        'Messages delivered to workers and not acknowledged; null if the broker does not report them, or if there are too many to count.',
      resolve: ({ queue }) => queue.unacknowledged,
    }),
    consumers: t.int({
      nullable: true,
      description:
        'Number of workers that consume the queue; null if some workers did not answer and none of the others consumes it.',
      extensions: { inspect: 'active_queues' },
      resolve: (parent) => consumerCount(parent),
    }),
    workers: t.field({
      type: [WorkerType],
      nullable: true,
      description:
        'Workers that consume the queue, by node name; null if some workers did not answer and none of the others consumes it.',
      args: { first: t.arg.int(firstArg) },
      complexity: ({ first }, context) => ({
        field: 1,
        multiplier: shown(workersPerQueue(context), lengthOf(first)),
      }),
      resolve: async (parent, { first }, context, info): Promise<WorkerParent[] | null> => {
        const length = lengthOf(first);
        const hostnames = await consumersOf(parent);
        const commands = selectedCommands(info);
        const view = parent.view.below('workers');
        const kept = hostnames?.slice(0, length);
        const total = hostnames?.length ?? 0;
        noticeCut('workers', { total, shown: Math.min(total, length), first }, context, info);
        return (
          kept?.flatMap((hostname) => {
            const worker = parent.view.cluster.celery.state.worker(hostname);
            return worker === null ? [] : [{ worker, view, scope: { hostname }, commands }];
          }) ?? null
        );
      },
    }),
    oldestMessageAgeSeconds: t.float({
      nullable: true,
      description:
        'Age of the message that is served next, in seconds since it was sent; null if no message waits, or if the time is unknown. RabbitMQ ' +
        'does not show its messages, so the age is derived from task-sent events: for a queue of n messages, it is the age of the oldest of the n ' +
        'newest tasks; null if fewer tasks are known.',
      resolve: ({ queue }) => queue.oldestMessageAgeSeconds,
    }),
    peek: t.field({
      type: [WaitingTaskType],
      nullable: true,
      description:
        'The tasks that are served next, in this order; they stay in the queue. Null, with an error, if the broker cannot show them without side effects.',
      args: {
        first: t.arg.int({ defaultValue: 10, description: `Maximum number of tasks: 1 to ${maxPeek}.` }),
      },
      complexity: ({ first }) => ({ field: 1, multiplier: Math.min(first ?? 10, maxPeek) }),
      resolve: ({ queue, view }, { first }) => {
        const count = first ?? 10;
        if (count < 1 || count > maxPeek)
          throw new BadUserInputError(`first must be from 1 to ${maxPeek}`);
        return view.read(reads.peek({ name: queue.name, first: count }));
      },
    }),
    kind: t.field({
      type: QueueKindEnum,
      nullable: true,
      description:
        'Kind of queue; null if the broker does not report it: RabbitMQ reports it only through the management API.',
      resolve: ({ queue }) => queue.kind,
    }),
    orphaned: t.boolean({
      nullable: true,
      description: 'Whether messages wait and no worker consumes the queue; null if unknown.',
      resolve: (parent) => orphaned(parent),
    }),
  }),
});

const QueueFilterInput = builder.inputType('QueueFilter', {
  description: 'All conditions must match.',
  fields: (t) => ({
    names: t.idList({ description: 'Matches any of these names; an empty list matches all.' }),
    search: t.string({ description: 'Part of the name, case-insensitive.' }),
    hasMessages: t.boolean({
      description: 'Whether messages wait. Queues for which this is unknown do not match.',
    }),
    orphaned: t.boolean({
      description:
        'Whether messages wait and no worker consumes the queue. Queues for which this is unknown do not match.',
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

async function queuesOf(filter: Filter, view: ClusterView): Promise<readonly QueueParent[]> {
  const queues = await view.read(reads.queues());
  const parents = matching(queues, filter).map((queue) => ({ queue, view }));
  const wanted = filter.orphaned;
  if (typeof wanted !== 'boolean') return parents;
  const found = await Promise.all(parents.map((parent) => orphaned(parent)));
  return parents.filter((_, index) => found[index] === wanted);
}

const QueueConnectionType = connectionType(QueueType, {
  description: 'A page of queues, by name. Cursors keep their position when queues come and go.',
  member: 'A queue',
  totalCount: 'Number of queues that match the filter, on all pages.',
});

export async function readQueue(view: ClusterView, name: string): Promise<QueueParent | null> {
  const queue = await view.read(reads.queue({ name }));
  return queue && { queue, view };
}

clusterFields((t) => ({
  queues: t.field({
    type: QueueConnectionType,
    nullable: true,
    description:
      'All queues of the broker, by name. Null, with an error, while the broker is unavailable.',
    args: {
      filter: t.arg({ type: QueueFilterInput, description: 'Only queues that match.' }),
      ...pageArgs(t.arg, 'queues', longPages),
      useCache: t.arg.boolean(useCacheArg),
    },
    complexity: ({ filter, ...page }, context) => ({
      field: 1 + plainCost(queueCount(context)),
      multiplier: shown(queueCount(context), pageLength(page, longPages), namedIn(filter?.names)),
    }),
    resolve: async (view, { filter, ...page }) => {
      const key = cacheKey('queues', filter ?? {});
      const found = await view.once(key, () => queuesOf(filter ?? {}, view));
      return namedConnection(found, page, {
        list: 'queues',
        limits: longPages,
        keyOf: ({ queue }) => queue.name,
        nodeOf: (parent) => () => parent,
      });
    },
  }),
  queue: t.field({
    type: QueueType,
    nullable: true,
    description:
      'One queue by its name; null if neither the broker, a worker nor the configuration knows it.',
    args: {
      name: t.arg.id({ required: true, description: 'Name of the queue.' }),
      useCache: t.arg.boolean(useCacheArg),
    },
    resolve: (view, { name }) => readQueue(view, name),
  }),
}));
