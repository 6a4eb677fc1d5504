/**
 * Celery over Redis. Counterpart of `kombu.transport.redis`: events and remote control are pub/sub, replies
 * and queues are lists. Two connections, since a subscribed one can do nothing else.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { withDeadline } from '../../deadline.js';
import { errorMessage } from '../../error-message.js';
import { BrokerUnavailableError } from '../../errors.js';
import type { Logger } from '../../log.js';
import { encodeEnvelope } from '../message.js';
import type { RawMessage } from '../message.js';
import { ConnectionWatch } from './connection-watch.js';
import type { Impairment } from './impairments.js';
import { EventEcho } from './event-echo.js';
import type { EchoFate } from './event-echo.js';
import type { OnAnswer } from './redis-client.js';
import { isRefusal } from './redis-errors.js';
import { RedisProbe } from './redis-probe.js';
import { RedisRefusals } from './redis-refusals.js';
import { controlRequestBody } from './control-request.js';
import { EventBacklog, maxEventBytes } from './event-backlog.js';
import { describeRedisAddress } from './redis-address.js';
import type { RedisAddress } from './redis-address.js';
import { RedisFailover } from './redis-failover.js';
import { RedisLink } from './redis-link.js';
import { RedisNames } from './redis-names.js';
import type { RedisOptions } from './redis-names.js';
import { PubSubReader } from './redis-pubsub.js';
import { RedisQueues } from './redis-queues.js';
import { RedisReplies } from './redis-replies.js';
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
} from './transport.js';

/** Milliseconds between two probes of the subscribed connection. */
const probeInterval = 2_000;
const echoInterval = 500;
/** Bytes in such an interval up to which something can be asked beside the events without waiting behind them. */
const quietBytes = 64 * 1024;
/** Milliseconds in which what has arrived is surely read. */
const readingTime = 100;
const goodbyeTimeout = 1_000;
/** Seconds after which a request is void, for the workers that look. */
const requestExpiry = 10;
const commandsName = 'celeryql-commands';
/** As many bytes of events in a second are a burst. */
const burstBytes = 256 * 1024;

export class RedisTransport implements Transport {
  readonly kind = 'redis';
  readonly address: string;
  readonly #names: RedisNames;
  readonly #queues: RedisQueues;
  readonly #log: Logger;
  readonly #commands: RedisLink;
  readonly #events: RedisLink;
  readonly #replies: RedisReplies;
  readonly #connection: ConnectionWatch;
  readonly #address: RedisAddress;
  readonly #failover: RedisFailover;
  readonly #refusals: RedisRefusals;
  readonly #trials: RedisProbe;
  readonly #echo: EventEcho;
  readonly #echoChannel: string;
  readonly #echoBody: Buffer;
  /** Whether this user may listen to our messages to ourselves. */
  #hearsEchoes = false;
  /** Looks for the server that took the place of ours, since that has become a replica. */
  #scout: RedisLink | null = null;
  readonly #backlog: EventBacklog;
  #reader: PubSubReader | undefined;
  /** Why the event stream broke, when it was for its own sake. */
  #cutOff: string | null = null;
  /** What had been received of the events when they were looked after last. */
  #probedAt: number | undefined;
  #probe: NodeJS.Timeout | undefined;
  #echoTimer: NodeJS.Timeout | undefined;
  #clock = 0;
  #disposed = false;

  constructor(address: RedisAddress, options: RedisOptions, log: Logger) {
    this.address = describeRedisAddress(address);
    this.#log = log;
    this.#connection = new ConnectionWatch(this.address, log);
    this.#names = new RedisNames(options, address.db, address.place.kind === 'sentinel');
    this.#backlog = new EventBacklog({ maxBytes: options.eventBacklogBytes });
    this.#address = address;
    const failover = (this.#failover = new RedisFailover(address));
    this.#refusals = new RedisRefusals({
      onReadOnly: () => this.#findPrimary(),
      isNeeded: (key) => this.#isNeeded(key),
    });
    const onAnswer: OnAnswer = (...answer) => this.#refusals.answered(...answer);
    this.#commands = new RedisLink({
      address,
      failover,
      name: commandsName,
      log,
      onAnswer,
      onChange: (up) => {
        if (up) this.#replies.start();
        else this.#replies.stop();
        this.#update();
      },
    });
    this.#events = new RedisLink({
      address,
      failover,
      name: 'celeryql-events',
      log,
      onAnswer,
      onChange: (up) => {
        if (!up) this.#cutOff = this.#explainCutOff();
        this.#echo.reset();
        this.#update();
      },
      prepare: async (client) => {
        this.#reader = this.#readEvents(client);
        await Promise.all([
          client.psubscribe(...this.#names.eventPatterns),
          this.#subscribeEcho(client),
        ]);
        await this.#subscribeToOthers(client);
      },
    });
    this.#replies = new RedisReplies({
      names: this.#names,
      run: (work) => this.#commands.run(work),
      onOpenTransaction: (reason) => this.#commands.restart(reason),
    });
    const oid = this.#replies.address.routing_key;
    this.#echoChannel = this.#names.echoChannel(oid);
    this.#echoBody = Buffer.from(`celeryql ${oid}`);
    this.#trials = new RedisProbe({
      names: this.#names,
      refusals: this.#refusals,
      db: () => failover.current.db,
      connectionName: commandsName,
      oid,
    });
    this.#echo = new EventEcho({
      send: () => this.#sendEcho(),
      onDeaf: (reason) => {
        this.#refusals.impairments.add('echo', { part: 'events', reason });
        this.#events.restart(reason);
      },
      onHeard: () => this.#refusals.impairments.remove('echo'),
      silence: 0, // no other receiver listens there, and PUBLISH has to be tried anyway
      pause: probeInterval,
    });
    this.#queues = new RedisQueues(this.#names, (run) => this.#run(run));
  }

  get connection(): ConnectionState {
    return this.#connection.state;
  }

  onConnection(listener: (state: ConnectionState) => void): () => void {
    return this.#connection.onChange(listener);
  }

  get impairments(): readonly Impairment[] {
    return this.#refusals.impairments.list();
  }

  onImpairment(listener: () => void): () => void {
    return this.#refusals.impairments.onChange(listener);
  }

  start(): void {
    for (const link of this.#links()) link.start();
    this.#probe = setInterval(() => {
      void this.#probeEvents();
      void this.#tryCommands();
    }, probeInterval);
    this.#probe.unref();
    this.#echoTimer = setInterval(() => {
      if (this.#hearsEchoes && this.connection.connected) void this.#echo.tick();
    }, echoInterval);
    this.#echoTimer.unref();
  }

  subscribeEvents(listener: EventMessageListener): void {
    this.#backlog.deliverTo(listener);
  }

  get intake(): EventIntake {
    return this.#backlog.intake;
  }

  onEventLoss(listener: (loss: EventLoss) => void): () => void {
    return this.#backlog.onLoss(listener);
  }

  subscribeReplies(listener: (message: RawMessage) => void): void {
    this.#replies.subscribe(listener);
  }

  publishRequest(request: ControlRequest): Promise<number | null> {
    const names = this.#names;
    const envelope = encodeEnvelope({
      exchange: names.controlExchange,
      routingKey: '',
      deliveryMode: 2,
      headers: { clock: ++this.#clock, expires: Date.now() / 1000 + requestExpiry },
      body: controlRequestBody(request, this.#replies.address),
    });
    const channels = names.controlChannels;
    return this.#run(async (client) => {
      const receivers =
        request.ticket === null
          ? await Promise.all(channels.map((channel) => client.publish(channel, envelope)))
          : await this.#replies.request(client, channels, envelope);
      return receivers.reduce((sum, some) => sum + some, 0);
    });
  }

  /** A SIGKILLed worker's name lingers. */
  async boundNodes(): Promise<BoundNodes> {
    const names = this.#names;
    const members = await this.#run((client) =>
      client.smembers(names.bindingKey(names.controlExchange)),
    );
    const nodes = members.flatMap((member) => {
      const node = names.nodeOf(names.binding(member)?.queue ?? '');
      return node === null ? [] : [node];
    });
    return { nodes, exact: false };
  }

  queueNames(): Promise<readonly string[]> {
    return this.#queues.names();
  }

  queueDepths(names: readonly string[]): Promise<readonly QueueDepth[]> {
    return this.#queues.depths(names);
  }

  /** Workers hold tasks until their ETA, and tell of them. */
  async delayedMessages(): Promise<null> {
    return null;
  }

  peek(queue: string, count: number): Promise<readonly RawMessage[]> {
    return this.#queues.peek(queue, count);
  }

  hasQueue(name: string): Promise<boolean> {
    return this.#queues.has(name);
  }

  sendTask(message: OutgoingTask): Promise<void> {
    return this.#queues.send(message);
  }

  purge(queue: string, expectedMessages: number): Promise<Purge> {
    return this.#queues.purge(queue, expectedMessages);
  }

  async ping(): Promise<void> {
    await this.#run((client) => client.ping());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#connection.close();
    clearInterval(this.#probe);
    clearInterval(this.#echoTimer);
    this.#scout?.dispose();
    this.#replies.close();
    if (this.#replies.isLeft) {
      await withDeadline(this.#sayGoodbye(), goodbyeTimeout, 'Removing the reply queue').catch(
        (error: unknown) => {
          this.#log.warn('the reply queue could not be removed from the broker and will expire there', {
            error,
          });
        },
      );
    }
    for (const link of this.#links()) link.dispose();
    this.#backlog[Symbol.dispose]();
  }

  /** After an outage the connection may be about to come back: what is in Redis would stay there for minutes. */
  async #sayGoodbye(): Promise<void> {
    await this.#commands.untilUp();
    await this.#replies.remove(this.#commands.client);
  }

  #links(): readonly RedisLink[] {
    return [this.#commands, this.#events];
  }

  /** Rather than a queue's key, which may be forbidden to this user on purpose. */
  #isNeeded(key: string): boolean {
    const names = this.#names;
    const shared = [names.bindingKey(names.controlExchange), names.unackedKey];
    return shared.includes(key) || key.includes(this.#replies.address.routing_key);
  }

  /** Nothing is asked of half a connection: without events, answers would be wrong. */
  async #run<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    if (!this.connection.connected) throw new BrokerUnavailableError(this.address);
    return this.#commands.run(work);
  }

  /** An ACL that names the channels of the cluster may lack those of the other `fanout_patterns`. */
  async #subscribeToOthers(client: Redis): Promise<void> {
    const patterns = this.#names.otherEventPatterns;
    if (patterns.length === 0) return;
    await client.psubscribe(...patterns).catch((error: unknown) => {
      if (!isRefusal(error)) throw error;
    });
  }

  /** The connection is ioredis's; what is published on it is ours to read. */
  #readEvents({ stream }: Redis): PubSubReader {
    const reader = new PubSubReader({
      maxMessageBytes: maxEventBytes,
      onMessage: (message) => {
        this.#echo.heard();
        this.#backlog.push(message);
      },
      echo: this.#echoBody,
      onEcho: () => this.#echo.heard(),
      onError: (error) => this.#events.restart(errorMessage(error)),
    });
    reader.attach(stream);
    return reader;
  }

  /**
   * Silence may be a half-open socket: subscribing again changes nothing and must be answered. Only in silence,
   * though: events are a sign of life, and behind a burst the answer comes late. And not before what has arrived is
   * read: when Redis has closed the connection meanwhile, writing to it would cost us the last of what it sent.
   */
  async #probeEvents(): Promise<void> {
    const reader = this.#reader;
    const received = reader?.received;
    const isSilent = (): boolean =>
      this.#events.up && reader === this.#reader && reader?.received === received;
    const wasSilent = received === this.#probedAt;
    const isQuiet = (received ?? 0) - (this.#probedAt ?? 0) < quietBytes;
    this.#probedAt = received;
    if (!this.#events.up || !isQuiet) return;
    await delay(readingTime, undefined, { ref: false });
    if (wasSilent ? !isSilent() : !this.#events.up) return;
    try {
      await this.#events.client.psubscribe(...this.#names.eventPatterns);
      this.#probedAt = this.#reader?.received;
    } catch (error) {
      // Where it is refused, what was subscribed before is still heard.
      if (wasSilent && isSilent() && !isRefusal(error)) this.#events.restart(errorMessage(error));
    }
  }

  async #tryCommands(): Promise<void> {
    if (!this.#commands.up) return;
    await this.#commands.run((client) => this.#trials.run(client)).catch(() => undefined); // the link knows
  }

  async #subscribeEcho(client: Redis): Promise<void> {
    const pattern = this.#names.exactPattern(this.#echoChannel);
    this.#hearsEchoes = await client.psubscribe(pattern).then(
      () => true,
      (error: unknown) => {
        if (isRefusal(error)) return false; // the channels of this user are listed one by one
        throw error;
      },
    );
  }

  async #sendEcho(): Promise<EchoFate> {
    try {
      await this.#commands.run((client) => client.publish(this.#echoChannel, this.#echoBody));
      return 'sent';
    } catch {
      return 'refused';
    }
  }

  /**
   * The address may lead to the new primary already, or will: a connection of its own tries until it is one that may be
   * written to. Until then what can be read on the old ones is read.
   */
  #findPrimary(): void {
    if (this.#scout !== null || this.#disposed) return;
    const failover = new RedisFailover(this.#address);
    const scout = new RedisLink({
      address: this.#address,
      failover,
      name: 'celeryql-scout',
      log: this.#log,
      prepare: (client) => this.#trials.isWritable(client),
      onChange: (up) => {
        if (!up) return;
        scout.dispose();
        this.#scout = null;
        this.#failover.follow(failover);
        const reason = 'Redis has become a replica; connecting to the new primary';
        for (const link of this.#links()) link.restart(reason);
      },
    });
    this.#scout = scout;
    scout.start();
  }

  /**
   * Redis does not say why it closes a connection. When it closes that of the events in the middle of a burst, and no
   * other, more had gathered for us than it holds for a subscriber (`client-output-buffer-limit pubsub`).
   */
  #explainCutOff(): string | null {
    const lately = this.#reader?.lately ?? 0;
    if (!this.#commands.up || lately < burstBytes) return null;
    const megabytes = (lately / 1e6).toFixed(1);
    return `Redis cut the event stream off: events came faster than they were taken, ${megabytes} MB in the last second`;
  }

  #update(): void {
    // What an earlier connection was refused is no news of the next one.
    if (!this.#commands.up) this.#refusals.impairments.clear();
    const broken = this.#links().find((link) => !link.up);
    const reason = broken === this.#events ? (this.#cutOff ?? broken.reason) : (broken?.reason ?? null);
    this.#connection.update(broken === undefined, reason);
  }
}
