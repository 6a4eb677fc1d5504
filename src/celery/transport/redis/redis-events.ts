/**
 * The event stream on Redis: a connection that subscribes to the events, and detects that it no longer receives any
 * although it is open.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { errorMessage } from '../../../error-message.js';
import type { Logger } from '../../../log.js';
import { maxEventBytes } from '../event-backlog.js';
import type { EventBacklog } from '../event-backlog.js';
import { EventEcho } from '../event-echo.js';
import type { EchoFate } from '../event-echo.js';
import type { Impairments } from '../impairments.js';
import type { RedisAddress } from '../address/redis-address.js';
import type { OnAnswer } from './redis-client.js';
import { isRefusal } from './redis-errors.js';
import type { RedisFailover } from './redis-failover.js';
import { RedisConnection } from './redis-connection.js';
import type { RedisNames } from './redis-names.js';
import { PubSubReader } from './redis-pubsub.js';

export interface RedisEventsOptions {
  readonly address: RedisAddress;
  readonly failover: RedisFailover;
  readonly names: RedisNames;
  readonly log: Logger;
  readonly onAnswer: OnAnswer;
  readonly backlog: EventBacklog;
  readonly impairments: Impairments;
  /** Routing key of the gateway's replies; its echo messages are named after it. */
  readonly oid: string;
  /** The connection for commands, which also publishes the gateway's echo messages. */
  readonly commands: () => RedisConnection;
  /** Called after the connection was made or lost. */
  readonly onChange: () => void;
}

/** Milliseconds between two echo messages. */
const echoPause = 2_000;
const echoInterval = 500;
/** Bytes between two probes up to which something can be asked beside the events without waiting behind them. */
const quietBytes = 64 * 1024;
/** Milliseconds in which what has arrived is surely read. */
const readingTime = 100;
/** As many bytes of events in a second are a burst. */
const burstBytes = 256 * 1024;

export class RedisEvents implements Disposable {
  readonly connection: RedisConnection;
  readonly #options: RedisEventsOptions;
  readonly #echo: EventEcho;
  readonly #echoChannel: string;
  readonly #echoBody: Buffer;
  /** Whether this user may subscribe to the gateway's echo messages. */
  #hearsEchoes = false;
  #reader: PubSubReader | undefined;
  /** Why Redis closed the event stream, if that concerns this connection only; else null. */
  #cutOff: string | null = null;
  /** Bytes of events received at the last probe. */
  #probedAt: number | undefined;
  #echoTimer: NodeJS.Timeout | undefined;

  constructor(options: RedisEventsOptions) {
    this.#options = options;
    const { address, failover, names, log, onAnswer, oid, impairments } = options;
    this.#echoChannel = names.echoChannel(oid);
    this.#echoBody = Buffer.from(`celeryql ${oid}`);
    this.connection = new RedisConnection({
      address,
      failover,
      name: 'celeryql-events',
      log,
      onAnswer,
      onChange: (isReady) => {
        if (!isReady) this.#cutOff = this.#explainCutOff();
        this.#echo.reset();
        options.onChange();
      },
      prepare: async (client) => {
        this.#reader = this.#readEvents(client);
        await Promise.all([client.psubscribe(...names.eventPatterns), this.#subscribeEcho(client)]);
        await this.#subscribeToOthers(client);
      },
    });
    this.#echo = new EventEcho({
      send: () => this.#sendEcho(),
      onLost: (reason) => {
        impairments.add('echo', { part: 'events', reason });
        this.connection.restart(reason);
      },
      onRecovered: () => impairments.remove('echo'),
      silence: 0, // no other receiver listens there, and PUBLISH has to be tried anyway
      pause: echoPause,
    });
  }

  /** Why the event stream is not ready; null while it is. */
  get reason(): string | null {
    return this.#cutOff ?? this.connection.reason;
  }

  /** Maximum patterns that it subscribes to. */
  get patterns(): number {
    const { eventPatterns, otherEventPatterns } = this.#options.names;
    return eventPatterns.length + otherEventPatterns.length + 1; // of the echoes
  }

  start(): void {
    this.#echoTimer = setInterval(() => {
      if (this.#hearsEchoes && this.connection.isReady && this.#options.commands().isReady)
        void this.#echo.tick();
    }, echoInterval);
    this.#echoTimer.unref();
  }

  /**
   * Silence may be a half-open socket: subscribing again changes nothing and must be answered. Only in silence,
   * though: events are a sign of life, and behind a burst the answer comes late. And not before what has arrived is
   * read: when Redis has closed the connection meanwhile, writing to it would cost us the last of what it sent.
   */
  async probe(): Promise<void> {
    const reader = this.#reader;
    const received = reader?.received;
    const isSilent = (): boolean =>
      this.connection.isReady && reader === this.#reader && reader?.received === received;
    const wasSilent = received === this.#probedAt;
    const isQuiet = (received ?? 0) - (this.#probedAt ?? 0) < quietBytes;
    this.#probedAt = received;
    if (!this.connection.isReady || !isQuiet) return;
    await delay(readingTime, undefined, { ref: false });
    if (wasSilent ? !isSilent() : !this.connection.isReady) return;
    try {
      await this.connection.client.psubscribe(...this.#options.names.eventPatterns);
      this.#probedAt = this.#reader?.received;
    } catch (error) {
      // Where it is refused, what was subscribed before still arrives.
      if (wasSilent && isSilent() && !isRefusal(error)) this.connection.restart(errorMessage(error));
    }
  }

  /** Ends the timer; the transport closes the connection with its others. */
  [Symbol.dispose](): void {
    clearInterval(this.#echoTimer);
  }

  /** An ACL that names the channels of the cluster may lack those of the other `fanout_patterns`. */
  async #subscribeToOthers(client: Redis): Promise<void> {
    const patterns = this.#options.names.otherEventPatterns;
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
        this.#echo.received();
        this.#options.backlog.push(message);
      },
      echo: this.#echoBody,
      onEcho: () => this.#echo.received(),
      onError: (error) => this.connection.restart(errorMessage(error)),
    });
    reader.attach(stream);
    return reader;
  }

  async #subscribeEcho(client: Redis): Promise<void> {
    const pattern = this.#options.names.exactPattern(this.#echoChannel);
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
      await this.#options.commands().run((client) => client.publish(this.#echoChannel, this.#echoBody));
      return 'sent';
    } catch {
      return 'refused';
    }
  }

  /**
   * Redis does not say why it closes a connection. When it closes that of the events in the middle of a burst, and no
   * other, more output was pending than it keeps for a subscriber (`client-output-buffer-limit pubsub`).
   */
  #explainCutOff(): string | null {
    const lately = this.#reader?.lately ?? 0;
    if (!this.#options.commands().isReady || lately < burstBytes) return null;
    const megabytes = (lately / 1e6).toFixed(1);
    return `Redis cut the event stream off: events came faster than they were taken, ${megabytes} MB in the last second`;
  }
}
