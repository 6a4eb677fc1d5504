/**
 * Learns from the outcome of each command what Redis refuses to this user, or to all users at the moment. PING succeeds
 * while the server is a replica, out of memory, unable to persist, or while the user has lost a right.
 */
import type { OnListenerError } from '../../../listeners.js';
import { forbiddenPlace, isRefusal, refusalWords, withoutUser } from './redis-errors.js';
import { Impairments } from '../impairments.js';
import type { ImpairedPart } from '../impairments.js';

/** What the gateway cannot do without each command that it needs all the time. Others are a client's own affair. */
const needs: Readonly<Record<string, ImpairedPart>> = {
  publish: 'requests',
  multi: 'requests',
  exec: 'requests',
  sadd: 'requests',
  smembers: 'requests',
  pexpire: 'requests',
  rpush: 'requests',
  lrange: 'replies',
  ltrim: 'replies',
  scan: 'queues',
  llen: 'queues',
  exists: 'details',
  hlen: 'details',
  hkeys: 'details',
  hget: 'details',
  eval: 'details',
  mget: 'results',
  ping: 'details',
  del: 'details',
  select: 'details',
  client: 'details',
  pubsub: 'details',
  psubscribe: 'details',
  role: 'details',
};

/** Refused to all users, whatever the command. */
const serverWide = /^(?:READONLY|OOM|MISCONF|NOREPLICAS|MASTERDOWN|LOADING|BUSY|CLUSTERDOWN|NOAUTH)\b/;
const missingRight = /^NOPERM\b/;
const serverKey = 'server';
/** It writes, needs memory, and is sent every two seconds: when it works, the server refuses nothing in general. */
const proof = 'rpush';
/** Milliseconds for which a refusal that depends on the key counts after it was last seen. */
const placeMemory = 6_000;

export interface RedisRefusalsOptions {
  /** Called whenever Redis says that it is a replica. */
  readonly onReadOnly?: () => void;
  /** Whether the gateway itself needs this key; a queue's key is the queue's own. All are needed by default. */
  readonly isNeeded?: (key: string) => boolean;
  readonly onListenerError?: OnListenerError;
}

export class RedisRefusals {
  readonly impairments: Impairments;
  readonly #lastSuccess = new Map<string, number>();
  readonly #places = new Map<string, number>();
  readonly #onReadOnly: () => void;
  readonly #isNeeded: (key: string) => boolean;

  constructor(options: RedisRefusalsOptions = {}) {
    const { onReadOnly = () => undefined, isNeeded = () => true, onListenerError } = options;
    this.impairments = new Impairments(onListenerError);
    this.#onReadOnly = onReadOnly;
    this.#isNeeded = isNeeded;
  }

  /** Milliseconds since Redis last carried out, or was allowed to carry out, this command; Infinity if never. */
  sinceSuccess(command: string): number {
    return performance.now() - (this.#lastSuccess.get(command) ?? -Infinity);
  }

  /**
   * A command that Redis has answered; `error` is null when it did what it was asked.
   *
   * @param keys the command's; of a whole transaction, none
   */
  answered(command: string, error: unknown, keys: readonly string[] = []): void {
    const part = needs[command];
    if (error !== null && !isRefusal(error)) return;
    const words = error === null ? '' : refusalWords(error);
    if (serverWide.test(words)) {
      this.impairments.add(serverKey, { part: 'requests', reason: words });
      if (words.startsWith('READONLY')) this.#onReadOnly();
    } else if (forbiddenPlace.test(words)) {
      const isNeeded = keys.length === 0 || keys.some((key) => this.#isNeeded(key));
      this.#placeRefused(command, words, isNeeded ? part : undefined);
    } else if (missingRight.test(words)) {
      this.#lastSuccess.delete(command);
      if (part !== undefined) this.impairments.add(command, { part, reason: withoutUser(words) });
    } else this.#allowed(command);
  }

  /** Forgets what depends on a key or channel and was not seen again. */
  expire(): void {
    const now = performance.now();
    for (const [key, at] of this.#places)
      if (now - at > placeMemory) {
        this.#places.delete(key);
        this.impairments.remove(key);
      }
  }

  #placeRefused(command: string, words: string, part: ImpairedPart | undefined): void {
    this.#allowed(command);
    // A pattern that is refused keeps the connection of the events from being made at all.
    if (part === undefined || command === 'psubscribe') return;
    const key = `${command} of a place`;
    this.#places.set(key, performance.now());
    const reason = `${withoutUser(words)} (${command})`;
    this.impairments.add(key, { part, reason });
  }

  #allowed(command: string): void {
    this.#lastSuccess.set(command, performance.now());
    this.impairments.remove(command);
    if (command === proof) this.impairments.remove(serverKey);
  }
}
