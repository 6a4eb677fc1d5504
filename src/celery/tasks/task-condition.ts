/** What one filter demands of a task: a test, and the indexed tasks that pass it where an index knows them. */
import { BadUserInputError } from '../../errors.js';
import { MergedScan } from './merged-scan.js';
import type { OrderedIndex } from './ordered-index.js';
import { RangeScan, type Bound, type RangeScanOptions } from './range-scan.js';
import { SortedList } from './sorted-list.js';
import type { TaskIndexes } from './task-indexes.js';
import type { TaskRecord } from './task-record.js';
import type { TaskView } from './task-view.js';
import type { ValueIndex } from './value-index.js';
import type { ZonedRange, ZonedTime } from './zone-map.js';

/** Moments: from `after` on, and before `before`. Epoch milliseconds. */
export interface TimeRange {
  readonly after?: number | undefined;
  readonly before?: number | undefined;
}

/** Numbers: both ends belong to it. */
export interface NumberRange {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export type TaskTest = (task: TaskRecord) => boolean;

/** The tasks that pass a condition, where an index knows them. */
export interface Candidates {
  /** Exactly the tasks that pass it, in no order. */
  readonly found: { readonly size: number; readonly lists: readonly TaskView[] } | null;
  /** Lists of them in the order of first sight, together all of them. */
  readonly seen: ((descending: boolean) => TaskView) | null;
  /** What it narrows, for an order by that. */
  readonly narrows?: { readonly rank: OrderedIndex; readonly low: Bound; readonly high: Bound };
  readonly values?: { readonly index: ValueIndex; readonly values: readonly string[] };
  readonly zoned?: ZonedRange;
}

export interface Condition extends Candidates {
  readonly test: TaskTest;
}

export interface Sources {
  readonly indexes: TaskIndexes;
  readonly get: (id: string) => TaskRecord | undefined;
}

/** To merge more lists than this costs more than to look at each task. */
const maxMerged = 16;

/** No index knows them: each task is tested. */
export const unindexed: Candidates = { found: null, seen: null };

/** @param values different ones, at least one */
export function amongTest(
  values: readonly string[],
  read: (task: TaskRecord) => string | null,
): TaskTest {
  const [only] = values;
  if (values.length === 1) return (task) => read(task) === only;
  const wanted: ReadonlySet<string | null> = new Set(values);
  return (task) => wanted.has(read(task));
}

export function ofValues(index: ValueIndex, values: readonly string[]): Candidates {
  const lists = values.map((value) => index.list(value)).filter((list) => list !== undefined);
  return { ...ofLists(lists), values: { index, values } };
}

export function ofLists(lists: readonly SortedList[]): Candidates {
  const views = (descending: boolean): TaskView[] =>
    lists.map((list) => new RangeScan(list, { descending, keyed: false }));
  const [only] = lists;
  return {
    found: { size: lists.reduce((sum, { size }) => sum + size, 0), lists: views(false) },
    seen:
      lists.length > maxMerged
        ? null
        : (descending) =>
            lists.length === 1 && only !== undefined
              ? new RangeScan(only, { descending, keyed: false })
              : new MergedScan(views(descending), descending),
  };
}

/** These tasks of the store in the order of first sight. */
export function listOf(
  records: readonly (TaskRecord | undefined)[],
  { tasks }: TaskIndexes,
): SortedList {
  const list = new SortedList(tasks, false);
  for (const record of records) if (record !== undefined) list.add(record.sequence, record);
  return list;
}

export interface TimeSource {
  readonly read: (task: TaskRecord) => number | null;
  readonly index?: (indexes: TaskIndexes) => OrderedIndex;
  /** If the zone map knows the time. */
  readonly zone?: ZonedTime;
}

/**
 * @param name of the filter, for the error
 * @throws BadUserInputError for a range that ends before it begins
 */
export function timeCondition(
  name: string,
  { after, before }: TimeRange,
  { read, index, zone }: TimeSource,
  indexes: TaskIndexes,
): Condition | null {
  if (after === undefined && before === undefined) return null;
  const [low, high] = [after ?? -Infinity, before ?? Infinity];
  if (low > high) throw new BadUserInputError(`${name}: after must not be later than before`);
  const candidates =
    index === undefined
      ? unindexed
      : ranked(index(indexes), { key: low, sequence: 0 }, { key: high, sequence: 0 });
  return {
    test: (task) => {
      const value = read(task);
      return value !== null && value >= low && value < high;
    },
    ...candidates,
    ...(zone !== undefined && { zoned: { time: zone, low, high } }),
  };
}

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

export interface NumberSource {
  readonly read: (task: TaskRecord) => number | null;
  readonly candidates?: (bounds: Bounds, indexes: TaskIndexes) => Candidates;
}

/**
 * @param name of the filter, for the error
 * @throws BadUserInputError for a range that ends before it begins
 */
export function numberCondition(
  name: string,
  range: NumberRange,
  { read, candidates }: NumberSource,
  indexes: TaskIndexes,
): Condition | null {
  if (range.min === undefined && range.max === undefined) return null;
  const { min = -Infinity, max = Infinity } = range;
  if (min > max) throw new BadUserInputError(`${name}: min must not exceed max`);
  return {
    test: (task) => {
      const value = read(task);
      return value !== null && value >= min && value <= max;
    },
    ...(candidates?.({ min, max }, indexes) ?? unindexed),
  };
}

export function between(rank: OrderedIndex, { min, max }: Bounds): Candidates {
  return ranked(rank, { key: min, sequence: 0 }, { key: max, sequence: Infinity });
}

/** Those of a list that is sorted by the number. */
export function betweenIn(list: SortedList, { min, max }: Bounds): Candidates {
  const found = narrowed(list, { key: min, sequence: 0 }, { key: max, sequence: Infinity });
  return { found: { size: found.size, lists: [found] }, seen: null };
}

function ranked(rank: OrderedIndex, low: Bound, high: Bound): Candidates {
  const found = narrowed(rank.valued, low, high);
  return { found: { size: found.size, lists: [found] }, seen: null, narrows: { rank, low, high } };
}

function narrowed(list: SortedList, low: Bound, high: Bound): RangeScan {
  const options: RangeScanOptions = { descending: false, keyed: true, low, high };
  return new RangeScan(list, options);
}
