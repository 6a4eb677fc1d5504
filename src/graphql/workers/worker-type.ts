/** The Worker type: what heartbeats report, and what the worker replies to inspect commands. */
import type { GraphQLResolveInfo } from 'graphql';
import type { Worker } from '../../celery/events/worker.js';
import type { InspectCommand, InspectResult, InspectValue } from '../../celery/inspect/inspect.js';
import { answering, isSilent, partialError, replyError } from '../../celery/inspect/inspect-reply.js';
import { reads } from '../../cluster/reads.js';
import { NotListeningError } from '../../errors.js';
import { builder, clusterField } from '../builder.js';
import type { Context } from '../context.js';
import { WorkerStatusEnum } from '../enums.js';
import { heldPerWorker, nameCount, plainCost } from '../limits/sizes.js';
import { identity, NodeInterface } from '../nodes/node-type.js';
import { ActiveQueueType } from './active-queue-type.js';
import { ScheduledTaskType, WorkerTaskType } from './worker-task-type.js';
import { WorkerStatsType } from './worker-stats-type.js';
import { WorkerType } from '../type-refs.js';
import type { WorkerParent } from '../type-refs.js';

/** Of one worker, where it may have any number: for the cost of an operation. */
const usualRevoked = 100;
const usualQueues = 4;

/** What this worker said; null when it was silent, with an error when it does not listen. */
async function replyOf<C extends InspectCommand>(
  command: C,
  { worker, view, scope }: WorkerParent,
  { sideErrors }: Context,
  info: GraphQLResolveInfo,
): Promise<InspectValue<C> | null> {
  const { hostname } = worker;
  const { replies } = await view.read(reads.inspect(command, { cache: 'worker_status', scope }));
  const reply = replies.get(hostname);
  if (reply === undefined) {
    // The command itself may have made it so.
    if (view.cluster.celery.state.worker(hostname)?.listening === false)
      throw new NotListeningError(command, hostname);
    return null;
  }
  if (!reply.ok) throw replyError(command, worker.hostname, reply);
  const partial = partialError(command, worker.hostname, reply);
  if (partial !== null) sideErrors.add(partial, info);
  return reply.value;
}

/** Entries of a reply, each with the view in which what hangs below is read. */
function entriesBelow<T>(parent: WorkerParent, field: string, entries: readonly T[] | null) {
  const view = parent.view.below(field);
  return entries && entries.map((info) => ({ info, view }));
}

/** Replies to the commands that are selected anyway, by command; to a ping when there are none. */
function replies({
  view,
  scope,
  commands,
}: WorkerParent): Promise<(readonly [InspectCommand, InspectResult<InspectCommand>])[]> {
  const asked: readonly InspectCommand[] = commands.length === 0 ? ['ping'] : commands;
  return Promise.all(
    asked.map(async (command) => {
      const read = reads.inspect(command, { cache: 'worker_status', scope });
      return [command, await view.read(read)] as const;
    }),
  );
}

const silence =
  'Null if the worker did not answer in time, and, with an error, if it does not listen to commands or its reply cannot be read. List entries that cannot be read are omitted, with an additional error.';
const risk =
  'The gateway asks for this only if a client selects it: a worker that holds a task whose arguments it cannot ' +
  'encode (such as a pickled set) resets its control channel instead of answering. It loses the commands that it ' +
  'receives in the meantime, and with Celery 5.2 over Redis it receives no more commands until it is restarted.';

WorkerType.implement({
  interfaces: [NodeInterface],
  description: 'A Celery worker node.',
  fields: (t) => ({
    id: t.id(identity<WorkerParent>('Worker', ({ worker }) => [worker.hostname])),
    hostname: t.id({
      description: 'Node name, such as `celery@host1`.',
      resolve: ({ worker }) => worker.hostname,
    }),
    cluster: t.id(clusterField),
    status: t.field({
      type: WorkerStatusEnum,
      description: 'Whether the worker is alive.',
      resolve: ({ worker }) => worker.status,
    }),
    listening: t.boolean({
      nullable: true,
      description:
        'Whether the worker listens to remote control commands; null if unknown. A worker that does not must be restarted: ' +
        'it still runs tasks, but no command reaches it.',
      resolve: ({ worker }) => worker.listening,
    }),
    lastHeartbeatAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When the last heartbeat (or worker-online event) arrived; null if there was none. A worker with `--without-heartbeat` sends one ' +
        'only on request, as when the gateway starts.',
      resolve: ({ worker }) => worker.lastHeartbeatAt,
    }),
    pid: t.int({
      nullable: true,
      description: 'Process id; null until the worker has reported it.',
      resolve: ({ worker }) => worker.pid,
    }),
    software: t.field({
      type: SoftwareType,
      nullable: true,
      description: 'Software of the worker; null until a heartbeat has reported it.',
      resolve: ({ worker }) => (worker.softwareIdent === null ? null : worker),
    }),
    freqSeconds: t.float({
      nullable: true,
      description:
        'Seconds between two heartbeats of the worker; null if it has sent none, as with `--without-heartbeat`.',
      resolve: ({ worker }) => worker.freqSeconds,
    }),
    loadAverage: t.floatList({
      nullable: true,
      description:
        'Load average of the host over 1, 5 and 15 minutes, from the last heartbeat; null while the worker is not ONLINE.',
      resolve: ({ worker }) => worker.loadAverage && [...worker.loadAverage],
    }),
    processed: t.float({
      nullable: true,
      description:
        'Number of tasks finished between the start of the worker and its last heartbeat; null before the first heartbeat.',
      resolve: ({ worker }) => worker.processed,
    }),
    activeCount: t.int({
      nullable: true,
      description:
        'Number of running tasks, from the last heartbeat; null while the worker is not ONLINE, because the number may have changed since.',
      resolve: ({ worker }) => worker.activeCount,
    }),
    clock: t.float({
      nullable: true,
      description: 'Logical clock of the last event of the worker; null before the first.',
      resolve: ({ worker }) => worker.clock,
    }),
    duplicateNodename: t.boolean({
      description: 'Whether two processes use this node name, which mixes up their reports.',
      resolve: ({ worker }) => worker.duplicateNodename,
    }),
    stats: t.field({
      type: WorkerStatsType,
      nullable: true,
      description: `Pool, limits, resources and totals; also null for a worker that replies in YAML, which cannot encode them. ${silence}`,
      extensions: { inspect: 'stats' },
      resolve: (parent, _args, context, info) => replyOf('stats', parent, context, info),
    }),
    activeTasks: t.field({
      type: [WorkerTaskType],
      nullable: true,
      description: `Tasks that the worker runs now, with their arguments as the senders wrote them. ${silence}`,
      extensions: { inspect: 'active' },
      complexity: (_args, context) => ({ field: 1, multiplier: heldPerWorker(context) }),
      resolve: async (parent, _args, context, info) =>
        entriesBelow(parent, 'activeTasks', await replyOf('active', parent, context, info)),
    }),
    reservedTasks: t.field({
      type: [WorkerTaskType],
      nullable: true,
      description: `Tasks that the worker has taken from a queue and not started. ${silence} ${risk}`,
      extensions: { inspect: 'reserved' },
      complexity: (_args, context) => ({ field: 1, multiplier: heldPerWorker(context) }),
      resolve: async (parent, _args, context, info) =>
        entriesBelow(parent, 'reservedTasks', await replyOf('reserved', parent, context, info)),
    }),
    scheduledTasks: t.field({
      type: [ScheduledTaskType],
      nullable: true,
      description: `Tasks that the worker holds until their ETA. ${silence} ${risk}`,
      extensions: { inspect: 'scheduled' },
      complexity: (_args, context) => ({ field: 1, multiplier: heldPerWorker(context) }),
      resolve: async (parent, _args, context, info) =>
        entriesBelow(parent, 'scheduledTasks', await replyOf('scheduled', parent, context, info)),
    }),
    revokedTaskIds: t.idList({
      nullable: true,
      description: `Ids of the revoked tasks, which the worker will not run. ${silence}`,
      extensions: { inspect: 'revoked' },
      complexity: 1 + plainCost(usualRevoked),
      resolve: (parent, _args, context, info) => replyOf('revoked', parent, context, info),
    }),
    registeredTasks: t.stringList({
      nullable: true,
      description: `Names of the tasks that the worker can run, with limits in brackets. ${silence}`,
      extensions: { inspect: 'registered' },
      complexity: (_args, context) => 1 + plainCost(nameCount(context)),
      resolve: (parent, _args, context, info) => replyOf('registered', parent, context, info),
    }),
    activeQueues: t.field({
      type: [ActiveQueueType],
      nullable: true,
      description: `Queues that the worker consumes. ${silence}`,
      extensions: { inspect: 'active_queues' },
      complexity: { multiplier: usualQueues },
      resolve: (parent, _args, context, info) => replyOf('active_queues', parent, context, info),
    }),
    conf: t.field({
      type: 'JSON',
      nullable: true,
      description: `Settings of the worker that differ from the defaults, secrets masked. ${silence}`,
      extensions: { inspect: 'conf' },
      resolve: (parent, _args, context, info) => replyOf('conf', parent, context, info),
    }),
    unresponsive: t.boolean({
      nullable: true,
      description:
        'Whether the worker did not answer, within the deadline, an inspect command that this query selects. Without any, the gateway ' +
        'pings the worker. Null, with an error, if the broker does not accept the command, or if an unreadable reply ' +
        'may come from this worker or from another one, so that it is unknown whether this one answered.',
      resolve: async (parent) => isSilent(parent.worker.hostname, await replies(parent)),
    }),
    respondedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When the worker answered the inspect commands of this query, the oldest answer; null if it did not, or if only ' +
        'replies arrived that may come from another worker.',
      resolve: async (parent) => {
        const answered = (await replies(parent)).filter(([, result]) =>
          answering(result).includes(parent.worker.hostname),
        );
        return answered.length === 0 ? null : Math.min(...answered.map(([, { at }]) => at));
      },
    }),
  }),
});

const SoftwareType = builder.objectRef<Worker>('WorkerSoftware').implement({
  description: 'Software of a worker, as the worker reports it.',
  fields: (t) => ({
    ident: t.string({
      nullable: true,
      description: 'Name of the software, such as `py-celery`; null until a heartbeat has reported it.',
      resolve: (w) => w.softwareIdent,
    }),
    version: t.string({
      nullable: true,
      description: 'Version of Celery; null until a heartbeat has reported it.',
      resolve: (w) => w.softwareVersion,
    }),
    system: t.string({
      nullable: true,
      description: 'Operating system, such as `Linux`; null until a heartbeat has reported it.',
      resolve: (w) => w.softwareSystem,
    }),
  }),
});
