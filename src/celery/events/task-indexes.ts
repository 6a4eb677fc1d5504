/**
 * What is asked of the tasks often enough to be kept ready. Each index holds the tasks that have what it sorts by,
 * and moves a task when that changes; together they take some 250 bytes a task.
 */
import { SortedList } from './sorted-list.js';
import { TaskFacet } from './task-facet.js';
import { TaskRank } from './task-rank.js';
import type { TaskRecord } from './task-record.js';
import { TaskZones } from './task-zones.js';

export interface TaskIndex {
  add(record: TaskRecord): void;
  remove(record: TaskRecord): void;
  /** To be called before a task changes; `move` afterwards, for the same task. */
  remember(record: TaskRecord): void;
  move(record: TaskRecord): void;
}

export class TaskIndexes implements TaskIndex {
  /** All tasks in the order of first sight. */
  readonly seen = new SortedList();
  readonly zones = new TaskZones();

  readonly states = new TaskFacet(({ state }) => state);
  readonly names = new TaskFacet(({ name }) => name, { others: true });
  readonly workers = new TaskFacet(({ worker }) => worker);
  readonly queues = new TaskFacet(({ queue }) => queue);
  /** Without the roots themselves: most tasks are their own, and are found by their id. */
  readonly roots = new TaskFacet(({ id, rootId }) => (rootId === id ? null : rootId));
  readonly parents = new TaskFacet(({ parentId }) => parentId);

  readonly received = new TaskRank(({ receivedAt }) => receivedAt);
  readonly started = new TaskRank(({ startedAt }) => startedAt);
  readonly finished = new TaskRank(({ finishedAt }) => finishedAt);
  readonly runtime = new TaskRank(({ ranSeconds }) => ranSeconds);
  readonly queueWait = new TaskRank(({ queueWaitSeconds }) => queueWaitSeconds);
  /** Of the tasks that were tried again. */
  readonly retries = new TaskFacet(({ retries }) => (retries > 0 ? '' : null), {
    keyOf: ({ retries }) => retries,
  });

  /** What each worker has and has not let go of. */
  readonly held = new TaskFacet(({ isSettled, worker }) => (isSettled ? null : worker));
  /** What each worker runs. */
  readonly running = new TaskFacet(({ isRunning, worker }) => (isRunning ? worker : null));
  /** What the result backend may still end, by the order of first sight. */
  readonly unsettled = new TaskFacet(({ awaitsResult }) => (awaitsResult ? 'all' : null));
  /** What each queue was sent and no worker has taken, by the time of sending. */
  readonly waiting = new TaskFacet(
    ({ state, sentAt, queue }) => (state === 'PENDING' && sentAt !== null ? queue : null),
    { keyOf: ({ sentAt }) => sentAt ?? 0 },
  );
  /** What lost its worker while it ran. */
  readonly orphans = new TaskFacet(({ orphanedAt }) => (orphanedAt === null ? null : 'all'));

  readonly #all: readonly TaskIndex[] = [
    ...[this.zones, this.states, this.names, this.workers, this.queues, this.roots, this.parents],
    ...[this.received, this.started, this.finished, this.runtime, this.queueWait, this.retries],
    ...[this.held, this.running, this.unsettled, this.waiting, this.orphans],
  ];

  add(record: TaskRecord): void {
    this.seen.add(record.sequence, record);
    for (const index of this.#all) index.add(record);
  }

  remove(record: TaskRecord): void {
    this.seen.remove(record.sequence, record);
    for (const index of this.#all) index.remove(record);
  }

  remember(record: TaskRecord): void {
    for (const index of this.#all) index.remember(record);
  }

  move(record: TaskRecord): void {
    for (const index of this.#all) index.move(record);
  }
}
