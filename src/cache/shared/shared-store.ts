/** Redis as one process sees it: commands with a deadline behind a breaker, and the messages of the other replicas. */
import { randomUUID } from 'node:crypto';
import { withDeadline } from '../../timers.js';
import { TimeoutError } from '../../errors.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { readMessage } from './bus-message.js';
import type { BusMessage } from './bus-message.js';
import type { CodecOptions } from './codec.js';
import type { RedisCommand, RedisPort } from './redis-port.js';
import type { ReplicaIdentity } from './shared-stats.js';
import { refusalIn, probe, refusalOf } from './redis-probe.js';

/** The shared level of one cluster, as the store sees it. */
export interface SharedStoreMember {
  /** Name of the cluster. */
  readonly name: string;
  /** Sends the invalidations that Redis has not confirmed. */
  flush(send: (commands: readonly RedisCommand[]) => Promise<unknown>): Promise<void>;
  /** Messages may have been lost. */
  missedMessages(): void;
  /** Redis, or its messages, became available or unavailable. */
  healthChanged(): void;
  receive(message: BusMessage): void;
  /** Writes the counters of this replica. */
  report(): Promise<void>;
}

export interface SharedStoreOptions {
  readonly port: RedisPort;
  /** Of every key and channel. */
  readonly prefix: string;
  readonly replica: Omit<ReplicaIdentity, 'id'> & { readonly id?: string };
  /** Milliseconds that Redis has to answer: what it saves must not cost more than this. */
  readonly commandTimeout: number;
  /** Milliseconds that others wait for a holder that has died; a holder that is alive renews its lock. */
  readonly lockTime: number;
  readonly codec?: CodecOptions | undefined;
  /** Milliseconds; must not go back. */
  readonly clock?: (() => number) | undefined;
  /** Epoch milliseconds. */
  readonly wallClock?: (() => number) | undefined;
}

/** Failures in a row, with which Redis counts as gone. */
const threshold = 3;
/** Milliseconds from one trial to the next. */
const retry = 1_000;
/** Trials without an answer after which the connection itself is doubted. */
const patience = 5;
/** Milliseconds between beats, which this replica sends to itself: if none comes back, the bus is cut. */
const beat = 1_000;
/** Beats that may be missing until the connection for messages is made anew. */
const maxMissedBeats = 3;

/**
 * The second level of all caches of a gateway. It is optional at run time: whatever happens to Redis, callers get an
 * error at once or within `commandTimeout`, and none at all while it is known to be away.
 */
export class SharedStore implements Disposable {
  readonly options: SharedStoreOptions & {
    readonly clock: () => number;
    readonly wallClock: () => number;
  };
  readonly replica: ReplicaIdentity;
  readonly channel: string;
  readonly #beatChannel: string;
  readonly #probeKey: string;
  readonly #port: RedisPort;
  readonly #breaker: CircuitBreaker;
  readonly #members = new Set<SharedStoreMember>();
  #errors = 0;
  #timeouts = 0;
  #failedProbes = 0;
  #refusal: string | null = null;
  #missedBeats = 0;
  #probeTimer: NodeJS.Timeout | undefined;
  #beating: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(options: SharedStoreOptions) {
    const { clock = () => performance.now(), wallClock = Date.now, replica } = options;
    this.options = { ...options, clock, wallClock };
    this.replica = { ...replica, id: replica.id ?? randomUUID() };
    this.channel = `${options.prefix}v1:bus`;
    this.#beatChannel = `${options.prefix}v1:beat:${this.replica.id}`;
    this.#probeKey = `${options.prefix}v1:trial:${this.replica.id}`;
    this.#port = options.port;
    this.#breaker = new CircuitBreaker({ threshold, clock: wallClock });
  }

  /**
   * Sends it messages until it is removed. Two of one name share their values, as a cluster does with the one that
   * replaces it.
   */
  add(member: SharedStoreMember): void {
    this.#members.add(member);
  }

  remove(member: SharedStoreMember): void {
    this.#members.delete(member);
  }

  /** Connects in the background. */
  start(): void {
    this.#port.open({
      channels: [this.channel, this.#beatChannel],
      onReady: () => void this.#try(),
      onDisconnect: () => {
        this.#breaker.open();
        this.#changed();
      },
      onSubscribed: () => {
        this.#missedBeats = 0;
        for (const member of this.#members) member.missedMessages();
        this.#changed();
      },
      onUnsubscribed: () => this.#changed(),
      onMessage: (channel, text) => this.#receive(channel, text),
    });
    this.#beating = setInterval(() => void this.#beat(), beat).unref();
  }

  /** Whether Redis is worth asking now. */
  get isUsable(): boolean {
    return this.#breaker.isClosed && this.#port.isReady;
  }

  get connection(): number {
    return this.#port.connection;
  }

  get state() {
    const { state, since, opens } = this.#breaker;
    const [errors, timeouts] = [this.#errors, this.#timeouts];
    const { address, isSubscribed, downReason, unsubscribedReason } = this.#port;
    return {
      address,
      refusal: this.#refusal ?? (downReason === null ? null : refusalIn(downReason)),
      isSubscribed,
      subscribeRefusal: unsubscribedReason === null ? null : refusalIn(unsubscribedReason),
      breaker: { state, since, opens },
      errors,
      timeouts,
    };
  }

  /** @throws Error at once while Redis is away, TimeoutError where it does not answer */
  async send(commands: readonly RedisCommand[]): Promise<unknown> {
    if (!this.isUsable) throw new Error('the shared cache is unavailable');
    try {
      const reply = await this.#run(commands);
      this.#breaker.succeeded();
      return reply;
    } catch (error) {
      if (this.#breaker.failed()) {
        this.#changed(); // who waits for others loads for itself
        this.#tryLater();
      }
      throw error;
    }
  }

  /** For what is to be done when Redis comes to it, and otherwise need not be. */
  post(commands: readonly RedisCommand[]): void {
    if (this.#port.isReady) this.#port.run(commands).catch(() => undefined);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearTimeout(this.#probeTimer);
    clearInterval(this.#beating);
    this.#breaker.open();
    this.#changed();
    this.#port.close();
  }

  async #run(commands: readonly RedisCommand[]): Promise<unknown> {
    const { commandTimeout } = this.options;
    try {
      return await withDeadline(this.#port.run(commands), commandTimeout, 'the shared cache');
    } catch (error) {
      if (error instanceof TimeoutError) this.#timeouts++;
      else this.#errors++;
      throw error;
    }
  }

  /** No value is read before the invalidations of the meantime are carried out. */
  async #try(): Promise<void> {
    clearTimeout(this.#probeTimer);
    if (this.#disposed || !this.#port.isReady) return;
    this.#breaker.tryAgain();
    const { connection } = this;
    try {
      await this.#run(probe(this.#probeKey, this.#beatChannel));
      for (const member of this.#members) await member.flush((commands) => this.#run(commands));
      this.#failedProbes = 0;
      this.#refusal = null;
      this.#breaker.close();
      this.#changed();
      this.#flushAll(); // what was invalidated since
    } catch (error) {
      if (connection !== this.connection) return; // the one since has had its own trial
      this.#breaker.open();
      this.#refusal = refusalOf(error);
      if (this.#refusal !== null) this.#port.refused(this.#refusal);
      this.#failedProbes++;
      // Also one that refuses, as a master does that has become a replica: Sentinels may know a better one by now.
      const reason = this.#refusal === null ? 'does not answer' : `refuses (${this.#refusal})`;
      if (this.#failedProbes % patience === 0) this.#port.reconnect(`Redis ${reason}`);
      this.#tryLater();
    }
  }

  #flushAll(): void {
    for (const member of this.#members)
      member.flush((commands) => this.send(commands)).catch(() => undefined); // it is kept for the next time
  }

  #changed(): void {
    for (const member of this.#members) member.healthChanged();
  }

  #tryLater(): void {
    clearTimeout(this.#probeTimer);
    if (!this.#disposed) this.#probeTimer = setTimeout(() => void this.#try(), retry).unref();
  }

  async #beat(): Promise<void> {
    if (!this.isUsable) return;
    this.#flushAll();
    for (const member of this.#members) void member.report();
    if (!this.#port.isSubscribed) return;
    try {
      await this.send([['PUBLISH', this.#beatChannel, '']]);
    } catch {
      return; // a beat that was not sent shows nothing
    }
    this.#missedBeats++;
    if (this.#missedBeats <= maxMissedBeats) return;
    this.#missedBeats = 0;
    this.#port.resubscribe('no message comes through');
  }

  #receive(channel: string, text: string): void {
    if (channel === this.#beatChannel) this.#missedBeats = 0;
    if (channel !== this.channel) return;
    const message = readMessage(text);
    if (message === null) return;
    for (const member of this.#members) if (member.name === message.cluster) member.receive(message);
  }
}
