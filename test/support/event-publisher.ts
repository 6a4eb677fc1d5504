/** Publishes on the event channel of a cluster, as a worker or a confused producer does. */
import { connect } from 'amqplib';
import type { Cluster } from './cluster.js';
import { envelope, eventChannel } from './event-messages.js';

export interface EventPublisher extends AsyncDisposable {
  /** One event; resolves when the broker has it, and rejects while there is none. */
  publish(event: Readonly<Record<string, unknown>>): Promise<void>;
}

export async function eventPublisher(cluster: Cluster): Promise<EventPublisher> {
  return cluster.brokerName === 'redis' ? onRedis(cluster) : await onRabbitMQ(cluster);
}

function onRedis(cluster: Cluster): EventPublisher {
  const redis = cluster.redis.client();
  return {
    async publish(event) {
      await redis.publish(eventChannel, envelope(JSON.stringify(event)));
    },
    async [Symbol.asyncDispose]() {
      redis.disconnect();
    },
  };
}

async function onRabbitMQ(cluster: Cluster): Promise<EventPublisher> {
  const connection = await connect(cluster.broker);
  connection.on('error', () => undefined);
  const channel = await connection.createConfirmChannel();
  return {
    async publish(event) {
      const routingKey = String(event['type']).replaceAll('-', '.');
      channel.publish('celeryev', routingKey, Buffer.from(JSON.stringify(event)), {
        contentType: 'application/json',
        contentEncoding: 'utf-8',
      });
      await channel.waitForConfirms();
    },
    async [Symbol.asyncDispose]() {
      await connection.close().catch(() => undefined);
    },
  };
}
