/**
 * Celery over Redis. Counterpart of `kombu.transport.redis`: events and remote control are pub/sub, replies
 * and queues are lists. Three connections, since a subscribed one and a blocked one can do nothing else.
 */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { withDeadline } from '../../deadline.js';
import { errorMessage } from '../../error-message.js';
import { BrokerUnavailableError } from '../../errors.js';
import type { Logger } from '../../log.js';
import { EnvelopeText, encodeEnvelope } from '../message.js';
import type { RawMessage } from '../message.js';
import { describeAddress } from './broker-url.js';
import type { RedisAddress } from './broker-url.js';
import { RedisLink } from './redis-link.js';
import { RedisNames } from './redis-names.js';
import type { RedisOptions } from './redis-names.js';
import { RedisQueues } from './redis-queues.js';
import type { ConnectionState, ControlRequest, QueueDepth, Transport } from './transport.js';

/** Seconds that one BRPOP blocks: short, so that a dead connection is noticed. */
const replyBlockSeconds = 2;
/** Milliseconds that Redis has for what it need not wait for. */
const answerTimeout = 1_500;
/** Milliseconds between two probes of the subscribed connection. */
const probeInterval = 5_000;
const goodbyeTimeout = 1_000;
/** Seconds after which a request is void, for the workers that look. */
const requestExpiry = 10;

export class RedisTransport implements Transport {
  readonly kind = 'redis';
  readonly address: string;
  readonly #names: RedisNames;
  readonly #queues: RedisQueues;
  readonly #log: Logger;
  /** Routing key of our replies, for the life of the process. */
  readonly #oid = randomUUID();
  readonly #commands: RedisLink;
  readonly #events: RedisLink;
  readonly #replies: RedisLink;
  readonly #listeners = new Set<(state: ConnectionState) => void>();
  #onEvent: (message: RawMessage) => void = () => undefined;
  #onReply: (message: RawMessage) => void = () => undefined;
  #probe: NodeJS.Timeout | undefined;
  #clock = 0;
  #disposed = false;
  #everConnected = false;
  #state: ConnectionState = {
    connected: false,
    since: Date.now(),
    reconnects: 0,
    reason: 'not connected yet',
  };

  constructor(address: RedisAddress, options: RedisOptions, log: Logger) {
    this.address = describeAddress(address);
    this.#log = log;
    this.#names = new RedisNames(options, address.db);
    const onChange = (): void => this.#update();
    this.#commands = new RedisLink({ address, name: 'celeryql-commands', log, onChange });
    this.#events = new RedisLink({
      address,
      name: 'celeryql-events',
      log,
      onChange,
      prepare: async (client) => {
        await client.psubscribe(this.#names.eventPattern);
      },
    });
    this.#replies = new RedisLink({
      address,
      name: 'celeryql-replies',
      log,
      onChange: (up) => {
        this.#update();
        if (up) void this.#receiveReplies();
      },
      commandTimeout: null,
      prepare: async (client) => {
        const { replyExchange } = this.#names;
        const bound = client.sadd(
          this.#names.bindingKey(replyExchange),
          this.#names.replyBinding(this.#oid),
        );
        await withDeadline(bound, answerTimeout, 'Binding the reply queue');
      },
    });
    this.#events.client.on('pmessage', (_pattern: string, _channel: string, text: string) => {
      this.#onEvent(new EnvelopeText(text));
    });
    this.#queues = new RedisQueues(this.#names, (run) => this.#run(run));
  }

  get connection(): ConnectionState {
    return this.#state;
  }

  onConnection(listener: (state: ConnectionState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  start(): void {
    for (const link of this.#links()) link.start();
    this.#probe = setInterval(() => void this.#probeEvents(), probeInterval);
    this.#probe.unref();
  }

  subscribeEvents(listener: (message: RawMessage) => void): void {
    this.#onEvent = listener;
  }

  subscribeReplies(listener: (message: RawMessage) => void): void {
    this.#onReply = listener;
  }

  publishRequest(request: ControlRequest): Promise<number | null> {
    const names = this.#names;
    const replyTo = { exchange: names.replyExchange, routing_key: this.#oid };
    const envelope = encodeEnvelope({
      exchange: names.controlExchange,
      routingKey: '',
      deliveryMode: 2,
      headers: { clock: ++this.#clock, expires: Date.now() / 1000 + requestExpiry },
      body: {
        method: request.method,
        arguments: request.arguments,
        destination: request.destination,
        pattern: null,
        matcher: null,
        ...(request.ticket !== null && { ticket: request.ticket, reply_to: replyTo }),
      },
    });
    return this.#run((client) => client.publish(names.controlChannel, envelope));
  }

  async boundNodes(): Promise<readonly string[]> {
    const names = this.#names;
    const members = await this.#run((client) =>
      client.smembers(names.bindingKey(names.controlExchange)),
    );
    return members.flatMap((member) => {
      const node = names.nodeOf(names.binding(member)?.queue ?? '');
      return node === null ? [] : [node];
    });
  }

  queueNames(): Promise<readonly string[]> {
    return this.#queues.names();
  }

  queueDepths(names: readonly string[]): Promise<readonly QueueDepth[]> {
    return this.#queues.depths(names);
  }

  peek(queue: string, count: number): Promise<readonly RawMessage[]> {
    return this.#queues.peek(queue, count);
  }

  async ping(): Promise<void> {
    await this.#run((client) => client.ping());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    clearInterval(this.#probe);
    if (this.#commands.up) {
      // On the commands' connection: the replies' one is blocked. Workers that still answer find no binding.
      const { replyExchange } = this.#names;
      const { client } = this.#commands;
      const goodbye = Promise.all([
        client.srem(this.#names.bindingKey(replyExchange), this.#names.replyBinding(this.#oid)),
        client.del(this.#names.key(this.#names.replyQueue(this.#oid))),
      ]);
      await withDeadline(goodbye, goodbyeTimeout, 'Removing the reply queue').catch((error: unknown) => {
        this.#log.warn('the reply queue could not be removed from the broker', { error });
      });
    }
    for (const link of this.#links()) link.dispose();
    this.#listeners.clear();
  }

  #links(): readonly RedisLink[] {
    return [this.#commands, this.#events, this.#replies];
  }

  /** Nothing is asked of half a connection: without events or replies, answers would be wrong. */
  async #run<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    if (!this.#state.connected) throw new BrokerUnavailableError(this.address);
    return this.#commands.run(work);
  }

  async #receiveReplies(): Promise<void> {
    const { client } = this.#replies;
    const queue = this.#names.key(this.#names.replyQueue(this.#oid));
    while (this.#replies.up && !this.#disposed) {
      try {
        const blocked = client.brpop(queue, replyBlockSeconds);
        const popped = await withDeadline(
          blocked,
          replyBlockSeconds * 1000 + answerTimeout,
          'Waiting for replies',
        );
        if (popped) this.#onReply(new EnvelopeText(popped[1]));
      } catch (error) {
        const reason = errorMessage(error);
        this.#replies.restart(reason); // a new connection starts a new loop
        return;
      }
    }
  }

  /** Silence may be a half-open socket: subscribing again changes nothing and must be answered. */
  async #probeEvents(): Promise<void> {
    if (!this.#events.up) return;
    await this.#events.client
      .psubscribe(this.#names.eventPattern)
      .catch((error: unknown) => this.#events.restart(errorMessage(error)));
  }

  #update(): void {
    if (this.#disposed) return;
    const broken = this.#links().find((link) => !link.up);
    const connected = broken === undefined;
    if (connected === this.#state.connected) {
      if (broken) this.#state = { ...this.#state, reason: broken.reason };
      return;
    }
    this.#state = {
      connected,
      since: Date.now(),
      reconnects: this.#state.reconnects + (connected && this.#everConnected ? 1 : 0),
      reason: broken?.reason ?? null,
    };
    this.#everConnected ||= connected;
    this.#log[connected ? 'info' : 'warn'](connected ? 'connected to the broker' : 'lost the broker', {
      broker: this.address,
      ...(broken && { reason: broken.reason }),
    });
    for (const listener of this.#listeners) listener(this.#state);
  }
}
