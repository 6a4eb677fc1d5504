/** Check `broker`: the connection to the message broker. */
import type { Celery } from '../celery.js';
import { probe, type HealthCheck } from './health-check.js';

export function checkBroker(celery: Celery): Promise<HealthCheck> {
  return probe(celery, 'broker', async () => {
    await celery.transport.ping();
    return `connected to ${celery.transport.address}`;
  });
}
