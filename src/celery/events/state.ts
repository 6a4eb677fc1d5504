/**
 * What the events and the inspect replies say about the cluster, in bounded memory. Counterpart of
 * `celery.events.state.State`.
 */
import { randomBytes } from 'node:crypto';
import { Absences } from './absences.js';
import type { CeleryEvent, TaskEvent, WorkerEvent } from './event.js';
import { clockOffset, withSaneTime } from './event-time.js';
import { maxIdLength } from './event.js';
import { identifier } from './event-fields.js';
import { Interner } from '../tasks/interner.js';
import { Orphans, type OrphansListener } from './orphans.js';
import { KnownTasks } from '../tasks/known-tasks.js';
import { ignoreListenerErrors, Listeners } from '../../listeners.js';
import { revoke, RevokedIds } from '../tasks/revoked-ids.js';
import type { StateOptions, StateStats } from './state-options.js';
import { maxKeptText } from '../messages/masked-text.js';
import { endUnknown } from '../states.js';
import type { MergeOptions } from '../tasks/record-text.js';
import { mergeError, mergeEvent } from '../tasks/task-merge.js';
import {
  mergeReportedTask,
  mergeQueuedTask,
  type ReportedTask,
  type QueuedTask,
} from '../tasks/reported-task.js';
import type { TaskRecord } from '../tasks/task-record.js';
import { fillsFields, mergeFields, mergeState, takesState } from '../tasks/task-settle.js';
import { UnreportedEnds } from './unreported-ends.js';
import type { WorkerFacts } from './worker-record.js';
import { WorkerRegistry, type WorkerStatusListener } from './worker-registry.js';
import type { WorkerChangeListener } from './worker-status-emitter.js';
import type { Worker } from './worker.js';
import type { TaskMeta } from '../transport/transport.js';

/**
 * Follows Celery's precedence of states, whatever order the events come in, and remembers the newest tasks: when
 * the store is full, the oldest finished ones leave first. A task that has left and is heard of again is a new one.
 *
 * @example
 * const state = new State({ maxTasks: 10_000 });
 * state.apply(event, Date.now());
 * state.tasks({ states: ['FAILURE'], search: 'timeout -staging' }, { first: 20 }).totalCount;
 */
export class State extends KnownTasks {
  /** Identifies this store: positions of tasks mean nothing in another one, which numbers its tasks anew. */
  readonly epoch = randomBytes(6).toString('base64url');
  readonly #workers: WorkerRegistry;
  readonly #merge: MergeOptions;
  readonly #clock: () => number;
  readonly #orphans: Orphans;
  readonly #absences: Absences;
  readonly #revokedIds = new RevokedIds();
  readonly #unreportedEnds: UnreportedEnds;
  readonly #endedListeners: Listeners<[ids: readonly string[]]>;

  constructor(options: StateOptions = {}) {
    const { onListenerError = ignoreListenerErrors } = options;
    const limits = {
      maxTasks: options.maxTasks ?? 100_000,
      maxTaskBytes: options.maxTaskBytes ?? 256 * 1024 * 1024,
    };
    super(limits, onListenerError);
    this.#endedListeners = new Listeners('tasks that have ended', onListenerError);
    const clock = options.clock ?? Date.now;
    this.#clock = clock;
    const monotonic = options.monotonic ?? options.clock ?? ((): number => performance.now());
    this.#merge = { names: new Interner(), maxTextLength: options.maxTextLength ?? maxKeptText };
    this.#workers = new WorkerRegistry({
      maxWorkers: options.maxWorkers ?? 20_000,
      forgetWorkersAfter: options.forgetWorkersAfter ?? 86_400_000,
      clock,
      monotonic,
      onListenerError,
    });
    this.#orphans = new Orphans({
      onListenerError,
      unfinishedOf: (hostname) => this.heldBy(hostname),
      mark: (task, at) => void this.change(task.id, (record) => void (record.orphanedAt = at)),
    });
    this.#absences = new Absences({
      worker: (hostname) => this.#workers.find(hostname),
      runningAt: (hostname) => this.store.indexes.running.list(hostname) ?? [],
      onEnded: (tasks, at) => this.#unreportedEnds.ended(tasks, at),
    });
    this.#unreportedEnds = new UnreportedEnds({
      settleFirst: options.settleFirst,
      isStillLost: (task, since) => this.store.has(task) && !this.#absences.isHeldSince(task, since),
      onEndUnknown: (tasks, at) => this.#endUnknown(tasks, at),
    });
    this.#workers.watch.onChange((change) => {
      const { worker, cause } = change;
      if (cause === 'RESTARTED' || cause === 'FORGOTTEN') this.#revokedIds.forget(worker.hostname);
      this.#orphans.workerChanged(change, this.#workers.find(worker.hostname));
    });
  }

  /** @param receivedAt epoch milliseconds by our own clock, from which the signs of life count */
  apply(event: CeleryEvent, receivedAt: number): void {
    if (event.group === 'task') this.#applyTask(withSaneTime(event, receivedAt), receivedAt);
    else if (event.group === 'worker') this.#applyWorker(withSaneTime(event, receivedAt), receivedAt);
  }

  #applyWorker(event: WorkerEvent, receivedAt: number): void {
    const { hostname, pid, subject, timestampMs, fields } = event;
    this.#workers.heard(event, receivedAt);
    if (subject !== 'heartbeat' || this.#workers.find(hostname)?.pid !== pid) return;
    this.#absences.heartbeat(hostname, timestampMs, fields.activeCount, receivedAt);
  }

  #applyTask(event: TaskEvent, receivedAt: number): void {
    // A client sends task-sent, and clients are no workers.
    const worker =
      event.subject === 'sent'
        ? null
        : this.#workers.heardOfTask(event.hostname, event.subject, event.timestampMs, receivedAt);
    const sentAt = event.timestampMs + clockOffset(event.timestampMs, receivedAt);
    const isOfOldProcess = worker !== null && sentAt < (worker.since ?? -Infinity);
    const task = this.change(event.uuid, (record) => {
      mergeEvent(record, event, this.#merge);
      // The worker that sends this event has the task; a late event of a replaced process ends no run.
      if (!record.isRunning) record.orphanedAt = null;
      else if (worker !== null) record.orphanedAt = isOfOldProcess ? receivedAt : null;
    });
    if (event.subject === 'started') this.#absences.seen(task);
    if (task.isRunning) worker?.started(task, receivedAt);
    this.taskFeed.emit(event, task, receivedAt);
  }

  /**
   * Merges a task of an inspect reply: creates the task, or fills what events have not reported.
   * @returns whether the task, or its state, is new
   */
  sawTask(reported: ReportedTask): boolean {
    const id = identifier(reported.id, maxIdLength);
    if (id === null) return false;
    const now = this.#clock();
    const before = this.store.get(id)?.state;
    const task = this.learn(id, (record) => {
      mergeReportedTask(record, reported, now, this.#merge);
      if (record.state === 'RECEIVED' && this.#isRevoked(record, now)) revoke(record, now);
      if (record.orphanedAt === null) return;
      record.orphanedAt = null;
      record.worker = identifier(reported.worker, maxIdLength) ?? record.worker;
    });
    if (task.isRunning && task.worker !== null) this.#workers.find(task.worker)?.started(task, now);
    return task.state !== before;
  }

  /** A message that waits in a queue: it adds to a task that is known to wait, and creates none. */
  sawWaiting(waiting: QueuedTask): void {
    if (this.store.get(waiting.id)?.state !== 'PENDING') return;
    this.learn(waiting.id, (record) => mergeQueuedTask(record, waiting, this.#merge));
  }

  /**
   * What the result backend has stored for a task that is known: see task-settle.ts for what counts.
   * @returns whether its state has changed
   */
  settleTask(meta: TaskMeta): boolean {
    const known = this.store.get(meta.id);
    if (known === undefined) return false;
    const isNews = takesState(known, meta, this.#isHeld(known));
    if (!isNews && !fillsFields(known, meta)) return false;
    const now = this.#clock();
    this.learn(meta.id, (record) => {
      if (isNews) mergeState(record, meta, now, this.#merge);
      mergeFields(record, meta, this.#merge);
    });
    return isNews;
  }

  /** Whether it runs at a worker that lives, or that has said goodbye and may still finish it. */
  #isHeld(task: TaskRecord): boolean {
    const { isRunning, orphanedAt, worker } = task;
    if (!isRunning || orphanedAt !== null || worker === null) return false;
    if (this.#unreportedEnds.has(task)) return false;
    const found = this.#workers.find(worker);
    if (found === undefined) return false;
    // A worker says goodbye before it ends its tasks, and whenever its connection is lost.
    return found.offlineAt !== null || found.status(this.#clock()) !== 'OFFLINE';
  }

  /**
   * A complete reply to `active`: a task that runs there, and that it does not list twice, has ended without an event.
   * @param askedAt epoch milliseconds
   */
  sawActive(hostname: string, ids: ReadonlySet<string>, askedAt: number): void {
    this.#absences.replied(hostname, ids, askedAt, this.#clock());
  }

  /** The worker was asked for `active` and did not reply in time. */
  missedActive(hostname: string): void {
    this.#absences.unanswered(hostname, this.#clock());
  }

  /** Whether heartbeats or a reply of the worker lack a task that should run there. */
  isSuspect(hostname: string): boolean {
    return this.#absences.isSuspect(hostname);
  }

  /**
   * These ids are revoked, and were not started: the workers will drop them.
   * @param hostname the worker that has said so; null if all workers have
   */
  sawRevoked(ids: Iterable<string>, hostname: string | null): void {
    const now = this.#clock();
    for (const id of ids) {
      if (hostname !== null && id.length <= maxIdLength) this.#revokedIds.add(hostname, id, now);
      const known = this.store.get(id);
      const isHere = known?.state === 'RECEIVED' && (hostname === null || known.worker === hostname);
      if (known === undefined || !(isHere || (known.state === 'PENDING' && hostname === null))) continue;
      this.learn(id, (record) => revoke(record, now));
    }
  }

  #isRevoked({ id, worker }: TaskRecord, now: number): boolean {
    return worker !== null && this.#revokedIds.has(worker, id, now);
  }

  #endUnknown(tasks: readonly TaskRecord[], at: number): void {
    for (const { id } of tasks) {
      this.learn(id, (record) => {
        record.state = endUnknown;
        record.stateAt = Math.max(at, record.startedAt ?? 0);
        record.source = 'INSPECT';
      });
    }
    this.#endedListeners.notify(tasks.map(({ id }) => id));
  }

  /** Calls back with the ids of tasks that have just become END_UNKNOWN; returns what stops it. */
  onEndUnknown(listener: (ids: readonly string[]) => void): () => void {
    return this.#endedListeners.add(listener);
  }

  /** Calls back with the ids of tasks whose worker went away while they ran; returns what stops it. */
  onOrphaned(listener: OrphansListener): () => void {
    return this.#orphans.onOrphaned(listener);
  }

  /** The broker connection was lost or is back: see WorkerRegistry. */
  heard(connected: boolean, at: number): void {
    if (connected) this.#workers.hearAgain(at);
    else this.#workers.onDisconnect(at);
  }

  /** The error itself, for a failure whose event showed only the wrapper around it. */
  unwrapError(id: string, exception: string, traceback: string | null): void {
    if (this.store.get(id) === undefined) return;
    this.learn(id, (record) => mergeError(record, exception, traceback, this.#merge));
  }

  /** A sign of life that is no event: a reply. Workers without heartbeat are found only so. */
  sawWorker(hostname: string, at: number, facts: WorkerFacts = {}): void {
    if (identifier(hostname, maxIdLength) !== null) this.#workers.saw(hostname, at, facts);
  }

  /** Sorted by hostname. */
  workers(): readonly Worker[] {
    return this.#workers.list();
  }

  /** How many workers there are, and how many of them are ONLINE. */
  countWorkers(): { readonly total: number; readonly online: number } {
    return this.#workers.count();
  }

  /** How many workers are known, some of them perhaps for too long. */
  get workerCount(): number {
    return this.#workers.knownCount;
  }

  worker(hostname: string): Worker | null {
    return this.#workers.get(hostname);
  }

  /** The ones ONLINE, sorted. */
  aliveHostnames(): readonly string[] {
    return this.#workers.aliveHostnames();
  }

  /** Workers that live and do not listen to remote control. */
  notListeningHostnames(): readonly string[] {
    return this.#workers.notListeningHostnames();
  }

  /** Workers that are late, or send no heartbeats: only an answer shows whether they live. */
  doubtfulHostnames(): readonly string[] {
    return this.#workers.doubtfulHostnames();
  }

  /** Workers in doubt are asked from now on whether they live; that is waited for before one is OFFLINE. */
  startProbing(): void {
    this.#workers.startProbing();
  }

  /** A worker in doubt was asked whether it lives. */
  probed(hostname: string, at: number): void {
    this.#workers.probed(hostname, at);
  }

  /** It did not answer that in time. */
  leftUnanswered(hostname: string, at: number): void {
    this.#workers.leftUnanswered(hostname, at);
  }

  /** Whether the pidbox of a worker in doubt is there; `exact` if the broker knows it by name. */
  sawPidbox(hostname: string, listening: boolean, at: number, exact = false): void {
    this.#workers.sawPidbox(hostname, listening, at, exact);
  }

  /** Whether remote control reaches a worker; null if it cannot be known. */
  setListening(hostname: string, listening: boolean | null): void {
    this.#workers.setListening(hostname, listening);
  }

  /** Whether a worker has sent an event unasked since then, in epoch milliseconds. */
  hasSentEventSince(hostname: string, at: number): boolean {
    return this.#workers.hasSentEventSince(hostname, at);
  }

  /** Calls back when a worker comes or says goodbye (not when it falls silent); returns what stops that. */
  onWorkerStatus(listener: WorkerStatusListener): () => void {
    return this.#workers.onStatus(listener);
  }

  /** Calls back at every change of a worker's status; of silence only while `watchSilence` runs. */
  onWorkerChange(listener: WorkerChangeListener): () => void {
    return this.#workers.watch.onChange(listener);
  }

  /** Looks now; what `watchSilence` does once a second. */
  lookForSilence(): void {
    this.#workers.watch.look();
  }

  /** Looks once a second for workers that have fallen silent; returns what stops it. */
  watchSilence(): () => void {
    return this.#workers.watch.start();
  }

  stats(): StateStats {
    const { size, bytes, evicted } = this.store;
    return { tasks: size, bytes, evicted, workers: this.#workers.size };
  }
}
