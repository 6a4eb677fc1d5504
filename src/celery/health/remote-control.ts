/** Check `remote_control`: whether every worker that is alive listens to remote control commands. */
import type { Celery } from '../celery.js';
import { someOf, type HealthCheck } from './health-check.js';

export function checkRemoteControl({ state, clock }: Pick<Celery, 'state' | 'clock'>): HealthCheck {
  const check = { name: 'remote_control' as const, latencySeconds: null, checkedAt: clock() };
  const notListening = state.workers().filter(({ listening }) => listening === false);
  if (notListening.length === 0)
    return { ...check, status: 'OK', message: 'no worker is known not to listen' };
  const hostnames = notListening.map(({ hostname }) => hostname);
  const message = `workers that run and do not listen to remote control: ${someOf(hostnames)}; restart them`;
  return { ...check, status: 'DEGRADED', message };
}
