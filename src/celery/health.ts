/** Whether what the gateway says can be trusted: a check each for what it depends on. */
import { errorMessage } from '../error-message.js';
import type { Celery } from './celery.js';

export type CheckStatus = 'OK' | 'DEGRADED' | 'DOWN' | 'NOT_CONFIGURED';

export interface HealthCheck {
  readonly name: string;
  readonly status: CheckStatus;
  /** Of the probe; null when there was none. */
  readonly latencySeconds: number | null;
  readonly message: string;
  /** Epoch milliseconds. */
  readonly checkedAt: number;
}

export interface Health {
  readonly status: 'OK' | 'DEGRADED' | 'DOWN';
  readonly checks: readonly HealthCheck[];
}

/** Workers send a heartbeat every two seconds; when none of them is heard for this long, something is cut. */
const longestSilence = 30_000;

export function checkHealth(celery: Celery): Promise<readonly HealthCheck[]> {
  return Promise.all([checkBroker(celery), checkEventStream(celery), checkResultBackend(celery)]);
}

/** Without the broker nothing is known; without anything else, less. */
export function overall(checks: readonly HealthCheck[]): Health['status'] {
  if (checks.some(({ name, status }) => name === 'broker' && status === 'DOWN')) return 'DOWN';
  return checks.every(({ status }) => status === 'OK' || status === 'NOT_CONFIGURED')
    ? 'OK'
    : 'DEGRADED';
}

async function checkBroker(celery: Celery): Promise<HealthCheck> {
  return probe(celery, 'broker', async () => {
    await celery.transport.ping();
    return `connected to ${celery.transport.address}`;
  });
}

async function checkEventStream({ events, state, transport, clock }: Celery): Promise<HealthCheck> {
  const check = { name: 'event_stream', latencySeconds: null, checkedAt: clock() };
  if (!transport.connection.connected) return { ...check, status: 'DOWN', message: 'not subscribed' };
  const { lastEventAt } = events.counters;
  const silence = clock() - Math.max(lastEventAt ?? 0, transport.connection.since);
  const workers = state.workers().filter(({ status }) => status !== 'OFFLINE').length;
  const last =
    lastEventAt === null
      ? 'no event yet'
      : `last event ${((clock() - lastEventAt) / 1000).toFixed(1)} s ago`;
  if (silence > longestSilence && workers > 0) {
    return {
      ...check,
      status: 'DEGRADED',
      message: `${last}, though workers are online: are events sent?`,
    };
  }
  return { ...check, status: 'OK', message: last };
}

async function checkResultBackend(celery: Celery): Promise<HealthCheck> {
  const { results } = celery;
  if (results === null) {
    const message = 'no result backend that can be read';
    return {
      name: 'result_backend',
      status: 'NOT_CONFIGURED',
      latencySeconds: null,
      message,
      checkedAt: celery.clock(),
    };
  }
  return probe(celery, 'result_backend', async () => {
    await results.ping();
    return `connected to ${results.address}`;
  });
}

async function probe({ clock }: Celery, name: string, ask: () => Promise<string>): Promise<HealthCheck> {
  const start = performance.now();
  const done = (status: CheckStatus, message: string): HealthCheck => ({
    name,
    status,
    latencySeconds: (performance.now() - start) / 1000,
    message,
    checkedAt: clock(),
  });
  try {
    return done('OK', await ask());
  } catch (error) {
    return done('DOWN', errorMessage(error));
  }
}
