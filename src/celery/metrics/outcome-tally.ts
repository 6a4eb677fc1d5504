/** How tasks ended, how long they ran and how long they had waited: figures that add up. */
import { percent } from '../../percent.js';
import type { RunOutcome } from './run-outcomes.js';
import { isFinal, taskStates } from '../states.js';
import { DurationHistogram, type Distribution } from './duration-histogram.js';

export interface Outcomes {
  readonly finished: number;
  readonly succeeded: number;
  readonly failed: number;
  /** 0-100 of what succeeded or failed; null when nothing did. */
  readonly successRatePercent: number | null;
  readonly failureRatePercent: number | null;
  readonly runtime: Distribution;
  readonly queueWait: Distribution;
}

const finalStates = taskStates.filter((state) => isFinal(state));
const indexes: ReadonlyMap<string, number> = new Map(finalStates.map((state, index) => [state, index]));

const nothing = new DurationHistogram().distribution();

/** In the unit of `weight`: what a tally takes besides its bins, and a histogram besides its own. */
const tallyWeight = 16;
const histogramWeight = 16;

export class OutcomeTally {
  /** In the order of `finalStates`; there are many tallies, so no object with keys. */
  readonly #counts = [0, 0, 0, 0];
  #runtime: DurationHistogram | null = null;
  #queueWait: DurationHistogram | null = null;

  /** A new one of all that the parts hold. */
  static sum(parts: readonly OutcomeTally[]): OutcomeTally {
    const sum = new OutcomeTally();
    for (const part of parts) sum.#addCounts(part);
    sum.#runtime = DurationHistogram.sum(parts.flatMap((part) => part.#runtime ?? []));
    sum.#queueWait = DurationHistogram.sum(parts.flatMap((part) => part.#queueWait ?? []));
    return sum;
  }

  /** Memory, in units of about 16 bytes: that is one bin of a histogram. */
  get weight(): number {
    return tallyWeight + weightOf(this.#runtime) + weightOf(this.#queueWait);
  }

  get isEmpty(): boolean {
    return this.#counts.every((count) => count === 0);
  }

  add({ state, runtimeSeconds, queueWaitSeconds }: RunOutcome): void {
    const index = indexes.get(state);
    if (index === undefined) return;
    this.#count(index, 1);
    if (runtimeSeconds !== null) (this.#runtime ??= new DurationHistogram()).add(runtimeSeconds);
    if (queueWaitSeconds !== null) (this.#queueWait ??= new DurationHistogram()).add(queueWaitSeconds);
  }

  /** Takes back what was added; does nothing when it was not. */
  remove({ state, runtimeSeconds, queueWaitSeconds }: RunOutcome): void {
    const index = indexes.get(state);
    if (index === undefined || this.#of(state) === 0) return;
    this.#count(index, -1);
    if (runtimeSeconds !== null) this.#runtime?.remove(runtimeSeconds);
    if (queueWaitSeconds !== null) this.#queueWait?.remove(queueWaitSeconds);
  }

  merge(other: OutcomeTally): void {
    this.#addCounts(other);
    if (other.#runtime !== null) (this.#runtime ??= new DurationHistogram()).merge(other.#runtime);
    if (other.#queueWait !== null) (this.#queueWait ??= new DurationHistogram()).merge(other.#queueWait);
  }

  /** Counts by final state. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      finalStates.flatMap((state) => (this.#of(state) === 0 ? [] : [[state, this.#of(state)]])),
    );
  }

  outcomes(): Outcomes {
    const succeeded = this.#of('SUCCESS');
    const failed = this.#of('FAILURE');
    const decided = succeeded + failed;
    return {
      finished: this.#counts.reduce((sum, count) => sum + count, 0),
      succeeded,
      failed,
      successRatePercent: decided === 0 ? null : percent(succeeded, decided),
      failureRatePercent: decided === 0 ? null : percent(failed, decided),
      runtime: this.#runtime?.distribution() ?? nothing,
      queueWait: this.#queueWait?.distribution() ?? nothing,
    };
  }

  #addCounts(other: OutcomeTally): void {
    for (let index = 0; index < this.#counts.length; index++)
      this.#count(index, other.#counts[index] ?? 0);
  }

  #of(state: string): number {
    return this.#counts[indexes.get(state) ?? -1] ?? 0;
  }

  #count(index: number, difference: number): void {
    this.#counts[index] = (this.#counts[index] ?? 0) + difference;
  }
}

function weightOf(histogram: DurationHistogram | null): number {
  return histogram === null ? 0 : histogramWeight + histogram.bins;
}
