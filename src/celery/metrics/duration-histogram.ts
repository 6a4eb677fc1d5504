/**
 * How durations are spread: a DDSketch, whose percentiles are off by a fixed part of their value at most, and which
 * merges without loss. The library's own store keeps every bin between the smallest and the largest value; thousands
 * of histograms with a few values each need a sparse one.
 */
import { DDSketch } from '@datadog/sketches-js';

/** A percentile is at most this part of its value away from one that was measured. */
export const relativeError = 0.01;

const { mapping } = new DDSketch({ relativeAccuracy: relativeError });

/** Seconds. What is shorter counts as 0, what is longer as this; no more than 1,730 bins lie between. */
const shortest = 1e-6;
const longest = 1e9;
const zeroKey = mapping.key(shortest) - 1;

/** Seconds; null when nothing was measured. */
export interface Distribution {
  readonly count: number;
  readonly avgSeconds: number | null;
  readonly p50Seconds: number | null;
  readonly p95Seconds: number | null;
  readonly p99Seconds: number | null;
  readonly maxSeconds: number | null;
}

/** Room to add up in, by key; all zero between uses. */
const scratch = new Float64Array(mapping.key(longest) - zeroKey + 1);

export class DurationHistogram {
  /** Ascending, and beside it how many values each bin has: at least one. */
  #keys: number[] = [];
  #counts: number[] = [];
  #count = 0;
  #sum = 0;
  #max = 0;

  /** A new one with all that the parts hold; of many parts it is faster than merging each. */
  static sum(parts: readonly DurationHistogram[]): DurationHistogram {
    const sum = new DurationHistogram();
    let [low, high] = [Infinity, -Infinity];
    for (const part of parts) {
      const [keys, counts] = [part.#keys, part.#counts];
      if (keys.length === 0) continue;
      for (let at = 0; at < keys.length; at++) {
        const index = (keys[at] ?? 0) - zeroKey;
        scratch[index] = (scratch[index] ?? 0) + (counts[at] ?? 0);
      }
      low = Math.min(low, keys[0] ?? Infinity);
      high = Math.max(high, keys.at(-1) ?? -Infinity);
      sum.#count += part.#count;
      sum.#sum += part.#sum;
      sum.#max = Math.max(sum.#max, part.#max);
    }
    for (let key = low; key <= high; key++) {
      const count = scratch[key - zeroKey] ?? 0;
      if (count === 0) continue;
      sum.#keys.push(key);
      sum.#counts.push(count);
      scratch[key - zeroKey] = 0;
    }
    return sum;
  }

  /** How much memory it takes, in bins. */
  get bins(): number {
    return this.#keys.length;
  }

  get count(): number {
    return this.#count;
  }

  /** @param seconds negative ones count as 0 */
  add(seconds: number): void {
    const value = clamp(seconds);
    this.#fill(keyOf(value), 1);
    this.#count++;
    this.#sum += value;
    this.#max = Math.max(this.#max, value);
  }

  /** Takes back what was added; does nothing when there is no such value. */
  remove(seconds: number): void {
    const value = clamp(seconds);
    const key = keyOf(value);
    const at = this.#position(key);
    if (this.#keys[at] !== key) return;
    const left = (this.#counts[at] ?? 0) - 1;
    if (left > 0) {
      this.#counts[at] = left;
    } else {
      this.#keys.splice(at, 1);
      this.#counts.splice(at, 1);
    }
    this.#count--;
    this.#sum = this.#count === 0 ? 0 : this.#sum - value;
    // Which value is the largest now is not known, but none is larger than its bin.
    const largest = this.#keys.at(-1) ?? zeroKey;
    if (largest < keyOf(this.#max)) this.#max = upperEdge(largest);
  }

  merge(other: DurationHistogram): void {
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#max = Math.max(this.#max, other.#max);
    if (other.#keys.length * 8 < this.#keys.length) {
      for (const [at, key] of other.#keys.entries()) this.#fill(key, other.#counts[at] ?? 0);
    } else {
      this.#zip(other.#keys, other.#counts);
    }
  }

  distribution(): Distribution {
    const isEmpty = this.#count === 0;
    return {
      count: this.#count,
      avgSeconds: isEmpty ? null : this.#sum / this.#count,
      p50Seconds: this.percentile(0.5),
      p95Seconds: this.percentile(0.95),
      p99Seconds: this.percentile(0.99),
      maxSeconds: isEmpty ? null : this.#max,
    };
  }

  /**
   * By nearest rank, within `relativeError`; null when nothing was measured.
   * @param quantile 0-1
   */
  percentile(quantile: number): number | null {
    if (this.#count === 0) return null;
    const rank = Math.max(1, Math.ceil(quantile * this.#count));
    let seen = 0;
    for (let at = 0; at < this.#keys.length; at++) {
      seen += this.#counts[at] ?? 0;
      if (seen >= rank) return Math.min(this.#max, valueOf(this.#keys[at] ?? zeroKey));
    }
    return this.#max;
  }

  #fill(key: number, count: number): void {
    const at = this.#position(key);
    if (this.#keys[at] === key) {
      this.#counts[at] = (this.#counts[at] ?? 0) + count;
    } else {
      this.#keys.splice(at, 0, key);
      this.#counts.splice(at, 0, count);
    }
  }

  #zip(theirKeys: readonly number[], theirCounts: readonly number[]): void {
    const [myKeys, myCounts] = [this.#keys, this.#counts];
    const keys: number[] = [];
    const counts: number[] = [];
    let [mine, theirs] = [0, 0];
    while (mine < myKeys.length || theirs < theirKeys.length) {
      const a = myKeys[mine] ?? Infinity;
      const b = theirKeys[theirs] ?? Infinity;
      let count = 0;
      if (a <= b) count += myCounts[mine++] ?? 0;
      if (b <= a) count += theirCounts[theirs++] ?? 0;
      keys.push(Math.min(a, b));
      counts.push(count);
    }
    this.#keys = keys;
    this.#counts = counts;
  }

  /** Where the key is, or belongs. */
  #position(key: number): number {
    let [from, to] = [0, this.#keys.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#keys[middle] ?? 0) < key) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

function clamp(seconds: number): number {
  return Math.min(longest, Math.max(0, seconds));
}

function keyOf(value: number): number {
  return value < shortest ? zeroKey : mapping.key(value);
}

function valueOf(key: number): number {
  return key === zeroKey ? 0 : mapping.value(key);
}

/** The value of a bin is as far from its upper edge, in parts of that edge, as percentiles may be off. */
function upperEdge(key: number): number {
  return valueOf(key) / (1 - relativeError);
}
