/** The subscription to the queues. */
import { builder } from '../builder.js';
import { reads } from '../../cluster/reads.js';
import { firstArg, lengthOf, noticeCut } from '../list-cut.js';
import { queueCount, shown } from '../limits/sizes.js';
import { QueueType } from '../queues.js';
import { intervalArg, intervalMs, IntervalTicks } from './interval.js';

builder.subscriptionFields((t) => ({
  queues: t.field({
    type: [QueueType],
    description:
      'All queues: immediately, then when a selected field has changed, at most once per interval. They are read through ' +
      'the cache, so that many subscribers cost the broker no more than one. An item with an error reports that they ' +
      'cannot be read at the moment; the stream continues when they can be read again.',
    args: { first: t.arg.int(firstArg), intervalSeconds: t.arg.float(intervalArg) },
    subscribe: ({ cluster: { subscriptions } }, { first, intervalSeconds }) => {
      lengthOf(first); // refuse it once and not with every item
      return new IntervalTicks(intervalMs(intervalSeconds), subscriptions.signal);
    },
    complexity: ({ first }, context) => ({
      field: 1,
      multiplier: shown(queueCount(context), lengthOf(first)),
    }),
    resolve: async (_look, { first }, context, info) => {
      const view = context.views.subscribed(info.fieldName);
      const length = lengthOf(first);
      const queues = await view.read(reads.queues());
      const found = queues.map((queue) => ({ queue, view }));
      const kept = found.slice(0, length);
      noticeCut('queues', { total: found.length, shown: kept.length, first }, context, info);
      return kept;
    },
  }),
}));
