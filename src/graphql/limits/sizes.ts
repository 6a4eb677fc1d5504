/**
 * How much there is of what lists show, now, and how long it takes to look at what is not shown. A field takes about a
 * microsecond; that is the unit.
 */
import type { Celery } from '../../celery/celery.js';
import { maxTerms } from '../../celery/tasks/task-search.js';
import type { TaskFilter } from '../../celery/tasks/task-filter.js';
import type { Context } from '../context.js';

type Sized = Pick<Context, 'sized'>;

/** @throws where no cluster was chosen: no cost is better than one by the sizes of another cluster */
function celeryOf({ sized }: Sized): Celery {
  if (sized !== null) return sized.celery;
  throw new Error('The cost of a field of a cluster was counted where no cluster had been chosen');
}

/** Workers, queues or names that are looked at, or texts that are shown, in the time of a field. */
const plainPerField = 10;
/** Tasks that one term of a search, or another condition, is held against in the time of a field. */
const tasksPerField = 5;
/** Fields in whose time the figures of one task name are added up, since the start and over a window. */
const fieldsPerName = 2;
const fieldsPerWindowedName = 5;
/** Fields in whose time the figures of the whole cluster are added up. */
const fieldsPerSummary = 1_000;

export function plainCost(count: number): number {
  return Math.ceil(count / plainPerField);
}

/** What it takes to find the tasks that pass a filter: nothing where an index knows them. */
export function searchCost(context: Sized, filter: TaskFilter): number {
  const terms = filter.search === undefined ? 1 : termsIn(filter.search);
  return Math.ceil((celeryOf(context).state.tasksLookedAt(filter) * terms) / tasksPerField);
}

/** A summary over a window adds up some hundred slices of time, and has the broker asked for the depth of each queue. */
export function summaryCost(context: Sized): number {
  return fieldsPerSummary + plainCost(workerCount(context)) + queueCount(context);
}

export function workerCount(context: Sized): number {
  return celeryOf(context).state.workerCount;
}

export function queueCount(context: Sized): number {
  return celeryOf(context).queues.knownCount;
}

/** Task names that have figures. */
export function nameCount(context: Sized): number {
  return celeryOf(context).metrics.nameCount;
}

export function namesCost(context: Sized, windowSeconds: number | null | undefined): number {
  const isWindow = typeof windowSeconds === 'number';
  return nameCount(context) * (isWindow ? fieldsPerWindowedName : fieldsPerName);
}

/** Tasks that workers hold, all together. */
export function heldCount(context: Sized): number {
  return celeryOf(context).state.heldCount;
}

/** Spans of time without events that are remembered. */
export function gapCount(context: Sized): number {
  return celeryOf(context).gaps.list().length;
}

/** Tasks that one worker holds, on average: it may hold none, or all. */
export function heldPerWorker(context: Sized): number {
  const { heldCount, workerCount } = celeryOf(context).state;
  return Math.max(1, Math.ceil(heldCount / Math.max(1, workerCount)));
}

/** Workers that consume one queue, on average, if each consumes two. */
export function workersPerQueue(context: Sized): number {
  const workers = workerCount(context);
  return Math.min(workers, Math.max(1, Math.ceil((2 * workers) / Math.max(1, queueCount(context)))));
}

/**
 * Members that a list shows.
 * @param named how many of them the client names; Infinity if it names none
 */
export function shown(count: number, length: number, named = Infinity): number {
  return Math.min(count, length, named);
}

/** How many different names a filter has; Infinity for a filter without names, which all pass. */
export function namedIn(names: readonly string[] | null | undefined): number {
  return names && names.length > 0 ? new Set(names).size : Infinity;
}

/** Terms of a search, roughly: quotes keep several words together. */
function termsIn(search: string): number {
  return Math.min(maxTerms, Math.max(1, search.trim().split(/\s+/).length));
}
