/** Whether the gateway's answers can be trusted: a table with one check for each thing that it depends on. */
import type { Celery } from '../celery.js';
import { checkBroker } from './broker.js';
import { checkConfiguration } from './configuration.js';
import { checkEventStream } from './event-stream.js';
import type { Check, CheckStatus, HealthCheck, HealthCheckName } from './health-check.js';
import { checkHeartbeats } from './heartbeats.js';
import { checkRemoteControl } from './remote-control.js';
import { checkResultBackend } from './result-backend.js';

export type { CheckStatus, HealthCheck } from './health-check.js';

/** The checks of a cluster, in the order in which they are reported. */
const checks = {
  broker: checkBroker,
  event_stream: checkEventStream,
  result_backend: checkResultBackend,
  configuration: checkConfiguration,
  heartbeats: checkHeartbeats,
  remote_control: checkRemoteControl,
} as const satisfies Partial<Record<HealthCheckName, Check>>;

export interface Health {
  readonly status: 'OK' | 'DEGRADED' | 'DOWN';
  readonly checks: readonly HealthCheck[];
}

/** Nothing is amiss where something was never there, or is none of a monitor's business. */
const harmless: ReadonlySet<CheckStatus> = new Set(['OK', 'NOT_CONFIGURED', 'NOT_READABLE']);

export function checkHealth(celery: Celery): Promise<readonly HealthCheck[]> {
  return Promise.all(Object.values(checks).map(async (check) => check(celery)));
}

/** Without the broker nothing is known; without anything else, less. */
export function overall(results: readonly HealthCheck[]): Health['status'] {
  if (results.some(({ name, status }) => name === 'broker' && status === 'DOWN')) return 'DOWN';
  return results.every(({ status }) => harmless.has(status)) ? 'OK' : 'DEGRADED';
}
