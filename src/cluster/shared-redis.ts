/** The connections to Redis of the shared cache: one for commands, one that listens. */
import type { Redis } from 'ioredis';
import type { RedisCommand, RedisPort, RedisPortListener } from '../cache/shared/redis-port.js';
import { ListenerFailureLog } from '../listener-failure-log.js';
import { describeRedisAddress } from '../celery/transport/address/redis-address.js';
import type { RedisAddress } from '../celery/transport/address/redis-address.js';
import { RedisFailover } from '../celery/transport/redis/redis-failover.js';
import { RedisConnection } from '../celery/transport/redis/redis-connection.js';
import type { Logger } from '../log.js';
import { ThrottledLog } from '../throttled-log.js';

export class SharedRedis implements RedisPort {
  readonly address: string;
  readonly #redis: RedisAddress;
  readonly #log: Logger;
  readonly #listenerFailures: ListenerFailureLog;
  readonly #refusals: ThrottledLog;
  #commands: RedisConnection | undefined;
  #messages: RedisConnection | undefined;
  #connection = 0;

  constructor(address: RedisAddress, log: Logger) {
    this.address = describeRedisAddress(address);
    this.#redis = address;
    this.#log = log;
    this.#listenerFailures = new ListenerFailureLog(log);
    this.#refusals = new ThrottledLog({ log, message: 'Redis refuses what the shared cache needs' });
  }

  get isReady(): boolean {
    return this.#commands?.isReady === true;
  }

  get downReason(): string | null {
    return this.isReady ? null : (this.#commands?.reason ?? null);
  }

  get isSubscribed(): boolean {
    return this.#messages?.isReady === true;
  }

  get unsubscribedReason(): string | null {
    return this.isSubscribed ? null : (this.#messages?.reason ?? null);
  }

  get connection(): number {
    return this.#connection;
  }

  open({
    channels,
    onReady,
    onDisconnect,
    onSubscribed,
    onUnsubscribed,
    onMessage,
  }: RedisPortListener): void {
    const failover = new RedisFailover(this.#redis, this.#listenerFailures.add);
    const shared = { address: this.#redis, failover, log: this.#log };
    this.#commands = new RedisConnection({
      ...shared,
      name: 'celeryql-cache',
      commandTimeout: null, // each caller has a deadline of its own
      onChange: (isReady) => {
        if (isReady) this.#connection++;
        if (isReady) onReady();
        else onDisconnect();
      },
    });
    this.#messages = new RedisConnection({
      ...shared,
      name: 'celeryql-cache-bus',
      prepare: async (client: Redis) => {
        await client.subscribe(...channels);
      },
      onChange: (isSubscribed) => (isSubscribed ? onSubscribed() : onUnsubscribed()),
    });
    this.#messages.client.on('message', onMessage);
    this.#messages.start();
    this.#commands.start();
  }

  async run(commands: readonly RedisCommand[]): Promise<unknown> {
    const link = this.#commands;
    if (link?.isReady !== true) throw new Error('there is no connection');
    // Written one after the other in this turn, and so carried out in this order.
    const replies = commands.map(([name, ...args]) => link.client.callBuffer(name, ...args));
    return (await Promise.all(replies)).at(-1);
  }

  refused(reason: string): void {
    this.#refusals.add(reason, { address: this.address, reason });
  }

  reconnect(reason: string): void {
    this.#commands?.restart(reason);
  }

  resubscribe(reason: string): void {
    this.#messages?.restart(reason);
  }

  close(): void {
    this.#commands?.dispose();
    this.#messages?.dispose();
    this.#listenerFailures[Symbol.dispose]();
    this.#refusals[Symbol.dispose]();
  }
}
