/**
 * The tasks that are known, and every way of reading them. `State` decides what changes them. Counterpart of the task
 * part of `celery.events.state.State`.
 */
import { atOnce, type SlicedWork } from '../../slices.js';
import { ignoreListenerErrors, Listeners, type OnListenerError } from '../../listeners.js';
import { isFinal } from '../states.js';
import { StateCounts } from './state-counts.js';
import { TaskFeed } from './task-feed.js';
import type { TaskFilter } from './task-filter.js';
import { positionOf } from './task-order.js';
import { queryTasks, tasksLookedAt, type QuerySources } from './task-query.js';
import type { TaskBefore, TaskRecord, UnfinishedTask } from './task-record.js';
import { mayHaveResult } from './task-settle.js';
import { TaskStore, type TaskStoreLimits } from './task-store.js';
import { newestFirst, type Task, type TaskPage, type TaskSlice } from './task.js';
import { WaitingTasks } from './waiting-tasks.js';

/**
 * Called for each event about a task, some ten thousand times a second: a call is all it costs. The task as it is now may
 * be unfinished: read it, do not keep it.
 * @param before the state that it was in, which may be the same; null for a task that was not known
 * @param known what it was before; null likewise
 */
export type TaskChangeListener = (
  task: UnfinishedTask,
  before: string | null,
  known: TaskBefore | null,
) => void;

/** Called with a task that was removed to make room, a finished one as a rule: read it, do not keep it. */
export type TaskForgottenListener = (task: UnfinishedTask) => void;

export class KnownTasks {
  /** Task events as they come, and what has become of their tasks. */
  readonly taskFeed: TaskFeed;
  /** Tasks that were sent to a queue and not received. */
  readonly waiting: WaitingTasks;
  protected readonly store: TaskStore;
  readonly #counts = new StateCounts();
  #learnedVersion = 0;
  readonly #taskListeners: Listeners<Parameters<TaskChangeListener>>;
  readonly #forgottenListeners: Listeners<Parameters<TaskForgottenListener>>;

  constructor(limits: TaskStoreLimits, onListenerError: OnListenerError = ignoreListenerErrors) {
    this.taskFeed = new TaskFeed((record) => this.#snapshot(record), onListenerError);
    this.#taskListeners = new Listeners('changes of tasks', onListenerError);
    this.#forgottenListeners = new Listeners('forgotten tasks', onListenerError);
    this.store = new TaskStore(
      limits,
      (record) => this.#forgottenListeners.notify(record),
      onListenerError,
    );
    this.waiting = new WaitingTasks(this.store.indexes.waiting);
  }

  /** Creates or changes a task, and informs the listeners. */
  protected change(id: string, change: (record: TaskRecord) => void): TaskRecord {
    const known = this.store.get(id);
    const before = known === undefined ? null : this.store.update(known, change);
    const task = known ?? this.store.create(id, 'INSPECT', change);
    const state = before === null ? null : before.state;
    this.#counts.move(state, task.state);
    this.#taskListeners.notify(task, state, before);
    return task;
  }

  /** Changes a task by what no event has brought: a reply, a stored result, a message that waits. */
  protected learn(id: string, change: (record: TaskRecord) => void): TaskRecord {
    const known = this.store.get(id);
    const before = known === undefined ? null : shownOf(known);
    const task = this.change(id, change);
    if (before === null || shownOf(task).some((value, index) => value !== before[index]))
      this.#learnedVersion++;
    return task;
  }

  /** Moves when something other than an event has changed what is known of a task. */
  get learnedVersion(): number {
    return this.#learnedVersion;
  }

  /** The task as it is now, without a picture of it: read it at once, do not keep it. */
  known(id: string): UnfinishedTask | null {
    return this.store.get(id) ?? null;
  }

  task(id: string): Task | null {
    const record = this.store.get(id);
    return record === undefined ? null : this.#snapshot(record);
  }

  /** All of `queryTasks` at once: for what knows that it looks at few. */
  tasks(filter: TaskFilter, slice: TaskSlice): TaskPage {
    return atOnce(this.queryTasks(filter, slice));
  }

  /**
   * It costs about as much as the page: `search` alone, and counting what passes several conditions, look at every
   * task that the indexes cannot leave out. Whatever changes meanwhile, the page shows the moment at which it ends.
   * @throws BadUserInputError for a range that ends before it begins, or an overlong search
   */
  *queryTasks(filter: TaskFilter, slice: TaskSlice): SlicedWork<TaskPage> {
    const { records, ...page } = yield* queryTasks(filter, slice, this.#sources);
    const { field } = slice.order ?? newestFirst;
    return {
      ...page,
      tasks: records.map((record) => this.#snapshot(record)),
      positions: records.map((record) => positionOf(record, field)),
    };
  }

  /**
   * How many tasks a query of this filter looks at in the worst case, besides those of its page.
   * @throws BadUserInputError as `queryTasks` does
   */
  tasksLookedAt(filter: TaskFilter): number {
    return tasksLookedAt(filter, this.#sources);
  }

  /** How many are remembered. */
  get taskCount(): number {
    return this.store.size;
  }

  /** Tasks that workers hold: neither finished nor rejected. */
  get heldCount(): number {
    return this.store.indexes.held.size;
  }

  get #sources(): QuerySources {
    const { store } = this;
    return {
      indexes: store.indexes,
      get: (id) => store.get(id),
      has: (record) => store.has(record),
      onChange: (listener) => store.onChange(listener),
    };
  }

  #snapshot(record: TaskRecord): Task {
    return record.snapshot(this.store.childIdsOf(record.id));
  }

  /** Tasks by the state they were last seen in, since the start; those that have left the store stay counted. */
  counts(): Readonly<Record<string, number>> {
    return this.#counts.snapshot();
  }

  /** Whether the result backend may still say how the task ended. */
  awaitsResult(id: string): boolean {
    return this.store.get(id)?.awaitsResult ?? false;
  }

  /** The tasks that the result backend may still end, in the order of first sight after this one. Consume it at once. */
  *unfinishedFrom(sequence: number): IterableIterator<UnfinishedTask> {
    const walk = this.store.indexes.unsettled.list('all')?.seek(sequence + 1, 0);
    for (let task = walk?.next(); task !== undefined; task = walk?.next()) yield task;
  }

  /** Node names of workers that run something, and how many tasks those are. */
  runningWorkers(): readonly (readonly [hostname: string, tasks: number])[] {
    const { running } = this.store.indexes;
    return running.values().flatMap((hostname) => {
      const size = running.list(hostname)?.size ?? 0;
      return size === 0 ? [] : [[hostname, size] as const];
    });
  }

  /** Whether the result backend may know more than the store. */
  mayHaveResult(id: string): boolean {
    return mayHaveResult(this.store.get(id));
  }

  /** The tasks in any other state, state by state; `isRunning` shows which run. Consume it at once. */
  *unfinished(): IterableIterator<UnfinishedTask> {
    const { states } = this.store.indexes;
    for (const state of states.values()) if (!isFinal(state)) yield* states.list(state) ?? [];
  }

  /** What a worker has that is neither finished nor rejected, in the order of first sight. Consume it at once. */
  unfinishedOf(hostname: string): Iterable<UnfinishedTask> {
    return this.heldBy(hostname);
  }

  protected heldBy(hostname: string): Iterable<TaskRecord> {
    return this.store.indexes.held.list(hostname) ?? [];
  }

  /** Tasks that lost their worker while they ran, and of which nothing else is known yet. */
  get orphanCount(): number {
    return this.store.indexes.orphans.list('all')?.size ?? 0;
  }

  /**
   * Calls back after every event or reply about a task, at once; returns what stops that. An error that it throws
   * stops nothing else.
   */
  onTaskChange(listener: TaskChangeListener): () => void {
    return this.#taskListeners.add(listener);
  }

  /** Calls back with every task that leaves because the store is full; returns what stops that. */
  onTaskForgotten(listener: TaskForgottenListener): () => void {
    return this.#forgottenListeners.add(listener);
  }
}

/** What replies, results and messages can change, as readers see it. */
function shownOf(task: TaskRecord): readonly unknown[] {
  return [
    task.state,
    task.stateAt,
    task.name,
    task.args,
    task.kwargs,
    task.result,
    task.exception,
    task.progress,
    task.worker,
    task.queue,
    task.startedAt,
    task.eta,
    task.expires,
    task.retries,
    task.orphanedAt,
    task.history,
  ];
}
