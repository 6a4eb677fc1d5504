/**
 * Celery over Redis. Counterpart of `kombu.transport.redis`: events and remote control are pub/sub, replies
 * and queues are lists. Two connections, since a subscribed one can do nothing else.
 */
import type { Redis } from 'ioredis';
import { withDeadline } from '../../../timers.js';
import { BrokerUnavailableError } from '../../../errors.js';
import type { Logger } from '../../../log.js';
import { ListenerFailureLog } from '../../../listener-failure-log.js';
import { encodeEnvelope } from '../../messages/message.js';
import type { RawMessage } from '../../messages/message.js';
import { ConnectionState } from '../connection-state.js';
import type { Impairment } from '../impairments.js';
import type { OnAnswer } from './redis-client.js';
import { RedisProbe } from './redis-probe.js';
import { RedisRefusals } from './redis-refusals.js';
import { controlRequestBody } from '../control-request.js';
import { EventBacklog } from '../event-backlog.js';
import { describeRedisAddress } from '../address/redis-address.js';
import type { RedisAddress } from '../address/redis-address.js';
import { RedisEvents } from './redis-events.js';
import { RedisFailover } from './redis-failover.js';
import { RedisConnection } from './redis-connection.js';
import { RedisNames } from './redis-names.js';
import type { RedisOptions } from './redis-names.js';
import { RedisQueues } from './redis-queues.js';
import { RedisReplies } from './redis-replies.js';
import { RedisTraces } from './redis-traces.js';
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
} from '../transport.js';
import type { OutgoingTask } from '../../messages/message.js';

/** Milliseconds between two probes of the subscribed connection. */
const probeInterval = 2_000;
const goodbyeTimeout = 1_000;
/** Seconds after which workers that check the expiry ignore a request. */
const requestExpiry = 10;
const commandsName = 'celeryql-commands';

export class RedisTransport implements Transport {
  readonly kind = 'redis';
  readonly address: string;
  readonly #names: RedisNames;
  readonly #queues: RedisQueues;
  readonly #log: Logger;
  readonly #listenerFailures: ListenerFailureLog;
  readonly #commands: RedisConnection;
  readonly #events: RedisEvents;
  readonly #replies: RedisReplies;
  readonly #state: ConnectionState;
  readonly #address: RedisAddress;
  readonly #failover: RedisFailover;
  readonly #refusals: RedisRefusals;
  readonly #trials: RedisProbe;
  readonly #traces: RedisTraces;
  /** How many pidboxes received the last request. */
  #receivers: number | null = null;
  /** Looks for the server that took the place of ours, since that has become a replica. */
  #scout: RedisConnection | null = null;
  readonly #backlog: EventBacklog;
  #probe: NodeJS.Timeout | undefined;
  #clock = 0;
  #disposed = false;

  constructor(address: RedisAddress, options: RedisOptions, log: Logger) {
    this.address = describeRedisAddress(address);
    this.#log = log;
    this.#listenerFailures = new ListenerFailureLog(log);
    const { add: onListenerError } = this.#listenerFailures;
    this.#state = new ConnectionState(this.address, log, onListenerError);
    this.#names = new RedisNames(options, address.db, address.place.kind === 'sentinel');
    this.#backlog = new EventBacklog({ maxBytes: options.eventBacklogBytes, onListenerError });
    this.#address = address;
    const failover = (this.#failover = new RedisFailover(address, onListenerError));
    this.#refusals = new RedisRefusals({
      onListenerError,
      onReadOnly: () => this.#findPrimary(),
      isNeeded: (key) => this.#isNeeded(key),
    });
    const onAnswer: OnAnswer = (...answer) => this.#refusals.answered(...answer);
    this.#commands = new RedisConnection({
      address,
      failover,
      name: commandsName,
      log,
      onAnswer,
      onChange: (isReady) => {
        if (isReady) this.#replies.start();
        else this.#replies.stop();
        this.#update();
      },
    });
    this.#replies = new RedisReplies({
      names: this.#names,
      run: (work) => this.#commands.run(work),
      onOpenTransaction: (reason) => this.#commands.restart(reason),
    });
    const oid = this.#replies.address.routing_key;
    this.#events = new RedisEvents({
      address,
      failover,
      names: this.#names,
      log,
      onAnswer,
      backlog: this.#backlog,
      impairments: this.#refusals.impairments,
      oid,
      commands: () => this.#commands,
      onChange: () => this.#update(),
    });
    this.#trials = new RedisProbe({
      names: this.#names,
      refusals: this.#refusals,
      db: () => failover.current.db,
      connectionName: commandsName,
      isBehindSentinels: address.place.kind === 'sentinel',
      oid,
    });
    this.#traces = new RedisTraces({
      names: this.#names,
      db: () => failover.current.db,
      receivers: () => this.#receivers,
      ownPatterns: () => this.#events.patterns,
    });
    this.#queues = new RedisQueues(this.#names, (run) => this.#run(run));
  }

  get connection(): ConnectionStatus {
    return this.#state.status;
  }

  onConnection(listener: (state: ConnectionStatus) => void): () => void {
    return this.#state.onChange(listener);
  }

  get impairments(): readonly Impairment[] {
    return this.#refusals.impairments.list();
  }

  onImpairment(listener: () => void): () => void {
    return this.#refusals.impairments.onChange(listener);
  }

  start(): void {
    for (const connection of this.#connections()) connection.start();
    this.#probe = setInterval(() => {
      void this.#events.probe();
      void this.#tryCommands();
    }, probeInterval);
    this.#probe.unref();
    this.#events.start();
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

  subscribeReplies(
    listener: (message: RawMessage) => void,
    isAwaited: () => boolean = () => true,
  ): void {
    this.#replies.subscribe(listener, isAwaited);
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
      return (this.#receivers = receivers.reduce((sum, some) => sum + some, 0));
    });
  }

  /** On Redis, the binding of a worker that was killed (SIGKILL) stays. */
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

  settingHints(): Promise<readonly string[]> {
    return this.#run((client) => this.#traces.look(client));
  }

  queueNames(): Promise<readonly string[]> {
    return this.#queues.names();
  }

  queueDepths(names: readonly string[]): Promise<readonly QueueDepth[]> {
    return this.#queues.depths(names);
  }

  /** Null: with Redis, workers hold tasks until their ETA, and report them. */
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
    this.#state.close();
    clearInterval(this.#probe);
    this.#events[Symbol.dispose]();
    this.#scout?.dispose();
    this.#replies.close();
    if (this.#replies.isLeft) {
      await withDeadline(this.#sayGoodbye(), goodbyeTimeout, 'Removing the reply queue').catch(
        (error: unknown) => {
          this.#log.warn('removal of the reply queue failed, it expires at the broker', {
            error,
          });
        },
      );
    }
    for (const connection of this.#connections()) connection.dispose();
    this.#backlog[Symbol.dispose]();
    this.#listenerFailures[Symbol.dispose]();
  }

  /** After an outage the connection may be about to come back: what is in Redis would stay there for minutes. */
  async #sayGoodbye(): Promise<void> {
    await this.#commands.untilReady();
    await this.#replies.remove(this.#commands.client);
  }

  #connections(): readonly RedisConnection[] {
    return [this.#commands, this.#events.connection];
  }

  /** Rather than a queue's key, which may be forbidden to this user on purpose. */
  #isNeeded(key: string): boolean {
    const names = this.#names;
    const shared = [names.bindingKey(names.controlExchange), names.unackedKey];
    return shared.includes(key) || key.includes(this.#replies.address.routing_key);
  }

  /** Requests need both connections: without events, answers would be wrong. */
  async #run<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    if (!this.connection.connected) throw new BrokerUnavailableError(this.address);
    return this.#commands.run(work);
  }

  async #tryCommands(): Promise<void> {
    if (!this.#commands.isReady) return;
    await this.#commands.run((client) => this.#trials.run(client)).catch(() => undefined); // a failure restarts the connection
  }

  /**
   * The address leads to the new primary, now or later: a separate connection retries until its server may be
   * written to. Until then the old connections serve reads.
   */
  #findPrimary(): void {
    if (this.#scout !== null || this.#disposed) return;
    const failover = new RedisFailover(this.#address, this.#listenerFailures.add);
    const scout = new RedisConnection({
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
        for (const connection of this.#connections()) connection.restart(reason);
      },
    });
    this.#scout = scout;
    scout.start();
  }

  #update(): void {
    // Refusals of an earlier connection do not apply to the next one.
    if (!this.#commands.isReady) this.#refusals.impairments.clear();
    const broken = this.#connections().find(({ isReady }) => !isReady);
    const reason = broken === this.#events.connection ? this.#events.reason : (broken?.reason ?? null);
    this.#state.update(broken === undefined, reason);
  }
}
