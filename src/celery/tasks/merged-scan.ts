/** Several lists in the order of first sight, walked as one. A task is in one of them at most. */
import type { TaskView, TaskWalk, WalkOptions } from './task-view.js';

export class MergedScan implements TaskView {
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
