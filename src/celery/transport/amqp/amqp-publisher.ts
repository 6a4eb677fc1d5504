/** Publishes on a connection of its own, and learns of each message whether any queue took it. */
import { randomUUID } from 'node:crypto';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { errorMessage } from '../../../error-message.js';
import { encodeBody } from '../../messages/message.js';
import { openConfirmChannel } from './open-connection.js';
import { amqpHeaders } from './amqp-headers.js';

export interface AmqpOutgoing {
  readonly exchange: string;
  readonly routingKey: string;
  /** A value; or its JSON in bytes, where that is written already. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
  /** 1 transient, 2 persistent. */
  readonly deliveryMode: 1 | 2;
  /** Milliseconds after which a queue drops it; 0 when no consumer takes it at once, and null never. */
  readonly expiration: number | null;
  /** 0 by default. */
  readonly priority?: number;
  readonly correlationId?: string;
  readonly replyTo?: string;
}

/** RabbitMQ takes no messages: it is low on memory or disk, or the queue is full and refuses more. */
export class PublishBlockedError extends Error {}

/** @param alarm what RabbitMQ says it is low on */
export function blockedReason(alarm: unknown): string {
  return `it takes no messages at the moment: ${String(alarm)}`;
}

/** What amqplib makes of a message that the broker does not confirm: that of a queue with `reject-publish` that is full. */
const nacked = 'message nacked';

interface Channel {
  readonly channel: ConfirmChannel;
  /** What the broker closed it with. */
  failure: Error | null;
}

export class AmqpPublisher {
  readonly #connection: ChannelModel;
  /** What no queue took, until it is confirmed: RabbitMQ returns it before that. */
  readonly #returned = new Set<string>();
  readonly #pending = new Set<(error: Error) => void>();
  #channel: Promise<Channel> | null = null;
  #blocked: Error | null = null;

  constructor(connection: ChannelModel) {
    this.#connection = connection;
    connection.on('blocked', (reason) => {
      this.#blocked = new PublishBlockedError(blockedReason(reason));
      this.#failAll(this.#blocked);
    });
    connection.on('close', () => {
      this.#failAll(new Error('the connection was closed'));
      this.#returned.clear();
    });
    connection.on('unblocked', () => (this.#blocked = null));
  }

  /**
   * Whether at least one queue took it. Rejects with amqplib's error when the broker refuses, such as 404 for an
   * exchange that there is not.
   * @throws PublishBlockedError
   */
  async publish(message: AmqpOutgoing): Promise<boolean> {
    if (this.#blocked !== null) throw this.#blocked;
    this.#channel ??= this.#open();
    const opened = await this.#channel.catch((error: unknown) => {
      this.#channel = null; // the next message tries anew
      throw error;
    });
    return new Promise((resolve, reject) => {
      const messageId = randomUUID();
      const fail = (error: Error): void => {
        this.#pending.delete(fail);
        reject(error);
      };
      this.#pending.add(fail);
      const settle = (error: unknown): void => {
        const routed = !this.#returned.delete(messageId);
        if (errorMessage(error) === nacked) return fail(new PublishBlockedError('the queue is full'));
        if (error !== null) return fail(opened.failure ?? new Error('the channel was closed'));
        this.#pending.delete(fail);
        resolve(routed);
      };
      opened.channel.publish(
        message.exchange,
        message.routingKey,
        encodeBody(message.body),
        {
          mandatory: true,
          messageId,
          contentType: 'application/json',
          contentEncoding: 'utf-8',
          headers: amqpHeaders(message.headers),
          deliveryMode: message.deliveryMode,
          priority: message.priority ?? 0,
          ...(message.expiration !== null && { expiration: message.expiration }),
          ...(message.correlationId !== undefined && { correlationId: message.correlationId }),
          ...(message.replyTo !== undefined && { replyTo: message.replyTo }),
        },
        settle,
      );
    });
  }

  #failAll(error: Error): void {
    for (const fail of this.#pending) fail(error);
  }

  async #open(): Promise<Channel> {
    const channel = await openConfirmChannel(this.#connection);
    const opened: Channel = { channel, failure: null };
    channel.on('return', ({ properties }) => {
      const messageId: unknown = properties.messageId;
      if (typeof messageId === 'string') this.#returned.add(messageId);
    });
    channel.on('error', (error) => {
      opened.failure = error;
      this.#channel = null; // the next message gets a new one
    });
    return opened;
  }
}
