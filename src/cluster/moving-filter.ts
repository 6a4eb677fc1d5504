/** A filter of tasks whose times follow the clock, and what it selects at one moment. */
import { taskFilters } from '../celery/tasks/task-filter.js';
import type { FilterName, KindOf, TaskFilter } from '../celery/tasks/task-filter.js';
import type { TimeRange } from '../celery/tasks/task-condition.js';
import { momentAt, type Moment } from './moment.js';

interface MomentRange {
  readonly after?: Moment | undefined;
  readonly before?: Moment | undefined;
}

type TimeFilterName = {
  [N in FilterName]: KindOf<N> extends 'times' ? N : never;
}[FilterName];

/** A filter whose times may be relative: what it selects follows the clock. */
export type MovingFilter = Omit<TaskFilter, TimeFilterName> & {
  readonly [N in TimeFilterName]?: MomentRange | undefined;
};

const timeFilterNames = Object.entries(taskFilters).flatMap(([name, { kind }]) =>
  kind === 'times' ? [name as TimeFilterName] : [],
);

/** @param now epoch milliseconds that relative times are counted from */
export function filterAt(filter: MovingFilter, now: number): TaskFilter {
  const ranges: { [N in TimeFilterName]?: TimeRange } = {};
  for (const name of timeFilterNames) {
    const range = filter[name];
    if (range !== undefined) ranges[name] = rangeAt(range, now);
  }
  return Object.assign({ ...filter }, ranges);
}

function rangeAt({ after, before }: MomentRange, now: number): TimeRange {
  return {
    ...(after !== undefined && { after: momentAt(after, now) }),
    ...(before !== undefined && { before: momentAt(before, now) }),
  };
}
