/**
 * Which filters the changed tasks may have passed, before or after. Not the tasks themselves are kept but what they have
 * in common, so that thousands of them fit: a filter may be taken for concerned that is not, never the other way round.
 */
import { valueFilters } from '../../celery/tasks/task-filter.js';
import type { TaskFilter, ValueFilterName } from '../../celery/tasks/task-filter.js';
import type { TaskBefore } from '../../celery/tasks/task-record.js';
import { NameSet } from './name-set.js';

/** The filters that are compared; all else that a filter asks for counts as fulfilled. */
export type ComparedFilter = Pick<TaskFilter, ValueFilterName>;

const compared = valueFilters.flatMap(({ name, wanted, comparison }) =>
  comparison === null ? [] : [{ name, wanted, ...comparison }],
);
/** Compared together: a task has to have one value of each. */
const withFewValues = compared.filter(({ distinct }) => distinct === 'few');
/** Compared each for itself. */
const withManyValues = compared.filter(({ distinct }) => distinct === 'many');

/** The values of a task, in the order of `withFewValues`. */
type Combination = readonly (string | null)[];

/** A cluster has so many task names, workers and queues at a time; with more of them every filter is concerned. */
const maxCombinations = 1_000;

export class FilterChanges {
  readonly #combinations = new Map<string, Combination>();
  readonly #values = withManyValues.map((filter) => ({ ...filter, values: new NameSet() }));
  #all = false;

  add(task: TaskBefore): void {
    if (this.#all) return;
    for (const { read, values } of this.#values) {
      const value = read(task);
      if (value !== null) values.add(value);
    }
    let key = '';
    for (const { read } of withFewValues) key += keyPart(read(task));
    if (this.#combinations.has(key)) return;
    this.#combinations.set(
      key,
      withFewValues.map(({ read }) => read(task)),
    );
    if (this.#combinations.size > maxCombinations) this.addAll();
  }

  addAll(): void {
    this.#all = true;
    this.#combinations.clear();
  }

  absorb(other: FilterChanges): void {
    if (other.#all) this.addAll();
    if (this.#all) return;
    for (const [at, { values }] of this.#values.entries()) {
      const others = other.#values[at]?.values;
      if (others !== undefined) values.absorb(others);
    }
    for (const [key, combination] of other.#combinations) this.#combinations.set(key, combination);
    if (this.#combinations.size > maxCombinations) this.addAll();
  }

  mayConcern(filter: ComparedFilter): boolean {
    if (this.#all) return true;
    const wantedOf = ({ name, wanted }: (typeof compared)[number]): readonly string[] =>
      wanted(filter[name] ?? []);
    for (const { values, ...row } of this.#values)
      if (!allows(wantedOf(row), (value) => values.has(value))) return false;
    const wanted = withFewValues.map(wantedOf);
    for (const combination of this.#combinations.values())
      if (wanted.every((values, at) => allows(values, (value) => value === combination[at])))
        return true;
    return false;
  }
}

/** With its length, so that no name can look like the end of one and the begin of the next. */
function keyPart(value: string | null): string {
  return value === null ? '-' : `${value.length}:${value}`;
}

/** A list that is empty is fulfilled by everything. */
function allows(wanted: readonly string[], test: (value: string) => boolean): boolean {
  return wanted.length === 0 || wanted.some(test);
}
