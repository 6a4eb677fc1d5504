/** Empties a queue. */
import { builder } from '../builder.js';
import { invalidating } from '../../cluster/control-invalidation.js';

interface Purged {
  readonly name: string;
  readonly purged: number;
}

const PurgeQueuePayload = builder.objectRef<Purged>('PurgeQueuePayload').implement({
  description: 'The outcome of emptying a queue.',
  fields: (t) => ({
    name: t.exposeID('name', { description: 'Name of the queue.' }),
    purged: t.exposeInt('purged', { description: 'Number of removed messages.' }),
  }),
});

builder.mutationFields((t) => ({
  purgeQueue: t.field({
    type: PurgeQueuePayload,
    authScopes: { admin: true },
    description:
      'Permanently removes all waiting messages of a queue; tasks that workers hold are not affected. Rejected with COMMAND_REJECTED and the ' +
      'actual number if the number of waiting messages differs from `expectedMessages`, or with the reason if that number is unknown. RabbitMQ ' +
      'counts and purges in two steps: messages that arrive in between are removed too, and are counted in `purged`.',
    args: {
      name: t.arg.id({ required: true, description: 'Name of the queue.' }),
      expectedMessages: t.arg.int({
        required: true,
        description:
          'Number of waiting messages of all priorities, as reported by `queue(name) { messages }`.',
      }),
    },
    resolve: async ({ cluster: { caches, celery } }, { name, expectedMessages }) => ({
      name,
      purged: await invalidating(caches, 'purge_queue', celery.sender.purge(name, expectedMessages)),
    }),
  }),
}));
