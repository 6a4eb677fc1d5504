/**
 * All settings, under the headings of `--help` and of docs/configuration.md, in the order in which operators read them.
 * A new setting is one row in a file of `rows`.
 */
import { accessSettings } from './rows/access.js';
import { brokerSettings } from './rows/broker.js';
import { clustersSettings } from './rows/clusters.js';
import { controlSettings } from './rows/control.js';
import { gatewaySettings } from './rows/gateway.js';
import { limitSettings } from './rows/limits.js';
import { metricsSettings } from './rows/prometheus.js';
import { redactionSettings } from './rows/redaction.js';
import { sharedCacheSettings } from './rows/shared-cache.js';
import { warmUpSettings } from './rows/warm-up.js';
import { watchSettings } from './rows/watch.js';

export const sections = {
  Broker: brokerSettings,
  'Cluster file': clustersSettings,
  Gateway: gatewaySettings,
  Access: accessSettings,
  Monitoring: watchSettings,
  /** Its one flag is for all caches: rows/caches.ts. */
  Caches: {},
  'Warm-up': warmUpSettings,
  'Shared cache': sharedCacheSettings,
  Limits: limitSettings,
  Prometheus: metricsSettings,
  Redaction: redactionSettings,
  Sending: controlSettings,
} as const;

export type Heading = keyof typeof sections;

/** An object that has the keys of each member of a union. */
type Merged<Union> = (Union extends unknown ? (member: Union) => void : never) extends (
  merged: infer All,
) => void
  ? All
  : never;

/** Every row by its key; Object.entries forgets which key has which type. */
export const settings = Object.fromEntries(
  Object.values(sections).flatMap((rows) => Object.entries(rows)),
) as Merged<(typeof sections)[Heading]>;
