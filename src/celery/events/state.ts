/**
 * What the events and the inspect replies say about the cluster, in bounded memory. Counterpart of
 * `celery.events.state.State`.
 */
import { Absences } from './absences.js';
import type { CeleryEvent, TaskEvent, WorkerEvent } from './event.js';
import { maxIdLength } from './event.js';
import { identifier } from './event-fields.js';
import { Interner } from './interner.js';
import { Orphans, type OrphansListener } from './orphans.js';
import { KnownTasks } from './known-tasks.js';
import { ignoreListenerErrors, Listeners } from '../listeners.js';
import { RevokedIds } from './revoked-ids.js';
import type { StateOptions, StateStats } from './state-options.js';
import { maxKeptText } from '../masked-text.js';
import { endUnknown } from '../states.js';
import type { MergeOptions } from './record-text.js';
import { mergeError, mergeEvent } from './task-merge.js';
import { mergeSeed, mergeWaiting, type TaskSeed, type WaitingSeed } from './task-seed.js';
import type { TaskRecord } from './task-record.js';
import { fillsFields, maxAheadMs, mergeFields, mergeState, takesState } from './task-settle.js';
import { clockOffset, type WorkerFacts } from './worker-record.js';
import { WorkerRegistry, type WorkerStatusListener } from './worker-registry.js';
import type { WorkerChangeListener } from './worker-watch.js';
import type { Worker } from './worker.js';
import type { TaskMeta } from '../transport/transport.js';

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
export class State extends KnownTasks {
  readonly #workers: WorkerRegistry;
  readonly #merge: MergeOptions;
  readonly #clock: () => number;
  readonly #orphans: Orphans;
  readonly #absences: Absences;
  readonly #revokedIds = new RevokedIds();
  readonly #settleFirst: StateOptions['settleFirst'];
  /** Tasks that their workers have let go of, while it is looked up how they ended. */
  readonly #letGo = new WeakSet<TaskRecord>();
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
    this.#settleFirst = options.settleFirst;
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
      onEnded: (tasks, at) => this.#ended(tasks, at),
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
      // Whoever tells of it has it; what comes late from a process that was replaced ends nothing.
      if (!record.isRunning) record.orphanedAt = null;
      else if (worker !== null) record.orphanedAt = isOfOldProcess ? receivedAt : null;
    });
    if (event.subject === 'started') this.#absences.seen(task);
    if (task.isRunning) worker?.started(task, receivedAt);
    this.taskFeed.tell(event, task, receivedAt);
  }

  /**
   * Knowledge from an inspect reply: creates the task, or fills what events have not told.
   * @returns whether it told of a task, or of a state of it, that was not known
   */
  seedTask(seed: TaskSeed): boolean {
    const id = identifier(seed.id, maxIdLength);
    if (id === null) return false;
    const now = this.#clock();
    const before = this.store.get(id)?.state;
    const task = this.learn(id, (record) => {
      mergeSeed(record, seed, now, this.#merge);
      if (record.state === 'RECEIVED' && this.#isRevoked(record, now)) revoke(record, now);
      if (record.orphanedAt === null) return;
      record.orphanedAt = null;
      record.worker = identifier(seed.worker, maxIdLength) ?? record.worker;
    });
    if (task.isRunning && task.worker !== null) this.#workers.find(task.worker)?.started(task, now);
    return task.state !== before;
  }

  /** A message that waits in a queue: it adds to a task that is known to wait, and tells of no other. */
  sawWaiting(seed: WaitingSeed): void {
    if (this.store.get(seed.id)?.state !== 'PENDING') return;
    this.learn(seed.id, (record) => mergeWaiting(record, seed, this.#merge));
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
    if (this.#letGo.has(task)) return false;
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

  /** Their workers do not run them any more. What is stored says how they ended; only without it that is unknown. */
  #ended(tasks: readonly TaskRecord[], at: number): void {
    if (this.#settleFirst === undefined) return this.#endUnknown(tasks, at);
    const waiting = tasks.filter((task) => !this.#letGo.has(task));
    for (const task of waiting) this.#letGo.add(task);
    const starts = waiting.map(({ startedAt }) => startedAt);
    void this.#settleFirst(waiting.map(({ id }) => id)).then(() => {
      const left = waiting.filter((task, index) => this.#isLost(task, starts[index] ?? null, at));
      for (const task of waiting) this.#letGo.delete(task);
      if (left.length > 0) this.#endUnknown(left, at);
    });
  }

  /** Whether nothing has shown how the run ended, or that it goes on, while that was looked up. */
  #isLost(task: TaskRecord, startedAt: number | null, since: number): boolean {
    if (this.store.get(task.id) !== task || !task.isRunning || task.orphanedAt !== null) return false;
    return task.startedAt === startedAt && !this.#absences.isHeldSince(task, since);
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

  /** The broker is away, so that nobody can be heard, or it is back: see WorkerRegistry. */
  heard(connected: boolean, at: number): void {
    if (connected) this.#workers.hearAgain(at);
    else this.#workers.deafen(at);
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

  /** By hostname. */
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
  deafHostnames(): readonly string[] {
    return this.#workers.deafHostnames();
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

/** A worker has said that it will not run the task. */
function revoke(record: TaskRecord, now: number): void {
  record.state = 'REVOKED';
  record.stateAt = record.revokedAt = now;
  record.source = 'INSPECT';
}
