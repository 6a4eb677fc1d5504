/**
 * Publishes on the connections of the moment, with a deadline, and learns what RabbitMQ refuses: a user without the
 * right to reach the workers is noticed whenever something is sent to them.
 */
import { withDeadline } from '../../../timers.js';
import { BrokerUnavailableError, TimeoutError } from '../../../errors.js';
import { openChannel } from './open-connection.js';
import { amqpReason, replyCode, replyCodes } from './amqp-errors.js';
import { commandTimeout } from './amqp-connection.js';
import type { AmqpConnections, AmqpConnection } from './amqp-connection.js';
import { PublishBlockedError } from './amqp-publisher.js';
import type { AmqpOutgoing, AmqpPublisher } from './amqp-publisher.js';
import type { AmqpSession } from './amqp-session.js';
import type { Impairments } from '../impairments.js';

export interface AmqpOutboxOptions {
  /** Without credentials. */
  readonly address: string;
  readonly connection: AmqpConnection;
  readonly impairments: Impairments;
  /** @throws BrokerUnavailableError where these connections are not those of the moment */
  readonly sessionOf: (connections: AmqpConnections) => AmqpSession;
}

type PublisherOf = (session: AmqpSession) => AmqpPublisher;
type Message = AmqpOutgoing | ((session: AmqpSession) => AmqpOutgoing);

export class AmqpOutbox {
  readonly #options: AmqpOutboxOptions;

  constructor(options: AmqpOutboxOptions) {
    this.#options = options;
  }

  /** Whether any queue took it. An exchange that there is not has none: no worker has been there yet. */
  async publish(publisherOf: PublisherOf, message: Message): Promise<boolean> {
    const { address, connection, sessionOf } = this.#options;
    return connection.attempt(async (connections) => {
      const session = sessionOf(connections);
      const outgoing = typeof message === 'function' ? message(session) : message;
      try {
        const published = publisherOf(session).publish(outgoing);
        return await withDeadline(published, commandTimeout, `RabbitMQ at ${address}`);
      } catch (error) {
        if (replyCode(error) === replyCodes.notFound) return false;
        if (error instanceof PublishBlockedError)
          throw new BrokerUnavailableError(address, { cause: error, reason: error.message });
        if (error instanceof TimeoutError) this.#checkPublisher();
        throw error;
      }
    });
  }

  /** As `publish`, for what goes to workers. They go through different exchanges, each with a right of its own. */
  async publishControl(kind: 'requests' | 'probes', message: Message): Promise<boolean> {
    const { impairments } = this.#options;
    const key = `control ${kind}`;
    try {
      const routed = await this.publish((session) => session[kind], message);
      impairments.remove(key);
      return routed;
    } catch (error) {
      if (replyCode(error) === replyCodes.accessRefused)
        impairments.add(key, { part: 'requests', reason: amqpReason(error) });
      throw error;
    }
  }

  /** A message that is not confirmed may be a queue's fault, which the others need not pay for: the connection answers. */
  #checkPublisher(): void {
    const { connection } = this.#options;
    const check = connection.run(async ({ publisher }) => (await openChannel(publisher)).close());
    check.catch(() => undefined); // if it does not answer, AmqpConnection has made it anew
  }
}
