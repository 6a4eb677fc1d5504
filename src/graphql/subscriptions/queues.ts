/** The subscription to the queues. */
import { builder } from '../builder.js';
import { askFor } from '../loaders.js';
import { firstArg, lengthOf } from '../list-cut.js';
import { queueCount, shown } from '../limits/sizes.js';
import { cutQueues, QueueType } from '../queues.js';
import { intervalArg, intervalMs, Looks } from './interval.js';

builder.subscriptionFields((t) => ({
  queues: t.field({
    type: [QueueType],
    description:
      'All queues: at once, then when what is selected has changed, at most once per interval. They are read through ' +
      'the cache, so that many subscribers cost the broker no more than one. An item with an error says that they ' +
      'cannot be read now; the stream goes on when they can.',
    args: { first: t.arg.int(firstArg), intervalSeconds: t.arg.float(intervalArg) },
    subscribe: (_root, { first, intervalSeconds }, { subscriptions }) => {
      lengthOf(first); // refuse it once and not with every item
      return new Looks(intervalMs(intervalSeconds), subscriptions.signal);
    },
    complexity: ({ first }, context) => ({
      field: 1,
      multiplier: shown(queueCount(context), lengthOf(first)),
    }),
    resolve: async (_look, { first }, context, info) => {
      const ask = askFor('queues', true);
      const length = lengthOf(first);
      const queues = await context.loaders.queues(ask);
      const found = queues.map((queue) => ({ queue, ask }));
      return cutQueues(found, { length, first }, context, info);
    },
  }),
}));
