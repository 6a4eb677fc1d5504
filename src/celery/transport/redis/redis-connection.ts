/**
 * One connection to Redis that keeps itself alive: connects, prepares itself (subscribes, binds), reports when it is
 * ready or lost, and retries with a capped back-off until it is disposed.
 */
import { EventEmitter, once } from 'node:events';
import { isIP } from 'node:net';
import type { Redis, RedisOptions as ClientOptions } from 'ioredis';
import { startDeadline } from '../../../timers.js';
import { errorMessage } from '../../../error-message.js';
import { BrokerUnavailableError, TimeoutError } from '../../../errors.js';
import type { GatewayError, UnavailableOptions } from '../../../errors.js';
import type { LogFields, Logger } from '../../../log.js';
import { doubling, pauseAfter } from '../../../retry-pauses.js';
import { describeRedisAddress, describeRedisNode } from '../address/redis-address.js';
import type { RedisAddress, RedisNode } from '../address/redis-address.js';
import { RedisClient } from './redis-client.js';
import type { OnAnswer } from './redis-client.js';
import { isAftermath, isRefusal, withoutUser } from './redis-errors.js';
import { RedisConnector } from './redis-connector.js';
import { RedisFailover } from './redis-failover.js';
import { ListenerFailureLog } from '../../../listener-failure-log.js';
import { assertMaster, sentinelConnector } from './redis-sentinel.js';
import { tlsOptions } from '../address/tls-options.js';

export interface RedisConnectionOptions {
  readonly address: RedisAddress;
  /** Shared by all connections that must lead to the same server. */
  readonly failover?: RedisFailover;
  /** Shown by Redis's CLIENT LIST. */
  readonly name: string;
  readonly log: Logger;
  /** Runs on every new connection before it counts as ready. */
  readonly prepare?: (client: Redis) => Promise<void>;
  /** Called after `isReady`, or the reason why it is false, has changed. */
  readonly onChange?: (isReady: boolean, reason: string | null) => void;
  /** Milliseconds. */
  readonly connectTimeout?: number;
  /** Milliseconds from the open socket until it is ready. */
  readonly readyTimeout?: number;
  /** Milliseconds; null for a connection that blocks on purpose. */
  readonly commandTimeout?: number | null;
  /** Called with the name of each command that has ended, and its error or null. */
  readonly onAnswer?: OnAnswer;
  /** Error class that `run` throws without a connection. */
  readonly Unavailable?: new (address: string, options?: UnavailableOptions) => GatewayError;
}

const longestRetry = 1_000;
const retryPauses = doubling(50, longestRetry);
const defaultTimeout = 1_500;
/** A password, a database, a name and what `prepare` asks: each at most one round trip or two. */
const defaultReadyTimeout = 3_000;

export class RedisConnection {
  readonly client: Redis;
  readonly #options: RedisConnectionOptions;
  #isReady = false;
  #reason: string | null = 'not connected yet';
  #disposed = false;
  #restarting = false;
  /** Number of the current connection: work of an earlier one is recognised by it. */
  #attempt = 0;
  #stopDeadline: () => void = () => undefined;
  readonly #disposal = new AbortController();
  readonly #events = new EventEmitter();
  readonly #failover: RedisFailover;
  readonly #listenerFailures: ListenerFailureLog;
  /** The server of this connection, or of the next one. */
  #node: RedisNode;
  /** Whether this connection has been ready: its server gets another try before the next one. */
  #wasReady = false;
  readonly #stopFailover: () => void;

  constructor(options: RedisConnectionOptions) {
    this.#options = options;
    this.#listenerFailures = new ListenerFailureLog(options.log);
    const { address, name, commandTimeout = defaultTimeout, connectTimeout = defaultTimeout } = options;
    this.#failover =
      options.failover ??
      new RedisFailover(address, (...failure) => this.#listenerFailures.add(...failure));
    this.#node = this.#failover.current;
    this.#stopFailover = this.#failover.onChange((node) => this.#moveTo(node));
    const settings = {
      ...nodeSettings(this.#node, connectTimeout, this.#disposal.signal),
      connectionName: name,
      connectTimeout,
      lazyConnect: true,
      protocol: 2, // Redis before 6 knows no HELLO
      disableClientInfo: true,
      enableReadyCheck: false, // INFO may be forbidden, and a loading Redis says so to any command
      enableOfflineQueue: false, // no connection is an error now, not a wait
      maxRetriesPerRequest: 0,
      autoResubscribe: false, // `prepare` does it, and is waited for
      autoResendUnfulfilledCommands: false,
      retryStrategy: (times: number) => {
        this.#chooseServer();
        return pauseAfter(times - 1, retryPauses);
      },
    } satisfies ClientOptions;
    this.client = new RedisClient(settings, commandTimeout, options.onAnswer);
    // An 'error' without a listener ends the process; callers see the reason in the connection's status.
    this.client.on('error', (error: Error) => {
      if (!isAftermath(error)) this.#down(withoutUser(error.message || error.name));
    });
    this.client.on('connect', () => this.#opened());
    this.client.on('close', () => this.#closed());
    this.client.on('ready', () => void this.#prepare());
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get reason(): string | null {
    return this.#reason;
  }

  start(): void {
    // A failed first try is reported by 'error' and tried again like any later one.
    this.client.connect().catch(() => undefined);
  }

  /**
   * @throws BrokerUnavailableError (or `Unavailable`) without a connection, or with Redis's own words when it refuses;
   * TimeoutError when it does not answer, and then the connection is made anew: it may be half open.
   */
  async run<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const { Unavailable = BrokerUnavailableError, commandTimeout } = this.#options;
    const address = describeRedisAddress(this.#options.address);
    if (!this.#isReady) throw new Unavailable(address);
    try {
      return await work(this.client);
    } catch (error) {
      if (error instanceof TimeoutError) {
        this.restart('Redis does not answer');
        throw new TimeoutError(`Redis at ${address}`, commandTimeout ?? defaultTimeout, {
          cause: error,
        });
      }
      throw new Unavailable(address, {
        cause: error,
        ...(isRefusal(error) && { reason: withoutUser(error.message) }),
      });
    }
  }

  /** Resolves when the connection is ready; rejects if it is disposed before. */
  async untilReady(): Promise<void> {
    if (this.#isReady) return;
    await once(this.#events, 'up', { signal: this.#disposal.signal });
  }

  /** Closes the connection, once, so that it is made anew. Call it when the server no longer answers. */
  restart(reason: string): void {
    if (this.#disposed) return;
    this.#down(reason);
    if (this.#restarting) return;
    this.#restarting = true;
    this.client.disconnect(true);
  }

  dispose(): void {
    this.#disposed = true;
    this.#isReady = false;
    this.#stopDeadline();
    this.#disposal.abort();
    this.#stopFailover();
    this.client.disconnect(false);
    this.#listenerFailures[Symbol.dispose]();
  }

  /** Runs before each attempt: ioredis reads its options anew for every connection. */
  #chooseServer(): void {
    if (!this.#wasReady) this.#failover.giveUp(this.#node);
    this.#wasReady = false;
    if (this.#node === this.#failover.current) return;
    this.#node = this.#failover.current;
    const { connectTimeout = defaultTimeout } = this.#options;
    const settings = nodeSettings(this.#node, connectTimeout, this.#disposal.signal);
    Object.assign(this.client.options, unset, settings);
  }

  /** Follows another connection of the same owner, which has given up the server of this one. */
  #moveTo(node: RedisNode): void {
    if (this.#isReady && node !== this.#node)
      this.restart(`${describeRedisNode(this.#node)} was given up`);
  }

  /** TCP alone may take a quarter of an hour to notice a lost peer: a deadline covers the time until it is ready. */
  #opened(): void {
    const { readyTimeout = defaultReadyTimeout } = this.#options;
    this.#attempt++;
    this.#restarting = false;
    this.#restartIn(readyTimeout, `Redis did not answer in ${readyTimeout} ms`);
  }

  #closed(): void {
    this.#attempt++;
    this.#restarting = false;
    this.#stopDeadline();
    this.#down(this.#reason ?? 'the connection was closed');
  }

  #restartIn(milliseconds: number, reason: string): void {
    this.#stopDeadline();
    if (!this.#disposed) this.#stopDeadline = startDeadline(milliseconds, () => this.restart(reason));
  }

  async #prepare(): Promise<void> {
    const connection = this.#attempt;
    try {
      await this.#assertDatabase();
      if (this.#node.place.kind === 'sentinel') await assertMaster(this.client);
      await this.#options.prepare?.(this.client);
      const isOver = connection !== this.#attempt || this.client.status !== 'ready';
      if (this.#disposed || this.#restarting || isOver) return;
      if (this.#node !== this.#failover.current) {
        this.restart(`${describeRedisNode(this.#node)} was given up`);
        return;
      }
      this.#stopDeadline();
      this.#isReady = true;
      this.#wasReady = true;
      this.#reason = null;
      this.#options.log.info('connected to Redis', this.#place);
      this.#options.onChange?.(true, null);
      this.#events.emit('up');
    } catch (error) {
      if (this.#disposed || connection !== this.#attempt) return;
      const reason = withoutUser(errorMessage(error));
      this.#down(reason);
      this.#restartIn(longestRetry, reason);
    }
  }

  /**
   * If Redis refuses ioredis's own SELECT, ioredis continues in database 0: that of another application.
   *
   * @throws ReplyError where this user may not select the database, or the server has none of that number
   */
  async #assertDatabase(): Promise<void> {
    const { db } = this.#node;
    if (db !== 0) await this.client.select(db);
  }

  #down(reason: string): void {
    if (this.#disposed) return;
    const isNews = this.#isReady || reason !== this.#reason;
    this.#isReady = false;
    this.#reason = reason;
    if (!isNews) return; // one line for an outage, not one for each try
    this.#options.log.warn('Redis cannot be reached', { ...this.#place, reason });
    this.#options.onChange?.(false, reason);
  }

  get #place(): LogFields {
    return { link: this.#options.name, address: describeRedisNode(this.#node) };
  }
}

interface NodeSettings extends Pick<ClientOptions, 'host' | 'port' | 'path' | 'tls' | 'Connector'> {
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
}

/** Where to connect to and how to log in, in ioredis's terms. */
function nodeSettings(node: RedisNode, timeout: number, signal: AbortSignal): NodeSettings {
  const { db, username, password } = node;
  return {
    ...placeSettings(node, timeout, signal),
    db,
    ...(username !== null && { username }),
    ...(password !== null && { password }),
  };
}

/** Resets the options that the server before may have set. */
const unset = {
  host: undefined,
  port: undefined,
  path: undefined,
  tls: undefined,
  username: undefined,
  password: undefined,
} as const;

/** Where to connect to, in ioredis's terms. */
function placeSettings(
  { place, tls }: RedisNode,
  timeout: number,
  signal: AbortSignal,
): Pick<ClientOptions, 'host' | 'port' | 'path' | 'tls' | 'Connector'> {
  const options = tls === null ? null : tlsOptions(tls);
  const secure = options === null ? {} : { tls: options };
  switch (place.kind) {
    case 'tcp': {
      const { host, port } = place;
      // SNI, which Node leaves to the caller, has names only.
      if (options !== null && isIP(host) === 0) options.servername = host;
      return { host, port, Connector: RedisConnector, ...secure };
    }
    case 'unix':
      return { path: place.path, Connector: RedisConnector };
    case 'sentinel': {
      const sentinels = { place, tls: options, timeout, pause: longestRetry, signal };
      return { Connector: sentinelConnector(sentinels), ...secure };
    }
  }
}
