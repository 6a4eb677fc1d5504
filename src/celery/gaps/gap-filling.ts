/**
 * Learns what happened while no events were received: the workers report the tasks that they have now, the result
 * backend how the tasks ended that were unfinished before.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { pauseAfter } from '../../retry-pauses.js';
import type { EventGap, EventGaps } from './event-gaps.js';
import type { Reconciliation } from './reconciliation.js';

export interface GapFillingOptions {
  readonly gaps: EventGaps;
  /** Asks all workers; resolves to the number of new tasks. */
  readonly syncWorkers: () => Promise<number>;
  readonly unfinishedIds: () => Iterable<string>;
  /** Resolves when what had arrived before the gap is read: only then it shows whose end is missing. */
  readonly caughtUp?: () => Promise<void>;
  readonly reconciliation: Pick<Reconciliation, 'search'>;
  readonly isConnected: () => boolean;
  /** Milliseconds before each retry when the workers could not be asked; the last value repeats. */
  readonly pauses?: readonly number[];
}

const defaultPauses = [1_000, 2_000, 5_000, 10_000, 30_000];

export class GapFilling {
  readonly #options: GapFillingOptions;
  /** Gaps for which the workers have been asked; only the result backend may be missing. */
  readonly #synced = new WeakSet<EventGap>();
  #running: Promise<void> | null = null;
  /** Tries that failed one after the other. */
  #failures = 0;
  #isPausing = false;

  constructor(options: GapFillingOptions) {
    this.#options = options;
  }

  /**
   * Call this when a gap is over. Resolves when the workers have been asked about all gaps that are over, or cannot be
   * asked; a gap counts as filled when the result backend has answered as well, or is not asked any more.
   * @throws what the first try of the workers fails with; it goes on trying while there is a connection
   */
  fill(): Promise<void> {
    this.#running ??= this.#fill().finally(() => (this.#running = null));
    return this.#running;
  }

  async #fill(): Promise<void> {
    for (;;) {
      const unsynced = this.#options.gaps.unfilled().filter((gap) => !this.#synced.has(gap));
      if (unsynced.length === 0 || !this.#options.isConnected()) return;
      try {
        await this.#fillThese(unsynced);
        this.#failures = 0;
      } catch (error) {
        void this.#tryAgain(this.#failures++);
        throw error;
      }
    }
  }

  async #fillThese(these: readonly EventGap[]): Promise<void> {
    const { gaps, syncWorkers, caughtUp, unfinishedIds, reconciliation } = this.#options;
    gaps.learned(these, { seededTasks: await syncWorkers() });
    await caughtUp?.();
    for (const gap of these) this.#synced.add(gap);
    // A gap that was over only meanwhile may be the one that these ends were missed in.
    void reconciliation
      .search(unfinishedIds(), (settledTasks) =>
        gaps.learned([...these, ...gaps.unfilled()], { settledTasks }),
      )
      .then(() => gaps.learned(these, { isFilled: true }));
  }

  /** @param failures before the one that leads here */
  async #tryAgain(failures: number): Promise<void> {
    if (this.#isPausing) return;
    const { isConnected, pauses = defaultPauses } = this.#options;
    this.#isPausing = true;
    await delay(pauseAfter(failures, pauses), undefined, { ref: false });
    this.#isPausing = false;
    // A new connection starts its own filling.
    if (!isConnected() || this.#running !== null) return;
    await this.fill().catch(() => undefined);
  }
}
