/** A classic Prometheus histogram of one series; prom-client's own looks its labels up at every value. */
export class Buckets {
  readonly bounds: readonly number[];
  /** Values in each bucket, the last one without a bound. */
  readonly #counts: Float64Array;
  #sum = 0;

  /** @param bounds ascending, finite */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  get sum(): number {
    return this.#sum;
  }

  observe(value: number): void {
    let at = 0;
    while (value > (this.bounds[at] ?? Infinity)) at++;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sum += value;
  }

  /** Values up to each bound, and at last all of them. */
  cumulative(): readonly number[] {
    let count = 0;
    return Array.from(this.#counts, (more) => (count += more));
  }
}

/** Seconds. */
export const eventLagBounds = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300] as const;
export const operationBounds = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;
