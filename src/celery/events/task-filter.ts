/** Takes a TaskFilter apart: a condition is a test, and the index that knows which tasks pass it. */
import { BadUserInputError } from '../../errors.js';
import { ListView, type Bound, type ListViewOptions } from './list-view.js';
import { SortedList } from './sorted-list.js';
import type { TaskFacet } from './task-facet.js';
import { TaskIndexes } from './task-indexes.js';
import type { TaskRank } from './task-rank.js';
import type { TaskRecord } from './task-record.js';
import { compileSearch } from './task-search.js';
import { MergedView, type TaskView } from './task-view.js';
import type { ZonedRange, ZonedTime } from './task-zones.js';
import type { NumberRange, TaskFilter, TimeRange } from './task.js';

export type TaskTest = (task: TaskRecord) => boolean;

export interface Condition {
  readonly test: TaskTest;
  /** Exactly the tasks that pass it, in no order, where an index knows them. */
  readonly found: { readonly size: number; readonly lists: readonly TaskView[] } | null;
  /** Lists of them in the order of first sight, together all of them. */
  readonly seen: ((descending: boolean) => TaskView) | null;
  /** What it narrows, for an order by that. */
  readonly narrows?: { readonly rank: TaskRank; readonly low: Bound; readonly high: Bound };
  readonly values?: { readonly facet: TaskFacet; readonly values: readonly string[] };
  readonly zoned?: ZonedRange;
}

export interface Sources {
  readonly indexes: TaskIndexes;
  readonly get: (id: string) => TaskRecord | undefined;
}

/** To merge more lists than this costs more than to look at each task. */
const maxMerged = 16;

/** @throws BadUserInputError for a range that ends before it begins, or a search that nobody would type */
export function conditionsOf(filter: TaskFilter, sources: Sources): readonly Condition[] {
  const { indexes } = sources;
  const { states, names, workers, queues, rootId, parentId, search } = filter;
  const test = search === undefined ? null : compileSearch(search);
  const conditions = [
    idsCondition(filter.ids, sources),
    rootId === undefined ? null : rootCondition(rootId, sources),
    parentId === undefined ? null : among(indexes.parents, [parentId], (task) => task.parentId),
    among(
      indexes.states,
      states?.map((state) => state.toUpperCase()),
      (task) => task.state,
    ),
    among(indexes.names, names, (task) => task.name),
    among(indexes.workers, workers, (task) => task.worker),
    among(indexes.queues, queues, (task) => task.queue),
    timeCondition('received', filter.received, indexes.received, 'receivedAt'),
    timeCondition('started', filter.started, indexes.started, 'startedAt'),
    timeCondition('finished', filter.finished, indexes.finished, 'finishedAt'),
    runtimeCondition(filter.runtimeSeconds, indexes.runtime),
    retriesCondition(filter.retries, indexes.retries),
    orphanedCondition(filter.orphaned, indexes.orphans),
    test === null ? null : { test, found: null, seen: null },
  ];
  return conditions.filter((condition) => condition !== null);
}

/** For tasks that come one by one. Null when every task passes. */
export function compileFilter(filter: TaskFilter): TaskTest | null {
  const nothing = { indexes: new TaskIndexes(), get: () => undefined };
  const tests = conditionsOf(filter, nothing).map(({ test }) => test);
  return tests.length === 0 ? null : (task) => tests.every((test) => test(task));
}

function among(
  facet: TaskFacet,
  wanted: readonly string[] | undefined,
  read: (task: TaskRecord) => string | null,
): Condition | null {
  if (wanted === undefined || wanted.length === 0) return null;
  const values: ReadonlySet<string | null> = new Set(wanted);
  const [only, ...others] = values;
  const distinct = [...values].filter((value) => value !== null);
  const lists = distinct.map((value) => facet.list(value)).filter((list) => list !== undefined);
  return {
    test: others.length === 0 ? (task) => read(task) === only : (task) => values.has(read(task)),
    ...ofLists(lists),
    values: { facet, values: distinct },
  };
}

function idsCondition(ids: readonly string[] | undefined, { get }: Sources): Condition | null {
  if (ids === undefined || ids.length === 0) return null;
  const wanted = new Set(ids);
  return {
    test: ({ id }) => wanted.has(id),
    ...ofLists([listOf([...wanted].map((id) => get(id)).filter((task) => task !== undefined))]),
  };
}

function rootCondition(rootId: string, { indexes, get }: Sources): Condition {
  const root = get(rootId);
  const others = indexes.roots.list(rootId);
  const lists = others === undefined ? [] : [others];
  if (root?.rootId === rootId) lists.push(listOf([root]));
  return { test: (task) => task.rootId === rootId, ...ofLists(lists) };
}

function ofLists(lists: readonly SortedList[]): Pick<Condition, 'found' | 'seen'> {
  const views = (descending: boolean): TaskView[] =>
    lists.map((list) => new ListView(list, { descending, keyed: false }));
  const [only] = lists;
  return {
    found: { size: lists.reduce((sum, { size }) => sum + size, 0), lists: views(false) },
    seen:
      lists.length > maxMerged
        ? null
        : (descending) =>
            lists.length === 1 && only !== undefined
              ? new ListView(only, { descending, keyed: false })
              : new MergedView(views(descending), descending),
  };
}

function timeCondition(
  field: 'received' | 'started' | 'finished',
  range: TimeRange | undefined,
  rank: TaskRank,
  time: ZonedTime,
): Condition | null {
  const { after, before } = range ?? {};
  if (after === undefined && before === undefined) return null;
  const [low, high] = [after ?? -Infinity, before ?? Infinity];
  if (low > high) throw new BadUserInputError(`${field}: after must not be later than before`);
  return {
    test: (task) => {
      const value = task[time];
      return value !== null && value >= low && value < high;
    },
    ...ranked(rank, { key: low, sequence: 0 }, { key: high, sequence: 0 }),
    zoned: { time, low, high },
  };
}

function runtimeCondition(range: NumberRange | undefined, rank: TaskRank): Condition | null {
  const bounds = boundsOf('runtimeSeconds', range);
  if (bounds === null) return null;
  const { min, max } = bounds;
  return {
    test: ({ ranSeconds }) => ranSeconds !== null && ranSeconds >= min && ranSeconds <= max,
    ...ranked(rank, { key: min, sequence: 0 }, { key: max, sequence: Infinity }),
  };
}

/** Only tasks that were tried again are indexed: the others are nearly all. */
function retriesCondition(range: NumberRange | undefined, facet: TaskFacet): Condition | null {
  const bounds = boundsOf('retries', range);
  if (bounds === null) return null;
  const { min, max } = bounds;
  const test: TaskTest = ({ retries }) => retries >= min && retries <= max;
  if (min <= 0) return { test, found: null, seen: null };
  const list = facet.list('') ?? new SortedList();
  const found = narrowed(list, { key: min, sequence: 0 }, { key: max, sequence: Infinity });
  return { test, found: { size: found.size, lists: [found] }, seen: null };
}

/** Only orphans are indexed: there are few. */
function orphanedCondition(orphaned: boolean | undefined, facet: TaskFacet): Condition | null {
  if (orphaned === undefined) return null;
  const test: TaskTest = ({ orphanedAt }) => (orphanedAt !== null) === orphaned;
  if (!orphaned) return { test, found: null, seen: null };
  const list = facet.list('all');
  return { test, ...ofLists(list === undefined ? [] : [list]) };
}

function boundsOf(
  field: string,
  range: NumberRange | undefined,
): { readonly min: number; readonly max: number } | null {
  const { min, max } = range ?? {};
  if (min === undefined && max === undefined) return null;
  const bounds = { min: min ?? -Infinity, max: max ?? Infinity };
  if (bounds.min > bounds.max) throw new BadUserInputError(`${field}: min must not exceed max`);
  return bounds;
}

function ranked(rank: TaskRank, low: Bound, high: Bound): Pick<Condition, 'found' | 'seen' | 'narrows'> {
  const found = narrowed(rank.valued, low, high);
  return { found: { size: found.size, lists: [found] }, seen: null, narrows: { rank, low, high } };
}

function narrowed(list: SortedList, low: Bound, high: Bound): ListView {
  const options: ListViewOptions = { descending: false, keyed: true, low, high };
  return new ListView(list, options);
}

function listOf(records: readonly TaskRecord[]): SortedList {
  const list = new SortedList();
  for (const record of records) list.add(record.sequence, record);
  return list;
}
