/** The connections to Redis of the shared cache: one for commands, one that listens. */
import type { Redis } from 'ioredis';
import type { RedisCommand, RedisPort, RedisPortListener } from './cache/shared/redis-port.js';
import { ListenerFailureLog } from './celery/listener-failure-log.js';
import { describeRedisAddress } from './celery/transport/redis-address.js';
import type { RedisAddress } from './celery/transport/redis-address.js';
import { RedisFailover } from './celery/transport/redis-failover.js';
import { RedisLink } from './celery/transport/redis-link.js';
import type { Logger } from './log.js';
import { ThrottledLog } from './throttled-log.js';

export class SharedRedis implements RedisPort {
  readonly address: string;
  readonly #redis: RedisAddress;
  readonly #log: Logger;
  readonly #listenerFailures: ListenerFailureLog;
  readonly #refusals: ThrottledLog;
  #commands: RedisLink | undefined;
  #messages: RedisLink | undefined;
  #connection = 0;

  constructor(address: RedisAddress, log: Logger) {
    this.address = describeRedisAddress(address);
    this.#redis = address;
    this.#log = log;
    this.#listenerFailures = new ListenerFailureLog(log);
    this.#refusals = new ThrottledLog({ log, message: 'Redis refuses what the shared cache needs' });
  }

  get up(): boolean {
    return this.#commands?.up === true;
  }

  get downReason(): string | null {
    return this.up ? null : (this.#commands?.reason ?? null);
  }

  get hears(): boolean {
    return this.#messages?.up === true;
  }

  get deafReason(): string | null {
    return this.hears ? null : (this.#messages?.reason ?? null);
  }

  get connection(): number {
    return this.#connection;
  }

  open({ channels, onUp, onDown, onHearing, onDeaf, onMessage }: RedisPortListener): void {
    const failover = new RedisFailover(this.#redis, this.#listenerFailures.add);
    const shared = { address: this.#redis, failover, log: this.#log };
    this.#commands = new RedisLink({
      ...shared,
      name: 'celeryql-cache',
      commandTimeout: null, // each caller has a deadline of its own
      onChange: (up) => {
        if (up) this.#connection++;
        if (up) onUp();
        else onDown();
      },
    });
    this.#messages = new RedisLink({
      ...shared,
      name: 'celeryql-cache-bus',
      prepare: async (client: Redis) => {
        await client.subscribe(...channels);
      },
      onChange: (up) => (up ? onHearing() : onDeaf()),
    });
    this.#messages.client.on('message', onMessage);
    this.#messages.start();
    this.#commands.start();
  }

  async run(commands: readonly RedisCommand[]): Promise<unknown> {
    const link = this.#commands;
    if (link?.up !== true) throw new Error('there is no connection');
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
