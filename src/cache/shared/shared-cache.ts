/**
 * The level that the replicas of a gateway share, for one cluster: a value that one of them has loaded is found by all,
 * one of them loads at a time, and what was invalidated is never found again.
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Aged } from '../cache-options.js';
import type { Load, LoadRequest } from '../cache-options.js';
import type { CacheStats } from '../cache-stats.js';
import { writeMessage } from './bus-message.js';
import type { BusMessage } from './bus-message.js';
import { ValueCodec } from './codec.js';
import { PendingInvalidations } from './pending-invalidations.js';
import type { InvalidationTarget } from './pending-invalidations.js';
import type { RedisCommand } from './redis-port.js';
import { ReplicaReports } from './replica-reports.js';
import { invalidate, invalidatePrefixes, lookUp, release, renew, store } from './scripts.js';
import { SharedKeys } from './shared-keys.js';
import type { ValueKeys } from './shared-keys.js';
import type { ReplicaReport, SharedCacheStats, SharedCounters, SharedFigures } from './shared-stats.js';
import type { SharedStore } from './shared-store.js';
import { Signals } from './signals.js';

/** The first level, which hears what happens elsewhere. */
export interface FirstLevel {
  /** Another replica has invalidated it. */
  readonly forget: (target: InvalidationTarget) => void;
  readonly forgetAll: () => void;
  /** Whether the shared level can be used, or its messages heard, is another than before. */
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

type Looked =
  | { readonly kind: 'found'; readonly age: number; readonly ttl: number; readonly bytes: Buffer }
  | { readonly kind: 'wait'; readonly lockLeft: number }
  | { readonly kind: 'load'; readonly epoch: string; readonly began: string };

const text = z.instanceof(Buffer).transform(String);
const number = z.union([z.number(), text.pipe(z.coerce.number())]);
const kind = z.tuple([text]).rest(z.unknown());
const foundReply = z.tuple([z.unknown(), number, number, z.instanceof(Buffer)]);
const waitReply = z.tuple([z.unknown(), number]);
const loadReply = z.tuple([z.unknown(), text, text]);

/** Milliseconds after which a waiter looks for itself, should a message have been lost. */
const poll = 500;
/** Lock times that a reader waits at most, for holders that die one after the other. */
const maxLockTimes = 5;

/** @see SharedStore for what becomes of it while Redis is away */
export class SharedCache implements SharedFigures {
  readonly #name: string;
  readonly #shared: SharedStore;
  readonly #keys: SharedKeys;
  readonly #codec: ValueCodec;
  readonly #signals = new Signals();
  readonly #pending = new PendingInvalidations();
  readonly #reports: ReplicaReports;
  #firstLevel: FirstLevel | undefined;
  #sending: Promise<void> = Promise.resolve();
  readonly #counters: { -readonly [name in keyof SharedCounters]: number } = {
    hits: 0,
    misses: 0,
    stored: 0,
    fenced: 0,
    unreadable: 0,
    waits: 0,
    lockTimeouts: 0,
    invalidationsSent: 0,
    invalidationsReceived: 0,
  };

  constructor(name: string, shared: SharedStore) {
    this.#name = name;
    this.#shared = shared;
    this.#keys = new SharedKeys(shared.options.prefix, name);
    this.#codec = new ValueCodec(shared.options.codec);
    this.#reports = new ReplicaReports(shared, this.#keys.replicas);
  }

  /** Who is told of what happens elsewhere. */
  attach(firstLevel: FirstLevel): void {
    this.#firstLevel = firstLevel;
  }

  get stats(): SharedCacheStats {
    const { address, refusal, deafRefusal, listening, breaker, errors, timeouts } = this.#shared.state;
    const { bytesRaw, bytesStored } = this.#codec.stats;
    const usable = this.#shared.isUsable;
    const message = !usable
      ? `${address} ${refusal === null ? 'does not answer' : `refuses (${refusal})`}: each replica answers from its own memory`
      : listening
        ? `connected to ${address}`
        : `messages of other replicas are not received through ${address}${deafRefusal === null ? '' : `, which refuses (${deafRefusal})`}`;
    return {
      status: usable && listening ? 'OK' : 'DEGRADED',
      message,
      address,
      listening,
      breaker,
      errors,
      timeouts,
      bytesRaw,
      bytesStored,
      ...this.#counters,
    };
  }

  /** All that have told of themselves lately; this one alone while Redis is away. */
  replicas(): Promise<readonly ReplicaReport[]> {
    return this.#reports.read(this.#firstLevel?.report() ?? []);
  }

  /** The value that another replica has loaded, or else what `load` brings, which then is found by the others. */
  async load<T>(asked: SharedLoad<T>): Promise<T | Aged<T>> {
    const { cache, key, load, request } = asked;
    if (!this.#shared.isUsable) return load(request);
    const { clock, lockTime } = this.#shared.options;
    const keys = this.#keys.of(cache, key);
    const deadline = clock() + maxLockTimes * lockTime;
    using ended = this.#signals.listen(keys.lock);
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
          // Of the way there and back nobody knows which part was before: rather too old than too young.
          const age = looked.age + (clock() - sentAt);
          return new Aged(value.value as T, { age, ttl: looked.ttl }); // a key names one kind of value
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
        await ended.heard(Math.min(Math.max(1, looked.lockLeft + 1), poll));
      }
    }
  }

  /** Tells Redis and with it all other replicas; what cannot be told now is told before anything is read again. */
  invalidate(targets: readonly InvalidationTarget[]): void {
    this.#pending.add(targets);
    if (this.#shared.isUsable)
      this.#sending = this.flush((commands) => this.#shared.send(commands)).catch(() => undefined); // it is kept
  }

  /** Whether Redis has confirmed all invalidations so far, and so no replica reads there what was before them. */
  async confirmed(): Promise<boolean> {
    await this.#sending;
    return this.#pending.size === 0;
  }

  /** Sends what is not confirmed; it is kept until it is. */
  async flush(send: (commands: readonly RedisCommand[]) => Promise<unknown>): Promise<void> {
    const { targets, commands } = this.#takePending();
    if (commands.length > 0) await this.#confirming(targets, send(commands));
  }

  /** What was sent while nobody listened may have been anything. */
  missedMessages(): void {
    this.#firstLevel?.forgetAll();
    this.#signals.ringAll();
  }

  /** Who waits for others looks anew. */
  healthChanged(): void {
    this.#firstLevel?.healthChanged();
    this.#signals.ringAll();
  }

  receive(message: BusMessage): void {
    if (message.kind === 'ended') {
      this.#signals.ring(message.key); // of this replica's own loads too: a reader may wait for one that is not kept
      return;
    }
    if (message.from !== this.#shared.replica.id) {
      this.#counters.invalidationsReceived++;
      for (const target of message.targets) this.#firstLevel?.forget(target);
    }
    this.#signals.ringAll(); // a lock of the epoch before is free for those who wait
  }

  async report(): Promise<void> {
    if (this.#firstLevel) await this.#reports.write(this.#firstLevel.report());
  }

  async #lookUp(
    keys: ValueKeys,
    { key, token, maxAge }: { readonly key: string; readonly token: string; readonly maxAge: number },
  ): Promise<Looked | null> {
    const greatest = Number.isFinite(maxAge) ? Math.floor(maxAge) : -1;
    const { targets, commands } = this.#takePending();
    const names = [keys.value, keys.lock, keys.epoch, keys.prefixes];
    const args = [token, this.#shared.options.lockTime, newToken(), greatest, key];
    const look: RedisCommand = ['EVAL', lookUp, names.length, ...names, ...args];
    try {
      return readLooked(await this.#confirming(targets, this.#shared.send([...commands, look])));
    } catch {
      // It may have been carried out all the same, and nobody would know whose lock that is.
      this.#shared.post([this.#release(keys, token)]);
      return null;
    }
  }

  async #loadAndStore<T>(
    { key, load, lifetime, request }: SharedLoad<T>,
    lock: { keys: ValueKeys; token: string; epoch: string; began: string },
  ): Promise<T | Aged<T>> {
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
        value instanceof Aged
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

  #takePending(): { targets: readonly InvalidationTarget[]; commands: RedisCommand[] } {
    const targets = this.#pending.take(this.#shared.connection);
    if (targets.length === 0) return { targets, commands: [] };
    const whole = new Set(targets.filter(isWhole).map(({ cache }) => cache));
    const keys = [...whole].flatMap((cache) => [this.#keys.epoch(cache), this.#keys.prefixes(cache)]);
    const parts = [...new Set(targets.map(({ cache }) => cache))]
      .filter((cache) => !whole.has(cache))
      .map((cache): RedisCommand => {
        const names = [this.#keys.epoch(cache), this.#keys.prefixes(cache)];
        const prefixes = targets.filter((target) => target.cache === cache).map(({ prefix }) => prefix);
        return ['EVAL', invalidatePrefixes, names.length, ...names, newToken(), ...prefixes];
      });
    const told = targets.map(({ cache, prefix }) => ({ cache, prefix }));
    const message = this.#message({ kind: 'invalidated', targets: told });
    const args = [newToken(), this.#shared.channel, message];
    this.#counters.invalidationsSent++;
    return { targets, commands: [...parts, ['EVAL', invalidate, keys.length, ...keys, ...args]] };
  }

  async #confirming<T>(targets: readonly InvalidationTarget[], work: Promise<T>): Promise<T> {
    try {
      const reply = await work;
      this.#pending.confirm(targets);
      return reply;
    } catch (error) {
      this.#pending.doubt(targets);
      throw error;
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
    return writeMessage({ ...message, from: this.#shared.replica.id, cluster: this.#name });
  }
}

/** Longer prefixes are not worth remembering. */
const longestPrefix = 1_000;

function isWhole({ prefix }: InvalidationTarget): boolean {
  return prefix === '' || prefix.length > longestPrefix;
}

/** @throws ZodError for what the script never says */
function readLooked(reply: unknown): Looked {
  const [word] = kind.parse(reply);
  if (word === 'found') {
    const [, age, ttl, bytes] = foundReply.parse(reply);
    return { kind: 'found', age, ttl, bytes };
  }
  if (word === 'wait') return { kind: 'wait', lockLeft: waitReply.parse(reply)[1] };
  const [, epoch, began] = loadReply.parse(reply);
  return { kind: 'load', epoch, began };
}

/** Never the same twice, in any process. */
function newToken(): string {
  return randomBytes(12).toString('base64url');
}
