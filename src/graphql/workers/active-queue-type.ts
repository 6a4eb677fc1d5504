/** A queue as a worker that consumes it reports it. */
import type { ActiveQueueReply } from '../../celery/inspect/inspect.js';
import { builder } from '../builder.js';

const missing = 'Null if the worker did not report it.';

export const ActiveQueueType = builder.objectRef<ActiveQueueReply>('ActiveQueue').implement({
  description: 'A queue that a worker consumes, as the worker declared it.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the queue.' }),
    exchange: t.string({
      nullable: true,
      description: `Name of the exchange. ${missing}`,
      resolve: ({ exchange }) => exchange?.name ?? null,
    }),
    exchangeType: t.string({
      nullable: true,
      description: `Type of the exchange. ${missing}`,
      resolve: ({ exchange }) => exchange?.type ?? null,
    }),
    routingKey: t.string({
      nullable: true,
      description: `Routing key of the binding. ${missing}`,
      resolve: (queue) => queue.routing_key ?? null,
    }),
    durable: t.boolean({
      nullable: true,
      description: `Whether the queue survives a restart of the broker. ${missing}`,
      resolve: ({ durable }) => durable ?? null,
    }),
    exclusive: t.boolean({
      nullable: true,
      description: `Whether only one connection may consume the queue. ${missing}`,
      resolve: ({ exclusive }) => exclusive ?? null,
    }),
    autoDelete: t.boolean({
      nullable: true,
      description: `Whether the broker deletes the queue when its last consumer leaves. ${missing}`,
      resolve: (queue) => queue.auto_delete ?? null,
    }),
    noAck: t.boolean({
      nullable: true,
      description: `Whether messages are consumed without acknowledgement. ${missing}`,
      resolve: (queue) => queue.no_ack ?? null,
    }),
    maxPriority: t.int({
      nullable: true,
      description: 'Maximum priority; null if the queue does not support priorities.',
      resolve: (queue) => queue.max_priority ?? null,
    }),
    arguments: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Arguments of the declaration; null if there are none.',
      resolve: (queue) => queue.queue_arguments ?? null,
    }),
  }),
});
