/**
 * The process: processor time, memory, event loop delay, garbage collection, by the names that prom-client's users know.
 * One for all gateways of a process, since what it watches with cannot be stopped.
 */
import { collectDefaultMetrics, Registry } from 'prom-client';
import { z } from 'zod';
import type { Scrape } from './exposition.js';

/** Gauges with a counter's suffix, which checkers of the format complain of; and series for every kind of handle. */
const leftOut = [
  'nodejs_active_handles',
  'nodejs_active_handles_total',
  'nodejs_active_requests',
  'nodejs_active_requests_total',
  'nodejs_active_resources',
  'nodejs_active_resources_total',
];

/**
 * Milliseconds between two readings of the event loop's delay. prom-client's own 10 would wake an idle process a hundred
 * times a second, which is most of what it takes.
 */
const delayInterval = 100;
/** What Node has measured between two readings, the interval included. */
const measuredDelay = /^nodejs_eventloop_lag_(?:min|max|mean|p\d+)_seconds$/;

/** What prom-client has: its types say that `type` is a number, and it is a word. */
const metric = z.object({
  name: z.string(),
  help: z.string(),
  type: z.enum(['counter', 'gauge', 'histogram']),
  values: z.array(
    z.object({
      metricName: z.string().optional(),
      value: z.number().or(z.nan()), // of what was not measured since the last scrape
      labels: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)),
    }),
  ),
});

let registry: Registry | undefined;

function processRegistry(): Registry {
  if (registry) return registry;
  registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: delayInterval });
  for (const name of leftOut) registry.removeSingleMetric(name);
  return registry;
}

/** Starts to watch the process, unless that is done already. */
export function watchProcess(): void {
  processRegistry();
}

export async function addProcess(scrape: Scrape): Promise<void> {
  for (const found of await processRegistry().getMetricsAsJSON()) {
    const { data } = metric.safeParse(found);
    if (data === undefined) continue; // of a kind that is new to us: the others are shown all the same
    const { name, help, type, values } = data;
    for (const { metricName, labels, value } of values)
      if (!Number.isNaN(value))
        scrape.addOther({ name, type, help }, labels, delayOnly(name, value), metricName);
  }
}

/** Seconds by which the event loop was late, without the interval itself; any other value as it is. */
function delayOnly(name: string, value: number): number {
  return measuredDelay.test(name) ? Math.max(value - delayInterval / 1000, 0) : value;
}
