/** The Worker type: what heartbeats tell, and what the worker answers when it is asked. */
import type { GraphQLResolveInfo } from 'graphql';
import type { Worker } from '../celery/events/worker.js';
import type { InspectCommand, InspectResult, InspectValue } from '../celery/inspect.js';
import { answering, isSilent, partialError, replyError } from '../celery/inspect-reply.js';
import { NotListeningError } from '../errors.js';
import { builder, clusterField } from './builder.js';
import type { Context } from './context.js';
import { WorkerStatusEnum } from './enums.js';
import { heldPerWorker, nameCount, plainCost } from './limits/sizes.js';
import type { InspectAsk } from './loaders.js';
import { ActiveQueueType } from './active-queue-type.js';
import { ScheduledTaskType, WorkerTaskType } from './worker-task-type.js';
import { WorkerStatsType } from './worker-stats-type.js';

export interface WorkerParent {
  readonly worker: Worker;
  readonly ask: InspectAsk;
  /** Inspect commands that the selected fields need. */
  readonly commands: readonly InspectCommand[];
}

export const WorkerType = builder.objectRef<WorkerParent>('Worker');

/** Of one worker, where it may have any number: for the cost of an operation. */
const usualRevoked = 100;
const usualQueues = 4;

/** What this worker said; null when it was silent, with an error when it does not listen. */
async function told<C extends InspectCommand>(
  command: C,
  { worker, ask }: WorkerParent,
  { celery, loaders, sideErrors }: Context,
  info: GraphQLResolveInfo,
): Promise<InspectValue<C> | null> {
  const { hostname } = worker;
  const { replies } = await loaders.inspect(command, ask);
  const reply = replies.get(hostname);
  if (reply === undefined) {
    // The command itself may have made it so.
    if (celery.state.worker(hostname)?.listening === false)
      throw new NotListeningError(command, hostname);
    return null;
  }
  if (!reply.ok) throw replyError(command, worker.hostname, reply);
  const partial = partialError(command, worker.hostname, reply);
  if (partial !== null) sideErrors.add(partial, info);
  return reply.value;
}

/** Entries of a reply, each with how the operation asked for it. */
function below<T>({ ask }: WorkerParent, field: string, entries: readonly T[] | null) {
  const { path, useCache } = ask;
  return entries && entries.map((info) => ({ info, ask: { path: `${path}.${field}`, useCache } }));
}

/** Replies to the commands that are selected anyway, by command; to a ping when there are none. */
function replies(
  { ask, commands }: WorkerParent,
  { loaders }: Context,
): Promise<(readonly [InspectCommand, InspectResult<InspectCommand>])[]> {
  const asked: readonly InspectCommand[] = commands.length === 0 ? ['ping'] : commands;
  return Promise.all(
    asked.map(async (command) => [command, await loaders.inspect(command, ask)] as const),
  );
}

const silence =
  'Null if it did not answer in time, and, with an error, if it does not listen or its reply cannot be read. Entries of a list that cannot be read are left out, with an error beside the list.';
const risk =
  'The gateway asks for this only when a client selects it: a worker that holds a task whose arguments it cannot ' +
  'encode (such as a set, pickled) resets its control channel instead of answering. It loses the commands that it ' +
  'received meanwhile, and with Celery 5.2 over Redis it hears no command any more until it is restarted.';

WorkerType.implement({
  description: 'A Celery worker node.',
  fields: (t) => ({
    hostname: t.id({
      description: 'Node name, such as `celery@host1`.',
      resolve: ({ worker }) => worker.hostname,
    }),
    cluster: t.id(clusterField),
    status: t.field({ type: WorkerStatusEnum, resolve: ({ worker }) => worker.status }),
    listening: t.boolean({
      nullable: true,
      description:
        'Whether it listens to remote control commands; null if unknown. A worker that does not must be restarted: ' +
        'it runs tasks, and no command reaches it.',
      resolve: ({ worker }) => worker.listening,
    }),
    lastHeartbeatAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When its last heartbeat (or greeting) came; null when none did. A worker with `--without-heartbeat` sends one ' +
        'when it is asked to, as when the gateway starts.',
      resolve: ({ worker }) => worker.lastHeartbeatAt,
    }),
    pid: t.int({
      nullable: true,
      description: 'Process id; null until it tells.',
      resolve: ({ worker }) => worker.pid,
    }),
    software: t.field({
      type: SoftwareType,
      nullable: true,
      description: 'What it runs; null until a heartbeat tells.',
      resolve: ({ worker }) => (worker.softwareIdent === null ? null : worker),
    }),
    freqSeconds: t.float({
      nullable: true,
      description:
        'Seconds between two heartbeats of its own; null while it has sent none, as with `--without-heartbeat`.',
      resolve: ({ worker }) => worker.freqSeconds,
    }),
    loadAverage: t.floatList({
      nullable: true,
      description:
        'Load of its host over 1, 5 and 15 minutes, by its last heartbeat; null while it is not ONLINE.',
      resolve: ({ worker }) => worker.loadAverage && [...worker.loadAverage],
    }),
    processed: t.int({
      nullable: true,
      description: 'Tasks finished between its start and its last heartbeat; null before that.',
      resolve: ({ worker }) => worker.processed,
    }),
    activeCount: t.int({
      nullable: true,
      description:
        'Tasks running, by its last heartbeat; null while it is not ONLINE: a late worker may run others by now.',
      resolve: ({ worker }) => worker.activeCount,
    }),
    clock: t.float({
      nullable: true,
      description: 'Logical clock of its last event; null before one.',
      resolve: ({ worker }) => worker.clock,
    }),
    duplicateNodename: t.boolean({
      description: 'Whether two processes use this node name, which mixes up what they tell.',
      resolve: ({ worker }) => worker.duplicateNodename,
    }),
    stats: t.field({
      type: WorkerStatsType,
      nullable: true,
      description: `Pool, limits, resources and totals; null too for a worker that replies in YAML, which cannot write them. ${silence}`,
      extensions: { inspect: 'stats' },
      resolve: (parent, _args, context, info) => told('stats', parent, context, info),
    }),
    activeTasks: t.field({
      type: [WorkerTaskType],
      nullable: true,
      description: `Tasks that it runs now, with their arguments as the senders wrote them. ${silence}`,
      extensions: { inspect: 'active' },
      complexity: (_args, context) => ({ field: 1, multiplier: heldPerWorker(context) }),
      resolve: async (parent, _args, context, info) =>
        below(parent, 'activeTasks', await told('active', parent, context, info)),
    }),
    reservedTasks: t.field({
      type: [WorkerTaskType],
      nullable: true,
      description: `Tasks that it has taken from a queue and not begun. ${silence} ${risk}`,
      extensions: { inspect: 'reserved' },
      complexity: (_args, context) => ({ field: 1, multiplier: heldPerWorker(context) }),
      resolve: async (parent, _args, context, info) =>
        below(parent, 'reservedTasks', await told('reserved', parent, context, info)),
    }),
    scheduledTasks: t.field({
      type: [ScheduledTaskType],
      nullable: true,
      description: `Tasks that it holds until their ETA. ${silence} ${risk}`,
      extensions: { inspect: 'scheduled' },
      complexity: (_args, context) => ({ field: 1, multiplier: heldPerWorker(context) }),
      resolve: async (parent, _args, context, info) =>
        below(parent, 'scheduledTasks', await told('scheduled', parent, context, info)),
    }),
    revokedTaskIds: t.idList({
      nullable: true,
      description: `Tasks that it will not run. ${silence}`,
      extensions: { inspect: 'revoked' },
      complexity: 1 + plainCost(usualRevoked),
      resolve: (parent, _args, context, info) => told('revoked', parent, context, info),
    }),
    registeredTasks: t.stringList({
      nullable: true,
      description: `Names of the tasks that it can run, with limits in brackets. ${silence}`,
      extensions: { inspect: 'registered' },
      complexity: (_args, context) => 1 + plainCost(nameCount(context)),
      resolve: (parent, _args, context, info) => told('registered', parent, context, info),
    }),
    activeQueues: t.field({
      type: [ActiveQueueType],
      nullable: true,
      description: `Queues that it consumes. ${silence}`,
      extensions: { inspect: 'active_queues' },
      complexity: { multiplier: usualQueues },
      resolve: (parent, _args, context, info) => told('active_queues', parent, context, info),
    }),
    conf: t.field({
      type: 'JSON',
      nullable: true,
      description: `Its settings that differ from the defaults, secrets masked. ${silence}`,
      extensions: { inspect: 'conf' },
      resolve: (parent, _args, context, info) => told('conf', parent, context, info),
    }),
    unresponsive: t.boolean({
      nullable: true,
      description:
        'It did not answer an inspect command that this query selects, within the deadline. Without any, it is asked ' +
        'for a ping. Null, with an error, when the broker does not let it be asked, or when a reply that cannot be read ' +
        'is its own or that of another worker, so that this one may not have answered.',
      resolve: async (parent, _args, context) =>
        isSilent(parent.worker.hostname, await replies(parent, context)),
    }),
    respondedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When it answered the inspect commands of this query, the oldest of them; null when it did not, and when only ' +
        'replies that may be those of another worker came.',
      resolve: async (parent, _args, context) => {
        const answered = (await replies(parent, context)).filter(([, result]) =>
          answering(result).includes(parent.worker.hostname),
        );
        return answered.length === 0 ? null : Math.min(...answered.map(([, { at }]) => at));
      },
    }),
  }),
});

const SoftwareType = builder.objectRef<Worker>('WorkerSoftware').implement({
  description: 'What a worker runs, in its own words.',
  fields: (t) => ({
    ident: t.string({
      nullable: true,
      description: 'Null until it tells.',
      resolve: (w) => w.softwareIdent,
    }),
    version: t.string({
      nullable: true,
      description: 'Null until it tells.',
      resolve: (w) => w.softwareVersion,
    }),
    system: t.string({
      nullable: true,
      description: 'Null until it tells.',
      resolve: (w) => w.softwareSystem,
    }),
  }),
});
