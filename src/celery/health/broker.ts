/** Check `broker`: the connection to the message broker, and whether the broker does what the gateway needs. */
import type { Celery } from '../celery.js';
import { describeImpairments } from './describe-impairments.js';
import { probe, type HealthCheck } from './health-check.js';

export async function checkBroker(celery: Celery): Promise<HealthCheck> {
  const { transport } = celery;
  const check = await probe(celery, 'broker', async () => {
    await pingUnlessRefused(celery);
    if (transport.kind === 'memory') return 'embedded: a simulation, no broker is watched';
    return `connected to ${transport.address}${withoutLists(celery)}`;
  });
  const impairments = transport.impairments.filter(({ part }) => part !== 'events');
  if (check.status !== 'OK' || impairments.length === 0) return check;
  const message = `${check.message}, but it refuses what is needed: ${describeImpairments(impairments)}`;
  return { ...check, status: 'DEGRADED', message };
}

/** What is unknown of queues if the broker does not list them. */
function withoutLists({ transport }: Celery): string {
  if (transport.kind !== 'amqp' || transport.listsQueues !== false || !transport.connection.connected)
    return '';
  return '; without its management API, RabbitMQ reports 0 for a quorum queue without a leader';
}

/** A refusal of PING is an answer: the connection is there. */
async function pingUnlessRefused({ transport }: Celery): Promise<void> {
  try {
    await transport.ping();
  } catch (error) {
    if (!transport.connection.connected || transport.impairments.length === 0) throw error;
  }
}
