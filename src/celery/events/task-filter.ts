/** Turns a TaskFilter into one test. */
import type { TaskRecord } from './task-record.js';
import { compileSearch } from './task-search.js';
import type { TaskFilter } from './task.js';

type Test = (task: TaskRecord) => boolean;

/** Null when every task passes. `ids` are left out: whoever filters looks those up. */
export function compileFilter(filter: TaskFilter): Test | null {
  const { rootId, parentId, search } = filter;
  const tests = [
    among(
      filter.states?.map((state) => state.toUpperCase()),
      (task) => task.state,
    ),
    among(filter.names, (task) => task.name),
    among(filter.workers, (task) => task.worker),
    among(filter.queues, (task) => task.queue),
    rootId === undefined ? null : (task: TaskRecord) => task.rootId === rootId,
    parentId === undefined ? null : (task: TaskRecord) => task.parentId === parentId,
    search === undefined ? null : compileSearch(search),
  ].filter((test) => test !== null);
  return tests.length === 0 ? null : (task) => tests.every((test) => test(task));
}

function among(
  wanted: readonly string[] | undefined,
  read: (task: TaskRecord) => string | null,
): Test | null {
  if (wanted === undefined || wanted.length === 0) return null;
  const values: ReadonlySet<string | null> = new Set(wanted);
  return (task) => values.has(read(task));
}
