/**
 * Celery over RabbitMQ. Counterpart of `kombu.transport.pyamqp`. Everything of ours in the broker is an exclusive queue,
 * which vanishes with its connection, however that ends.
 */
import { randomUUID } from 'node:crypto';
import type { Channel, ChannelModel, Message as Delivered } from 'amqplib';
import { withDeadline } from '../../deadline.js';
import { BrokerUnavailableError, TimeoutError, UnknownQueueError } from '../../errors.js';
import type { Logger } from '../../log.js';
import { OversizedMessage } from '../message.js';
import type { RawMessage } from '../message.js';
import { describeAmqpAddress } from './amqp-address.js';
import type { AmqpAddress, AmqpNode } from './amqp-address.js';
import { openChannel } from './amqp-connection.js';
import { echoFate, echoMessage, isEcho } from './amqp-echo.js';
import { amqpReason, replyCode, replyCodes } from './amqp-errors.js';
import { AmqpLink, commandTimeout } from './amqp-link.js';
import type { AmqpConnections } from './amqp-link.js';
import { AmqpMessage } from './amqp-message.js';
import { AmqpNames } from './amqp-names.js';
import type { AmqpOptions } from './amqp-names.js';
import { AmqpPidboxes } from './amqp-pidboxes.js';
import { AmqpPublisher, blockedReason, PublishBlockedError } from './amqp-publisher.js';
import type { AmqpOutgoing } from './amqp-publisher.js';
import { AmqpQuestions } from './amqp-questions.js';
import { AmqpQueues } from './amqp-queues.js';
import { ConnectionWatch } from './connection-watch.js';
import { controlRequestBody } from './control-request.js';
import { EventBacklog, maxEventBytes } from './event-backlog.js';
import { EventEcho } from './event-echo.js';
import type { EchoFate } from './event-echo.js';
import { Impairments } from './impairments.js';
import type { Impairment } from './impairments.js';
import { managementAccess } from './rabbitmq-address.js';
import { RabbitMQManagement } from './rabbitmq-management.js';
import type {
  BoundNodes,
  ConnectionState,
  ControlRequest,
  EventIntake,
  EventLoss,
  EventMessageListener,
  OutgoingTask,
  Purge,
  QueueDepth,
  Transport,
  UnreadHeaders,
} from './transport.js';

/** Bytes of events that RabbitMQ keeps while we do not read; then the oldest go. */
const maxQueuedEventBytes = 128 * 1024 * 1024;
const maxReplyBytes = 32 * 1024 * 1024;
/** Milliseconds: older events would tell of a past that inspect knows better. */
const eventTtl = 60_000;
/** Milliseconds after which a request is void, for queues, and for the workers that look. */
const requestExpiry = 10_000;
/** Milliseconds between two probes of quiet connections. */
const probeInterval = 5_000;
/** Milliseconds without any event, which is two heartbeats, after which a message to ourselves must come back. */
const echoSilence = 4_000;
/** Milliseconds between two such messages: other receivers of events get them too. */
const echoPause = 10_000;
const echoInterval = 500;
/** The key of the impairment that RabbitMQ takes no messages. */
const blocked = 'publish';

/** What belongs to the connections of this moment. */
interface Session {
  readonly connections: AmqpConnections;
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

export class AmqpTransport implements Transport {
  readonly kind = 'amqp';
  readonly address: string;
  readonly #options: AmqpOptions;
  readonly #names: AmqpNames;
  readonly #log: Logger;
  readonly #link: AmqpLink;
  readonly #queues: AmqpQueues;
  readonly #pidboxes: AmqpPidboxes;
  readonly #connection: ConnectionWatch;
  #session: Session | null = null;
  readonly #impairments = new Impairments();
  readonly #echo: EventEcho;
  #echoTimer: NodeJS.Timeout | undefined;
  readonly #backlog: EventBacklog;
  #onReply: (message: RawMessage) => void = () => undefined;
  #heardEvents = false;
  #probe: NodeJS.Timeout | undefined;
  #clock = 0;
  readonly #loggedReasons = new Set<string>();
  #unreadHeaders: UnreadHeaders = { messages: 0, lastReason: null };
  #disposed = false;

  constructor(address: AmqpAddress, options: AmqpOptions, log: Logger) {
    this.address = describeAmqpAddress(address);
    this.#options = options;
    this.#log = log;
    this.#connection = new ConnectionWatch(this.address, log);
    this.#names = new AmqpNames(options);
    this.#backlog = new EventBacklog({ maxBytes: options.eventBacklogBytes });
    this.#link = new AmqpLink({
      address,
      log,
      prepare: (connections, node) => this.#prepare(connections, node),
      onUnreadHeaders: (reason) => this.#countUnreadHeaders(reason),
      onChange: () => {
        this.#echo.reset();
        if (!this.#link.up) this.#impairments.remove(blocked);
        this.#connection.update(this.#link.up, this.#link.reason);
      },
    });
    this.#echo = new EventEcho({
      send: () => this.#sendEcho(),
      onDeaf: (reason) => {
        this.#impairments.add('echo', { part: 'events', reason });
        this.#link.restart(reason); // which declares, binds and consumes all anew
      },
      onHeard: () => this.#impairments.remove('echo'),
      silence: echoSilence,
      pause: echoPause,
    });
    this.#queues = new AmqpQueues({
      names: this.#names,
      peek: options.amqpPeek,
      takeFrom: (work) => this.#run(({ questions }) => questions.onChannel(work)),
      ask: (queue, what, work, timeout) =>
        this.#link.attempt((connections) =>
          this.#sessionOf(connections).questions.ask(queue, what, work, timeout),
        ),
      list: async () => (await this.#session?.management?.queues()) ?? null,
    });
    this.#pidboxes = new AmqpPidboxes({
      names: this.#names,
      publish: (message) => this.#publishControl(({ probes }) => probes, message),
      list: async () =>
        (await this.#session?.management?.boundQueues(this.#names.controlExchange)) ?? null,
    });
  }

  get connection(): ConnectionState {
    return this.#connection.state;
  }

  onConnection(listener: (state: ConnectionState) => void): () => void {
    return this.#connection.onChange(listener);
  }

  get impairments(): readonly Impairment[] {
    return this.#impairments.list();
  }

  onImpairment(listener: () => void): () => void {
    return this.#impairments.onChange(listener);
  }

  start(): void {
    this.#link.start();
    this.#echoTimer ??= setInterval(() => {
      if (this.#link.up) void this.#echo.tick();
    }, echoInterval).unref();
    this.#probe ??= setInterval(() => void this.#probeQuiet(), probeInterval).unref();
  }

  subscribeEvents(listener: EventMessageListener): void {
    this.#backlog.deliverTo(listener);
  }

  get intake(): EventIntake {
    return this.#backlog.intake;
  }

  get unreadHeaders(): UnreadHeaders {
    return this.#unreadHeaders;
  }

  onEventLoss(listener: (loss: EventLoss) => void): () => void {
    return this.#backlog.onLoss(listener);
  }

  subscribeReplies(listener: (message: RawMessage) => void): void {
    this.#onReply = listener;
  }

  /** RabbitMQ tells whether anybody listens, not how many. */
  async publishRequest(request: ControlRequest): Promise<number | null> {
    const { controlExchange } = this.#names;
    const routed = await this.#publishControl(
      ({ requests }) => requests,
      (session) => ({
        exchange: controlExchange,
        routingKey: '',
        deliveryMode: 2,
        headers: { clock: ++this.#clock, expires: (Date.now() + requestExpiry) / 1000 },
        expiration: requestExpiry,
        // Straight into our queue, through the exchange that every broker has.
        body: controlRequestBody(request, { exchange: '', routing_key: session.replyQueue }),
      }),
    );
    return routed ? null : 0;
  }

  async boundNodes(known: readonly string[]): Promise<BoundNodes> {
    if (!this.connection.connected) throw new BrokerUnavailableError(this.address);
    return this.#pidboxes.bound(known);
  }

  /** Without a management API, or while it does not answer, no names are listed. */
  get listsQueues(): boolean {
    return this.#session?.management?.isAvailable === true;
  }

  async queueNames(): Promise<readonly string[]> {
    if (!this.connection.connected) throw new BrokerUnavailableError(this.address);
    return this.#queues.names();
  }

  async queueDepths(names: readonly string[]): Promise<readonly QueueDepth[]> {
    if (!this.connection.connected) throw new BrokerUnavailableError(this.address);
    // A queue that does not answer is unknown; a broker that does not is lost, for all who ask.
    const [depths] = await Promise.all([this.#queues.depths(names), this.ping()]);
    return depths;
  }

  async delayedMessages(): Promise<number | null> {
    if (!this.connection.connected) throw new BrokerUnavailableError(this.address);
    return this.#queues.delayed();
  }

  async peek(queue: string, count: number): Promise<readonly RawMessage[]> {
    if (!this.connection.connected) throw new BrokerUnavailableError(this.address);
    return this.#queues.peek(queue, count);
  }

  hasQueue(name: string): Promise<boolean> {
    return this.#queues.has(name);
  }

  async sendTask(message: OutgoingTask): Promise<void> {
    const { queue, ...task } = message;
    const routed = await this.#publish(({ tasks }) => tasks, {
      ...task,
      ...{ exchange: '', routingKey: queue, deliveryMode: 2 },
    });
    if (!routed) throw new UnknownQueueError(queue);
  }

  purge(queue: string, expectedMessages: number): Promise<Purge> {
    return this.#queues.purge(queue, expectedMessages);
  }

  async ping(): Promise<void> {
    await this.#run(({ replyChannel, replyQueue }) => replyChannel.checkQueue(replyQueue));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#connection.close();
    clearInterval(this.#probe);
    clearInterval(this.#echoTimer);
    this.#session?.management?.[Symbol.dispose]();
    await this.#link[Symbol.asyncDispose]();
    this.#session = null;
    this.#backlog[Symbol.dispose]();
  }

  /** Runs on every new connection: nothing of an earlier one is there any more. */
  async #prepare(connections: AmqpConnections, node: AmqpNode): Promise<void> {
    const id = randomUUID();
    const eventQueue = this.#names.own('events', id);
    const replyQueue = this.#names.own('replies', id);
    await this.#findEventExchange(connections.commands);
    const [eventChannel, replyChannel] = await Promise.all([
      openChannel(connections.events),
      openChannel(connections.commands),
    ]);
    await Promise.all([
      declareOwn(eventChannel, eventQueue, maxQueuedEventBytes),
      declareOwn(replyChannel, replyQueue, maxReplyBytes),
    ]);
    await eventChannel.bindQueue(eventQueue, this.#names.eventExchange, '#');
    await Promise.all([
      this.#consume(eventChannel, eventQueue, (delivered) => {
        this.#heardEvents = true;
        this.#echo.heard();
        if (isEcho(delivered)) return;
        const message = new AmqpMessage(delivered);
        const { size } = message;
        this.#backlog.push(size > maxEventBytes ? new OversizedMessage(size, maxEventBytes) : message);
      }),
      this.#consume(replyChannel, replyQueue, (delivered) => this.#onReply(new AmqpMessage(delivered))),
    ]);
    connections.publisher.on('blocked', (reason) => {
      this.#impairments.add(blocked, { part: 'requests', reason: blockedReason(reason) });
    });
    connections.publisher.on('unblocked', () => this.#impairments.remove(blocked));
    const access = managementAccess(this.#options.managementUrl, node);
    this.#session?.management?.[Symbol.dispose]();
    this.#session = {
      connections,
      requests: new AmqpPublisher(connections.publisher),
      probes: new AmqpPublisher(connections.publisher),
      tasks: new AmqpPublisher(connections.publisher),
      echoes: new AmqpPublisher(connections.publisher),
      eventQueue,
      replyQueue,
      eventChannel,
      replyChannel,
      questions: new AmqpQuestions({ open: () => openChannel(connections.commands) }),
      management: access && new RabbitMQManagement({ access, vhost: node.vhost, log: this.#log }),
    };
  }

  /** Celery's own, which outlives workers. Declared as Celery does where no worker has been yet. */
  async #findEventExchange(connection: ChannelModel): Promise<void> {
    const { eventExchange } = this.#names;
    const channel = await openChannel(connection);
    try {
      await channel.checkExchange(eventExchange);
      await channel.close();
    } catch (error) {
      if (replyCode(error) !== replyCodes.notFound) throw error;
      const another = await openChannel(connection);
      await another.assertExchange(eventExchange, 'topic', { durable: true });
      await another.close();
    }
  }

  async #consume(
    channel: Channel,
    queue: string,
    listener: (delivered: Delivered) => void,
  ): Promise<void> {
    const restart = (reason: string): void => {
      if (!this.#disposed) this.#link.restart(reason);
    };
    channel.on('error', (error) => restart(amqpReason(error)));
    await channel.consume(
      queue,
      (delivered) => {
        if (delivered === null) return restart(`somebody deleted the queue ${queue}`);
        try {
          listener(delivered);
        } catch (error) {
          // The next message is none the worse; amqplib would close the channel.
          this.#log.error('a message could not be taken', { error });
        }
      },
      { noAck: true, exclusive: true },
    );
  }

  /** One line for each new reason: a producer may do it in every message. */
  #countUnreadHeaders(reason: string): void {
    const { messages } = this.#unreadHeaders;
    this.#unreadHeaders = { messages: messages + 1, lastReason: reason };
    if (this.#loggedReasons.has(reason)) return;
    this.#loggedReasons.add(reason); // no more than there are types
    this.#log.warn('headers of a message could not be read', { reason });
  }

  /** Nothing is asked of half a connection: without events or replies, answers would be wrong. */
  #run<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#link.run((connections) => work(this.#sessionOf(connections)));
  }

  #sessionOf(connections: AmqpConnections): Session {
    const session = this.#session;
    if (session?.connections !== connections) throw new BrokerUnavailableError(this.address);
    return session;
  }

  /** Whether any queue took it. An exchange that there is not has none: no worker has been there yet. */
  async #publish(
    publisherOf: (session: Session) => AmqpPublisher,
    message: AmqpOutgoing | ((session: Session) => AmqpOutgoing),
  ): Promise<boolean> {
    return this.#link.attempt(async (connections) => {
      const session = this.#sessionOf(connections);
      const outgoing = typeof message === 'function' ? message(session) : message;
      try {
        const published = publisherOf(session).publish(outgoing);
        return await withDeadline(published, commandTimeout, `RabbitMQ at ${this.address}`);
      } catch (error) {
        if (replyCode(error) === replyCodes.notFound) return false;
        if (error instanceof PublishBlockedError)
          throw new BrokerUnavailableError(this.address, { cause: error, reason: error.message });
        if (error instanceof TimeoutError) this.#checkPublisher(connections);
        throw error;
      }
    });
  }

  /** Whether this user may reach the workers shows whenever something is sent to them. */
  async #publishControl(
    publisherOf: (session: Session) => AmqpPublisher,
    message: AmqpOutgoing | ((session: Session) => AmqpOutgoing),
  ): Promise<boolean> {
    try {
      const routed = await this.#publish(publisherOf, message);
      this.#impairments.remove('control');
      return routed;
    } catch (error) {
      if (replyCode(error) === replyCodes.accessRefused)
        this.#impairments.add('control', { part: 'requests', reason: amqpReason(error) });
      throw error;
    }
  }

  #sendEcho(): Promise<EchoFate> {
    const message = echoMessage(this.#names.eventExchange);
    return echoFate(() => this.#run(({ echoes }) => echoes.publish(message)));
  }

  /** A message that is not confirmed may be a queue's fault, which the others need not pay for: the connection answers. */
  #checkPublisher({ publisher }: AmqpConnections): void {
    const check = this.#run(async () => (await openChannel(publisher)).close());
    check.catch(() => undefined); // where it does not answer, the link has made it anew
  }

  /** Silence may be a half-open socket: each connection must answer something now and then. */
  async #probeQuiet(): Promise<void> {
    if (!this.#link.up) return;
    const heard = this.#heardEvents;
    this.#heardEvents = false;
    const probes = [this.ping()];
    // While events arrive the answer would have to wait behind them, and they tell enough.
    if (!heard)
      probes.push(
        this.#run(async ({ eventChannel, eventQueue }) => {
          await eventChannel.checkQueue(eventQueue);
        }),
      );
    await Promise.allSettled(probes); // what does not answer is made anew by the link
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
