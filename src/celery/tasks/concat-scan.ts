/** Several views, walked one after the other. */
import type { TaskView, TaskWalk, WalkOptions } from './task-view.js';
import type { TaskPosition } from './task.js';

/** Where a place lies among the parts of a view. */
export interface PartPlace {
  readonly part: number;
  /** False when it lies before the whole part. */
  readonly inside: boolean;
}

export interface ConcatScanOptions {
  readonly size: number;
  readonly parts: number;
  /** Made when the walk comes there; null for one that is empty. */
  readonly part: (at: number) => TaskView | null;
  readonly placeOf: (position: TaskPosition) => PartPlace;
}

export class ConcatScan implements TaskView {
  readonly #options: ConcatScanOptions;

  constructor(options: ConcatScanOptions) {
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
