/**
 * What is asked of the tasks often enough to be kept ready. Each index holds the tasks that have what it sorts by,
 * and moves a task when that changes; together they take some 160 bytes a task.
 */
import { SortedList } from './sorted-list.js';
import { ValueIndex } from './value-index.js';
import { OrderedIndex } from './ordered-index.js';
import type { TaskIndex } from './task-index.js';
import type { TaskRecord } from './task-record.js';
import { TaskTable } from './task-table.js';
import { ZoneMap } from './zone-map.js';

export class TaskIndexes implements TaskIndex {
  /** Where the lists find their tasks. */
  readonly tasks = new TaskTable();
  /** All tasks in the order of first sight. */
  readonly seen = new SortedList(this.tasks, false);
  readonly zones = new ZoneMap();

  readonly states = new ValueIndex(this.tasks, ({ state }) => state);
  readonly names = new ValueIndex(this.tasks, ({ name }) => name, { others: true });
  readonly workers = new ValueIndex(this.tasks, ({ worker }) => worker);
  readonly queues = new ValueIndex(this.tasks, ({ queue }) => queue);
  /** Without the roots themselves: most tasks are their own, and are found by their id. */
  readonly roots = new ValueIndex(this.tasks, ({ id, rootId }) => (rootId === id ? null : rootId));
  readonly parents = new ValueIndex(this.tasks, ({ parentId }) => parentId);

  readonly received = new OrderedIndex(this.tasks, ({ receivedAt }) => receivedAt);
  readonly started = new OrderedIndex(this.tasks, ({ startedAt }) => startedAt);
  readonly finished = new OrderedIndex(this.tasks, ({ finishedAt }) => finishedAt);
  readonly runtime = new OrderedIndex(this.tasks, ({ ranSeconds }) => ranSeconds);
  readonly queueWait = new OrderedIndex(this.tasks, ({ queueWaitSeconds }) => queueWaitSeconds);
  /** Tasks that were retried, by their number of retries. */
  readonly retries = new ValueIndex(this.tasks, ({ retries }) => (retries > 0 ? '' : null), {
    keyOf: ({ retries }) => retries,
  });

  /** What each worker has and has not let go of. */
  readonly held = new ValueIndex(this.tasks, ({ isSettled, worker }) => (isSettled ? null : worker));
  /** What each worker runs. */
  readonly running = new ValueIndex(this.tasks, ({ isRunning, worker }) => (isRunning ? worker : null));
  /** What the result backend may still end, by the order of first sight. */
  readonly unsettled = new ValueIndex(this.tasks, ({ awaitsResult }) => (awaitsResult ? 'all' : null));
  /** What each queue was sent and no worker has taken, by the time of sending. */
  readonly waiting = new ValueIndex(
    this.tasks,
    ({ state, sentAt, queue }) => (state === 'PENDING' && sentAt !== null ? queue : null),
    { keyOf: ({ sentAt }) => sentAt ?? 0 },
  );
  /** What lost its worker while it ran. */
  readonly orphans = new ValueIndex(this.tasks, ({ orphanedAt }) =>
    orphanedAt === null ? null : 'all',
  );

  readonly #all: readonly TaskIndex[] = [
    ...[this.zones, this.states, this.names, this.workers, this.queues, this.roots, this.parents],
    ...[this.received, this.started, this.finished, this.runtime, this.queueWait, this.retries],
    ...[this.held, this.running, this.unsettled, this.waiting, this.orphans],
  ];

  add(record: TaskRecord): void {
    this.tasks.add(record);
    this.seen.add(record.sequence, record);
    for (const index of this.#all) index.add(record);
  }

  remove(record: TaskRecord): void {
    this.seen.remove(record.sequence, record);
    for (const index of this.#all) index.remove(record);
    this.tasks.remove(record);
  }

  remember(record: TaskRecord): void {
    for (const index of this.#all) index.remember(record);
  }

  move(record: TaskRecord): void {
    for (const index of this.#all) index.move(record);
  }
}
