/**
 * Celery over RabbitMQ. Counterpart of `kombu.transport.pyamqp`. Everything of ours in the broker is an exclusive queue,
 * which vanishes with its connection, however that ends.
 */
import type { Message as Delivered } from 'amqplib';
import { BrokerUnavailableError, UnknownQueueError } from '../../../errors.js';
import type { Logger } from '../../../log.js';
import { ListenerFailureLog } from '../../../listener-failure-log.js';
import { OversizedMessage } from '../../messages/message.js';
import type { RawMessage } from '../../messages/message.js';
import { describeAmqpAddress } from '../address/amqp-address.js';
import type { AmqpAddress, AmqpNode } from '../address/amqp-address.js';
import { echoFate, echoMessage, isEcho } from './amqp-echo.js';
import { AmqpConnection } from './amqp-connection.js';
import type { AmqpConnections } from './amqp-connection.js';
import { AmqpMessage } from './amqp-message.js';
import { AmqpNames } from './amqp-names.js';
import type { AmqpOptions } from './amqp-names.js';
import { AmqpOutbox } from './amqp-outbox.js';
import { AmqpPidboxes } from './amqp-pidboxes.js';
import { blockedReason } from './amqp-publisher.js';
import { purgeQueue } from './amqp-purge.js';
import { AmqpQueues } from './amqp-queues.js';
import { AmqpProbe } from './amqp-probe.js';
import { openSession } from './amqp-session.js';
import type { AmqpSession } from './amqp-session.js';
import { ConnectionState } from '../connection-state.js';
import { controlRequestBody } from '../control-request.js';
import { EventBacklog, maxEventBytes } from '../event-backlog.js';
import { EventEcho } from '../event-echo.js';
import type { EchoFate } from '../event-echo.js';
import { Impairments } from '../impairments.js';
import type { Impairment } from '../impairments.js';
import type {
  BoundNodes,
  ConnectionStatus,
  ControlRequest,
  EventIntake,
  EventLoss,
  EventMessageListener,
  Purge,
  QueueDepth,
  Transport,
  UnreadHeaders,
} from '../transport.js';
import type { OutgoingTask } from '../../messages/message.js';

/** Milliseconds after which a request is void, for queues, and for the workers that look. */
const requestExpiry = 10_000;
/** Milliseconds without any event, which is two heartbeats, after which a message to ourselves must come back. */
const echoSilence = 4_000;
/** Milliseconds between two such messages: other receivers of events get them too. */
const echoPause = 10_000;
const echoInterval = 500;
/** The key of the impairment that RabbitMQ takes no messages. */
const blocked = 'publish';
/** The key of the impairment that this user may not send messages to itself. */
const forbiddenEcho = 'echo forbidden';
/** The key of the impairment that the management API refuses this user. */
const refusedList = 'management';

export class AmqpTransport implements Transport {
  readonly kind = 'amqp';
  readonly address: string;
  readonly #options: AmqpOptions;
  readonly #names: AmqpNames;
  readonly #log: Logger;
  readonly #listenerFailures: ListenerFailureLog;
  readonly #connection: AmqpConnection;
  readonly #outbox: AmqpOutbox;
  readonly #queues: AmqpQueues;
  readonly #pidboxes: AmqpPidboxes;
  readonly #state: ConnectionState;
  #session: AmqpSession | null = null;
  readonly #impairments: Impairments;
  readonly #echo: EventEcho;
  #echoTimer: NodeJS.Timeout | undefined;
  readonly #backlog: EventBacklog;
  #onReply: (message: RawMessage) => void = () => undefined;
  readonly #probe: AmqpProbe;
  /** Milliseconds that the last ping took. */
  #roundTrip: number | null = null;
  #clock = 0;
  readonly #loggedReasons = new Set<string>();
  #unreadHeaders: UnreadHeaders = { messages: 0, lastReason: null };
  #disposed = false;

  constructor(address: AmqpAddress, options: AmqpOptions, log: Logger) {
    this.address = describeAmqpAddress(address);
    this.#options = options;
    this.#log = log;
    this.#listenerFailures = new ListenerFailureLog(log);
    const { add: onListenerError } = this.#listenerFailures;
    this.#impairments = new Impairments(onListenerError);
    this.#state = new ConnectionState(this.address, log, onListenerError);
    this.#names = new AmqpNames(options);
    this.#backlog = new EventBacklog({ maxBytes: options.eventBacklogBytes, onListenerError });
    this.#connection = new AmqpConnection({
      address,
      log,
      prepare: (connections, node) => this.#prepare(connections, node),
      onUnreadHeaders: (reason) => this.#countUnreadHeaders(reason),
      onChange: () => {
        this.#echo.reset();
        if (!this.#connection.isReady)
          for (const key of [blocked, refusedList]) this.#impairments.remove(key);
        this.#state.update(this.#connection.isReady, this.#connection.reason);
      },
    });
    this.#outbox = new AmqpOutbox({
      address: this.address,
      connection: this.#connection,
      impairments: this.#impairments,
      sessionOf: (connections) => this.#sessionOf(connections),
    });
    this.#echo = new EventEcho({
      send: () => this.#sendEcho(),
      onLost: (reason) => {
        this.#impairments.add('echo', { part: 'events', reason });
        this.#connection.restart(reason); // which declares, binds and consumes all anew
      },
      onRecovered: () => this.#impairments.remove('echo'),
      silence: echoSilence,
      pause: echoPause,
    });
    this.#probe = new AmqpProbe({
      isReady: () => this.#connection.isReady,
      recheckManagement: () => void this.#session?.management?.recheck(),
      ping: () => this.ping(),
      checkEvents: () =>
        this.#run(async ({ eventChannel, eventQueue }) => {
          await eventChannel.checkQueue(eventQueue);
        }),
    });
    this.#queues = new AmqpQueues({
      names: this.#names,
      peek: options.amqpPeek,
      takeFrom: (work) => this.#run(({ questions }) => questions.onChannel(work)),
      ask: (queue, what, work, timeout) =>
        this.#connection.attempt((connections) =>
          this.#sessionOf(connections).questions.ask(queue, what, work, timeout),
        ),
      purge: (queue) =>
        this.#connection.attempt((connections) =>
          purgeQueue(this.#sessionOf(connections).node, queue, log),
        ),
      roundTrip: () => this.#roundTrip,
      list: async () => (await this.#session?.management?.queues()) ?? null,
    });
    this.#pidboxes = new AmqpPidboxes({
      names: this.#names,
      publish: (message) => this.#outbox.publishControl('probes', message),
      list: async () =>
        (await this.#session?.management?.boundQueues(this.#names.controlExchange)) ?? null,
    });
  }

  get connection(): ConnectionStatus {
    return this.#state.status;
  }

  onConnection(listener: (state: ConnectionStatus) => void): () => void {
    return this.#state.onChange(listener);
  }

  get impairments(): readonly Impairment[] {
    return this.#impairments.list();
  }

  onImpairment(listener: () => void): () => void {
    return this.#impairments.onChange(listener);
  }

  start(): void {
    this.#connection.start();
    this.#echoTimer ??= setInterval(() => {
      if (this.#connection.isReady) void this.#echo.tick();
    }, echoInterval).unref();
    this.#probe.start();
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

  /** RabbitMQ reports whether any pidbox listens, not how many. */
  async publishRequest(request: ControlRequest): Promise<number | null> {
    const { controlExchange } = this.#names;
    const routed = await this.#outbox.publishControl('requests', (session) => ({
      exchange: controlExchange,
      routingKey: '',
      deliveryMode: 2,
      headers: { clock: ++this.#clock, expires: (Date.now() + requestExpiry) / 1000 },
      expiration: requestExpiry,
      // Straight into our queue, through the exchange that every broker has.
      body: controlRequestBody(request, { exchange: '', routing_key: session.replyQueue }),
    }));
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
    const routed = await this.#outbox.publish(({ tasks }) => tasks, {
      ...task,
      exchange: '',
      routingKey: queue,
      deliveryMode: 2,
    });
    if (!routed) throw new UnknownQueueError(queue);
  }

  purge(queue: string, expectedMessages: number): Promise<Purge> {
    return this.#queues.purge(queue, expectedMessages);
  }

  async ping(): Promise<void> {
    const start = performance.now();
    await this.#run(({ replyChannel, replyQueue }) => replyChannel.checkQueue(replyQueue));
    this.#roundTrip = performance.now() - start;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#state.close();
    this.#probe[Symbol.dispose]();
    clearInterval(this.#echoTimer);
    this.#session?.[Symbol.dispose]();
    await this.#connection[Symbol.asyncDispose]();
    this.#session = null;
    this.#backlog[Symbol.dispose]();
    this.#listenerFailures[Symbol.dispose]();
  }

  /** Runs on all new connections. */
  async #prepare(connections: AmqpConnections, node: AmqpNode): Promise<void> {
    const session = await openSession({
      connections,
      node,
      names: this.#names,
      options: this.#options,
      log: this.#log,
      onEvent: (delivered) => this.#takeEvent(delivered),
      onReply: (delivered) => this.#onReply(new AmqpMessage(delivered)),
      onEnd: (reason) => {
        if (!this.#disposed) this.#connection.restart(reason);
      },
      onManagementRefusal: (reason) => this.#impairments.set(refusedList, 'details', reason),
    });
    connections.publisher.on('blocked', (reason) => {
      this.#impairments.add(blocked, { part: 'requests', reason: blockedReason(reason) });
    });
    connections.publisher.on('unblocked', () => this.#impairments.remove(blocked));
    this.#session?.[Symbol.dispose]();
    this.#session = session;
  }

  #takeEvent(delivered: Delivered): void {
    this.#probe.receivedEvent();
    this.#echo.received();
    if (isEcho(delivered)) return;
    const message = new AmqpMessage(delivered);
    const { size } = message;
    this.#backlog.push(size > maxEventBytes ? new OversizedMessage(size, maxEventBytes) : message);
  }

  /** One line for each new reason: a producer may do it in every message. */
  #countUnreadHeaders(reason: string): void {
    const { messages } = this.#unreadHeaders;
    this.#unreadHeaders = { messages: messages + 1, lastReason: reason };
    if (this.#loggedReasons.has(reason)) return;
    this.#loggedReasons.add(reason); // no more than there are types
    this.#log.warn('message headers could not be read', { reason });
  }

  /** Nothing is asked of half a connection: without events or replies, answers would be wrong. */
  #run<T>(work: (session: AmqpSession) => Promise<T>): Promise<T> {
    return this.#connection.run((connections) => work(this.#sessionOf(connections)));
  }

  #sessionOf(connections: AmqpConnections): AmqpSession {
    const session = this.#session;
    if (session?.connections !== connections) throw new BrokerUnavailableError(this.address);
    return session;
  }

  #sendEcho(): Promise<EchoFate> {
    const message = echoMessage(this.#names.eventExchange);
    return echoFate(
      async () => {
        const routed = await this.#run(({ echoes }) => echoes.publish(message));
        this.#impairments.remove(forbiddenEcho);
        return routed;
      },
      (reason) => this.#impairments.add(forbiddenEcho, { part: 'details', reason }),
    );
  }
}
