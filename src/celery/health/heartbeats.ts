/**
 * Check `heartbeats`: whether the workers that live send heartbeats. Without them a worker's death is noticed after
 * minutes instead of seconds.
 */
import type { Celery } from '../celery.js';
import type { Worker } from '../events/worker.js';
import { someOf, type HealthCheck } from './health-check.js';

/** Periods that a heartbeat may be late before the check reports it: a solo pool at work sends none either. */
const lateBeats = 15;
/** Milliseconds that a worker has for its first heartbeat. */
const firstBeatMs = 30_000;

export function checkHeartbeats({
  state,
  transport,
  clock,
}: Pick<Celery, 'state' | 'transport' | 'clock'>): HealthCheck {
  const now = clock();
  const check = { name: 'heartbeats' as const, latencySeconds: null, checkedAt: now };
  const isSettled = transport.connection.connected && now >= transport.connection.since + firstBeatMs;
  const living = isSettled ? state.workers().filter(({ status }) => status !== 'OFFLINE') : [];
  const late = living.filter((worker) => isLate(worker, now)).map(({ hostname }) => hostname);
  const never = living.filter(({ freqSeconds }) => freqSeconds === null);
  const without = never.map(({ hostname }) => hostname);
  if (late.length > 0) {
    const message = `heartbeats are missing: ${someOf(late)}; the workers answer, or work`;
    return { ...check, status: 'DEGRADED', message };
  }
  if (without.length > 0) {
    const message = `no heartbeats of their own from ${someOf(without)}: started with --without-heartbeat? They are asked every minute whether they live`;
    return { ...check, status: 'OK', message };
  }
  return { ...check, status: 'OK', message: 'no heartbeats are missing' };
}

function isLate({ freqSeconds, lastHeartbeatAt }: Worker, now: number): boolean {
  if (freqSeconds === null || lastHeartbeatAt === null) return false;
  return now >= lastHeartbeatAt + lateBeats * freqSeconds * 1000;
}
