/** The gateway itself: what it is connected to and what it has heard. */
import { builder } from './builder.js';
import type { Services } from './context.js';

const GatewayBrokerType = builder.objectRef<Services>('GatewayBroker').implement({
  description: "The gateway's connection to the broker.",
  fields: (t) => ({
    kind: t.string({
      description: '`redis`, or `memory` for the embedded cluster.',
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

const EventCountersType = builder.objectRef<Services>('EventCounters').implement({
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
    reconnects: t.float({
      description:
        'How often the connection was regained after a loss: events in between were not heard.',
      resolve: ({ celery }) => celery.transport.connection.reconnects,
    }),
    lastEventAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Null before the first.',
      resolve: ({ celery }) => celery.events.counters.lastEventAt,
    }),
  }),
});

const TaskStoreType = builder.objectRef<Services>('TaskStore').implement({
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

const GatewayType = builder.objectRef<Services>('Gateway').implement({
  description: 'This process.',
  fields: (t) => ({
    version: t.exposeString('version'),
    uptimeSeconds: t.float({ resolve: ({ celery, startedAt }) => (celery.clock() - startedAt) / 1000 }),
    embedded: t.exposeBoolean('embedded', {
      description: 'Whether it shows the embedded cluster, since no broker is configured.',
    }),
    broker: t.field({ type: GatewayBrokerType, resolve: (services) => services }),
    events: t.field({ type: EventCountersType, resolve: (services) => services }),
    taskStore: t.field({ type: TaskStoreType, resolve: (services) => services }),
  }),
});

builder.queryFields((t) => ({
  gateway: t.field({
    type: GatewayType,
    description: 'The gateway itself; never cached.',
    resolve: (_root, _args, context) => context,
  }),
}));
