/**
 * Loads what most clients ask for first, so that no client waits for it: once after the start, and once after each
 * outage, as
 * soon as the workers have reported what they have. Readiness waits for it, until its deadline.
 */
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { CacheStatus } from '../cache/cache-status.js';
import { isErrorCode } from '../error-codes.js';
import type { ErrorCode } from '../error-codes.js';
import { BrokerUnavailableError, GatewayError, TimeoutError } from '../errors.js';
import type { Logger } from '../log.js';
import { pauseAfter } from '../retry-pauses.js';
import { Reader } from './reader.js';
import type { ReadServices, WarmUpRead } from './read-row.js';
import { warmUpReads } from './reads.js';
import type { WarmUpName, WarmUpState } from './warm-up-names.js';

export interface WarmUpOptions extends ReadServices {
  readonly log: Logger;
  /** What to load; nothing turns it off. */
  readonly names: readonly WarmUpName[];
  /** Milliseconds after the start, or after a change of the connection, for which others wait for it. */
  readonly timeout: number;
  /** Milliseconds that it waits at most before it begins: replicas that start together do not ask together. */
  readonly jitter: number;
  /** From 0 to 1, for the part of the jitter. */
  readonly random?: () => number;
  /** For the deadline, milliseconds; must not go back. */
  readonly clock?: () => number;
  /** Milliseconds before it is tried again when the broker did not answer, each time; the last one for good. */
  readonly pauses?: readonly number[];
}

export interface WarmUpLoad {
  readonly name: WarmUpName;
  readonly status: 'WAITING' | 'LOADING' | 'LOADED' | 'FAILED';
  /** Of the last try; null as long as it has not ended. */
  readonly durationSeconds: number | null;
  /** Why the last try failed; null when it did not. The log has the rest. */
  readonly error: ErrorCode | null;
}

export interface WarmUpReport {
  readonly state: WarmUpState;
  /** Epoch milliseconds: of the start, or of the last change of the connection. */
  readonly startedAt: number;
  /** When all loads had ended; null before. */
  readonly finishedAt: number | null;
  readonly deadlineSeconds: number;
  readonly jitterSeconds: number;
  readonly loads: readonly WarmUpLoad[];
}

const defaultPauses = [500, 1_000, 2_000, 5_000];

export class WarmUp implements Disposable {
  readonly #options: WarmUpOptions;
  readonly #clock: () => number;
  readonly #loads = new Map<WarmUpName, WarmUpLoad>();
  /** Counts the reasons to start anew: what was begun for an earlier one is not carried on. */
  #round = 0;
  #isLoading = false;
  #startedAt = 0;
  #finishedAt: number | null = null;
  #deadline = 0;
  #stopListening: readonly (() => void)[] = [];

  constructor(options: WarmUpOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
    this.#begin();
  }

  get state(): WarmUpState {
    if (this.#options.names.length === 0) return 'OFF';
    if (this.#finishedAt !== null) return 'WARM';
    if (this.#clock() >= this.#deadline) return 'LATE';
    return this.#isLoading ? 'LOADING' : 'WAITING';
  }

  report(): WarmUpReport {
    const { timeout, jitter } = this.#options;
    return {
      state: this.state,
      startedAt: this.#startedAt,
      finishedAt: this.#finishedAt,
      deadlineSeconds: timeout / 1_000,
      jitterSeconds: jitter / 1_000,
      loads: [...this.#loads.values()],
    };
  }

  start(): void {
    if (this.#options.names.length === 0) return;
    const { celery } = this.#options;
    this.#stopListening = [
      celery.transport.onConnection(() => this.#begin()),
      // Also after events were lost: until it has ended, what was warm is as good as before.
      celery.onSynced(() => void this.#warm(++this.#round)),
    ];
  }

  [Symbol.dispose](): void {
    this.#round++;
    for (const stop of this.#stopListening) stop();
  }

  #begin(): void {
    const { names, timeout, celery } = this.#options;
    this.#round++;
    this.#isLoading = false;
    this.#startedAt = celery.clock();
    this.#finishedAt = null;
    this.#deadline = this.#clock() + timeout;
    for (const name of names)
      this.#loads.set(name, { name, status: 'WAITING', durationSeconds: null, error: null });
  }

  async #warm(round: number): Promise<void> {
    const { pauses = defaultPauses, jitter, random = Math.random, celery } = this.#options;
    // What the end of the initial sync changes, such as known gaps, drops entries within the same turn of the event loop.
    await nextTurn();
    if (jitter > 0) await delay(random() * jitter, undefined, { ref: false });
    let { names } = this.#options;
    for (let tries = 0; round === this.#round; tries++) {
      this.#isLoading = true;
      const failures = await this.#loadAll(round, names);
      if (round !== this.#round) return;
      if (!failures.some(({ error }) => isOfBroker(error))) {
        this.#finishedAt = celery.clock();
        // What fails for another reason, such as a missing right, fails for every reader: no reason to turn all away.
        for (const { name, error } of failures)
          this.#options.log.warn('warm-up load failed', { name, error });
        return;
      }
      // Readiness no longer waits for it: what was loaded is left to its readers, or one part that never comes would have
      // the workers asked for all the others again and again.
      if (this.state === 'LATE')
        names = failures.filter(({ error }) => isOfBroker(error)).map(({ name }) => name);
      await delay(pauseAfter(tries, pauses), undefined, { ref: false });
    }
  }

  async #loadAll(round: number, names: readonly WarmUpName[]): Promise<Failure[]> {
    const reader = new Reader(this.#options, new CacheStatus());
    const isLast = (name: WarmUpName): boolean => readsOf(name).some(({ when }) => when === 'last');
    const load = (name: WarmUpName): Promise<Failure | null> => this.#load(name, reader, round);
    const first = await Promise.all(names.filter((name) => !isLast(name)).map(load));
    const last = await Promise.all(names.filter(isLast).map(load));
    return [...first, ...last].filter((failure) => failure !== null);
  }

  /** Fails alone: the others go on. */
  async #load(name: WarmUpName, reader: Reader, round: number): Promise<Failure | null> {
    const started = this.#clock();
    const note = (load: Omit<WarmUpLoad, 'name'>): void => {
      if (round === this.#round) this.#loads.set(name, { name, ...load });
    };
    note({ status: 'LOADING', durationSeconds: null, error: null });
    const durationSeconds = (): number => Math.round(this.#clock() - started) / 1_000;
    try {
      await loadAll(name, reader);
      note({ status: 'LOADED', durationSeconds: durationSeconds(), error: null });
      return null;
    } catch (error) {
      note({ status: 'FAILED', durationSeconds: durationSeconds(), error: codeOf(error) });
      return { name, error };
    }
  }
}

function readsOf(name: WarmUpName): readonly WarmUpRead[] {
  return warmUpReads.filter((read) => read.name === name);
}

/** One broadcast for each command, however many caches it is for. */
async function loadAll(name: WarmUpName, reader: Reader): Promise<void> {
  const isLater = ({ when }: WarmUpRead): boolean => when === 'afterReplies';
  const loads = readsOf(name);
  await Promise.all(loads.filter((read) => !isLater(read)).map(({ load }) => load(reader)));
  await Promise.all(loads.filter(isLater).map(({ load }) => load(reader)));
}

interface Failure {
  readonly name: WarmUpName;
  readonly error: unknown;
}

/** The text of an error may name what other callers must not see. */
function codeOf(error: unknown): ErrorCode {
  return error instanceof GatewayError && isErrorCode(error.code) ? error.code : 'INTERNAL_SERVER_ERROR';
}

function isOfBroker(error: unknown): boolean {
  return error instanceof BrokerUnavailableError || error instanceof TimeoutError;
}
