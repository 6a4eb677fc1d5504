/** Check `remote_control`: whether every worker that lives listens to remote control commands. */
import type { Celery } from '../celery.js';
import { someOf, type HealthCheck } from './health-check.js';

export function checkRemoteControl({ state, clock }: Pick<Celery, 'state' | 'clock'>): HealthCheck {
  const check = { name: 'remote_control', latencySeconds: null, checkedAt: clock() };
  const deaf = state.workers().filter(({ listening }) => listening === false);
  if (deaf.length === 0) return { ...check, status: 'OK', message: 'no worker is known not to listen' };
  const hostnames = deaf.map(({ hostname }) => hostname);
  const message = `workers that run and do not listen to remote control: ${someOf(hostnames)}; restart them`;
  return { ...check, status: 'DEGRADED', message };
}
