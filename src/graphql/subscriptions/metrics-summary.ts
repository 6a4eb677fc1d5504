/** The subscription to the figures over a window of time. */
import { builder } from '../builder.js';
import { askFor } from '../loaders.js';
import { summaryCost } from '../limits/sizes.js';
import { MetricsSummaryType, windowArg, windowOf } from '../metrics.js';
import { intervalArg, intervalMs, Looks } from './interval.js';

builder.subscriptionFields((t) => ({
  metricsSummary: t.field({
    type: MetricsSummaryType,
    description:
      'Throughput, failures, durations and load: at once, then when what is selected has changed, at most once per ' +
      'interval. They are read through the cache. An item with an error says that they cannot be told now; the stream ' +
      'goes on when they can.',
    args: { windowSeconds: t.arg.int(windowArg), intervalSeconds: t.arg.float(intervalArg) },
    complexity: (_args, context) => 1 + summaryCost(context),
    subscribe: (_root, { windowSeconds, intervalSeconds }, { subscriptions }) => {
      windowOf(windowSeconds); // a window that is refused is told once and not with every item
      return new Looks(intervalMs(intervalSeconds), subscriptions.signal);
    },
    resolve: async (_look, { windowSeconds }, { loaders }) => {
      const ask = askFor('metricsSummary', true);
      return { figures: await loaders.metricsSummary(ask, windowOf(windowSeconds)), ask };
    },
  }),
}));
