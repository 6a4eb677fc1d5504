/** One connection to RabbitMQ whose end is always noticed, and which can be cut without the other side's help. */
import { connect } from 'amqplib';
import type { Channel, ChannelModel, ConfirmChannel, SocketOptions } from 'amqplib';
import { startDeadline } from '../../../timers.js';
import { errorMessage } from '../../../error-message.js';
import type { Logger } from '../../../log.js';
import type { AmqpNode } from '../address/amqp-address.js';
import { readHeaderFrames } from './amqp-frames.js';
import { tlsOptions } from '../address/tls-options.js';

/** Seconds of silence after which each side sends a sign of life; two of them missing end the connection. */
const heartbeat = 10;
/** Bytes of one frame that we take; RabbitMQ sends larger messages in several. */
const frameMax = 131_072;

/** All that amqplib keeps of the broker's words when it closes the connection at the last step of its opening. */
const vhostRefused = /^Expected ConnectionOpenOk; got <ConnectionClose/;

export interface ConnectOptions {
  /** Shown by RabbitMQ's list of connections. */
  readonly name: string;
  /** Milliseconds until the connection is open. */
  readonly timeout: number;
  /** Cuts the socket, at any time. */
  readonly signal: AbortSignal;
  /** Called at the end, with what caused it; not before the connection is open. */
  readonly onEnd: (error: unknown) => void;
  readonly log: Logger;
  /** Called for each message of which header fields could not be read, with the reason. */
  readonly onUnreadHeaders: (reason: string) => void;
}

/**
 * Rejects with amqplib's error, or a system error, when the connection does not come about in time.
 */
export async function openConnection(node: AmqpNode, options: ConnectOptions): Promise<ChannelModel> {
  const { timeout, onEnd } = options;
  const own = new AbortController();
  const signal = AbortSignal.any([options.signal, own.signal]);
  const stopDeadline = startDeadline(timeout, () => own.abort());
  try {
    const model = await connect(
      {
        protocol: node.tls === null ? 'amqp' : 'amqps',
        hostname: node.host,
        port: node.port,
        username: node.username,
        password: node.password,
        // amqplib decodes it once more.
        vhost: encodeURIComponent(node.vhost),
        heartbeat,
        frameMax,
      },
      {
        noDelay: true,
        keepAlive: true,
        signal,
        clientProperties: { connection_name: options.name, product: 'celeryql' },
        ...(node.tls !== null && tlsOptions(node.tls)),
      } as SocketOptions, // its type does not know that sockets take a signal
    );
    // An 'error' without a listener ends the process.
    model.on('error', onEnd);
    model.on('close', onEnd);
    if (!readHeaderFrames(model.connection, options.onUnreadHeaders))
      options.log.warn('amqplib not supported, a header of an unknown type ends the connection');
    return model;
  } catch (error) {
    if (own.signal.aborted) throw new Error(`no connection in ${timeout} ms`, { cause: error });
    if (vhostRefused.test(errorMessage(error)))
      throw new Error(`there is no virtual host ${node.vhost}, or this user has no access to it`, {
        cause: error,
      });
    throw error;
  } finally {
    stopDeadline();
  }
}

/** A channel that the broker may close without ending the process: who asked gets the error. */
export async function openChannel(connection: ChannelModel): Promise<Channel> {
  return harmless(await connection.createChannel());
}

export async function openConfirmChannel(connection: ChannelModel): Promise<ConfirmChannel> {
  return harmless(await connection.createConfirmChannel());
}

function harmless<C extends Channel>(channel: C): C {
  channel.on('error', () => undefined);
  return channel;
}
