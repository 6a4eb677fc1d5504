/** Check `result_backend`: the place where tasks store their results. */
import type { Celery } from '../celery.js';
import { probe, type HealthCheck } from './health-check.js';
import { describeUnreadable } from './unreadable.js';

export async function checkResultBackend(celery: Celery): Promise<HealthCheck> {
  const { results, unreadableResults } = celery;
  if (results === null) {
    const checkedAt = celery.clock();
    const check = { name: 'result_backend' as const, latencySeconds: null, checkedAt };
    if (unreadableResults === null)
      return { ...check, status: 'NOT_CONFIGURED', message: 'no result backend is configured' };
    const message = `results in ${unreadableResults} cannot be read by a monitor`;
    return { ...check, status: 'NOT_READABLE', message };
  }
  const check = await probe(celery, 'result_backend', async () => {
    await results.ping();
    return `connected to ${results.address}`;
  });
  const unreadable = describeUnreadable(celery, 'result');
  if (unreadable === null || check.status !== 'OK') return check;
  return { ...check, status: 'DEGRADED', message: `${check.message}; ${unreadable}` };
}
