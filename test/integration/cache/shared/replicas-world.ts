import type { Scheduler } from 'fast-check';
import { expect } from 'vitest';
import { CacheRegistry } from '../../../../src/cache/cache-registry.js';
import { readMessage } from '../../../../src/cache/shared/bus-message.js';
import type {
  RedisCommand,
  RedisPort,
  RedisPortListener,
} from '../../../../src/cache/shared/redis-port.js';
import { SharedCache } from '../../../../src/cache/shared/shared-cache.js';
import { SharedStore } from '../../../../src/cache/shared/shared-store.js';

/** A real connection whose commands leave, whose replies arrive and whose messages are delivered when the scheduler says so. */
export class ScheduledPort implements RedisPort {
  readonly address = 'scheduled';
  readonly isReady = true;
  readonly isSubscribed = true;
  readonly downReason = null;
  readonly unsubscribedReason = null;
  readonly connection = 1;
  /** Commands that wait, or whose replies do. */
  inFlight = 0;
  readonly #real: RedisPort;
  readonly #id: string;
  /** Its order is the connection's; what is released is always the next. */
  #sending: Promise<unknown> = Promise.resolve();
  #delivering: Promise<unknown> = Promise.resolve();
  #scheduler: Scheduler | null = null;
  #listener: RedisPortListener | null = null;
  onDelivered: (text: string) => void = () => undefined;

  constructor(real: RedisPort, id: string) {
    this.#real = real;
    this.#id = id;
  }

  open(listener: RedisPortListener): void {
    this.#listener = listener;
    this.#real.open({
      ...listener,
      onMessage: (channel, text) => this.#deliver(channel, text),
    });
  }

  /** From here on; null lets everything pass. */
  follow(scheduler: Scheduler | null): void {
    this.#scheduler = scheduler;
    this.#sending = Promise.resolve();
    this.#delivering = Promise.resolve();
  }

  refused(): void {
    throw new Error('this Redis refuses nothing');
  }

  async run(commands: readonly RedisCommand[]): Promise<unknown> {
    const scheduler = this.#scheduler;
    if (scheduler === null) return this.#real.run(commands);
    const answered = this.#sending.then(async () => {
      await scheduler.schedule(Promise.resolve(), `${this.#id} sends`);
      const reply = await this.#real.run(commands);
      await scheduler.schedule(Promise.resolve(), `${this.#id} is answered`);
      return reply;
    });
    this.inFlight++;
    this.#sending = answered.catch(() => undefined).finally(() => this.inFlight--);
    return answered;
  }

  reconnect(): void {
    throw new Error('a command was not answered');
  }

  resubscribe(): void {
    throw new Error('the bus was doubted');
  }

  close(): void {
    this.#real.close();
  }

  #deliver(channel: string, text: string): void {
    const scheduler = this.#scheduler;
    if (scheduler === null) return this.#listener?.onMessage(channel, text);
    this.#delivering = this.#delivering.then(async () => {
      await scheduler.schedule(Promise.resolve(), `${this.#id} receives`);
      this.#listener?.onMessage(channel, text);
      this.onDelivered(text);
    });
  }
}

interface Seen {
  readonly state: number;
}

/**
 * Two replicas that look at one world, which changes while they do. No replica may answer with less than its floor: the
 * state of the last invalidation that it has made or received.
 */
export class ReplicasWorld {
  state = 0;
  readonly violations: string[] = [];
  readonly reached = { found: 0, loaded: 0, answers: 0, failures: 0, received: 0 };
  readonly reads: Promise<void>[] = [];
  readonly key: string;
  readonly #scheduler: Scheduler;
  readonly #replicas: readonly WorldReplica[];
  /** The states of the invalidations that are on their way, in order, by sender. */
  readonly #announced = new Map<string, number[]>();

  constructor(scheduler: Scheduler, replicas: readonly WorldReplica[], key: string) {
    this.#scheduler = scheduler;
    this.#replicas = replicas;
    this.key = key;
    for (const replica of replicas) {
      replica.floor = 0;
      this.#announced.set(replica.id, []);
      replica.port.onDelivered = (text) => {
        const message = readMessage(text);
        if (message?.kind !== 'invalidated' || message.from === replica.id) return;
        this.reached.received++;
        const state = this.#announced.get(message.from)?.shift();
        if (state === undefined)
          this.violations.push(`${replica.id} received an invalidation that was not sent`);
        else replica.floor = Math.max(replica.floor, state);
      };
    }
  }

  /** How many invalidations have not been received yet. */
  get onTheWay(): number {
    return [...this.#announced.values()].reduce((sum, states) => sum + states.length, 0);
  }

  read(n: number, useCache: boolean, fails: boolean): void {
    const reading = this.#read(this.#replica(n), useCache, fails);
    reading.catch(() => undefined); // awaited with the others in the end
    this.reads.push(reading);
  }

  invalidate(n: number): void {
    this.state++;
    const replica = this.#replica(n);
    replica.floor = this.state;
    this.#announced.get(replica.id)?.push(this.state);
    replica.caches.invalidate({ name: 'worker_status' });
  }

  async #read(replica: WorldReplica, useCache: boolean, fails: boolean): Promise<void> {
    const { floor } = replica;
    const begun = this.state;
    const load = async (): Promise<Seen> => {
      await this.#scheduler.schedule(Promise.resolve(), `${replica.id} looks`);
      const { state } = this;
      await this.#scheduler.schedule(Promise.resolve(), `${replica.id} ends its load`);
      if (fails) throw new Error('the load failed');
      return { state };
    };
    try {
      const options = { shared: true, useCache };
      const read = await replica.caches.read<Seen>('worker_status', this.key, load, options);
      this.reached.answers++;
      this.reached[read.found ? 'found' : 'loaded']++;
      const least = useCache ? floor : begun;
      if (read.value.state < least)
        this.violations.push(`${replica.id} answered ${read.value.state}, not ${least} or later`);
    } catch (error) {
      expect(error).toMatchObject({ message: 'the load failed' });
      this.reached.failures++;
    }
  }

  #replica(n: number): WorldReplica {
    const replica = this.#replicas[n];
    if (!replica) throw new RangeError(`no replica ${n}`);
    return replica;
  }
}

export class WorldReplica implements Disposable {
  readonly id: string;
  readonly port: ScheduledPort;
  readonly store: SharedStore;
  readonly caches: CacheRegistry;
  floor = 0;

  constructor(id: string, real: RedisPort, prefix: string) {
    this.id = id;
    this.port = new ScheduledPort(real, id);
    const replica = { id, hostname: id, startedAt: 0 };
    const patience = { commandTimeout: 30_000, lockTime: 60_000 };
    this.store = new SharedStore({ port: this.port, prefix, replica, ...patience });
    this.caches = new CacheRegistry({
      shared: new SharedCache('world', this.store),
      overrides: { worker_status: { ttl: 60_000 } },
    });
    this.store.start();
  }

  [Symbol.dispose](): void {
    this.caches[Symbol.dispose]();
    this.store[Symbol.dispose]();
  }
}
