/** The gateway itself: what it is connected to and the events that it has received. */
import type { EventGap } from '../celery/gaps/event-gaps.js';
import type { ReconciliationCost } from '../celery/gaps/slow-reconciliation.js';
import {
  unreadableKinds,
  type UnreadableCount,
  type UnreadableKind,
} from '../celery/messages/unreadable.js';
import type { ClusterView } from '../cluster/cluster-view.js';
import { builder } from './builder.js';
import type { SettingsFileState } from '../settings-file.js';
import { BrokerTransportEnum, EventGapCauseEnum, UnreadableKindEnum } from './enums.js';
import { gapCount } from './limits/sizes.js';
import { WarmUpType } from './warm-up-type.js';

export const GatewayBrokerType = builder.objectRef<ClusterView>('GatewayBroker').implement({
  description: "The gateway's connection to the broker.",
  fields: (t) => ({
    transport: t.field({
      type: BrokerTransportEnum,
      description: 'Kind of broker.',
      resolve: ({ cluster: { celery } }) => celery.transport.kind,
    }),
    kind: t.string({
      description: 'Kind of broker: `redis`, `amqp` (RabbitMQ), or `memory` (embedded cluster).',
      deprecationReason: 'Use `transport`.',
      resolve: ({ cluster: { celery } }) => celery.transport.kind,
    }),
    address: t.string({
      description: 'Address of the broker, without credentials.',
      resolve: ({ cluster: { celery } }) => celery.transport.address,
    }),
    connected: t.boolean({
      description: 'Whether the gateway is connected to the broker.',
      resolve: ({ cluster: { celery } }) => celery.transport.connection.connected,
    }),
    changedAt: t.field({
      type: 'DateTime',
      description: 'When the connection was established or lost.',
      resolve: ({ cluster: { celery } }) => celery.transport.connection.since,
    }),
    since: t.field({
      type: 'DateTime',
      description: 'When the connection was established or lost.',
      deprecationReason: 'Use `changedAt`.',
      resolve: ({ cluster: { celery } }) => celery.transport.connection.since,
    }),
    reason: t.string({
      nullable: true,
      description: 'Reason why the gateway is not connected; null while it is connected.',
      resolve: ({ cluster: { celery } }) => celery.transport.connection.reason,
    }),
  }),
});

const EventGapType = builder.objectRef<EventGap>('EventGap').implement({
  description:
    'A period without events, and what the gateway could recover of it afterwards: counts and rates of ' +
    'this period may be too low.',
  fields: (t) => ({
    startedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'Time from which events may be missing; null for the period before the gateway started.',
      resolve: (gap) => gap.from,
    }),
    from: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'Time from which events may be missing; null for the period before the gateway started.',
      deprecationReason: 'Use `startedAt`.',
      resolve: (gap) => gap.from,
    }),
    endedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the gateway received events again; null while it does not.',
      resolve: (gap) => gap.to,
    }),
    to: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the gateway received events again; null while it does not.',
      deprecationReason: 'Use `endedAt`.',
      resolve: (gap) => gap.to,
    }),
    cause: t.expose('cause', { type: EventGapCauseEnum, description: 'Why events may be missing.' }),
    reason: t.exposeString('reason', { description: 'The cause in words, with its details.' }),
    seededTasks: t.exposeInt('seededTasks', {
      description:
        'Tasks that workers reported afterwards and that the gateway had not known to be there.',
    }),
    settledTasks: t.exposeInt('settledTasks', {
      description:
        'Tasks whose end was found in the result backend so far: the gateway reads it several times.',
    }),
    filledAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When the gateway had asked the online workers and the result backend; null before. Workers that come ' +
        'back later are asked at that time.',
      resolve: (gap) => gap.filledAt,
    }),
  }),
});

const EventCountersType = builder.objectRef<ClusterView>('EventCounters').implement({
  description: 'Counters of the event stream since the gateway began to monitor the cluster.',
  fields: (t) => ({
    received: t.float({
      description: 'Valid events that were received.',
      resolve: ({ cluster: { celery } }) => celery.events.counters.received,
    }),
    malformed: t.float({
      description:
        'Messages, and events within a message, that were skipped because they violate the protocol.',
      resolve: ({ cluster: { celery } }) => celery.events.counters.malformed,
    }),
    dropped: t.float({
      description: 'Valid events that were lost inside the gateway: 0 unless the gateway has a bug.',
      resolve: ({ cluster: { celery } }) => celery.events.counters.dropped,
    }),
    waiting: t.int({
      description:
        'Messages that have arrived and are not yet read; a high number is normal only during a burst.',
      resolve: ({ cluster: { celery } }) => celery.transport.intake.waitingMessages,
    }),
    waitingBytes: t.float({
      description: 'Size of the messages that have arrived and are not yet read, in bytes.',
      resolve: ({ cluster: { celery } }) => celery.transport.intake.waitingBytes,
    }),
    lost: t.float({
      description:
        'Messages that arrived and were dropped because the backlog was full (`--event-backlog-megabytes`).',
      resolve: ({ cluster: { celery } }) => celery.transport.intake.lostMessages,
    }),
    lostBytes: t.float({
      description: 'Size of the messages that were dropped because the backlog was full, in bytes.',
      resolve: ({ cluster: { celery } }) => celery.transport.intake.lostBytes,
    }),
    unreadHeaders: t.float({
      description:
        'Messages from RabbitMQ (events, replies, tasks) that were read without some of their headers, because these have an ' +
        'unknown type.',
      resolve: ({ cluster: { celery } }) => celery.transport.unreadHeaders?.messages ?? 0,
    }),
    lastUnreadHeaders: t.string({
      nullable: true,
      description: 'Reason why the last such header could not be read; null if there was none.',
      resolve: ({ cluster: { celery } }) => celery.transport.unreadHeaders?.lastReason ?? null,
    }),
    reconnects: t.float({
      description:
        'How often the gateway reconnected after a connection loss; events during the loss were missed.',
      resolve: ({ cluster: { celery } }) => celery.transport.connection.reconnects,
    }),
    gaps: t.field({
      type: [EventGapType],
      description:
        'Periods without events, newest first, at most 100. The period before the gateway started counts as one.',
      complexity: (_args, context) => ({ multiplier: gapCount(context) }),
      resolve: ({ cluster: { celery } }) => celery.gaps.list(),
    }),
    lastEventAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the last event arrived; null before the first.',
      resolve: ({ cluster: { celery } }) => celery.events.counters.lastEventAt,
    }),
  }),
});

interface UnreadableParent extends UnreadableCount {
  readonly kind: UnreadableKind;
}

const UnreadableType = builder.objectRef<UnreadableParent>('Unreadable').implement({
  description:
    'Data that arrived and could not be read since the gateway began to monitor the cluster: unsupported content type, encoding, compression or structure. Pickle is never read, because reading it executes code.',
  fields: (t) => ({
    kind: t.field({
      type: UnreadableKindEnum,
      description: 'What could not be read.',
      resolve: ({ kind }) => kind,
    }),
    total: t.float({
      description: 'How often this kind could not be read; unreadable entries count as one per reply.',
      resolve: ({ total }) => total,
    }),
    lastReason: t.exposeString('lastReason', {
      nullable: true,
      description: 'Why the last one could not be read; null before the first.',
    }),
    lastContentType: t.exposeString('lastContentType', {
      nullable: true,
      description:
        'Content type of the last unreadable message; null if there was none, or if it did not state one.',
    }),
    lastHostname: t.exposeID('lastHostname', {
      nullable: true,
      description:
        'Node name of the sender of the last unreadable message; null if there was none, or if unknown.',
    }),
    lastAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the last one arrived; null before the first.',
      resolve: ({ lastAt }) => lastAt,
    }),
  }),
});

const TaskStoreType = builder.objectRef<ClusterView>('TaskStore').implement({
  description: 'The tasks that the gateway keeps in memory.',
  fields: (t) => ({
    tasks: t.int({
      description: 'Number of tasks in the store.',
      resolve: ({ cluster: { celery } }) => celery.state.stats().tasks,
    }),
    bytes: t.float({
      description: 'Approximate size of all tasks, in bytes.',
      resolve: ({ cluster: { celery } }) => celery.state.stats().bytes,
    }),
    evicted: t.float({
      description: 'Tasks removed because the store was full.',
      resolve: ({ cluster: { celery } }) => celery.state.stats().evicted,
    }),
  }),
});

const ReconciliationType = builder.objectRef<ReconciliationCost>('Reconciliation').implement({
  description:
    'The periodic comparison of unfinished tasks with the workers and the result backend: its cost and its findings since the ' +
    'gateway started. It finds the end of tasks whose last event was lost.',
  fields: (t) => ({
    rounds: t.exposeFloat('rounds', {
      description: 'Number of rounds; one round about every 10 seconds.',
    }),
    tasksLookedUp: t.exposeFloat('tasksLookedUp', {
      description: 'Results that were looked up, at most 500 per round.',
    }),
    tasksSettled: t.exposeFloat('tasksSettled', {
      description: 'Tasks whose state was found in the result backend.',
    }),
    workersAsked: t.exposeFloat('workersAsked', {
      description:
        'Requests to workers for their running tasks, at most 50 per round. A worker is asked when its heartbeats count fewer ' +
        'tasks than the gateway knows to run there; otherwise ever less often, as long as nothing was missing.',
    }),
    lastRoundAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the last round started; null before the first.',
      resolve: ({ lastRoundAt }) => lastRoundAt,
    }),
    lastRoundSeconds: t.exposeFloat('lastRoundSeconds', {
      nullable: true,
      description: 'Duration of the last round, in seconds; null before the first round.',
    }),
  }),
});

const SubscriptionStatsType = builder.objectRef<ClusterView>('SubscriptionStats').implement({
  description: 'Subscriptions to the events of tasks and workers.',
  fields: (t) => ({
    active: t.int({
      description: 'Number of current subscriptions.',
      resolve: ({ cluster: { subscriptions } }) => subscriptions.stats.active,
    }),
    delivered: t.float({
      description: 'Events delivered to subscribers since the gateway began to monitor the cluster.',
      resolve: ({ cluster: { subscriptions } }) => subscriptions.stats.delivered,
    }),
    dropped: t.float({
      description:
        'Events that were dropped because the subscriber was too slow; each subscriber receives its own count.',
      resolve: ({ cluster: { subscriptions } }) => subscriptions.stats.dropped,
    }),
  }),
});

const SettingsFileType = builder.objectRef<SettingsFileState>('SettingsFile').implement({
  description: 'A settings file. The gateway reads it again when it changes and on SIGHUP.',
  fields: (t) => ({
    setting: t.exposeString('setting', {
      description: 'The flag that sets the path of the file, such as `--auth-file`.',
    }),
    loadedAt: t.field({
      type: 'DateTime',
      description: 'When the content in effect was read.',
      resolve: ({ loadedAt }) => loadedAt,
    }),
    error: t.exposeString('error', {
      nullable: true,
      description: 'Reason why the newest content was rejected; null if it is in effect.',
    }),
  }),
});

const GatewayType = builder.objectRef<ClusterView>('Gateway').implement({
  description: 'This gateway process, and its view of one cluster.',
  fields: (t) => ({
    cluster: t.id({
      description: 'Name of the cluster that the fields below describe.',
      resolve: ({ cluster }) => cluster.clusterName,
    }),
    version: t.string({
      description: 'Version of celeryql.',
      resolve: (_view, _args, { version }) => version,
    }),
    uptimeSeconds: t.float({
      description: 'Seconds since the start of the gateway process.',
      resolve: ({ cluster: { celery } }, _args, { startedAt }) => (celery.clock() - startedAt) / 1000,
    }),
    embedded: t.boolean({
      description: 'Whether the cluster is the embedded cluster.',
      resolve: ({ cluster }) => cluster.embedded,
    }),
    broker: t.field({
      type: GatewayBrokerType,
      description: "The gateway's connection to the broker.",
      resolve: (view) => view,
    }),
    events: t.field({
      type: EventCountersType,
      description: 'Counters of the event stream.',
      resolve: (view) => view,
    }),
    unreadable: t.field({
      type: [UnreadableType],
      description: 'Data that could not be read, by kind.',
      resolve: ({ cluster: { celery } }) => {
        const counts = celery.unreadable.snapshot();
        return unreadableKinds.map((kind) => ({ kind, ...counts[kind] }));
      },
    }),
    taskStore: t.field({
      type: TaskStoreType,
      description: 'The tasks that the gateway keeps in memory.',
      resolve: (view) => view,
    }),
    subscriptions: t.field({
      type: SubscriptionStatsType,
      description: 'Subscriptions to the events of tasks and workers.',
      resolve: (view) => view,
    }),
    reconciliation: t.field({
      type: ReconciliationType,
      description: 'The periodic comparison of unfinished tasks with workers and results.',
      resolve: ({ cluster: { celery } }) => celery.slowReconciliation.cost,
    }),
    warmUp: t.field({
      type: WarmUpType,
      description: 'Values that the gateway loads before clients request them.',
      resolve: ({ cluster }) => cluster.warmUp.report(),
    }),
    settingsFiles: t.field({
      type: [SettingsFileType],
      description: 'Settings files that the gateway reads again when they change.',
      resolve: (_view, _args, { live }) => [...(live().settingsFiles?.() ?? [])],
    }),
  }),
});

builder.queryFields((t) => ({
  gateway: t.field({
    type: GatewayType,
    description: 'The gateway itself; never cached.',
    resolve: (view) => view,
  }),
}));
