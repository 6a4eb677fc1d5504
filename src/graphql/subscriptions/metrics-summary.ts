/** The subscription to the figures over a window of time. */
import { builder } from '../builder.js';
import { summaryCost } from '../limits/sizes.js';
import { MetricsSummaryType, readSummary, windowArg, windowOf } from '../metrics.js';
import { intervalArg, intervalMs, IntervalTicks } from './interval.js';

builder.subscriptionFields((t) => ({
  metricsSummary: t.field({
    type: MetricsSummaryType,
    description:
      'Throughput, failures, durations and load: immediately, then when a selected field has changed, at most once per ' +
      'interval. They are read through the cache. An item with an error reports that they are unknown at the moment; the stream ' +
      'continues when they are known again.',
    args: { windowSeconds: t.arg.int(windowArg), intervalSeconds: t.arg.float(intervalArg) },
    complexity: (_args, context) => 1 + summaryCost(context),
    subscribe: ({ cluster: { subscriptions } }, { windowSeconds, intervalSeconds }) => {
      windowOf(windowSeconds); // a refused window is one error, not one with every item
      return new IntervalTicks(intervalMs(intervalSeconds), subscriptions.signal);
    },
    resolve: (_look, { windowSeconds }, { views }, { fieldName }) =>
      readSummary(views.subscribed(fieldName), windowOf(windowSeconds)),
  }),
}));
