/** A queue as a worker that consumes it tells it. */
import type { ActiveQueueReply } from '../celery/inspect.js';
import { builder } from './builder.js';

const untold = 'Null when the worker did not tell.';

export const ActiveQueueType = builder.objectRef<ActiveQueueReply>('ActiveQueue').implement({
  description: 'A queue that a worker consumes, as it was declared.',
  fields: (t) => ({
    name: t.exposeString('name', {}),
    exchange: t.string({
      nullable: true,
      description: untold,
      resolve: ({ exchange }) => exchange?.name ?? null,
    }),
    exchangeType: t.string({
      nullable: true,
      description: untold,
      resolve: ({ exchange }) => exchange?.type ?? null,
    }),
    routingKey: t.string({
      nullable: true,
      description: untold,
      resolve: (queue) => queue.routing_key ?? null,
    }),
    durable: t.boolean({
      nullable: true,
      description: untold,
      resolve: ({ durable }) => durable ?? null,
    }),
    exclusive: t.boolean({
      nullable: true,
      description: untold,
      resolve: ({ exclusive }) => exclusive ?? null,
    }),
    autoDelete: t.boolean({
      nullable: true,
      description: untold,
      resolve: (queue) => queue.auto_delete ?? null,
    }),
    noAck: t.boolean({ nullable: true, description: untold, resolve: (queue) => queue.no_ack ?? null }),
    maxPriority: t.int({
      nullable: true,
      description: 'Null when the queue has no priorities of its own.',
      resolve: (queue) => queue.max_priority ?? null,
    }),
    arguments: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Null when it was declared without any.',
      resolve: (queue) => queue.queue_arguments ?? null,
    }),
  }),
});
