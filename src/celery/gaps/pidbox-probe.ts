/**
 * Finds live workers that no longer listen to remote control, as Celery 5.2 over Redis after a reply that it
 * could not encode. RabbitMQ knows every pidbox by name. Redis only counts the receivers of a message: if they are
 * fewer than the workers with heartbeats, all are pinged; those that do not answer are the ones, if there are no more
 * of them than are missing. Every command brings that number; if none was sent for a while, the probe sends a
 * message that is addressed to no worker.
 */
import type { State } from '../events/state.js';
import { ignoreListenerErrors, Listeners, type OnListenerError } from '../../listeners.js';
import type { Mailbox } from '../pidbox/mailbox.js';
import { noNode } from '../transport/control-request.js';
import type { Transport } from '../transport/transport.js';

/** Milliseconds between two checks; a worker must be missing at two of them, since it may be reconnecting. */
const interval = 10_000;
/** Maximum milliseconds between two messages of the probe; the pause doubles while all workers listen. */
const longestPause = 60_000;
/** Milliseconds until the confirming check: more than two heartbeats of Celery's default frequency. */
const confirmAfter = 5_000;
/** Heartbeats between the two checks: one of them shows that the worker was not killed just before the first. */
const beatsBetween = 2;
/** Seconds between heartbeats of a worker of unknown frequency. */
const defaultFreqSeconds = 2;
/** Milliseconds for which messages that a worker sent before its death may still arrive. */
const longestTransit = 1_000;
/** Milliseconds for the answers. */
const pingTimeout = 1_000;

export interface PidboxProbeOptions {
  readonly transport: Pick<Transport, 'connection' | 'boundNodes' | 'publishRequest'>;
  readonly mailbox: Pick<Mailbox, 'broadcast' | 'timeout' | 'onReceivers'>;
  readonly state: Pick<State, 'aliveHostnames' | 'hasSentEventSince' | 'setListening' | 'worker'>;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly onListenerError?: OnListenerError;
}

/** Workers with a pidbox, and workers without; the others are unknown. */
interface Found {
  readonly listening: readonly string[];
  readonly missing: readonly string[];
}

export class PidboxProbe implements Disposable {
  readonly #options: PidboxProbeOptions;
  #timer: NodeJS.Timeout | undefined;
  #confirmation: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;
  readonly #listeners: Listeners<[]>;
  /** When each missing worker was missed first. */
  #missedAt = new Map<string, number>();

  /** Whether the broker knows pidboxes by name; null until it was asked. */
  #knowsNames: boolean | null = null;
  /** Pidboxes that took the last command since the last look; null if none was sent. */
  #receivers: number | null = null;
  #pause = interval;
  #askAt = 0;

  constructor(options: PidboxProbeOptions) {
    this.#options = options;
    this.#listeners = new Listeners(
      'listening of workers',
      options.onListenerError ?? ignoreListenerErrors,
    );
    options.mailbox.onReceivers((receivers) => (this.#receivers = receivers));
  }

  /** Calls the listener when a worker no longer listens, or listens again; returns a function that removes it. */
  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.tick(), interval).unref();
  }

  /** Runs on the timer: sends no message if the gateway has sent a command since the last check. Never rejects. */
  tick(): Promise<void> {
    return this.#run(true);
  }

  /** Never rejects. */
  look(): Promise<void> {
    return this.#run(false);
  }

  #run(isSparing: boolean): Promise<void> {
    this.#running ??= this.#look(isSparing)
      .catch(() => undefined) // the next check repeats it
      .finally(() => (this.#running = null));
    return this.#running;
  }

  /** Checks now, and again a few heartbeats later. Call it when a worker has not answered a command. */
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
    const wasNotListening = state.worker(hostname)?.listening === false;
    state.setListening(hostname, listening);
    if (wasNotListening === listening) this.#listeners.notify();
  }

  /** A worker that was killed before it was missed sends nothing afterwards. */
  #hasLivedSince(hostname: string, since: number, now: number): boolean {
    const { state } = this.#options;
    const freqSeconds = state.worker(hostname)?.freqSeconds ?? defaultFreqSeconds;
    const isLongEnough = now - since >= beatsBetween * freqSeconds * 1000;
    return isLongEnough && state.hasSentEventSince(hostname, since + longestTransit);
  }

  /** Null if the broker gave no information. */
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
    // Another subscriber may take the place of a worker that does not listen: the count proves nothing new.
    const missing = living.filter((name) => state.worker(name)?.listening === false);
    return { listening: [], missing };
  }

  /** Null if no command was sent since the last check, and the probe's own message is not due. */
  async #countReceivers(isSparing: boolean): Promise<number | null> {
    const { transport, clock } = this.#options;
    const counted = this.#receivers;
    this.#receivers = null;
    const now = clock();
    if (isSparing && counted === null && now < this.#askAt) return null;
    this.#askAt = now + this.#pause;
    if (isSparing && counted !== null) return counted;
    this.#pause = Math.min(2 * this.#pause, longestPause);
    const request = { method: 'ping', arguments: {}, destination: [noNode], ticket: null };
    return transport.publishRequest(request);
  }

  async #ask(living: readonly string[], lacking: number): Promise<Found> {
    const { mailbox } = this.#options;
    const timeout = Math.min(pingTimeout, mailbox.timeout);
    const { silent, unreadable } = await mailbox.broadcast('ping', {}, { destination: living, timeout });
    this.#receivers = null; // the ping of this check does not count
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
