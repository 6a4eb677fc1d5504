/** Redis as one process sees it: commands with a deadline behind a breaker, and the messages of the other replicas. */
import { randomUUID } from 'node:crypto';
import { withDeadline } from '../../deadline.js';
import { TimeoutError } from '../../errors.js';
import { Breaker } from './breaker.js';
import { readMessage } from './bus-message.js';
import type { CodecOptions } from './codec.js';
import type { RedisCommand, RedisPort } from './redis-port.js';
import { SharedCache } from './shared-cache.js';
import type { ReplicaIdentity } from './shared-stats.js';
import { refusalIn, refusalOf, trial } from './trial.js';

export interface SharedStoreOptions {
  readonly port: RedisPort;
  /** Of every key and channel. */
  readonly prefix: string;
  readonly replica: Omit<ReplicaIdentity, 'id'> & { readonly id?: string };
  /** Milliseconds that Redis has to answer: what it saves must not cost more than this. */
  readonly commandTimeout: number;
  /** Milliseconds that others wait for a holder that has died; one that lives renews its lock. */
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
/** Milliseconds between signs of life, sent and heard by this very replica: silence tells of a bus that is cut. */
const beat = 1_000;
const longestSilence = 3;

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
  readonly #trialKey: string;
  readonly #port: RedisPort;
  readonly #breaker: Breaker;
  readonly #clusters = new Map<string, SharedCache>();
  #errors = 0;
  #timeouts = 0;
  #vainTrials = 0;
  #refusal: string | null = null;
  #unheardBeats = 0;
  #trial: NodeJS.Timeout | undefined;
  #beating: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(options: SharedStoreOptions) {
    const { clock = () => performance.now(), wallClock = Date.now, replica } = options;
    this.options = { ...options, clock, wallClock };
    this.replica = { ...replica, id: replica.id ?? randomUUID() };
    this.channel = `${options.prefix}v1:bus`;
    this.#beatChannel = `${options.prefix}v1:beat:${this.replica.id}`;
    this.#trialKey = `${options.prefix}v1:trial:${this.replica.id}`;
    this.#port = options.port;
    this.#breaker = new Breaker({ threshold, clock: wallClock });
  }

  /** The level of one cluster. Two clusters of one name would share their values. */
  cluster(name: string): SharedCache {
    if (this.#clusters.has(name)) throw new RangeError(`Cluster "${name}" has its shared cache already`);
    const cache = new SharedCache(name, this);
    this.#clusters.set(name, cache);
    return cache;
  }

  /** Connects in the background. */
  start(): void {
    this.#port.open({
      channels: [this.channel, this.#beatChannel],
      onUp: () => void this.#try(),
      onDown: () => {
        this.#breaker.open();
        this.#changed();
      },
      onHearing: () => {
        this.#unheardBeats = 0;
        for (const cache of this.#clusters.values()) cache.missedMessages();
        this.#changed();
      },
      onDeaf: () => this.#changed(),
      onMessage: (channel, text) => this.#receive(channel, text),
    });
    this.#beating = setInterval(() => void this.#beat(), beat).unref();
  }

  /** Whether Redis is worth asking now. */
  get isUsable(): boolean {
    return this.#breaker.isClosed && this.#port.up;
  }

  get connection(): number {
    return this.#port.connection;
  }

  get state() {
    const { state, since, opens } = this.#breaker;
    const [errors, timeouts] = [this.#errors, this.#timeouts];
    const { address, hears, downReason, deafReason } = this.#port;
    return {
      address,
      refusal: this.#refusal ?? (downReason === null ? null : refusalIn(downReason)),
      listening: hears,
      deafRefusal: deafReason === null ? null : refusalIn(deafReason),
      breaker: { state, since, opens },
      errors,
      timeouts,
    };
  }

  /** @throws Error at once while Redis is away, TimeoutError where it does not answer */
  async send(commands: readonly RedisCommand[]): Promise<unknown> {
    if (!this.isUsable) throw new Error('the shared cache is away');
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
    if (this.#port.up) this.#port.run(commands).catch(() => undefined);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearTimeout(this.#trial);
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

  /** Nobody reads before the invalidations of the meantime are carried out. */
  async #try(): Promise<void> {
    clearTimeout(this.#trial);
    if (this.#disposed || !this.#port.up) return;
    this.#breaker.tryAgain();
    const { connection } = this;
    try {
      await this.#run(trial(this.#trialKey, this.#beatChannel));
      for (const cache of this.#clusters.values()) await cache.flush((commands) => this.#run(commands));
      this.#vainTrials = 0;
      this.#refusal = null;
      this.#breaker.close();
      this.#changed();
      this.#flushAll(); // what was invalidated since
    } catch (error) {
      if (connection !== this.connection) return; // the one since has had its own trial
      this.#breaker.open();
      this.#refusal = refusalOf(error);
      if (this.#refusal !== null) this.#port.refused(this.#refusal);
      this.#vainTrials++;
      // Also one that refuses, as a master does that has become a replica: Sentinels may know a better one by now.
      const reason = this.#refusal === null ? 'does not answer' : `refuses (${this.#refusal})`;
      if (this.#vainTrials % patience === 0) this.#port.reconnect(`Redis ${reason}`);
      this.#tryLater();
    }
  }

  #flushAll(): void {
    for (const cache of this.#clusters.values())
      cache.flush((commands) => this.send(commands)).catch(() => undefined); // it is kept for the next time
  }

  #changed(): void {
    for (const cache of this.#clusters.values()) cache.healthChanged();
  }

  #tryLater(): void {
    clearTimeout(this.#trial);
    if (!this.#disposed) this.#trial = setTimeout(() => void this.#try(), retry).unref();
  }

  async #beat(): Promise<void> {
    if (!this.isUsable) return;
    this.#flushAll();
    for (const cache of this.#clusters.values()) void cache.report();
    if (!this.#port.hears) return;
    try {
      await this.send([['PUBLISH', this.#beatChannel, '']]);
    } catch {
      return; // that it was not sent says nothing about hearing
    }
    this.#unheardBeats++;
    if (this.#unheardBeats <= longestSilence) return;
    this.#unheardBeats = 0;
    this.#port.resubscribe('no message comes through');
  }

  #receive(channel: string, text: string): void {
    if (channel === this.#beatChannel) this.#unheardBeats = 0;
    if (channel !== this.channel) return;
    const message = readMessage(text);
    if (message !== null) this.#clusters.get(message.cluster)?.receive(message);
  }
}
