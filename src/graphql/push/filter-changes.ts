/**
 * Which filters the changed tasks may have passed, before or after. Not the tasks themselves are kept but what they have
 * in common, so that thousands of them fit: a filter may be taken for concerned that is not, never the other way round.
 */
import type { TaskFilter } from '../../celery/events/task.js';
import { Names } from './names.js';

/** What filters are known to ask for; all else that they may ask counts as fulfilled. */
export interface TaskFacets {
  readonly state: string;
  readonly name: string | null;
  readonly worker: string | null;
  readonly queue: string | null;
  readonly rootId: string | null;
  readonly parentId: string | null;
}

/** A filter as it is written in the key of a page. */
export type FacetFilter = Pick<
  TaskFilter,
  'ids' | 'states' | 'names' | 'workers' | 'queues' | 'rootId' | 'parentId'
>;

type Combination = Pick<TaskFacets, 'state' | 'name' | 'worker' | 'queue'>;

/** A cluster has so many task names, workers and queues at a time; with more of them every filter is concerned. */
const maxCombinations = 1_000;

export class FilterChanges {
  readonly #combinations = new Map<string, Combination>();
  readonly #ids = new Names();
  readonly #roots = new Names();
  readonly #parents = new Names();
  #all = false;

  add(id: string, { state, name, worker, queue, rootId, parentId }: TaskFacets): void {
    if (this.#all) return;
    this.#ids.add(id);
    if (rootId !== null) this.#roots.add(rootId);
    if (parentId !== null) this.#parents.add(parentId);
    const key = keyPart(state) + keyPart(name) + keyPart(worker) + keyPart(queue);
    if (this.#combinations.has(key)) return;
    this.#combinations.set(key, { state, name, worker, queue });
    if (this.#combinations.size > maxCombinations) this.addAll();
  }

  addAll(): void {
    this.#all = true;
    this.#combinations.clear();
  }

  absorb(other: FilterChanges): void {
    if (other.#all) this.addAll();
    if (this.#all) return;
    this.#ids.absorb(other.#ids);
    this.#roots.absorb(other.#roots);
    this.#parents.absorb(other.#parents);
    for (const [key, combination] of other.#combinations) this.#combinations.set(key, combination);
    if (this.#combinations.size > maxCombinations) this.addAll();
  }

  mayConcern(filter: FacetFilter): boolean {
    if (this.#all) return true;
    if (!allows(filter.ids, (id) => this.#ids.has(id))) return false;
    if (filter.rootId !== undefined && !this.#roots.has(filter.rootId)) return false;
    if (filter.parentId !== undefined && !this.#parents.has(filter.parentId)) return false;
    const states = filter.states?.map((state) => state.toUpperCase());
    for (const { state, name, worker, queue } of this.#combinations.values()) {
      if (
        allows(states, (wanted) => wanted === state) &&
        allows(filter.names, (wanted) => wanted === name) &&
        allows(filter.workers, (wanted) => wanted === worker) &&
        allows(filter.queues, (wanted) => wanted === queue)
      )
        return true;
    }
    return false;
  }
}

/** With its length, so that no name can look like the end of one and the begin of the next. */
function keyPart(value: string | null): string {
  return value === null ? '-' : `${value.length}:${value}`;
}

/** A list that is absent or empty is fulfilled by everything. */
function allows(wanted: readonly string[] | undefined, test: (value: string) => boolean): boolean {
  return wanted === undefined || wanted.length === 0 || wanted.some(test);
}
