/** The gateway itself: what it is connected to and what it has heard. */
import type { EventGap } from '../celery/event-gaps.js';
import type { ReconciliationCost } from '../celery/slow-reconciliation.js';
import { unreadableKinds, type UnreadableCount, type UnreadableKind } from '../celery/unreadable.js';
import { builder, clusterField } from './builder.js';
import type { Context, SettingsFileState } from './context.js';
import { UnreadableKindEnum } from './enums.js';
import { WarmUpType } from './warm-up-type.js';

export const GatewayBrokerType = builder.objectRef<Context>('GatewayBroker').implement({
  description: "The gateway's connection to the broker.",
  fields: (t) => ({
    kind: t.string({
      description: '`redis`, `amqp` for RabbitMQ, or `memory` for the embedded cluster.',
      resolve: ({ celery }) => celery.transport.kind,
    }),
    address: t.string({
      description: 'Without credentials.',
      resolve: ({ celery }) => celery.transport.address,
    }),
    connected: t.boolean({ resolve: ({ celery }) => celery.transport.connection.connected }),
    since: t.field({
      type: 'DateTime',
      description: 'When the connection was made or lost.',
      resolve: ({ celery }) => celery.transport.connection.since,
    }),
    reason: t.string({
      nullable: true,
      description: 'Why it is not connected; null while it is.',
      resolve: ({ celery }) => celery.transport.connection.reason,
    }),
  }),
});

const EventGapType = builder.objectRef<EventGap>('EventGap').implement({
  description:
    'A span of time in which events were not heard, and what could be learned of it afterwards: counts and rates of ' +
    'that time may be too small.',
  fields: (t) => ({
    from: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Since when events may be missing; null for what was before the gateway.',
      resolve: (gap) => gap.from,
    }),
    to: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the stream was subscribed again; null while it is not.',
      resolve: (gap) => gap.to,
    }),
    reason: t.exposeString('reason'),
    seededTasks: t.exposeInt('seededTasks', {
      description:
        'Tasks that workers had, when they were asked afterwards, and that were not known to be there.',
    }),
    settledTasks: t.exposeInt('settledTasks', {
      description: 'Tasks whose end was found in the result backend, so far: it is asked a few times.',
    }),
    filledAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When the workers that were there and the result backend had been asked; null before. Workers that come ' +
        'back later are asked then.',
      resolve: (gap) => gap.filledAt,
    }),
  }),
});

const EventCountersType = builder.objectRef<Context>('EventCounters').implement({
  description: 'What the event stream brought since the gateway started.',
  fields: (t) => ({
    received: t.float({
      description: 'Good events.',
      resolve: ({ celery }) => celery.events.counters.received,
    }),
    malformed: t.float({
      description:
        'Messages, and events within a message, that were skipped because they are not of the protocol.',
      resolve: ({ celery }) => celery.events.counters.malformed,
    }),
    dropped: t.float({
      description: 'Good events that were lost on our side: always 0 unless the gateway has a fault.',
      resolve: ({ celery }) => celery.events.counters.dropped,
    }),
    waiting: t.float({
      description: 'Messages that have arrived and are not read yet: many only in a burst.',
      resolve: ({ celery }) => celery.transport.intake.waitingMessages,
    }),
    waitingBytes: t.float({ resolve: ({ celery }) => celery.transport.intake.waitingBytes }),
    lost: t.float({
      description:
        'Messages that arrived and were thrown away, because more of them came than may wait (`--event-backlog-megabytes`).',
      resolve: ({ celery }) => celery.transport.intake.lostMessages,
    }),
    lostBytes: t.float({ resolve: ({ celery }) => celery.transport.intake.lostBytes }),
    unreadHeaders: t.float({
      description:
        'Messages of RabbitMQ (events, replies, tasks) that were read without some of their headers, which are of a ' +
        'type that is not known.',
      resolve: ({ celery }) => celery.transport.unreadHeaders?.messages ?? 0,
    }),
    lastUnreadHeaders: t.string({
      nullable: true,
      description: 'Why the last of those headers could not be read; null before the first.',
      resolve: ({ celery }) => celery.transport.unreadHeaders?.lastReason ?? null,
    }),
    reconnects: t.float({
      description:
        'How often the connection was regained after a loss: events in between were not heard.',
      resolve: ({ celery }) => celery.transport.connection.reconnects,
    }),
    gaps: t.field({
      type: [EventGapType],
      description:
        'When events were not heard, newest first, the last 100. What was before the gateway is the first of them.',
      complexity: (_args, { celery }) => ({ multiplier: celery.gaps.list().length }),
      resolve: ({ celery }) => celery.gaps.list(),
    }),
    lastEventAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Null before the first.',
      resolve: ({ celery }) => celery.events.counters.lastEventAt,
    }),
  }),
});

interface UnreadableParent extends UnreadableCount {
  readonly kind: UnreadableKind;
}

const UnreadableType = builder.objectRef<UnreadableParent>('Unreadable').implement({
  description:
    'What arrived and could not be read, since the gateway started: of a content type, encoding, compression or shape that it does not read. Pickle is never read, since that executes code.',
  fields: (t) => ({
    kind: t.field({ type: UnreadableKindEnum, resolve: ({ kind }) => kind }),
    total: t.float({
      description: 'Each time that one was read; an unreadable entry of a reply counts with its reply.',
      resolve: ({ total }) => total,
    }),
    lastReason: t.exposeString('lastReason', { nullable: true, description: 'Null before the first.' }),
    lastContentType: t.exposeString('lastContentType', {
      nullable: true,
      description: 'Null before the first, and if the last one did not name it.',
    }),
    lastHostname: t.exposeID('lastHostname', {
      nullable: true,
      description: 'Node name of the sender; null before the first, and if unknown.',
    }),
    lastAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Null before the first.',
      resolve: ({ lastAt }) => lastAt,
    }),
  }),
});

const TaskStoreType = builder.objectRef<Context>('TaskStore').implement({
  description: 'The tasks that the gateway remembers, in memory.',
  fields: (t) => ({
    tasks: t.int({ resolve: ({ celery }) => celery.state.stats().tasks }),
    bytes: t.float({
      description: 'Rough size of all of them.',
      resolve: ({ celery }) => celery.state.stats().bytes,
    }),
    evicted: t.float({
      description: 'Forgotten because there was no room.',
      resolve: ({ celery }) => celery.state.stats().evicted,
    }),
  }),
});

const ReconciliationType = builder.objectRef<ReconciliationCost>('Reconciliation').implement({
  description:
    'The slow comparison of unfinished tasks with the workers and the result backend: what it has cost and found since the ' +
    'gateway started. It finds the ends of tasks whose event was lost.',
  fields: (t) => ({
    rounds: t.exposeFloat('rounds', { description: 'One about every 10 seconds.' }),
    tasksLookedUp: t.exposeFloat('tasksLookedUp', {
      description: 'Results that were looked up, 500 in a round at most.',
    }),
    tasksSettled: t.exposeFloat('tasksSettled', {
      description: 'Tasks whose state was found in the result backend.',
    }),
    workersAsked: t.exposeFloat('workersAsked', {
      description:
        'Questions to workers about what they run, 50 in a round at most. A worker is asked when its heartbeats count fewer ' +
        'tasks than are known to run there, and else the more rarely the more often nothing was missing.',
    }),
    lastRoundAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Null before the first.',
      resolve: ({ lastRoundAt }) => lastRoundAt,
    }),
    lastRoundSeconds: t.exposeFloat('lastRoundSeconds', {
      nullable: true,
      description: 'How long it took; null before the first.',
    }),
  }),
});

const SubscriptionStatsType = builder.objectRef<Context>('SubscriptionStats').implement({
  description: 'Those who subscribe to the events of tasks and workers.',
  fields: (t) => ({
    active: t.int({
      description: 'Subscriptions at this moment.',
      resolve: ({ subscriptions }) => subscriptions.stats.active,
    }),
    delivered: t.float({
      description: 'Events that subscribers got since the gateway started.',
      resolve: ({ subscriptions }) => subscriptions.stats.delivered,
    }),
    dropped: t.float({
      description: 'Events that were missed by subscribers too slow for them; each is told how many.',
      resolve: ({ subscriptions }) => subscriptions.stats.dropped,
    }),
  }),
});

const SettingsFileType = builder.objectRef<SettingsFileState>('SettingsFile').implement({
  description: 'A file of settings, which is read again when it changes and on SIGHUP.',
  fields: (t) => ({
    setting: t.exposeString('setting', {
      description: 'The flag that names it, such as `--auth-file`.',
    }),
    loadedAt: t.field({
      type: 'DateTime',
      description: 'When the content in force was read.',
      resolve: ({ loadedAt }) => loadedAt,
    }),
    error: t.exposeString('error', {
      nullable: true,
      description: 'Why the newest content is refused; null where it is in force.',
    }),
    needsRestart: t.exposeBoolean('needsRestart', {
      description:
        'Whether a part of the newest content takes effect only at the next start: the log says which.',
    }),
  }),
});

const GatewayType = builder.objectRef<Context>('Gateway').implement({
  description: 'This process.',
  fields: (t) => ({
    cluster: t.id({ ...clusterField, description: 'Name of the cluster that all below is about.' }),
    version: t.exposeString('version'),
    uptimeSeconds: t.float({ resolve: ({ celery, startedAt }) => (celery.clock() - startedAt) / 1000 }),
    embedded: t.exposeBoolean('embedded', {
      description: 'Whether it shows the embedded cluster, since no broker is configured.',
    }),
    broker: t.field({ type: GatewayBrokerType, resolve: (context) => context }),
    events: t.field({ type: EventCountersType, resolve: (context) => context }),
    unreadable: t.field({
      type: [UnreadableType],
      description: 'A count for each kind.',
      resolve: ({ celery }) => {
        const counts = celery.unreadable.snapshot();
        return unreadableKinds.map((kind) => ({ kind, ...counts[kind] }));
      },
    }),
    taskStore: t.field({ type: TaskStoreType, resolve: (context) => context }),
    subscriptions: t.field({ type: SubscriptionStatsType, resolve: (context) => context }),
    reconciliation: t.field({
      type: ReconciliationType,
      resolve: ({ celery }) => celery.slowReconciliation.cost,
    }),
    warmUp: t.field({ type: WarmUpType, resolve: ({ warmUp }) => warmUp.report() }),
    settingsFiles: t.field({
      type: [SettingsFileType],
      description: 'Files of settings that are read again when they change.',
      resolve: ({ settingsFiles }) => [...(settingsFiles?.() ?? [])],
    }),
  }),
});

builder.queryFields((t) => ({
  gateway: t.field({
    type: GatewayType,
    description: 'The gateway itself; never cached.',
    resolve: (_root, _args, context) => context,
  }),
}));
