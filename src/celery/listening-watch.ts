/**
 * Finds workers that live and do not listen to remote control any more, as Celery 5.2 over Redis after a reply that it
 * could not encode. RabbitMQ knows every pidbox by name. Redis only counts who takes a message: when it is fewer than
 * there are workers with heartbeats, all are asked, and those that do not answer are the ones, if there are no more of
 * them than are missing.
 */
import type { State } from './events/state.js';
import { Listeners } from './listeners.js';
import type { Mailbox } from './pidbox.js';
import { noNode } from './transport/control-request.js';
import type { Transport } from './transport/transport.js';

/** Milliseconds between two looks; a worker must be missed at two of them, since it may just be reconnecting. */
const interval = 10_000;
/** Milliseconds until the look that confirms one: more than two heartbeats of Celery's default rhythm. */
const confirmAfter = 5_000;
/** Heartbeats between the two looks: one of them shows that the worker was not killed just before the first. */
const beatsBetween = 2;
/** Seconds between heartbeats of a worker whose rhythm is unknown. */
const defaultFreqSeconds = 2;
/** Milliseconds for which what a worker sent before its death may still arrive. */
const longestTransit = 1_000;
/** Milliseconds for the answers. */
const pingTimeout = 1_000;

export interface ListeningWatchOptions {
  readonly transport: Pick<Transport, 'connection' | 'boundNodes' | 'publishRequest'>;
  readonly mailbox: Pick<Mailbox, 'broadcast' | 'timeout'>;
  readonly state: Pick<State, 'aliveHostnames' | 'hasSentEventSince' | 'setListening' | 'worker'>;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/** Workers whose pidbox is there, and those whose pidbox is not; of the others it is unknown. */
interface Found {
  readonly listening: readonly string[];
  readonly missing: readonly string[];
}

export class ListeningWatch implements Disposable {
  readonly #options: ListeningWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #confirmation: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;
  readonly #listeners = new Listeners<[]>();
  /** When each worker was missed first, of those that no look has found since. */
  #missedAt = new Map<string, number>();

  constructor(options: ListeningWatchOptions) {
    this.#options = options;
  }

  /** Calls back when a worker was found deaf, or to listen again; returns what stops it. */
  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.look(), interval).unref();
  }

  /** Never rejects. */
  look(): Promise<void> {
    this.#running ??= this.#look()
      .catch(() => undefined) // looked for again later
      .finally(() => (this.#running = null));
    return this.#running;
  }

  /** Looks now, and again a few heartbeats later: a worker has just left a command unanswered. */
  async confirm(): Promise<void> {
    await this.look();
    if (this.#missedAt.size === 0 || this.#confirmation !== undefined) return;
    this.#confirmation = setTimeout(() => {
      this.#confirmation = undefined;
      void this.look();
    }, confirmAfter).unref();
  }

  async #look(): Promise<void> {
    const { transport, state, clock } = this.#options;
    const living = state.aliveHostnames();
    if (living.length === 0 || !transport.connection.connected) return;
    const { listening, missing } = await this.#find(living);
    for (const hostname of listening) this.#found(hostname, true);
    const now = clock();
    const missedAt = new Map(missing.map((name) => [name, this.#missedAt.get(name) ?? now]));
    for (const [hostname, since] of missedAt)
      if (this.#hasLivedSince(hostname, since, now)) this.#found(hostname, false);
    this.#missedAt = missedAt;
  }

  #found(hostname: string, listening: boolean): void {
    const { state } = this.#options;
    const wasDeaf = state.worker(hostname)?.listening === false;
    state.setListening(hostname, listening);
    if (wasDeaf === listening) this.#listeners.tell();
  }

  /** A worker that was killed before it was missed sends nothing afterwards. */
  #hasLivedSince(hostname: string, since: number, now: number): boolean {
    const { state } = this.#options;
    const freqSeconds = state.worker(hostname)?.freqSeconds ?? defaultFreqSeconds;
    const isLongEnough = now - since >= beatsBetween * freqSeconds * 1000;
    return isLongEnough && state.hasSentEventSince(hostname, since + longestTransit);
  }

  async #find(living: readonly string[]): Promise<Found> {
    const { transport, mailbox, state } = this.#options;
    const bound = await transport.boundNodes(living);
    if (bound.exact) {
      const there = new Set(bound.nodes);
      const missing = living.filter((hostname) => !there.has(hostname));
      return { listening: living.filter((hostname) => there.has(hostname)), missing };
    }
    const request = { method: 'ping', arguments: {}, destination: [noNode], ticket: null };
    const receivers = await transport.publishRequest(request);
    const lacking = living.length - (receivers ?? Infinity);
    if (lacking <= 0) {
      // Another subscriber may make up for a deaf worker, so that this says nothing new.
      return {
        listening: [],
        missing: living.filter((name) => state.worker(name)?.listening === false),
      };
    }
    const timeout = Math.min(pingTimeout, mailbox.timeout);
    const { silent, unreadable } = await mailbox.broadcast('ping', {}, { destination: living, timeout });
    const unanswered = living.filter((hostname) => silent.includes(hostname));
    // More than are missing: some of them are only busy.
    const missing = unanswered.length <= lacking ? unanswered : [];
    const isUnknown = (hostname: string): boolean => unreadable.get(hostname)?.isUncertain === true;
    const answered = living.filter((name) => !unanswered.includes(name) && !isUnknown(name));
    return { listening: answered, missing };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    clearTimeout(this.#confirmation);
  }
}
