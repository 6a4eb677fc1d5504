/**
 * The level that the replicas of a gateway share, for one cluster: a value that one of them has loaded is found by all,
 * one of them loads at a time, and what was invalidated is never found again.
 */
import { SharedHit } from '../cache-options.js';
import type { Load, LoadRequest } from '../cache-options.js';
import type { CacheStats } from '../cache-stats.js';
import { mapNames } from '../cache-counters.js';
import { writeMessage } from './bus-message.js';
import type { BusMessage } from './bus-message.js';
import { ValueCodec } from './codec.js';
import { readLookupReply } from './lookup-reply.js';
import type { LookupReply } from './lookup-reply.js';
import { newToken } from './new-token.js';
import type { InvalidationTarget } from './pending-invalidations.js';
import type { RedisCommand } from './redis-port.js';
import { ReplicaReports } from './replica-reports.js';
import { lookUp, release, renew, store } from './scripts.js';
import { SharedInvalidations } from './shared-invalidations.js';
import { SharedKeys } from './shared-keys.js';
import type { ValueKeys } from './shared-keys.js';
import type { SharedCounterName } from './shared-counters.js';
import type { ReplicaReport, SharedCacheStats, SharedFigures } from './shared-stats.js';
import type { SharedStore, SharedStoreMember } from './shared-store.js';
import { Notifier } from './notifier.js';

/** The first level, which receives what other replicas announce. */
export interface FirstLevel {
  /** Another replica has invalidated it. */
  readonly forget: (target: InvalidationTarget) => void;
  readonly forgetAll: () => void;
  /** The shared level, or its messages, became available or unavailable. */
  readonly healthChanged: () => void;
  readonly report: () => readonly CacheStats[];
}

export interface SharedLoad<T> {
  readonly cache: string;
  readonly key: string;
  readonly load: Load<T>;
  /** Milliseconds that the value counts as fresh. */
  readonly lifetime: (value: T) => number;
  readonly request: LoadRequest;
}

/** The counters that count here; the store and the codec have the others. */
const ownCounters = [
  'hits',
  'misses',
  'stored',
  'fenced',
  'unreadable',
  'waits',
  'lockTimeouts',
  'invalidationsSent',
  'invalidationsReceived',
] as const satisfies readonly SharedCounterName[];

/** Milliseconds after which a waiter looks for itself, should a message have been lost. */
const poll = 500;
/** Lock times that a reader waits at most, for holders that die one after the other. */
const maxLockTimes = 5;

/** @see SharedStore for what becomes of it while Redis is away */
export class SharedCache implements SharedFigures, SharedStoreMember, Disposable {
  readonly name: string;
  readonly #shared: SharedStore;
  readonly #keys: SharedKeys;
  readonly #codec: ValueCodec;
  readonly #notifier = new Notifier();
  readonly #invalidations: SharedInvalidations;
  readonly #reports: ReplicaReports;
  #firstLevel: FirstLevel | undefined;
  #sending: Promise<void> = Promise.resolve();
  readonly #counters = mapNames(ownCounters, () => 0);

  constructor(name: string, shared: SharedStore) {
    this.name = name;
    this.#shared = shared;
    this.#keys = new SharedKeys(shared.options.prefix, name);
    this.#codec = new ValueCodec(shared.options.codec);
    this.#reports = new ReplicaReports(shared, this.#keys.replicas);
    this.#invalidations = new SharedInvalidations({
      keys: this.#keys,
      channel: shared.channel,
      connection: () => shared.connection,
      message: (targets) => this.#message({ kind: 'invalidated', targets: targets.map(targetOnly) }),
      onSend: () => this.#counters.invalidationsSent++,
    });
    shared.add(this);
  }

  /** Called with what happens in other replicas. */
  attach(firstLevel: FirstLevel): void {
    this.#firstLevel = firstLevel;
  }

  get stats(): SharedCacheStats {
    const { address, refusal, subscribeRefusal, isSubscribed, breaker, errors, timeouts } =
      this.#shared.state;
    const { bytesRaw, bytesStored } = this.#codec.stats;
    const usable = this.#shared.isUsable;
    const message = !usable
      ? `${address} ${refusal === null ? 'does not answer' : `refuses (${refusal})`}: each replica answers from its own memory`
      : isSubscribed
        ? `connected to ${address}`
        : `messages of other replicas are not received through ${address}${subscribeRefusal === null ? '' : `, which refuses (${subscribeRefusal})`}`;
    return {
      status: usable && isSubscribed ? 'OK' : 'DEGRADED',
      message,
      address,
      listening: isSubscribed,
      breaker,
      errors,
      timeouts,
      bytesRaw,
      bytesStored,
      ...this.#counters,
    };
  }

  /** All that have reported recently; this one alone while Redis is away. */
  replicas(): Promise<readonly ReplicaReport[]> {
    return this.#reports.read(this.#firstLevel?.report() ?? []);
  }

  /** The value that another replica has loaded, or else what `load` brings, which then is found by the others. */
  async load<T>(asked: SharedLoad<T>): Promise<T | SharedHit<T>> {
    const { cache, key, load, request } = asked;
    if (!this.#shared.isUsable) return load(request);
    const { clock, lockTime } = this.#shared.options;
    const keys = this.#keys.of(cache, key);
    const deadline = clock() + maxLockTimes * lockTime;
    using ended = this.#notifier.subscribe(keys.lock);
    let { maxAge } = request;
    for (let waited = false; ;) {
      ended.reset();
      const token = newToken();
      const sentAt = clock();
      const looked = await this.#lookUp(keys, { key, token, maxAge });
      if (looked === null) return await load(request);
      if (looked.kind === 'found') {
        const value = await this.#decode(looked.bytes);
        if (value !== undefined) {
          this.#counters.hits++;
          // How the time divides between request and reply is unknown: rather too old than too young.
          const age = looked.age + (clock() - sentAt);
          return new SharedHit(value.value as T, { age, ttl: looked.ttl }); // a key names one kind of value
        }
        maxAge = 0; // to be loaded, and written over
      } else if (looked.kind === 'load') {
        this.#counters.misses++;
        return await this.#loadAndStore(asked, { keys, token, ...looked });
      } else {
        if (!waited) this.#counters.waits++;
        waited = true;
        if (clock() >= deadline) {
          this.#counters.lockTimeouts++;
          return await load(request);
        }
        await ended.wait(Math.min(Math.max(1, looked.lockLeft + 1), poll));
      }
    }
  }

  /** Sends it to Redis and so to all other replicas; what cannot be sent now is sent before anything is read again. */
  invalidate(targets: readonly InvalidationTarget[]): void {
    this.#invalidations.add(targets);
    if (this.#shared.isUsable)
      this.#sending = this.flush((commands) => this.#shared.send(commands)).catch(() => undefined); // it is kept
  }

  /** Whether Redis has confirmed all invalidations so far, and so no replica reads there what was before them. */
  async confirmed(): Promise<boolean> {
    await this.#sending;
    return this.#invalidations.areConfirmed;
  }

  /** Sends what is not confirmed; it is kept until it is. */
  async flush(send: (commands: readonly RedisCommand[]) => Promise<unknown>): Promise<void> {
    await this.#invalidations.flush(send);
  }

  /** What was sent while this replica was not subscribed may have been anything. */
  missedMessages(): void {
    this.#firstLevel?.forgetAll();
    this.#notifier.notifyAll();
  }

  /** Who waits for others looks anew. */
  healthChanged(): void {
    this.#firstLevel?.healthChanged();
    this.#notifier.notifyAll();
  }

  receive(message: BusMessage): void {
    if (message.kind === 'ended') {
      this.#notifier.notify(message.key); // of this replica's own loads too: a reader may wait for one that is not kept
      return;
    }
    if (message.from !== this.#shared.replica.id) {
      this.#counters.invalidationsReceived++;
      for (const target of message.targets) this.#firstLevel?.forget(target);
    }
    this.#notifier.notifyAll(); // a lock of the epoch before is free for those who wait
  }

  /** Hears of nothing from now on. */
  [Symbol.dispose](): void {
    this.#shared.remove(this);
    this.#firstLevel = undefined;
    this.#notifier.notifyAll();
  }

  async report(): Promise<void> {
    if (this.#firstLevel) await this.#reports.write(this.#firstLevel.report());
  }

  async #lookUp(
    keys: ValueKeys,
    { key, token, maxAge }: { readonly key: string; readonly token: string; readonly maxAge: number },
  ): Promise<LookupReply | null> {
    const greatest = Number.isFinite(maxAge) ? Math.floor(maxAge) : -1;
    const names = [keys.value, keys.lock, keys.epoch, keys.prefixes];
    const args = [token, this.#shared.options.lockTime, newToken(), greatest, key];
    const look: RedisCommand = ['EVAL', lookUp, names.length, ...names, ...args];
    try {
      return readLookupReply(
        await this.#invalidations.sendBefore(look, (commands) => this.#shared.send(commands)),
      );
    } catch {
      // It may have been carried out all the same, and the owner of the lock would be unknown.
      this.#shared.post([this.#release(keys, token)]);
      return null;
    }
  }

  async #loadAndStore<T>(
    { key, load, lifetime, request }: SharedLoad<T>,
    lock: { keys: ValueKeys; token: string; epoch: string; began: string },
  ): Promise<T | SharedHit<T>> {
    const { clock, lockTime } = this.#shared.options;
    const { keys, token } = lock;
    const renewing = setInterval(() => {
      this.#shared.send([['EVAL', renew, 1, keys.lock, token, lockTime]]).catch(() => undefined);
    }, lockTime / 3).unref();
    const start = clock();
    try {
      const value = await load(request);
      const took = Math.ceil(clock() - start);
      // The reader need not wait until Redis has it too.
      const storing =
        value instanceof SharedHit
          ? Promise.reject(new Error('it is not of this load'))
          : this.#store({ ...lock, key }, value, took, lifetime);
      void storing
        .catch(() => this.#shared.post([this.#release(keys, token)]))
        .finally(() => clearInterval(renewing));
      return value;
    } catch (error) {
      clearInterval(renewing);
      this.#shared.post([this.#release(keys, token)]);
      throw error;
    }
  }

  async #store<T>(
    {
      key,
      keys,
      token,
      epoch,
      began,
    }: { key: string; keys: ValueKeys; token: string; epoch: string; began: string },
    value: T,
    took: number,
    lifetime: (value: T) => number,
  ): Promise<void> {
    const ttl = Math.floor(lifetime(value));
    const bytes = await this.#encode(value);
    const names = [keys.value, keys.lock, keys.epoch, keys.prefixes];
    const { channel } = this.#shared;
    const args = [token, epoch, began, took, ttl, bytes, channel, this.#ended(keys), key];
    const stored = await this.#shared.send([['EVAL', store, names.length, ...names, ...args]]);
    if (stored === 1) this.#counters.stored++;
    else this.#counters.fenced++;
  }

  async #encode(value: unknown): Promise<Buffer> {
    try {
      return await this.#codec.encode(value);
    } catch (error) {
      this.#counters.unreadable++;
      throw error;
    }
  }

  /** Undefined for what cannot be read. */
  async #decode(bytes: Buffer): Promise<{ readonly value: unknown } | undefined> {
    try {
      return { value: await this.#codec.decode(bytes) };
    } catch {
      this.#counters.unreadable++;
      return undefined;
    }
  }

  #release({ lock }: ValueKeys, token: string): RedisCommand {
    return ['EVAL', release, 1, lock, token, this.#shared.channel, this.#ended({ lock })];
  }

  #ended({ lock }: Pick<ValueKeys, 'lock'>): string {
    return this.#message({ kind: 'ended', key: lock });
  }

  #message(
    message:
      | { kind: 'ended'; key: string }
      | { kind: 'invalidated'; targets: { cache: string; prefix: string }[] },
  ): string {
    return writeMessage({ ...message, from: this.#shared.replica.id, cluster: this.name });
  }
}

/** Without what the pending invalidation keeps of itself. */
function targetOnly({ cache, prefix }: InvalidationTarget): InvalidationTarget {
  return { cache, prefix };
}
