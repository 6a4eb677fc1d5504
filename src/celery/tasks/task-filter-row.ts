/** What a row of the table of filters has, by the kind of its value. */
import {
  amongTest,
  listOf,
  numberCondition,
  ofLists,
  ofValues,
  timeCondition,
  unindexed,
  type Candidates,
  type Condition,
  type NumberRange,
  type NumberSource,
  type Sources,
  type TimeRange,
  type TimeSource,
} from './task-condition.js';
import type { SortedList } from './sorted-list.js';
import type { TaskIndexes } from './task-indexes.js';
import type { TaskBefore, TaskRecord } from './task-record.js';
import type { ValueIndex } from './value-index.js';

/** What each kind of filter takes. A list is satisfied by any of its members; an empty one by every task. */
export interface FilterValues {
  readonly id: string;
  readonly ids: readonly string[];
  readonly states: readonly string[];
  readonly texts: readonly string[];
  readonly times: TimeRange;
  readonly numbers: NumberRange;
  readonly integers: NumberRange;
  readonly flag: boolean;
  readonly text: string;
}
export type FilterKind = keyof FilterValues;
export type ValueKind = 'id' | 'ids' | 'states' | 'texts';

export interface Descriptions {
  /** For clients, in `TaskFilter`. */
  readonly description: string;
  /** The same in `TaskEventFilter`, which takes that of `TaskFilter` by default; false if it has no such filter. */
  readonly onEvents?: string | false;
  /** A deprecated name under which clients may still give it. */
  readonly formerName?: string;
}

export interface FilterRow<K extends FilterKind> extends Descriptions {
  readonly kind: K;
  /**
   * Null if every task passes.
   * @param name of the filter, for errors
   * @throws BadUserInputError for a value that makes no sense
   */
  readonly condition: (value: FilterValues[K], sources: Sources, name: string) => Condition | null;
}

/** How events find out which answers may have changed: by a value that is known of a task before and after a change. */
export interface Comparison {
  /** How many different values the tasks of a cluster have at a time. */
  readonly distinct: 'few' | 'many';
  readonly read: (task: TaskBefore) => string | null;
}

export interface ValueRow<K extends ValueKind> extends FilterRow<K> {
  /** Null if any changed task may pass. */
  readonly comparison: Comparison | null;
  /** The values that pass. */
  readonly wanted: (value: string | readonly string[]) => readonly string[];
}

type ValueOptions = Descriptions &
  (Comparison | { readonly distinct?: never; readonly read: (task: TaskRecord) => string | null }) & {
    readonly index?: (indexes: TaskIndexes) => ValueIndex;
    /** The tasks with these values, where no index has them all. */
    readonly lists?: (values: readonly string[], sources: Sources) => readonly SortedList[];
    /** A value as tasks have it, where clients may write it otherwise. */
    readonly canonical?: (value: string) => string;
  };

/** Tasks with one of the values wanted. */
export function byValue<K extends ValueKind>(
  kind: K,
  { index, lists, canonical, ...row }: ValueOptions,
): ValueRow<K> {
  const wanted: ValueRow<K>['wanted'] = (value) => {
    const values = typeof value === 'string' ? [value] : value;
    return canonical === undefined ? values : values.map(canonical);
  };
  const candidates = (values: readonly string[], sources: Sources): Candidates => {
    if (lists !== undefined) return ofLists(lists(values, sources));
    return index === undefined ? unindexed : ofValues(index(sources.indexes), values);
  };
  return {
    ...row,
    kind,
    comparison: row.distinct === undefined ? null : { distinct: row.distinct, read: row.read },
    wanted,
    condition: (value, sources) => {
      const values = [...new Set(wanted(value))];
      if (values.length === 0) return null;
      return { test: amongTest(values, row.read), ...candidates(values, sources) };
    },
  };
}

/** Tasks whose time is in a range. */
export function byTime(options: Descriptions & TimeSource): FilterRow<'times'> {
  return {
    ...options,
    kind: 'times',
    condition: (range, { indexes }, name) => timeCondition(name, range, options, indexes),
  };
}

/** Tasks whose number is in a range. */
export function byNumber<K extends 'numbers' | 'integers'>(
  kind: K,
  options: Descriptions & NumberSource,
): FilterRow<K> {
  return {
    ...options,
    kind,
    condition: (range, { indexes }, name) => numberCondition(name, range, options, indexes),
  };
}

type FlagOptions = Descriptions & {
  readonly read: (task: TaskRecord) => boolean;
  /** Of the tasks for which it is true. */
  readonly list?: (indexes: TaskIndexes) => SortedList | undefined;
};

/** Tasks for which something is true, or is not. */
export function byFlag({ read, list, ...descriptions }: FlagOptions): FilterRow<'flag'> {
  return {
    ...descriptions,
    kind: 'flag',
    condition: (wanted, { indexes }) => ({
      test: (task) => read(task) === wanted,
      ...(wanted && list !== undefined ? ofLists([list(indexes) ?? listOf([], indexes)]) : unindexed),
    }),
  };
}
