/**
 * The gateway's resources on its connections to RabbitMQ: its queues of events and of replies, which it
 * consumes, and the channels that it publishes and asks on. All of it is gone with the connections.
 */
import { randomUUID } from 'node:crypto';
import type { Channel, ChannelModel, Message as Delivered } from 'amqplib';
import type { Logger } from '../../../log.js';
import type { AmqpNode } from '../address/amqp-address.js';
import { openChannel } from './open-connection.js';
import { amqpReason, replyCode, replyCodes } from './amqp-errors.js';
import type { AmqpConnections } from './amqp-connection.js';
import type { AmqpNames, AmqpOptions } from './amqp-names.js';
import { AmqpPublisher } from './amqp-publisher.js';
import { AmqpQuestions } from './amqp-questions.js';
import { managementAccess } from '../address/rabbitmq-address.js';
import { RabbitMQManagement } from './rabbitmq-management.js';

/** Bytes of events that RabbitMQ keeps while we do not read; then the oldest go. */
const maxQueuedEventBytes = 128 * 1024 * 1024;
const maxReplyBytes = 32 * 1024 * 1024;
/** Milliseconds: for older events, inspect has better information. */
const eventTtl = 60_000;

export interface AmqpSessionOptions {
  readonly connections: AmqpConnections;
  /** To which they lead. */
  readonly node: AmqpNode;
  readonly names: AmqpNames;
  readonly options: AmqpOptions;
  readonly log: Logger;
  readonly onEvent: (delivered: Delivered) => void;
  readonly onReply: (delivered: Delivered) => void;
  /** Called when nothing more will be delivered on these connections, with the reason. */
  readonly onEnd: (reason: string) => void;
  /** Called with the reason when the management API refuses this user, and else with null. */
  readonly onManagementRefusal: (reason: string | null) => void;
}

export interface AmqpSession extends Disposable {
  readonly connections: AmqpConnections;
  readonly node: AmqpNode;
  readonly requests: AmqpPublisher;
  readonly probes: AmqpPublisher;
  readonly tasks: AmqpPublisher;
  readonly echoes: AmqpPublisher;
  readonly eventQueue: string;
  readonly replyQueue: string;
  readonly eventChannel: Channel;
  readonly replyChannel: Channel;
  readonly questions: AmqpQuestions;
  readonly management: RabbitMQManagement | null;
}

/** Declares, binds and consumes on new connections: nothing of an earlier one is there any more. */
export async function openSession(session: AmqpSessionOptions): Promise<AmqpSession> {
  const { connections, node, names, options, log } = session;
  const id = randomUUID();
  const eventQueue = names.own('events', id);
  const replyQueue = names.own('replies', id);
  await findEventExchange(connections.commands, names.eventExchange);
  const [eventChannel, replyChannel] = await Promise.all([
    openChannel(connections.events),
    openChannel(connections.commands),
  ]);
  await Promise.all([
    declareOwn(eventChannel, eventQueue, maxQueuedEventBytes),
    declareOwn(replyChannel, replyQueue, maxReplyBytes),
  ]);
  await eventChannel.bindQueue(eventQueue, names.eventExchange, '#');
  await Promise.all([
    consume(eventChannel, eventQueue, session.onEvent, session),
    consume(replyChannel, replyQueue, session.onReply, session),
  ]);
  const access = managementAccess(options.managementUrl, node);
  const { onManagementRefusal: onRefusal } = session;
  const management = access && new RabbitMQManagement({ access, vhost: node.vhost, log, onRefusal });
  return {
    connections,
    node,
    requests: new AmqpPublisher(connections.publisher),
    probes: new AmqpPublisher(connections.publisher),
    tasks: new AmqpPublisher(connections.publisher),
    echoes: new AmqpPublisher(connections.publisher),
    eventQueue,
    replyQueue,
    eventChannel,
    replyChannel,
    questions: new AmqpQuestions({ open: () => openChannel(connections.commands) }),
    management,
    [Symbol.dispose]: () => management?.[Symbol.dispose](),
  };
}

/** Celery's own, which outlives workers. Declared as Celery does where no worker has been yet. */
async function findEventExchange(connection: ChannelModel, exchange: string): Promise<void> {
  const channel = await openChannel(connection);
  try {
    await channel.checkExchange(exchange);
    await channel.close();
  } catch (error) {
    if (replyCode(error) !== replyCodes.notFound) throw error;
    const another = await openChannel(connection);
    await another.assertExchange(exchange, 'topic', { durable: true });
    await another.close();
  }
}

function declareOwn(channel: Channel, queue: string, maxBytes: number): Promise<unknown> {
  return channel.assertQueue(queue, {
    exclusive: true,
    autoDelete: true,
    durable: false,
    messageTtl: eventTtl,
    arguments: { 'x-max-length-bytes': maxBytes }, // the oldest go first
  });
}

async function consume(
  channel: Channel,
  queue: string,
  listener: (delivered: Delivered) => void,
  { log, onEnd }: AmqpSessionOptions,
): Promise<void> {
  channel.on('error', (error) => onEnd(amqpReason(error)));
  await channel.consume(
    queue,
    (delivered) => {
      if (delivered === null) return onEnd(`the queue ${queue} was deleted`);
      try {
        listener(delivered);
      } catch (error) {
        // The next message is none the worse; amqplib would close the channel.
        log.error('processing of a message failed', { error });
      }
    },
    { noAck: true, exclusive: true },
  );
}
