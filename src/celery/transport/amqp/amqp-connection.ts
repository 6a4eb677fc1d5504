/**
 * The connections to RabbitMQ, kept alive together: connects, prepares itself (declares, binds, consumes), says when it
 * is up or down, and tries again with a capped back-off, one broker of the list after the other, for as long as it lives.
 *
 * Three connections: a burst of events must not delay other requests, and RabbitMQ stops reading from a client that
 * publishes while it is low on memory or disk. All three lead to the same broker, or to none.
 */
import type { ChannelModel } from 'amqplib';
import { startDeadline, withDeadline } from '../../../timers.js';
import { BrokerUnavailableError, GatewayError, TimeoutError } from '../../../errors.js';
import type { Logger } from '../../../log.js';
import { doubling, pauseAfter } from '../../../retry-pauses.js';
import { describeAmqpAddress, describeAmqpNode } from '../address/amqp-address.js';
import type { AmqpAddress, AmqpNode } from '../address/amqp-address.js';
import { openConnection } from './open-connection.js';
import { amqpReason, replyCode } from './amqp-errors.js';

export interface AmqpConnections {
  readonly events: ChannelModel;
  readonly commands: ChannelModel;
  readonly publisher: ChannelModel;
}

export interface AmqpConnectionOptions {
  readonly address: AmqpAddress;
  readonly log: Logger;
  /** Runs on all new connections before they count as ready. */
  readonly prepare: (connections: AmqpConnections, node: AmqpNode) => Promise<void>;
  /** Called after `isReady`, or the reason why it is false, has changed. */
  readonly onChange: (isReady: boolean, reason: string | null) => void;
  /** Called for each message of which header fields could not be read, with the reason. */
  readonly onUnreadHeaders: (reason: string) => void;
}

/** The longest is half of what a reader is promised: connecting and preparing take their time too. */
const retryPauses = doubling(50, 500);
export const connectTimeout = 1_500;
/** Maximum milliseconds from the first connection until it is ready: a handful of round trips. */
const readyTimeout = 4_000;
export const commandTimeout = 1_500;
const goodbyeTimeout = 1_000;
const maxLogged = 20;

export class AmqpConnection {
  readonly #options: AmqpConnectionOptions;
  #isReady = false;
  #reason: string | null = 'not connected yet';
  /** Reasons logged since the connection was last ready: several brokers of a list fail in different words, again and again. */
  readonly #logged = new Set<string>();
  #disposed = false;
  #started = false;
  #connections: AmqpConnections | null = null;
  /** Ends the current try, or the connections that it led to. */
  #cut: (reason: string) => void = () => undefined;
  #stopWaiting: () => void = () => undefined;

  constructor(options: AmqpConnectionOptions) {
    this.#options = options;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get reason(): string | null {
    return this.#reason;
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.#keepAlive();
  }

  /** Closes the connections so that they are made anew: what to do when the broker does not answer any more. */
  restart(reason: string): void {
    this.#cut(reason);
  }

  /**
   * @param timeout milliseconds
   * @throws BrokerUnavailableError without a connection, or with RabbitMQ's own words when it refuses; TimeoutError when
   * it does not answer, and then the connections are made anew: they may be half open.
   */
  async run<T>(
    work: (connections: AmqpConnections) => Promise<T>,
    timeout = commandTimeout,
  ): Promise<T> {
    const address = describeAmqpAddress(this.#options.address);
    const connections = this.#connections;
    try {
      return await this.attempt((current) =>
        withDeadline(work(current), timeout, `RabbitMQ at ${address}`),
      );
    } catch (error) {
      if (error instanceof TimeoutError && this.#connections === connections)
        this.restart('RabbitMQ does not answer');
      throw error;
    }
  }

  /**
   * For work that has a deadline of its own, and may fail without anything being wrong with the connections.
   * @throws BrokerUnavailableError without a connection, or with RabbitMQ's own words when it refuses
   */
  async attempt<T>(work: (connections: AmqpConnections) => Promise<T>): Promise<T> {
    const address = describeAmqpAddress(this.#options.address);
    const connections = this.#connections;
    if (!this.#isReady || connections === null) throw new BrokerUnavailableError(address);
    try {
      return await work(connections);
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      throw new BrokerUnavailableError(address, {
        cause: error,
        ...(replyCode(error) !== null && { reason: amqpReason(error) }),
      });
    }
  }

  /** Closes the connections in order, so that RabbitMQ removes the gateway's queues. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    const connections = this.#connections;
    this.#isReady = false;
    this.#stopWaiting();
    if (connections !== null) {
      const { events, commands, publisher } = connections;
      const goodbye = Promise.allSettled([events, commands, publisher].map((one) => one.close()));
      await withDeadline(goodbye, goodbyeTimeout, 'Closing').catch(() => undefined);
    }
    this.#cut('closed');
  }

  async #keepAlive(): Promise<void> {
    const { nodes } = this.#options.address;
    let failures = 0;
    for (let turn = 0; !this.#disposed; turn++) {
      const node = nodes[turn % nodes.length] ?? nodes[0];
      const wasUp = await this.#runOnce(node);
      failures = wasUp ? 0 : failures + 1;
      // The broker that was lost is tried first: it may only have been restarted.
      if (wasUp) turn--;
      // A pause comes only after all brokers of the list have failed.
      const rounds = Math.floor(failures / nodes.length);
      if (failures % nodes.length === 0) await this.#wait(pauseAfter(rounds, retryPauses));
    }
  }

  /** Connects to that broker and resolves at the end of the connections, with whether they were ever ready. */
  async #runOnce(node: AmqpNode): Promise<boolean> {
    const sockets = new AbortController();
    let reason: string | null = null;
    let wasUp = false;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const cut = (why: string): void => {
      if (reason !== null) return;
      reason = why;
      sockets.abort();
      this.#connections = null;
      this.#down(why, node);
      end();
    };
    this.#cut = cut;
    const stopDeadline = startDeadline(readyTimeout, () => cut(`not ready in ${readyTimeout} ms`));
    try {
      const connections = await this.#connect(node, sockets.signal, (error) => {
        if (!this.#disposed) cut(amqpReason(error));
      });
      const prepared = this.#options.prepare(connections, node);
      await Promise.race([prepared, ended]);
      if (!sockets.signal.aborted && !this.#disposed) {
        wasUp = true;
        this.#connections = connections;
        this.#becomeReady(node);
      } else sockets.abort();
    } catch (error) {
      cut(amqpReason(error));
    } finally {
      stopDeadline();
    }
    if (!this.#disposed) await ended;
    return wasUp;
  }

  async #connect(
    node: AmqpNode,
    signal: AbortSignal,
    onEnd: (error: unknown) => void,
  ): Promise<AmqpConnections> {
    const { onUnreadHeaders, log } = this.#options;
    const open = (purpose: string): Promise<ChannelModel> =>
      openConnection(node, {
        name: `celeryql-${purpose}`,
        timeout: connectTimeout,
        signal,
        onEnd,
        onUnreadHeaders,
        log,
      });
    // One first: while the broker is away it is not tried three times as often.
    const commands = await open('commands');
    const [events, publisher] = await Promise.all([open('events'), open('publisher')]);
    return { events, commands, publisher };
  }

  #becomeReady(node: AmqpNode): void {
    this.#isReady = true;
    this.#reason = null;
    this.#logged.clear();
    this.#options.log.info('connected to RabbitMQ', { address: describeAmqpNode(node) });
    this.#options.onChange(true, null);
  }

  #down(reason: string, node: AmqpNode): void {
    if (this.#disposed) return;
    this.#isReady = false;
    this.#reason = reason;
    this.#options.onChange(false, reason);
    if (this.#logged.has(reason) || this.#logged.size >= maxLogged) return;
    this.#logged.add(reason); // one line for an outage, not one for each try
    this.#options.log.warn('RabbitMQ cannot be reached', { address: describeAmqpNode(node), reason });
  }

  async #wait(milliseconds: number): Promise<void> {
    if (this.#disposed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#stopWaiting = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
