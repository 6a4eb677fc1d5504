/**
 * One connection to Redis that keeps itself alive: connects, prepares itself (subscribes, binds), says when it is up
 * or down, and tries again with a capped back-off for as long as it lives.
 */
import { Redis } from 'ioredis';
import type { RedisOptions as ClientOptions } from 'ioredis';
import { BrokerUnavailableError, TimeoutError } from '../../errors.js';
import type { LogFields, Logger } from '../../log.js';
import { describeAddress } from './broker-url.js';
import type { RedisAddress } from './broker-url.js';
import { isRefusal, isTimeout } from './redis-errors.js';

export interface RedisLinkOptions {
  readonly address: RedisAddress;
  /** Shown by Redis's CLIENT LIST. */
  readonly name: string;
  readonly log: Logger;
  /** Runs on every new connection, before the link counts as up. */
  readonly prepare?: (client: Redis) => Promise<void>;
  /** Called after `up` has changed, or the reason why it is not. */
  readonly onChange?: (up: boolean, reason: string | null) => void;
  /** Milliseconds. */
  readonly connectTimeout?: number;
  /** Milliseconds; null for a connection that blocks on purpose. */
  readonly commandTimeout?: number | null;
}

const firstRetry = 50;
const longestRetry = 1_000;
const defaultTimeout = 1_500;

export class RedisLink {
  readonly client: Redis;
  readonly #options: RedisLinkOptions;
  #up = false;
  #reason: string | null = 'not connected yet';
  #disposed = false;

  constructor(options: RedisLinkOptions) {
    this.#options = options;
    const { address, name, commandTimeout = defaultTimeout, connectTimeout = defaultTimeout } = options;
    const settings = {
      host: address.host,
      port: address.port,
      db: address.db,
      connectionName: name,
      connectTimeout,
      lazyConnect: true,
      protocol: 2, // Redis before 6 knows no HELLO
      disableClientInfo: true,
      enableOfflineQueue: false, // no connection is an error now, not a wait
      maxRetriesPerRequest: 0,
      autoResubscribe: false, // `prepare` does it, and is waited for
      autoResendUnfulfilledCommands: false,
      retryStrategy: (times: number) => Math.min(firstRetry * 2 ** (times - 1), longestRetry),
      ...(address.username !== null && { username: address.username }),
      ...(address.password !== null && { password: address.password }),
      ...(commandTimeout !== null && { commandTimeout }),
    } satisfies ClientOptions;
    this.client = new Redis(settings);
    // An 'error' without a listener ends the process; the reason is kept for the state that callers see.
    this.client.on('error', (error: Error) => this.#down(error.message || error.name));
    this.client.on('close', () => this.#down(this.#reason ?? 'the connection was closed'));
    this.client.on('ready', () => void this.#prepare());
  }

  get up(): boolean {
    return this.#up;
  }

  get reason(): string | null {
    return this.#reason;
  }

  start(): void {
    // A failed first try is reported by 'error' and tried again like any later one.
    this.client.connect().catch(() => undefined);
  }

  /**
   * @throws BrokerUnavailableError without a connection, or with Redis's own words when it refuses; TimeoutError when
   * it does not answer, and then the connection is made anew: it may be half open.
   */
  async run<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const address = describeAddress(this.#options.address);
    if (!this.#up) throw new BrokerUnavailableError(address);
    try {
      return await work(this.client);
    } catch (error) {
      if (isTimeout(error)) {
        this.restart('Redis does not answer');
        throw new TimeoutError(`Redis at ${address}`, this.#options.commandTimeout ?? defaultTimeout, {
          cause: error,
        });
      }
      throw new BrokerUnavailableError(address, {
        cause: error,
        ...(isRefusal(error) && { reason: error.message }),
      });
    }
  }

  /** Closes the connection so that it is made anew: what to do when it does not answer any more. */
  restart(reason: string): void {
    if (this.#disposed) return;
    this.#down(reason);
    this.client.disconnect(true);
  }

  dispose(): void {
    this.#disposed = true;
    this.#up = false;
    this.client.disconnect(false);
  }

  async #prepare(): Promise<void> {
    try {
      await this.#options.prepare?.(this.client);
      if (this.#disposed || this.client.status !== 'ready') return;
      this.#up = true;
      this.#reason = null;
      this.#options.log.info('connected to Redis', this.#place);
      this.#options.onChange?.(true, null);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.log.warn('preparing a Redis connection failed', {
        link: this.#options.name,
        reason,
      });
      setTimeout(() => this.restart(reason), longestRetry).unref();
      this.#down(reason);
    }
  }

  #down(reason: string): void {
    if (this.#disposed) return;
    const news = this.#up || reason !== this.#reason;
    this.#up = false;
    this.#reason = reason;
    if (!news) return; // one line for an outage, not one for each try
    this.#options.log.warn('Redis cannot be reached', { ...this.#place, reason });
    this.#options.onChange?.(false, reason);
  }

  get #place(): LogFields {
    return { link: this.#options.name, address: describeAddress(this.#options.address) };
  }
}
