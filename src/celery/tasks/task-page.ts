/** Cuts a page out of tasks in an order. Pages begin and end at places, so what joins or leaves does not shift them. */
import type { TaskTest } from './task-condition.js';
import type { TaskRecord } from './task-record.js';
import type { TaskView, TaskWalk } from './task-view.js';
import type { ZoneMap, ZonedRange } from './zone-map.js';
import type { TaskPosition, TaskSlice } from './task.js';

export interface RecordPage {
  readonly records: readonly TaskRecord[];
  readonly hasPreviousPage: boolean;
  readonly hasNextPage: boolean;
}

/** What a page is cut from, and in which direction: the same code walks from either end. */
interface Cut {
  readonly limit: number;
  readonly from: TaskPosition | undefined;
  readonly to: TaskPosition | undefined;
  readonly backward: boolean;
}

interface Piece {
  readonly records: TaskRecord[];
  readonly hasBefore: boolean;
  readonly hasMore: boolean;
}

/** `after` and `before` bound the range, then `first` keeps its beginning and `last` the end of what is left. */
export function pageOf(slice: TaskSlice, cut: (cut: Cut) => Piece): RecordPage {
  const { first, after, last, before } = slice;
  if (first === undefined && last !== undefined) {
    const piece = cut({ limit: last, from: before, to: after, backward: true });
    const { records, hasBefore, hasMore } = piece;
    return { records: records.reverse(), hasPreviousPage: hasMore, hasNextPage: hasBefore };
  }
  const { records, hasBefore, hasMore } = cut({
    limit: first ?? Infinity,
    from: after,
    to: before,
    backward: false,
  });
  const over = last === undefined ? 0 : Math.max(0, records.length - last);
  return {
    records: records.slice(over),
    hasPreviousPage: hasBefore || over > 0,
    hasNextPage: hasMore,
  };
}

export interface WalkedOptions {
  readonly view: TaskView;
  /** What the view does not see to. */
  readonly tests: readonly TaskTest[];
  /** Compares a record with a position: negative if the record comes first. */
  readonly compare: (record: TaskRecord, position: TaskPosition) => number;
  readonly zones: ZoneMap;
  readonly ranges: readonly ZonedRange[];
  readonly descending: boolean;
  /** After so many tasks it is given up. */
  readonly budget: number;
}

/** Walks until the page is full. Null when that takes more than the budget: what is wanted is few and far between. */
export function walkedPage(slice: TaskSlice, options: WalkedOptions): RecordPage | null {
  const { view, tests, compare } = options;
  const budget = { left: options.budget };
  const piece = ({ limit, from, to, backward }: Cut): Piece => {
    const sign = backward ? -1 : 1;
    const walk = view.walk({ from: from ?? null, backward, inclusive: false });
    const next = passing(walk, backward, options, budget);
    const records: TaskRecord[] = [];
    let hasMore = false;
    for (let record = next(); record !== undefined; record = next()) {
      hasMore = records.length >= limit || (to !== undefined && sign * compare(record, to) >= 0);
      if (hasMore) break;
      records.push(record);
    }
    if (from === undefined) return { records, hasBefore: false, hasMore };
    const back = view.walk({ from, backward: !backward, inclusive: true });
    const hasBefore = passing(back, !backward, options, budget)() !== undefined;
    return { records, hasBefore, hasMore };
  };
  if (tests.length === 0) budget.left = Infinity;
  const page = pageOf(slice, piece);
  return budget.left < 0 ? null : page;
}

function passing(
  walk: TaskWalk,
  backward: boolean,
  { tests, zones, ranges, descending }: WalkedOptions,
  budget: { left: number },
): () => TaskRecord | undefined {
  const upwards = descending === backward;
  const skips = ranges.length > 0 && walk.skipTo !== undefined;
  return () => {
    for (let record = walk.next(); record !== undefined; record = walk.next()) {
      if (budget.left-- <= 0) return undefined;
      if (holds(tests, record)) return record;
      if (!skips) continue;
      const to = zones.skip(record.sequence, upwards, ranges);
      if (to !== record.sequence) walk.skipTo?.(to);
    }
    return undefined;
  };
}

export function holds(tests: readonly TaskTest[], record: TaskRecord): boolean {
  for (const test of tests) if (!test(record)) return false;
  return true;
}

/** The page of tasks that are all at hand, in no order. */
export function gatheredPage(
  slice: TaskSlice,
  all: readonly TaskRecord[],
  compareRecords: (a: TaskRecord, b: TaskRecord) => number,
  compare: (record: TaskRecord, position: TaskPosition) => number,
): RecordPage {
  return pageOf(slice, ({ limit, from, to, backward }) => {
    const sign = backward ? -1 : 1;
    const behind = from === undefined ? all : all.filter((record) => sign * compare(record, from) > 0);
    const found = foremost(behind, limit + 1, (a, b) => sign * compareRecords(a, b));
    const within = to === undefined ? found : found.filter((record) => sign * compare(record, to) < 0);
    const records = within.slice(0, limit);
    return {
      records,
      hasBefore: behind.length < all.length,
      hasMore: records.length < found.length,
    };
  });
}

/** The first `count` of them, sorted. Few of many are found without sorting the many. */
function foremost(
  records: readonly TaskRecord[],
  count: number,
  compare: (a: TaskRecord, b: TaskRecord) => number,
): TaskRecord[] {
  if (count * 4 >= records.length) return records.toSorted(compare).slice(0, count);
  let kept: TaskRecord[] = [];
  let last: TaskRecord | undefined;
  for (const record of records) {
    if (last !== undefined && compare(record, last) >= 0) continue;
    kept.push(record);
    if (kept.length < count * 2) continue;
    kept = kept.sort(compare).slice(0, count);
    last = kept.at(-1);
  }
  return kept.sort(compare).slice(0, count);
}
