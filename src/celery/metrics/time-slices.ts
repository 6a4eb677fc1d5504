/**
 * A history that grows coarser with age, so that any window up to its whole length is a merge of a few slices: no
 * slice is longer than a fixed part of its age. Slices of a level are twice as long as those of the level below, and
 * become their neighbour's as they grow old.
 */

/** Milliseconds after now that a time may have; a later one is taken for this one. */
const latestMs = 60_000;

export interface Mergeable<S> {
  /** May take over what the other holds: it is not used any more. */
  merge(other: S): void;
}

export interface TimeSlicesOptions<S> {
  /** Length of the newest slices, milliseconds. */
  readonly shortest: number;
  /** A slice is at most one part in this many of its age, unless it is of the shortest. */
  readonly resolution: number;
  /** How far back, milliseconds. */
  readonly longest: number;
  readonly create: () => S;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export class TimeSlices<S extends Mergeable<S>> {
  readonly #options: TimeSlicesOptions<S>;
  /** Slices by level and by their number, which is their start divided by their length. */
  readonly #levels: Map<number, S>[];
  /** Start of the slices of each level; earlier ones have moved to the next level. */
  readonly #starts: number[];
  /** Length of a slice of each level, in milliseconds. */
  readonly #lengths: readonly number[];
  #now = 0;

  constructor(options: TimeSlicesOptions<S>) {
    this.#options = options;
    const { longest, shortest, resolution } = options;
    const count = Math.max(1, Math.ceil(Math.log2(longest / (shortest * resolution))) + 1);
    this.#levels = Array.from({ length: count }, () => new Map<number, S>());
    this.#lengths = this.#levels.map((_, depth) => shortest * 2 ** depth);
    this.#starts = Array.from({ length: count }, () => -Infinity);
  }

  get size(): number {
    return this.#levels.reduce((sum, level) => sum + level.size, 0);
  }

  /**
   * The slice of that time, as long as it is now; null for a time that is too long ago. Senders' clocks may be ahead
   * of ours: from the future up to a minute is kept apart, so that the slices stay few.
   * @param time epoch milliseconds
   */
  at(time: number): S | null {
    this.advance();
    const place = this.#placeOf(time);
    if (place === null) return null;
    const { level, number } = place;
    const known = level.get(number);
    if (known !== undefined) return known;
    const slice = this.#options.create();
    level.set(number, slice);
    return slice;
  }

  /** The same, unless there is none. */
  find(time: number): S | null {
    this.advance();
    const place = this.#placeOf(time);
    return place?.level.get(place.number) ?? null;
  }

  /** Newest level first: the slices of which the larger part is at that time or later. */
  *since(time: number): IterableIterator<S> {
    this.advance();
    for (const [depth, level] of this.#levels.entries()) {
      const length = this.#lengths[depth] ?? NaN;
      for (const [number, slice] of level) if ((number + 0.5) * length >= time) yield slice;
    }
  }

  *oldestFirst(): IterableIterator<S> {
    for (const level of this.#levels.toReversed()) {
      const numbers = [...level.keys()].sort((a, b) => a - b);
      for (const number of numbers) {
        const slice = level.get(number);
        if (slice !== undefined) yield slice;
      }
    }
  }

  /** Lets slices grow old; true when some have. The clock may be set back, but nothing grows younger. */
  advance(): boolean {
    const now = this.#options.clock();
    if (now <= this.#now) return false;
    this.#now = now;
    let moved = false;
    for (const [depth, level] of this.#levels.entries()) {
      const length = this.#lengths[depth] ?? NaN;
      const above = this.#levels[depth + 1];
      const whole = above === undefined ? length : 2 * length;
      const age = above === undefined ? this.#options.longest : this.#options.resolution * length;
      const start = Math.floor((now - age) / whole) * whole;
      if (start === this.#starts[depth]) continue;
      this.#starts[depth] = start;
      for (const [number, slice] of level) {
        if (number * length >= start) continue;
        level.delete(number);
        moved = true;
        if (above !== undefined) pour(slice, above, Math.floor(number / 2));
      }
    }
    return moved;
  }

  #placeOf(time: number): { readonly level: Map<number, S>; readonly number: number } | null {
    const sane = Math.min(time, this.#now + latestMs);
    const depth = this.#starts.findIndex((start) => sane >= start);
    const level = this.#levels[depth];
    if (level === undefined) return null;
    return { level, number: Math.floor(sane / (this.#lengths[depth] ?? NaN)) };
  }
}

function pour<S extends Mergeable<S>>(slice: S, into: Map<number, S>, number: number): void {
  const neighbour = into.get(number);
  if (neighbour === undefined) into.set(number, slice);
  else neighbour.merge(slice);
}
