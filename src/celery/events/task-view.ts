/** Tasks in the order in which they are listed, to be walked from any place in either direction. */
import type { TaskRecord } from './task-record.js';
import type { TaskPosition } from './task.js';

export interface WalkOptions {
  /** Null starts at the end that the direction comes from. */
  readonly from: TaskPosition | null;
  /** Against the order. */
  readonly backward: boolean;
  /** Whether a task that stands at `from` itself belongs to the walk. */
  readonly inclusive: boolean;
}

export interface TaskWalk {
  next(): TaskRecord | undefined;
  /** Goes on with the task that has this sequence number, or with the first behind it. */
  skipTo?(sequence: number): void;
}

/** Valid until the next change of the tasks. */
export interface TaskView {
  readonly size: number;
  walk(options: WalkOptions): TaskWalk;
}

/** Several lists in the order of first sight, as one: no task is in two of them. */
export class MergedView implements TaskView {
  readonly #views: readonly TaskView[];
  readonly #descending: boolean;

  constructor(views: readonly TaskView[], descending: boolean) {
    this.#views = views;
    this.#descending = descending;
  }

  get size(): number {
    return this.#views.reduce((sum, { size }) => sum + size, 0);
  }

  walk(options: WalkOptions): TaskWalk {
    const sign = this.#descending === options.backward ? 1 : -1;
    const walks = this.#views.map((view) => view.walk(options));
    const heads = walks.map((walk) => walk.next());
    return {
      next: () => {
        let nearest = -1;
        let least = Infinity;
        for (let at = 0; at < heads.length; at++) {
          const place = sign * (heads[at]?.sequence ?? sign * Infinity);
          if (place < least) [nearest, least] = [at, place];
        }
        const record = heads[nearest];
        if (record !== undefined) heads[nearest] = walks[nearest]?.next();
        return record;
      },
      skipTo: (sequence) => {
        for (const [at, walk] of walks.entries()) {
          if (sign * (heads[at]?.sequence ?? sign * Infinity) >= sign * sequence) continue;
          walk.skipTo?.(sequence);
          heads[at] = walk.next();
        }
      },
    };
  }
}

/** Where a place lies among the parts of a view. */
export interface PartPlace {
  readonly part: number;
  /** False when it lies before the whole part. */
  readonly inside: boolean;
}

export interface ChainedViewOptions {
  readonly size: number;
  readonly parts: number;
  /** Made when the walk comes there; null for one that is empty. */
  readonly part: (at: number) => TaskView | null;
  readonly placeOf: (position: TaskPosition) => PartPlace;
}

/** One view after the other. */
export class ChainedView implements TaskView {
  readonly #options: ChainedViewOptions;

  constructor(options: ChainedViewOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#options.size;
  }

  walk({ from, backward, inclusive }: WalkOptions): TaskWalk {
    const { parts, part, placeOf } = this.#options;
    const step = backward ? -1 : 1;
    let at = backward ? parts - 1 : 0;
    let within: TaskPosition | null = null;
    if (from !== null) {
      const place = placeOf(from);
      if (place.inside) within = from;
      at = place.part - (backward && !place.inside ? 1 : 0);
    }
    let walk = part(at)?.walk({ from: within, backward, inclusive });
    return {
      next: () => {
        for (;;) {
          const record = walk?.next();
          if (record !== undefined) return record;
          at += step;
          if (at < 0 || at >= parts) return undefined;
          walk = part(at)?.walk({ from: null, backward, inclusive });
        }
      },
    };
  }
}
