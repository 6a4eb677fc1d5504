/** The subscription to the queues. */
import { builder } from '../builder.js';
import { askFor } from '../loaders.js';
import { QueueType } from '../queues.js';
import { intervalArg, intervalMs, Looks } from './interval.js';

builder.subscriptionFields((t) => ({
  queues: t.field({
    type: [QueueType],
    description:
      'All queues: at once, then when what is selected has changed, at most once per interval. They are read through ' +
      'the cache, so that many subscribers cost the broker no more than one. An item with an error says that they ' +
      'cannot be read now; the stream goes on when they can.',
    args: { intervalSeconds: t.arg.float(intervalArg) },
    subscribe: (_root, { intervalSeconds }, { subscriptions }) =>
      new Looks(intervalMs(intervalSeconds), subscriptions.signal),
    resolve: async (_look, _args, { loaders }) => {
      const ask = askFor('queues', true);
      return (await loaders.queues(ask)).map((queue) => ({ queue, ask }));
    },
  }),
}));
