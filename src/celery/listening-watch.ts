/**
 * Finds workers that live and do not listen to remote control any more, as Celery 5.2 over Redis after a reply that it
 * could not encode. RabbitMQ knows every pidbox by name. Redis only counts who takes a message: when it is fewer than
 * there are workers with heartbeats, all are asked, and those that do not answer are the ones, if there are no more of
 * them than are missing. Every command that is sent anyway brings that number; only where none was sent for a while, a
 * message to no worker does.
 */
import type { State } from './events/state.js';
import { ignoreListenerErrors, Listeners, type OnListenerError } from './listeners.js';
import type { Mailbox } from './pidbox.js';
import { noNode } from './transport/control-request.js';
import type { Transport } from './transport/transport.js';

/** Milliseconds between two looks; a worker must be missed at two of them, since it may just be reconnecting. */
const interval = 10_000;
/** Milliseconds between two messages of our own, doubled each time while all workers listen. */
const longestPause = 60_000;
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
  readonly mailbox: Pick<Mailbox, 'broadcast' | 'timeout' | 'onReceivers'>;
  readonly state: Pick<State, 'aliveHostnames' | 'hasSentEventSince' | 'setListening' | 'worker'>;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly onListenerError?: OnListenerError;
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
  readonly #listeners: Listeners<[]>;
  /** When each worker was missed first, of those that no look has found since. */
  #missedAt = new Map<string, number>();

  /** Whether the broker knows pidboxes by name; null until it was asked. */
  #knowsNames: boolean | null = null;
  /** Pidboxes that took the last command since the last look; null if none was sent. */
  #receivers: number | null = null;
  #pause = interval;
  #askAt = 0;

  constructor(options: ListeningWatchOptions) {
    this.#options = options;
    this.#listeners = new Listeners(
      'listening of workers',
      options.onListenerError ?? ignoreListenerErrors,
    );
    options.mailbox.onReceivers((receivers) => (this.#receivers = receivers));
  }

  /** Calls back when a worker was found deaf, or to listen again; returns what stops it. */
  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.tick(), interval).unref();
  }

  /** What the timer does: looks without asking, if a command was sent of late. Never rejects. */
  tick(): Promise<void> {
    return this.#run(true);
  }

  /** Never rejects. */
  look(): Promise<void> {
    return this.#run(false);
  }

  #run(isSparing: boolean): Promise<void> {
    this.#running ??= this.#look(isSparing)
      .catch(() => undefined) // looked for again later
      .finally(() => (this.#running = null));
    return this.#running;
  }

  /** Looks now, and again a few heartbeats later: a worker has just left a command unanswered. */
  async confirm(): Promise<void> {
    await this.look();
    this.#confirmLater();
  }

  #confirmLater(): void {
    const { state } = this.#options;
    const isNews = [...this.#missedAt.keys()].some((name) => state.worker(name)?.listening !== false);
    if (!isNews || this.#confirmation !== undefined) return;
    this.#confirmation = setTimeout(() => {
      this.#confirmation = undefined;
      void this.look();
    }, confirmAfter).unref();
  }

  async #look(isSparing: boolean): Promise<void> {
    const { transport, state, clock } = this.#options;
    const living = state.aliveHostnames();
    if (living.length === 0 || !transport.connection.connected) return;
    const found = await this.#find(living, isSparing);
    if (found === null) return;
    const { listening, missing } = found;
    for (const hostname of listening) this.#found(hostname, true);
    const now = clock();
    const missedAt = new Map(missing.map((name) => [name, this.#missedAt.get(name) ?? now]));
    for (const [hostname, since] of missedAt)
      if (this.#hasLivedSince(hostname, since, now)) this.#found(hostname, false);
    this.#missedAt = missedAt;
    if (isSparing) this.#confirmLater();
  }

  #found(hostname: string, listening: boolean): void {
    const { state } = this.#options;
    const wasDeaf = state.worker(hostname)?.listening === false;
    state.setListening(hostname, listening);
    if (wasDeaf === listening) this.#listeners.notify();
  }

  /** A worker that was killed before it was missed sends nothing afterwards. */
  #hasLivedSince(hostname: string, since: number, now: number): boolean {
    const { state } = this.#options;
    const freqSeconds = state.worker(hostname)?.freqSeconds ?? defaultFreqSeconds;
    const isLongEnough = now - since >= beatsBetween * freqSeconds * 1000;
    return isLongEnough && state.hasSentEventSince(hostname, since + longestTransit);
  }

  /** Null if there was nothing to go by. */
  async #find(living: readonly string[], isSparing: boolean): Promise<Found | null> {
    const { transport, state } = this.#options;
    if (this.#knowsNames !== false) {
      const bound = await transport.boundNodes(living);
      this.#knowsNames = bound.exact;
      if (bound.exact) return partition(living, new Set(bound.nodes));
    }
    const receivers = await this.#countReceivers(isSparing);
    if (receivers === null) return null;
    if (receivers < living.length) {
      this.#pause = interval;
      return this.#ask(living, living.length - receivers);
    }
    // Another subscriber may make up for a deaf worker, so that this says nothing new.
    const missing = living.filter((name) => state.worker(name)?.listening === false);
    return { listening: [], missing };
  }

  /** Null if no command was sent since the last look, and it is not yet time for one of our own. */
  async #countReceivers(isSparing: boolean): Promise<number | null> {
    const { transport, clock } = this.#options;
    const heard = this.#receivers;
    this.#receivers = null;
    const now = clock();
    if (isSparing && heard === null && now < this.#askAt) return null;
    this.#askAt = now + this.#pause;
    if (isSparing && heard !== null) return heard;
    this.#pause = Math.min(2 * this.#pause, longestPause);
    const request = { method: 'ping', arguments: {}, destination: [noNode], ticket: null };
    return transport.publishRequest(request);
  }

  async #ask(living: readonly string[], lacking: number): Promise<Found> {
    const { mailbox } = this.#options;
    const timeout = Math.min(pingTimeout, mailbox.timeout);
    const { silent, unreadable } = await mailbox.broadcast('ping', {}, { destination: living, timeout });
    this.#receivers = null; // of this very question
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

function partition(living: readonly string[], there: ReadonlySet<string>): Found {
  return {
    listening: living.filter((hostname) => there.has(hostname)),
    missing: living.filter((hostname) => !there.has(hostname)),
  };
}
