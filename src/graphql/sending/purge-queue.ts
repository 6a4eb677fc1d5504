/** Empties a queue. */
import { builder } from '../builder.js';
import { invalidating } from './sent-task.js';

interface Purged {
  readonly name: string;
  readonly purged: number;
}

const PurgeQueuePayload = builder.objectRef<Purged>('PurgeQueuePayload').implement({
  description: 'A queue that was emptied.',
  fields: (t) => ({
    name: t.exposeID('name', {}),
    purged: t.exposeInt('purged', { description: 'Messages that were removed.' }),
  }),
});

builder.mutationFields((t) => ({
  purgeQueue: t.field({
    type: PurgeQueuePayload,
    authScopes: { admin: true },
    description:
      'Removes all waiting messages of a queue for good; what workers hold stays. Refused with COMMAND_REJECTED and the ' +
      'actual number when not exactly as many wait as expected, and with the reason when that number is unknown. RabbitMQ ' +
      'counts and purges in two steps, so that what arrives in between goes too, and is counted in `purged`.',
    args: {
      name: t.arg.id({ required: true }),
      expectedMessages: t.arg.int({
        required: true,
        description: 'As `queue(name) { messages }` tells, all priorities.',
      }),
    },
    resolve: async (_root, { name, expectedMessages }, context) => ({
      name,
      purged: await invalidating(context, context.celery.sender.purge(name, expectedMessages)),
    }),
  }),
}));
