/**
 * Answers a page of tasks in about the time that the page takes. Where an index has the tasks in the order wanted,
 * it is walked until the page is full. Where too few of those it shows pass the filter, the tasks that pass its
 * narrowest condition are gathered instead (task-scan.ts): in slices, since these may be all.
 */
import type { SlicedWork } from '../../slices.js';
import { RangeScan } from './range-scan.js';
import type { Condition, Sources } from './task-condition.js';
import { conditionsOf, type TaskFilter } from './task-filter.js';
import type { ValueIndex } from './value-index.js';
import { comparePlaces, compareRecords, positionOf } from './task-order.js';
import { gatheredPage, walkedPage, type RecordPage } from './task-page.js';
import type { OrderedIndex } from './ordered-index.js';
import type { TaskRecord } from './task-record.js';
import { passingTasks, type ScanSource } from './task-scan.js';
import { ConcatScan } from './concat-scan.js';
import type { TaskView } from './task-view.js';
import { newestFirst, type TaskOrder, type TaskPosition, type TaskSlice } from './task.js';

export interface FoundPage extends RecordPage {
  readonly totalCount: number | null;
}

export type QuerySources = Sources & ScanSource;

/** Gathering fewer than this is never worth avoiding. */
const fewSteps = 512;
/** More are not looked at without an interruption. */
const longestWalk = 4_096;

/** @throws BadUserInputError for a filter that makes no sense */
export function* queryTasks(
  filter: TaskFilter,
  slice: TaskSlice,
  sources: QuerySources,
): SlicedWork<FoundPage> {
  const order = slice.order ?? newestFirst;
  const query = new TaskQuery(conditionsOf(filter, sources), order, sources);
  return yield* query.run(slice);
}

/**
 * How many tasks a query looks at in the worst case, besides those of its page: all that pass the narrowest of its
 * conditions, unless an index knows the answer.
 * @throws BadUserInputError for a filter that makes no sense
 */
export function tasksLookedAt(filter: TaskFilter, sources: Sources): number {
  const conditions = conditionsOf(filter, sources);
  const [only, ...others] = conditions;
  if (only === undefined || (others.length === 0 && only.found !== null)) return 0;
  const sizes = conditions.map(({ found }) => found?.size ?? Infinity);
  return Math.min(sources.indexes.seen.size, ...sizes);
}

/** A view, and which conditions all of its tasks pass. */
interface Path {
  readonly view: TaskView;
  readonly covers: Condition | null;
}

class TaskQuery {
  readonly #conditions: readonly Condition[];
  readonly #order: TaskOrder;
  readonly #sources: QuerySources;
  readonly #descending: boolean;

  constructor(conditions: readonly Condition[], order: TaskOrder, sources: QuerySources) {
    this.#conditions = conditions;
    this.#order = order;
    this.#sources = sources;
    this.#descending = order.direction === 'DESC';
  }

  *run(slice: TaskSlice): SlicedWork<FoundPage> {
    const counts = slice.totalCount !== false;
    const known = this.#knownCount();
    if (counts && known === null) {
      const passing = yield* this.#gather();
      return { ...this.#pageOf(passing, slice), totalCount: passing.length };
    }
    const page = this.#walk(slice);
    if (page !== null) return { ...page, totalCount: counts ? known : null };
    const passing = yield* this.#gather();
    return { ...this.#pageOf(passing, slice), totalCount: counts ? passing.length : null };
  }

  /** The candidates that one index yields. */
  #knownCount(): number | null {
    const [only, ...others] = this.#conditions;
    if (only === undefined) return this.#sources.indexes.seen.size;
    return others.length === 0 ? (only.found?.size ?? null) : null;
  }

  #narrowest(): Condition | null {
    let narrowest: Condition | null = null;
    for (const condition of this.#conditions) {
      if (condition.found === null) continue;
      if (condition.found.size < (narrowest?.found?.size ?? Infinity)) narrowest = condition;
    }
    return narrowest;
  }

  #gather(): SlicedWork<readonly TaskRecord[]> {
    const narrowest = this.#narrowest();
    const lists = narrowest?.found?.lists ?? [this.#seenView()];
    return passingTasks(lists, {
      tests: this.#testsBut(narrowest),
      allTests: this.#testsBut(null),
      source: this.#sources,
    });
  }

  #walk(slice: TaskSlice): RecordPage | null {
    const { view, covers } = this.#path();
    const narrowest = this.#narrowest();
    const gathered = narrowest?.found?.size ?? Infinity;
    return walkedPage(slice, {
      view,
      tests: this.#testsBut(covers),
      compare: this.#compare(),
      zones: this.#sources.indexes.zones,
      ranges: this.#conditions.flatMap(({ zoned }) => zoned ?? []),
      descending: this.#descending,
      budget: Math.min(Math.max(fewSteps, gathered / 2), longestWalk),
    });
  }

  #pageOf(passing: readonly TaskRecord[], slice: TaskSlice): RecordPage {
    return gatheredPage(slice, passing, compareRecords(this.#order), this.#compare());
  }

  #compare(): (record: TaskRecord, position: TaskPosition) => number {
    const { field } = this.#order;
    const compare = comparePlaces(this.#descending);
    return (record, { key, sequence }) =>
      compare(positionOf(record, field).key, record.sequence, key, sequence);
  }

  #testsBut(covered: Condition | null): Condition['test'][] {
    return this.#conditions.filter((condition) => condition !== covered).map(({ test }) => test);
  }

  #path(): Path {
    const { indexes } = this.#sources;
    switch (this.#order.field) {
      case 'SEEN':
        return this.#seenPath();
      case 'RECEIVED':
        return this.#rankPath(indexes.received);
      case 'STARTED':
        return this.#rankPath(indexes.started);
      case 'FINISHED':
        return this.#rankPath(indexes.finished);
      case 'RUNTIME':
        return this.#rankPath(indexes.runtime);
      case 'QUEUE_WAIT':
        return this.#rankPath(indexes.queueWait);
      case 'NAME':
        return this.#valuePath(indexes.names);
      case 'STATE':
        return this.#valuePath(indexes.states);
    }
  }

  #seenView(): TaskView {
    return new RangeScan(this.#sources.indexes.seen, { descending: this.#descending, keyed: false });
  }

  #seenPath(): Path {
    let covers: Condition | null = null;
    for (const condition of this.#conditions) {
      if (condition.seen === null) continue;
      if ((condition.found?.size ?? Infinity) < (covers?.found?.size ?? Infinity)) covers = condition;
    }
    return { view: covers?.seen?.(this.#descending) ?? this.#seenView(), covers };
  }

  #rankPath(rank: OrderedIndex): Path {
    const descending = this.#descending;
    const covers = this.#conditions.find(({ narrows }) => narrows?.rank === rank) ?? null;
    const valued = new RangeScan(rank.valued, { descending, keyed: true, ...covers?.narrows });
    if (covers !== null) return { view: valued, covers };
    const others = new RangeScan(rank.others, { descending, keyed: false });
    const view = new ConcatScan({
      size: rank.valued.size + rank.others.size,
      parts: 2,
      part: (at) => [valued, others][at] ?? null,
      placeOf: ({ key }) => ({ part: key === null ? 1 : 0, inside: true }),
    });
    return { view, covers };
  }

  #valuePath(index: ValueIndex): Path {
    const descending = this.#descending;
    const covers = this.#conditions.find(({ values }) => values?.index === index) ?? null;
    const values = covers?.values?.values.toSorted() ?? index.values();
    const others = covers === null ? index.others : null;
    const parts = values.length + (others === null ? 0 : 1);
    const indexOf = (at: number): number => (descending ? values.length - 1 - at : at);
    const part = (at: number): TaskView | null => {
      const value = values[indexOf(at)];
      const list = at === values.length ? others : value === undefined ? null : index.list(value);
      return list ? new RangeScan(list, { descending, keyed: false }) : null;
    };
    const placeOf = ({ key }: TaskPosition): { part: number; inside: boolean } => {
      if (typeof key !== 'string') return { part: values.length, inside: true };
      const before = lowerBound(values, key);
      if (values[before] === key) return { part: indexOf(before), inside: true };
      return { part: descending ? values.length - before : before, inside: false };
    };
    return { view: new ConcatScan({ size: index.size, parts, part, placeOf }), covers };
  }
}

/** The first place whose value is not smaller. */
function lowerBound(values: readonly string[], value: string): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? '') < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
