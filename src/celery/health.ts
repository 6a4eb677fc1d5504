/** Whether what the gateway says can be trusted: a check each for what it depends on. */
import { errorMessage } from '../error-message.js';
import type { Celery } from './celery.js';
import type { EventGap } from './event-gaps.js';

export type CheckStatus = 'OK' | 'DEGRADED' | 'DOWN' | 'NOT_CONFIGURED' | 'NOT_READABLE';

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

/** Nothing is amiss where something was never there, or is none of a monitor's business. */
const harmless: ReadonlySet<CheckStatus> = new Set(['OK', 'NOT_CONFIGURED', 'NOT_READABLE']);

/** Workers send a heartbeat every two seconds; when none of them is heard for this long, something is cut. */
const longestSilence = 30_000;

export function checkHealth(celery: Celery): Promise<readonly HealthCheck[]> {
  return Promise.all([checkBroker(celery), checkEventStream(celery), checkResultBackend(celery)]);
}

/** Without the broker nothing is known; without anything else, less. */
export function overall(checks: readonly HealthCheck[]): Health['status'] {
  if (checks.some(({ name, status }) => name === 'broker' && status === 'DOWN')) return 'DOWN';
  return checks.every(({ status }) => harmless.has(status)) ? 'OK' : 'DEGRADED';
}

async function checkBroker(celery: Celery): Promise<HealthCheck> {
  return probe(celery, 'broker', async () => {
    await celery.transport.ping();
    return `connected to ${celery.transport.address}`;
  });
}

async function checkEventStream(celery: Celery): Promise<HealthCheck> {
  const { events, gaps, state, transport, clock } = celery;
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
  const missed = describeGap(gaps.newest);
  if (gaps.isFilling)
    return {
      ...check,
      status: 'DEGRADED',
      message: `${missed ?? 'an earlier gap is being filled'}; ${last}`,
    };
  return { ...check, status: 'OK', message: missed === null ? last : `${last}; ${missed}` };
}

/** What was before the gateway is no failure of the stream's once it is filled. */
function describeGap(gap: EventGap | null): string | null {
  if (gap === null || gap.to === null) return null;
  const { from, to, reason, filledAt } = gap;
  if (from === null) return filledAt === null ? 'learning what was before the start' : null;
  const span = `from ${new Date(from).toISOString()} to ${new Date(to).toISOString()} (${reason})`;
  if (filledAt === null) return `events were missed ${span}, what is known of them is being looked up`;
  const learned = `${gap.seededTasks} tasks from workers, ${gap.settledTasks} from results`;
  return `events were missed ${span}, filled with ${learned}`;
}

async function checkResultBackend(celery: Celery): Promise<HealthCheck> {
  const { results, unreadableResults } = celery;
  if (results === null) {
    const checkedAt = celery.clock();
    const check = { name: 'result_backend', latencySeconds: null, checkedAt };
    if (unreadableResults === null)
      return { ...check, status: 'NOT_CONFIGURED', message: 'no result backend is configured' };
    const message = `results in ${unreadableResults} cannot be read by a monitor`;
    return { ...check, status: 'NOT_READABLE', message };
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
