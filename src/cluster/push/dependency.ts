/** What an answer depends on, and so which changes make it wrong. The entry of a cache keeps it. */
import { changeKinds } from './changes.js';
import type { ChangeKind, Changes } from './changes.js';
import type { ComparedFilter } from './filter-changes.js';

/** How often events may drop an entry: often where memory answers, less often where the cluster must be asked. */
export type DropInterval = 'memory' | 'cluster';

/** By kind of change: the name that an answer is about, or null for any name. */
export type DependencyNames = { readonly [kind in ChangeKind]?: string | null } & {
  /** The answer is the tasks that pass this filter. */
  readonly tasksMatching?: ComparedFilter;
};

export class Dependency {
  readonly dropInterval: DropInterval;
  readonly topics: readonly (readonly [ChangeKind, string | null])[];
  readonly #filter: ComparedFilter | undefined;

  constructor(dropInterval: DropInterval, { tasksMatching, ...names }: DependencyNames) {
    this.dropInterval = dropInterval;
    this.topics = changeKinds.flatMap((kind) => {
      const name = names[kind];
      return name === undefined ? [] : [[kind, name] as const];
    });
    this.#filter = tasksMatching;
  }

  isAffectedBy({ names, filters }: Changes): boolean {
    if (this.#filter !== undefined && filters.mayConcern(this.#filter)) return true;
    return this.topics.some(([kind, name]) =>
      name === null ? !names[kind].isEmpty : names[kind].has(name),
    );
  }
}

/** Of an answer of which nothing better is known. */
export const anyChange = new Dependency('cluster', { task: null, worker: null, queue: null });

/** @param kept what an entry of a cache keeps */
export function dependencyOf(kept: unknown): Dependency {
  return kept instanceof Dependency ? kept : anyChange;
}
