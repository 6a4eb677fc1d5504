/** The workers that were heard of, bounded in number. Counterpart of `State.workers`. */
import { ignoreListenerErrors, Listeners, type OnListenerError } from '../../listeners.js';
import { ClockSteps } from './clock-steps.js';
import type { WorkerEvent } from './event.js';
import { clockOffset } from './event-time.js';
import {
  isForced,
  WorkerRecord,
  type LivenessRules,
  type SignKind,
  type WorkerFacts,
} from './worker-record.js';
import { WorkerStatusEmitter } from './worker-status-emitter.js';
import type { Worker, WorkerStatus } from './worker.js';

export interface WorkerRegistryOptions {
  readonly maxWorkers: number;
  /** Milliseconds for which a worker that went offline without a goodbye stays listed. */
  readonly forgetWorkersAfter: number;
  readonly clock: () => number;
  /** Milliseconds of a monotonic clock. */
  readonly monotonic: () => number;
  readonly onListenerError?: OnListenerError | undefined;
}

export interface WorkerStatusChange {
  readonly hostname: string;
  /** True when it appears, says so, or is heard again after a goodbye; false when it says goodbye. */
  readonly online: boolean;
}
export type WorkerStatusListener = (change: WorkerStatusChange) => void;

/** Celery's workers try to reach a lost broker again and again, the longer it was away the rarer: `interval_max`. */
const longestGraceMs = 30_000;
/** Milliseconds for which a goodbye outdoes events that were sent before it: later ones come from a wrong clock. */
const overtakingMs = 5_000;

/** Milliseconds for which a worker that said goodbye stays listed, at most: it was stopped on purpose. */
const goodbyeListedMs = 600_000;
/** Offline workers that stay listed, where containers come and go under names of their own. */
const maxOffline = 1_000;

export class WorkerRegistry {
  readonly #workers = new Map<string, WorkerRecord>();
  readonly #options: WorkerRegistryOptions;
  readonly #listeners: Listeners<[WorkerStatusChange]>;
  readonly watch: WorkerStatusEmitter;
  readonly #rules: LivenessRules = { isProbing: false };
  readonly #clockSteps: ClockSteps;
  #disconnectedSince: number | null = null;

  constructor(options: WorkerRegistryOptions) {
    this.#options = options;
    const { onListenerError = ignoreListenerErrors } = options;
    this.#listeners = new Listeners('status of workers', onListenerError);
    this.#clockSteps = new ClockSteps(options.clock, options.monotonic);
    const workers = (): Iterable<WorkerRecord> => {
      this.#followClock();
      this.#forget();
      return this.#workers.values();
    };
    this.watch = new WorkerStatusEmitter(workers, () => this.#now, onListenerError);
  }

  get size(): number {
    this.#forget();
    return this.#workers.size;
  }

  /** The same, with those that would be forgotten if they were looked at. */
  get knownCount(): number {
    return this.#workers.size;
  }

  onStatus(listener: WorkerStatusListener): () => void {
    return this.#listeners.add(listener);
  }

  /** An event of the worker's own. */
  heard(event: WorkerEvent, at: number): void {
    this.#followClock();
    const worker = this.#getOrCreate(event.hostname);
    const otherProcess = worker.pid !== null && event.pid !== null && worker.pid !== event.pid;
    if (event.subject === 'offline') {
      // When one process replaces another, the old one may say goodbye after the new one was heard.
      if (otherProcess && worker.isBeating(at)) return;
      if (otherProcess) worker.restart();
      this.#leave(worker, event, at);
      this.watch.examine(worker, at);
      return;
    }
    if (!otherProcess && isBeforeGoodbye(worker, event.timestampMs, at)) return;
    const isFormer = otherProcess && worker.isFormer(event.pid, at);
    if (isFormer) this.#shared(worker, at);
    // In a container every process has the same pid, so a greeting counts as a restart too.
    else if (otherProcess || event.subject === 'online') worker.restart();
    const restarted = otherProcess && !isFormer;
    if (restarted) worker.since = event.timestampMs + clockOffset(event.timestampMs, at);
    worker.sawClock(event.timestampMs, at);
    worker.merge(event);
    worker.lastHeartbeatAt = Math.max(worker.lastHeartbeatAt ?? 0, at);
    const isAnswer = isForced(event.fields);
    this.#alive(worker, isAnswer ? 'REPLY' : 'HEARTBEAT', at, event.subject === 'online');
    this.watch.examine(worker, at, restarted);
  }

  /**
   * An event about a task that the worker sent. The pool's processes send some of those: their pid says nothing. A
   * worker that shuts down says goodbye first and then ends its tasks, so only one that takes a task is back.
   */
  heardOfTask(hostname: string, subject: string, timestampMs: number, at: number): WorkerRecord {
    this.#followClock();
    const worker = this.#getOrCreate(hostname);
    if (worker.offlineAt !== null && subject !== 'received') return worker;
    if (isBeforeGoodbye(worker, timestampMs, at)) return worker;
    this.#alive(worker, 'EVENT', at, false);
    this.watch.examine(worker, at);
    return worker;
  }

  /** A reply of the worker's. */
  saw(hostname: string, at: number, facts: WorkerFacts): void {
    this.#followClock();
    const worker = this.#getOrCreate(hostname);
    if (worker.offlineAt !== null && at <= worker.offlineAt) return;
    const isFormer = worker.isFormer(facts.pid ?? null, at);
    const restarted = !isFormer && worker.isReplacedBy(facts, at);
    if (restarted) {
      worker.restart();
      worker.since = at - (facts.uptimeSeconds ?? 0) * 1000;
    }
    if (!isFormer) worker.mergeFacts(facts, at);
    this.#alive(worker, 'REPLY', at, false);
    this.watch.examine(worker, at, restarted);
  }

  sawPidbox(hostname: string, listening: boolean, at: number, exact: boolean): void {
    this.#update(hostname, at, (worker) => worker.sawPidbox(listening, at, exact));
  }

  /** Workers in doubt are asked from now on whether they live. */
  startProbing(): void {
    this.#rules.isProbing = true;
  }

  probed(hostname: string, at: number): void {
    this.#update(hostname, at, (worker) => worker.probed(at));
  }

  leftUnanswered(hostname: string, at: number): void {
    this.#update(hostname, at, (worker) => worker.leftUnanswered(at));
  }

  /** Null if it cannot be known. */
  setListening(hostname: string, listening: boolean | null): void {
    const worker = this.#workers.get(hostname);
    if (worker !== undefined) worker.listening = listening;
  }

  /** Whether the worker has sent an event unasked since then. */
  hasSentEventSince(hostname: string, at: number): boolean {
    return (this.#workers.get(hostname)?.lastEventAt ?? 0) > at;
  }

  #update(hostname: string, at: number, change: (worker: WorkerRecord) => void): void {
    const worker = this.#workers.get(hostname);
    if (worker === undefined) return;
    change(worker);
    this.watch.examine(worker, at);
  }

  /** The connection is lost: until it is back, no worker counts as silent. */
  onDisconnect(at: number): void {
    this.#disconnectedSince ??= at;
  }

  /** It is back: workers have the time that the outage took, and their three heartbeats, to come back themselves. */
  hearAgain(at: number): void {
    const since = this.#disconnectedSince;
    if (since === null) return;
    const grace = Math.min(Math.max(0, at - since), longestGraceMs);
    for (const worker of this.#workers.values()) {
      if (worker.offlineAt === null && worker.status(since) !== 'OFFLINE')
        worker.excuse(since, at, grace);
    }
    this.#disconnectedSince = null;
  }

  /** So that no worker falls silent, comes back or is replaced by it. */
  #followClock(): void {
    const step = this.#clockSteps.take();
    if (step === 0) return;
    for (const worker of this.#workers.values()) worker.clockWasSet(step);
    if (this.#disconnectedSince !== null) this.#disconnectedSince += step;
  }

  get #now(): number {
    this.#followClock();
    return this.#disconnectedSince ?? this.#options.clock();
  }

  /** Workers that are late, or send no heartbeats: only an answer shows whether they live. */
  doubtfulHostnames(): readonly string[] {
    const now = this.#now;
    const doubtful = [...this.#workers.values()].filter((worker) => worker.isDoubtful(now));
    return doubtful.map(({ hostname }) => hostname);
  }

  find(hostname: string): WorkerRecord | undefined {
    return this.#workers.get(hostname);
  }

  /** Looks at that one alone: it is asked for with each event, and there may be thousands. */
  get(hostname: string): Worker | null {
    const worker = this.#workers.get(hostname);
    if (worker === undefined) return null;
    const now = this.#now;
    if (this.#isForgotten(worker, now)) {
      this.#forgetOne(worker, now);
      return null;
    }
    return this.#snapshot(worker, now);
  }

  /** Sorted by hostname. */
  list(): readonly Worker[] {
    this.#forget();
    const now = this.#now;
    return [...this.#workers.values()].sort(byHostname).map((worker) => this.#snapshot(worker, now));
  }

  /** Those that `list` has, without a picture of each. */
  count(): { readonly total: number; readonly online: number } {
    this.#forget();
    const now = this.#now;
    let online = 0;
    for (const worker of this.#workers.values()) if (statusOf(worker, now) === 'ONLINE') online++;
    return { total: this.#workers.size, online };
  }

  aliveHostnames(): readonly string[] {
    const now = this.#now;
    const alive = [...this.#workers.values()].filter((worker) => statusOf(worker, now) === 'ONLINE');
    return alive.sort(byHostname).map(({ hostname }) => hostname);
  }

  /** Workers that live and do not listen to remote control. */
  notListeningHostnames(): readonly string[] {
    const now = this.#now;
    const notListening = [...this.#workers.values()].filter(({ listening }) => listening === false);
    const running = notListening.filter((worker) => statusOf(worker, now) !== 'OFFLINE');
    return running.map(({ hostname }) => hostname);
  }

  #snapshot(worker: WorkerRecord, now: number): Worker {
    return worker.snapshot(now, statusOf(worker, now));
  }

  #getOrCreate(hostname: string): WorkerRecord {
    const known = this.#workers.get(hostname);
    if (known !== undefined) return known;
    if (this.#workers.size >= this.#options.maxWorkers) this.#makeRoom();
    const worker = new WorkerRecord(hostname, this.#rules);
    this.#workers.set(hostname, worker);
    return worker;
  }

  /** Two processes under one name: neither has replaced the other, so neither has lost what it ran. */
  #shared(worker: WorkerRecord, at: number): void {
    const isNews = worker.since !== null;
    worker.since = null;
    worker.sharesName(at);
    if (isNews) this.watch.returned(worker, at);
  }

  #alive(worker: WorkerRecord, kind: SignKind, at: number, greets: boolean): void {
    const news = greets || worker.lastSignAt === 0 || worker.offlineAt !== null;
    worker.sign(kind, at);
    if (news) this.#listeners.notify({ hostname: worker.hostname, online: true });
  }

  #leave(worker: WorkerRecord, event: WorkerEvent, at: number): void {
    worker.merge(event);
    worker.offlineAt = at;
    worker.offlineTimestamp = event.timestampMs;
    this.#listeners.notify({ hostname: worker.hostname, online: false });
  }

  #forget(): void {
    const now = this.#now;
    let offline = 0;
    for (const worker of this.#workers.values()) {
      if (this.#isForgotten(worker, now)) this.#forgetOne(worker, now);
      else if (worker.offlineSince() <= now) offline++;
    }
    if (offline > maxOffline) this.#forgetOldest(offline - maxOffline, now);
  }

  #forgetOldest(count: number, now: number): void {
    const offline = [...this.#workers.values()].filter((worker) => worker.offlineSince() <= now);
    const byAge = offline.toSorted((a, b) => a.offlineSince() - b.offlineSince());
    for (const worker of byAge.slice(0, count)) this.#forgetOne(worker, now);
  }

  #isForgotten(worker: WorkerRecord, now: number): boolean {
    const { forgetWorkersAfter } = this.#options;
    const listedMs =
      worker.offlineAt === null ? forgetWorkersAfter : Math.min(goodbyeListedMs, forgetWorkersAfter);
    return worker.offlineSince() <= now - listedMs;
  }

  #forgetOne(worker: WorkerRecord, now: number): void {
    this.#workers.delete(worker.hostname);
    this.watch.forgotten(worker, now);
  }

  /** Drops a tenth at a time, those unheard of for longest: sorting for each one would invite a flood of names. */
  #makeRoom(): void {
    const byAge = [...this.#workers.values()].sort((a, b) => lastOf(a) - lastOf(b));
    for (const { hostname } of byAge.slice(0, Math.ceil(byAge.length / 10)))
      this.#workers.delete(hostname);
  }
}

/** One that has said goodbye is needed least. */
function lastOf(worker: WorkerRecord): number {
  return worker.offlineAt === null ? worker.lastSignAt : 0;
}

/**
 * Events overtake each other: one that was sent before the goodbye does not bring the worker back. Soon after it, that
 * is; one that comes later is from a process whose clock is behind.
 */
function isBeforeGoodbye(worker: WorkerRecord, timestampMs: number, at: number): boolean {
  const { offlineAt, offlineTimestamp } = worker;
  return offlineAt !== null && timestampMs <= offlineTimestamp && at < offlineAt + overtakingMs;
}

/** As it was last reported, so that all views agree: the watch examines every worker once a second. */
function statusOf(worker: WorkerRecord, now: number): WorkerStatus {
  return worker.emittedStatus ?? worker.status(now);
}

function byHostname(a: WorkerRecord, b: WorkerRecord): number {
  return a.hostname < b.hostname ? -1 : 1;
}
