/**
 * Loads what everybody asks for first, so that nobody waits for it: once after the start, and once after each outage, as
 * soon as the workers have told what they have. Whoever measures readiness waits for it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CacheStatus } from '../cache/cache-status.js';
import { BrokerUnavailableError, TimeoutError } from '../errors.js';
import type { Logger } from '../log.js';
import { Loaders } from './loaders.js';
import type { InspectAsk, LoaderServices } from './loaders.js';

export interface WarmUpOptions extends LoaderServices {
  readonly log: Logger;
  /** Of the summary of metrics, as it is asked for without arguments. */
  readonly windowSeconds: number;
  /** Milliseconds before it is tried again when the broker did not answer, each time; the last one for good. */
  readonly pauses?: readonly number[];
}

const defaultPauses = [500, 1_000, 2_000, 5_000];
// Past what is cached: it may be from before the workers told.
const ask = { path: 'warmUp', useCache: false } as const;

export class WarmUp implements Disposable {
  readonly #options: WarmUpOptions;
  /** Counts the reasons to start anew: what was begun for an earlier one is not carried on. */
  #round = 0;
  #isWarm = false;
  #stopListening: readonly (() => void)[] = [];

  constructor(options: WarmUpOptions) {
    this.#options = options;
  }

  /** Whether the first readers find what they ask for. */
  get isWarm(): boolean {
    return this.#isWarm;
  }

  start(): void {
    const { celery } = this.#options;
    this.#stopListening = [
      celery.transport.onConnection(() => this.#cool()),
      celery.onSeeded(() => void this.#warm(this.#cool())),
    ];
  }

  [Symbol.dispose](): void {
    this.#cool();
    for (const stop of this.#stopListening) stop();
  }

  #cool(): number {
    this.#isWarm = false;
    return ++this.#round;
  }

  async #warm(round: number): Promise<void> {
    const { pauses = defaultPauses } = this.#options;
    for (let tries = 0; round === this.#round; tries++) {
      const failures = await this.#load();
      if (round !== this.#round) return;
      const isBrokerAway = failures.some(isOfBroker);
      this.#isWarm = !isBrokerAway;
      if (!isBrokerAway) {
        // What fails for another reason, such as a missing right, fails for every reader: no reason to turn all away.
        for (const error of failures) this.#options.log.warn('a cache could not be warmed', { error });
        return;
      }
      await delay(pauses[Math.min(tries, pauses.length - 1)], undefined, { ref: false });
    }
  }

  /** One broadcast, however many workers there are. */
  async #load(): Promise<unknown[]> {
    const loaders = new Loaders(this.#options, new CacheStatus());
    const stats = (cache: InspectAsk['cache']): Promise<unknown> =>
      loaders.inspect('stats', { ...ask, cache, scope: { all: true } });
    const loaded = await Promise.allSettled([
      loaders.workers(ask),
      loaders.queues(ask),
      loaders.health(ask),
      loaders.metricsSummary(ask, this.#options.windowSeconds),
      stats('worker_status'),
      stats('metrics_summary'),
    ]);
    return loaded.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  }
}

function isOfBroker(error: unknown): boolean {
  return error instanceof BrokerUnavailableError || error instanceof TimeoutError;
}
