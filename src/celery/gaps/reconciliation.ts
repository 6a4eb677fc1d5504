/**
 * Looks in the result backend for the end of tasks whose end was not reported: those of workers that died, and all that
 * were unfinished when the event stream was lost. Celery has no counterpart.
 */
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { withDeadline } from '../../timers.js';
import { UnreadableResultError } from '../../errors.js';
import type { Logger } from '../../log.js';
import type { State } from '../events/state.js';
import type { ResultBackend } from '../transport/transport.js';

export interface ReconciliationOptions {
  /** Null when there are no results that can be read. */
  readonly results: Pick<ResultBackend, 'fetch'> | null;
  readonly state: Pick<State, 'awaitsResult' | 'settleTask'>;
  readonly log: Logger;
  /** Milliseconds before each look but the first: results may be stored late, or the backend be away as well. */
  readonly pauses?: readonly number[];
}

/** Ids that are looked up in one request. */
const batchSize = 500;
/** Milliseconds for the answer to it. */
const batchDeadline = 3_000;
/** Tasks that wait to be looked up, as many as the store holds by default: more are not looked for. */
const maxWaiting = 100_000;
const defaultPauses = [1_000, 3_000, 10_000, 30_000];

export class Reconciliation implements Disposable {
  readonly #options: ReconciliationOptions;
  readonly #disposed = new AbortController();
  #waiting = 0;
  /** Searches wait for each other, so that they ask the backend for one batch at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ReconciliationOptions) {
    this.#options = options;
  }

  /**
   * Looks for the ends of these tasks now, and for those not found a few times more, later and later.
   * @param onSettled called with how many were settled, after each look that settled any
   * @returns when the backend has answered for the first time, or will not be asked any more; never rejects
   */
  search(ids: Iterable<string>, onSettled: (tasks: number) => void = () => undefined): Promise<void> {
    const wanted = [...take(ids, maxWaiting - this.#waiting)];
    if (this.#options.results === null || wanted.length === 0) return Promise.resolve();
    this.#waiting += wanted.length;
    return new Promise((resolve) => {
      void this.#search(wanted, onSettled, resolve).finally(() => {
        this.#waiting -= wanted.length;
        resolve();
      });
    });
  }

  /**
   * Looks once, after the looks that were asked for before.
   * @returns how many tasks were settled; null if the backend could not be asked
   */
  look(ids: readonly string[]): Promise<number | null> {
    const look = this.#turn.then(() => this.#look(ids));
    this.#turn = look;
    return look;
  }

  [Symbol.dispose](): void {
    this.#disposed.abort();
  }

  async #search(
    ids: readonly string[],
    onSettled: (tasks: number) => void,
    onAnswer: () => void,
  ): Promise<void> {
    const { signal } = this.#disposed;
    let left = ids;
    for (const pause of [0, ...(this.#options.pauses ?? defaultPauses)]) {
      if (pause > 0) await delay(pause, undefined, { ref: false, signal }).catch(() => undefined);
      if (signal.aborted) return;
      left = left.filter((id) => this.#options.state.awaitsResult(id));
      if (left.length === 0) return;
      const settled = await this.look(left);
      if (settled === null) continue; // the backend is away
      if (settled > 0) onSettled(settled);
      onAnswer();
    }
  }

  /** @returns how many tasks it settled; null when the backend could not be asked for all of them */
  async #look(ids: readonly string[]): Promise<number | null> {
    const { results, state, log } = this.#options;
    if (results === null) return null;
    let settled = 0;
    for (let start = 0; start < ids.length; start += batchSize) {
      const batch = ids.slice(start, start + batchSize);
      try {
        const metas = await withDeadline(results.fetch(batch), batchDeadline, 'The result backend');
        for (const meta of metas) {
          if (meta === null || meta instanceof UnreadableResultError) continue;
          if (state.settleTask(meta)) settled++;
        }
      } catch (error) {
        log.debug('reading results of unfinished tasks failed', { tasks: ids.length, error });
        return settled > 0 ? settled : null;
      }
      await nextTurn(); // 100,000 results are many, and others wait
      if (this.#disposed.signal.aborted) break;
    }
    if (settled > 0) log.info('results of tasks found whose end was not reported', { tasks: settled });
    return settled;
  }
}

function* take<T>(values: Iterable<T>, count: number): Generator<T> {
  let left = count;
  for (const value of values)
    if (left-- > 0) yield value;
    else return;
}
