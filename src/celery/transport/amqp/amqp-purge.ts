/**
 * Empties a queue over a connection of its own. RabbitMQ closes the whole connection (541) when it cannot carry a purge
 * out, since a quorum queue has no leader, and seconds after it was asked where one has lost its majority.
 */
import { withDeadline } from '../../../timers.js';
import { PurgeImpossibleError } from '../../../errors.js';
import type { Logger } from '../../../log.js';
import type { AmqpNode } from '../address/amqp-address.js';
import { openChannel, openConnection } from './open-connection.js';
import { amqpReason, replyCode, replyCodes } from './amqp-errors.js';
import { commandTimeout, connectTimeout } from './amqp-connection.js';

/** They mean that the queue cannot be emptied, rather than that the client may not do so. */
const impossible: ReadonlySet<number> = new Set([replyCodes.notFound, replyCodes.internalError]);

/**
 * Resolves to the number of messages that were removed.
 * @throws PurgeImpossibleError, TimeoutError; or amqplib's error with which RabbitMQ refuses
 */
export async function purgeQueue(node: AmqpNode, queue: string, log: Logger): Promise<number> {
  const socket = new AbortController();
  let end: unknown = null;
  try {
    const connection = await openConnection(node, {
      name: 'celeryql-purge',
      timeout: connectTimeout,
      signal: socket.signal,
      onEnd: (error) => (end ??= error),
      log,
      onUnreadHeaders: () => undefined, // nothing is delivered here
    });
    const channel = await openChannel(connection);
    const { messageCount } = await withDeadline(
      channel.purgeQueue(queue),
      commandTimeout,
      `RabbitMQ has not confirmed the purge of ${queue}, and may still carry it out: it`,
    );
    await connection.close().catch(() => undefined);
    return messageCount;
  } catch (error) {
    const cause = end ?? error;
    if (impossible.has(replyCode(cause) ?? 0)) throw new PurgeImpossibleError(queue, amqpReason(cause));
    throw cause;
  } finally {
    socket.abort();
  }
}
