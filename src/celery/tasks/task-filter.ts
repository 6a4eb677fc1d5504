/**
 * The table of the filters of tasks: one row for each, with the kind of its value, its description for clients, and what it
 * reads of a task. The inputs of queries and subscriptions, the conditions of the store, relative times and the
 * invalidation by events derive from it. What it reads is enough: an index finds the tasks without a test of each, and
 * `distinct` spares the answers that an event cannot have changed.
 */
import {
  between,
  betweenIn,
  listOf,
  unindexed,
  type Condition,
  type Sources,
  type TaskTest,
} from './task-condition.js';
import { byFlag, byNumber, byTime, byValue } from './task-filter-row.js';
import type { FilterRow, FilterValues, ValueKind } from './task-filter-row.js';
import { TaskIndexes } from './task-indexes.js';
import { compileSearch } from './task-search.js';

export const taskFilters = {
  taskIds: byValue('ids', {
    description: 'Ids of tasks, as Celery has them.',
    formerName: 'ids',
    read: ({ id }) => id,
    distinct: 'many',
    lists: (ids, { get, indexes }) => [listOf(ids.map(get), indexes)],
  }),
  rootId: byValue('id', {
    description: 'Id of the root task: all tasks of its workflow, including the root.',
    onEvents: 'Id of the root task.',
    read: ({ rootId }) => rootId,
    distinct: 'many',
    // The index lacks the roots themselves.
    lists: (rootIds, { indexes, get }) =>
      rootIds.flatMap((rootId) => {
        const root = get(rootId);
        const others = indexes.roots.list(rootId);
        return [
          ...(others === undefined ? [] : [others]),
          ...(root?.rootId === rootId ? [listOf([root], indexes)] : []),
        ];
      }),
  }),
  parentId: byValue('id', {
    description: 'Id of the parent task: all tasks that it sent.',
    onEvents: 'Id of the parent task.',
    read: ({ parentId }) => parentId,
    distinct: 'many',
    index: ({ parents }) => parents,
  }),
  states: byValue('states', {
    description:
      'States. A name that is neither a state of Celery nor a state that a task has had is rejected.',
    onEvents: 'As in `TaskFilter`.',
    read: ({ state }) => state,
    distinct: 'few',
    index: ({ states }) => states,
    canonical: (state) => state.toUpperCase(),
  }),
  names: byValue('texts', {
    description: 'Names of the tasks.',
    read: ({ name }) => name,
    distinct: 'few',
    index: ({ names }) => names,
  }),
  hostnames: byValue('ids', {
    description: 'Node names of the workers that last had the tasks.',
    formerName: 'workers',
    read: ({ worker }) => worker,
    distinct: 'few',
    index: ({ workers }) => workers,
  }),
  queues: byValue('texts', {
    description: 'Queue names; known for tasks whose senders publish task-sent events.',
    read: ({ queue }) => queue,
    distinct: 'few',
    index: ({ queues }) => queues,
  }),
  receivedAt: byTime({
    formerName: 'received',
    description: 'When a worker took the task from the queue.',
    onEvents: false,
    read: ({ receivedAt }) => receivedAt,
    index: ({ received }) => received,
    zone: 'receivedAt',
  }),
  startedAt: byTime({
    formerName: 'started',
    description: 'When the latest run of the task started.',
    onEvents: false,
    read: ({ startedAt }) => startedAt,
    index: ({ started }) => started,
    zone: 'startedAt',
  }),
  finishedAt: byTime({
    formerName: 'finished',
    description: 'When the task reached a final state.',
    onEvents: false,
    read: ({ finishedAt }) => finishedAt,
    index: ({ finished }) => finished,
    zone: 'finishedAt',
  }),
  runtimeSeconds: byNumber('numbers', {
    description:
      'Run time in seconds, as measured by the worker; tasks that have not succeeded do not match.',
    onEvents: false,
    read: ({ ranSeconds }) => ranSeconds,
    candidates: (bounds, { runtime }) => between(runtime, bounds),
  }),
  retries: byNumber('integers', {
    description: 'Number of retries.',
    onEvents: false,
    read: ({ retries }) => retries,
    // Only tasks that were tried again are indexed: the others are nearly all.
    candidates: (bounds, indexes) =>
      bounds.min <= 0 ? unindexed : betweenIn(indexes.retries.list('') ?? listOf([], indexes), bounds),
  }),
  orphaned: byFlag({
    description:
      'Whether the worker disappeared while it ran the task, and neither an event nor a result was seen since.',
    onEvents: false,
    read: ({ orphanedAt }) => orphanedAt !== null,
    list: ({ orphans }) => orphans.list('all'),
  }),
  search: {
    kind: 'text',
    description:
      'Full text search in id, name, args, kwargs, result and exception. All terms must occur; `OR` separates alternatives, ' +
      '"quotes" make a phrase, `-` excludes a term, and `name:`, `state:`, `worker:`, `queue:`, `args:`, `kwargs:`, `result:`, ' +
      '`exception:` restrict a term to one field; `kwargs:key=value` matches one whole keyword argument. Other prefixes are ' +
      'rejected with BAD_USER_INPUT; put a text that contains a colon in quotes.',
    onEvents: 'As in `TaskFilter`.',
    condition: (text) => {
      const test = compileSearch(text);
      return test === null ? null : { test, ...unindexed };
    },
  } satisfies FilterRow<'text'>,
} as const;

export type FilterName = keyof typeof taskFilters;
export type KindOf<N extends FilterName> = (typeof taskFilters)[N]['kind'];

/**
 * All conditions must hold; what is absent or empty is satisfied by everything. A task that lacks a time or a runtime is
 * in no range of it.
 */
export type TaskFilter = { readonly [N in FilterName]?: FilterValues[KindOf<N>] | undefined };

/** The same rows, each with the type of its own value. */
const rows: { readonly [N in FilterName]: FilterRow<KindOf<N>> } = taskFilters;
const filterNames = Object.keys(taskFilters) as FilterName[];

export type ValueFilterName = {
  [N in FilterName]: KindOf<N> extends ValueKind ? N : never;
}[FilterName];

/** The filters by a value of the task. */
export const valueFilters = filterNames
  .filter((name): name is ValueFilterName => 'wanted' in taskFilters[name])
  .map((name) => ({ name, ...taskFilters[name] }));

/** @throws BadUserInputError for a range that ends before it begins, or an overlong search */
export function conditionsOf(filter: TaskFilter, sources: Sources): readonly Condition[] {
  return filterNames
    .map((name) => conditionOf(name, filter, sources))
    .filter((condition) => condition !== null);
}

function conditionOf<N extends FilterName>(
  name: N,
  filter: TaskFilter,
  sources: Sources,
): Condition | null {
  const value = filter[name];
  return value === undefined ? null : rows[name].condition(value, sources, name);
}

/** For tasks that come one by one. Null when every task passes. */
export function compileFilter(filter: TaskFilter): TaskTest | null {
  const nothing = { indexes: new TaskIndexes(), get: () => undefined };
  const tests = conditionsOf(filter, nothing).map(({ test }) => test);
  return tests.length === 0 ? null : (task) => tests.every((test) => test(task));
}
