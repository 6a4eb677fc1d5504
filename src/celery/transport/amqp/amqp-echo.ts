/**
 * Our message to ourselves on RabbitMQ: through the exchange of the events, by a routing key that our binding matches.
 * Celery's receivers and Flower bind to everything too: for them it is an event of a group that they have no handler
 * for, with the fields that each event has. It is transient, so that no queue keeps it.
 */
import { hostname } from 'node:os';
import type { Message as Delivered } from 'amqplib';
import { amqpReason, replyCode, replyCodes } from './amqp-errors.js';
import { PublishBlockedError } from './amqp-publisher.js';
import type { AmqpOutgoing } from './amqp-publisher.js';
import type { EchoFate } from '../event-echo.js';

const routingKey = 'celeryql.echo';
/** Milliseconds; by then the sender has given it up. */
const lifetime = 5_000;

/** Whether it is an echo, of this gateway's or of another's. */
export function isEcho({ fields }: Delivered): boolean {
  return fields.routingKey === routingKey;
}

export function echoMessage(exchange: string): AmqpOutgoing {
  const node = `celeryql@${hostname()}`;
  return {
    exchange,
    routingKey,
    deliveryMode: 1,
    headers: { hostname: node },
    expiration: lifetime,
    body: {
      type: 'celeryql-echo',
      hostname: node,
      timestamp: Date.now() / 1000,
      utcoffset: 0,
      pid: process.pid,
      clock: 0,
    },
  };
}

/**
 * What became of an echo that `publish` could not deliver, or of which it knows whether a queue took it. An exchange
 * that is gone takes our binding with it.
 *
 * @param onForbidden called with RabbitMQ's words when this user may not publish there
 */
export async function echoFate(
  publish: () => Promise<boolean>,
  onForbidden: (reason: string) => void,
): Promise<EchoFate> {
  try {
    return (await publish()) ? 'sent' : 'unroutable';
  } catch (error) {
    if (error instanceof PublishBlockedError) return 'refused';
    if (replyCode(error) === replyCodes.accessRefused) onForbidden(amqpReason(error));
    return replyCode(error) === replyCodes.notFound ? 'unroutable' : 'refused';
  }
}
