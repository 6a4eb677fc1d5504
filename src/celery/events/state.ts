/**
 * What the events and the inspect replies say about the cluster, in bounded memory. Counterpart of
 * `celery.events.state.State`.
 */
import type { CeleryEvent, TaskEvent } from './event.js';
import { maxIdLength } from './event.js';
import { identifier } from './event-fields.js';
import { Interner } from './interner.js';
import { StateCounts } from './state-counts.js';
import { isFinal } from '../states.js';
import { compileFilter } from './task-filter.js';
import { mergeError, mergeEvent, mergeSeed, type MergeOptions, type TaskSeed } from './task-merge.js';
import { TaskOrder } from './task-order.js';
import { pageOf } from './task-page.js';
import type { FinishedTask, TaskRecord, UnfinishedTask } from './task-record.js';
import { TaskStore } from './task-store.js';
import type { Task, TaskFilter, TaskPage, TaskSlice } from './task.js';
import type { WorkerFacts } from './worker-record.js';
import { WorkerRegistry, type WorkerStatusListener } from './worker-registry.js';
import type { Worker } from './worker.js';

export interface StateOptions {
  readonly maxTasks?: number | undefined;
  /** Estimated memory of the tasks. */
  readonly maxTaskBytes?: number | undefined;
  readonly maxWorkers?: number | undefined;
  /** Longer texts of a task are cut to this many characters. */
  readonly maxTextLength?: number | undefined;
  /** How long a worker that is offline stays listed, in milliseconds. */
  readonly forgetWorkersAfter?: number | undefined;
  /** Epoch milliseconds. */
  readonly clock?: (() => number) | undefined;
}

export interface StateStats {
  readonly tasks: number;
  readonly bytes: number;
  /** Tasks that had to leave because the store was full. */
  readonly evicted: number;
  readonly workers: number;
}

/** By how much a sender's clock may be ahead of ours; an hour is what a wrong time zone makes of it at least. */
const maxAheadMs = 3_600_000;

/**
 * No event comes from the future: one that claims to would count as recent in every window until then, so it counts
 * as of the moment when it was received.
 */
function withSaneTime<E extends CeleryEvent>(event: E, receivedAt: number): E {
  const isAhead = event.timestampMs > receivedAt + maxAheadMs;
  return isAhead ? { ...event, timestampMs: receivedAt } : event;
}

/**
 * Follows Celery's precedence of states, whatever order the events come in, and remembers the newest tasks: when
 * the store is full, the oldest finished ones leave first. A task that has left and is heard of again is a new one.
 *
 * @example
 * const state = new State({ maxTasks: 10_000 });
 * state.apply(event, Date.now());
 * state.tasks({ states: ['FAILURE'], search: 'timeout -staging' }, { first: 20 }).totalCount;
 */
export class State {
  readonly #store: TaskStore;
  readonly #workers: WorkerRegistry;
  readonly #counts = new StateCounts();
  readonly #merge: MergeOptions;
  readonly #clock: () => number;

  constructor(options: StateOptions = {}) {
    const clock = options.clock ?? Date.now;
    this.#clock = clock;
    this.#merge = { names: new Interner(), maxTextLength: options.maxTextLength ?? 10_000 };
    this.#store = new TaskStore({
      maxTasks: options.maxTasks ?? 100_000,
      maxTaskBytes: options.maxTaskBytes ?? 256 * 1024 * 1024,
    });
    this.#workers = new WorkerRegistry({
      maxWorkers: options.maxWorkers ?? 5_000,
      forgetWorkersAfter: options.forgetWorkersAfter ?? 600_000,
      clock,
    });
  }

  /** @param receivedAt epoch milliseconds by our own clock, from which the signs of life count */
  apply(event: CeleryEvent, receivedAt: number): void {
    if (event.group === 'task') this.#applyTask(withSaneTime(event, receivedAt), receivedAt);
    else if (event.group === 'worker') this.#workers.heard(withSaneTime(event, receivedAt), receivedAt);
  }

  #applyTask(event: TaskEvent, receivedAt: number): void {
    // A client sends task-sent, and clients are no workers.
    const worker =
      event.subject === 'sent'
        ? null
        : this.#workers.heardOfTask(event.hostname, event.timestampMs, receivedAt);
    const task = this.#change(event.uuid, (record) => mergeEvent(record, event, this.#merge));
    if (task.isRunning) worker?.started(task, receivedAt);
  }

  /** Knowledge from an inspect reply: creates the task, or fills what events have not told. */
  seedTask(seed: TaskSeed): void {
    const id = identifier(seed.id, maxIdLength);
    if (id === null) return;
    const now = this.#clock();
    const task = this.#change(id, (record) => mergeSeed(record, seed, now, this.#merge));
    if (task.isRunning && task.worker !== null) this.#workers.find(task.worker)?.started(task, now);
  }

  /** The error itself, for a failure whose event showed only the wrapper around it. */
  unwrapError(id: string, exception: string, traceback: string | null): void {
    const task = this.#store.get(id);
    if (task === undefined) return;
    this.#store.update(task, (record) => mergeError(record, exception, traceback, this.#merge));
  }

  #change(id: string, change: (record: TaskRecord) => void): TaskRecord {
    const known = this.#store.get(id);
    const before = known?.state ?? null;
    const task = known ?? this.#store.create(id, 'INSPECT');
    this.#store.update(task, change);
    this.#counts.move(before, task.state);
    return task;
  }

  task(id: string): Task | null {
    const record = this.#store.get(id);
    return record === undefined ? null : this.#snapshot(record);
  }

  /**
   * Without a filter it costs as much as the page; `ids` are looked up; anything else goes through all tasks.
   * @throws BadUserInputError when the search text is too long
   */
  tasks(filter: TaskFilter, slice: TaskSlice): TaskPage {
    const order = this.#select(filter);
    const { records, hasPreviousPage, hasNextPage } = pageOf(order, slice);
    const tasks = records.map((record) => this.#snapshot(record));
    return { tasks, totalCount: order.size, hasPreviousPage, hasNextPage };
  }

  #select(filter: TaskFilter): TaskOrder {
    const test = compileFilter(filter);
    const { ids } = filter;
    const some = ids !== undefined && ids.length > 0;
    const { order } = this.#store;
    if (test === null && !some) return order;
    const selected = new TaskOrder();
    if (some) {
      const named = [...new Set(ids)]
        .map((id) => this.#store.get(id))
        .filter((task) => task !== undefined);
      named.sort((a, b) => a.sequence - b.sequence);
      for (const task of named) if (test === null || test(task)) selected.append(task);
      return selected;
    }
    for (let position = order.start; position < order.end; position++) {
      const task = order.at(position);
      if (task !== undefined && (test === null || test(task))) selected.append(task);
    }
    return selected;
  }

  #snapshot(record: TaskRecord): Task {
    return record.snapshot(this.#store.family.childrenOf(record.id));
  }

  /** Tasks by the state they were last seen in, since the start; those that have left the store stay counted. */
  counts(): Readonly<Record<string, number>> {
    return this.#counts.snapshot();
  }

  /** Tasks that reached a final state at that time or later, newest first sight first. Consume it at once. */
  *finishedSince(since: number): IterableIterator<FinishedTask> {
    const { order } = this.#store;
    for (let position = order.end - 1; position >= order.start; position--) {
      const record = order.at(position);
      if (record === undefined || record.stateAt === null || record.stateAt < since) continue;
      if (isFinal(record.state)) yield record;
    }
  }

  /** The tasks in any other state, newest first sight first; `isRunning` tells which run. Consume it at once. */
  *unfinished(): IterableIterator<UnfinishedTask> {
    const { order } = this.#store;
    for (let position = order.end - 1; position >= order.start; position--) {
      const record = order.at(position);
      if (record !== undefined && !isFinal(record.state)) yield record;
    }
  }

  /** A sign of life that is no event: a reply. Workers without heartbeat are found only so. */
  sawWorker(hostname: string, at: number, facts: WorkerFacts = {}): void {
    if (identifier(hostname, maxIdLength) !== null) this.#workers.saw(hostname, at, facts);
  }

  /** By hostname. */
  workers(): readonly Worker[] {
    return this.#workers.list();
  }

  worker(hostname: string): Worker | null {
    return this.#workers.get(hostname);
  }

  /** The ones ONLINE, sorted. */
  aliveHostnames(): readonly string[] {
    return this.#workers.aliveHostnames();
  }

  /** Solo pools that are silent: they work, or they died. */
  doubtfulHostnames(): readonly string[] {
    return this.#workers.doubtfulHostnames();
  }

  /** Whether the pidbox of such a worker listened at that time: only a process that lives does. */
  sawPidbox(hostname: string, listening: boolean, at: number): void {
    this.#workers.sawPidbox(hostname, listening, at);
  }

  /** Calls back when a worker comes or says goodbye (not when it falls silent); returns what stops that. */
  onWorkerStatus(listener: WorkerStatusListener): () => void {
    return this.#workers.onStatus(listener);
  }

  stats(): StateStats {
    const { size, bytes, evicted } = this.#store;
    return { tasks: size, bytes, evicted, workers: this.#workers.size };
  }
}
