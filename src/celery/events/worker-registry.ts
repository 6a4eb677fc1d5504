/** The workers that were heard of, bounded in number. Counterpart of `State.workers`. */
import type { WorkerEvent } from './event.js';
import { WorkerRecord, type WorkerFacts } from './worker-record.js';
import type { Worker } from './worker.js';

export interface WorkerRegistryOptions {
  readonly maxWorkers: number;
  /** How long a worker that is offline stays listed, in milliseconds. */
  readonly forgetWorkersAfter: number;
  readonly clock: () => number;
}

export interface WorkerStatusChange {
  readonly hostname: string;
  /** True when it appears, says so, or is heard again after a goodbye; false when it says goodbye. */
  readonly online: boolean;
}
export type WorkerStatusListener = (change: WorkerStatusChange) => void;

export class WorkerRegistry {
  readonly #workers = new Map<string, WorkerRecord>();
  readonly #options: WorkerRegistryOptions;
  readonly #listeners = new Set<WorkerStatusListener>();

  constructor(options: WorkerRegistryOptions) {
    this.#options = options;
  }

  get size(): number {
    this.#forget();
    return this.#workers.size;
  }

  onStatus(listener: WorkerStatusListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** An event of the worker's own. */
  heard(event: WorkerEvent, at: number): void {
    const worker = this.#getOrCreate(event.hostname);
    const otherProcess = worker.pid !== null && event.pid !== null && worker.pid !== event.pid;
    if (event.subject === 'offline') {
      // When one process replaces another, the old one may say goodbye after the new one was heard.
      if (otherProcess && worker.isBeating(at)) return;
      if (otherProcess) worker.restart();
      this.#leave(worker, event, at);
      return;
    }
    if (!otherProcess && isBeforeGoodbye(worker, event.timestampMs)) return;
    // In a container every process has the same pid, so a greeting counts as a restart too.
    if (otherProcess || event.subject === 'online') worker.restart();
    worker.merge(event);
    worker.lastHeartbeatAt = Math.max(worker.lastHeartbeatAt ?? 0, at);
    this.#alive(worker, at, event.subject === 'online');
  }

  /** An event about a task that the worker sent. The pool's processes send some of those: their pid says nothing. */
  heardOfTask(hostname: string, timestampMs: number, at: number): WorkerRecord {
    const worker = this.#getOrCreate(hostname);
    if (!isBeforeGoodbye(worker, timestampMs)) this.#alive(worker, at, false);
    return worker;
  }

  /** A reply of the worker's. */
  saw(hostname: string, at: number, facts: WorkerFacts): void {
    const worker = this.#getOrCreate(hostname);
    if (worker.offlineAt !== null && at <= worker.offlineAt) return;
    if (worker.pid !== null && typeof facts.pid === 'number' && facts.pid !== worker.pid)
      worker.restart();
    worker.mergeFacts(facts);
    this.#alive(worker, at, false);
  }

  sawPidbox(hostname: string, listening: boolean, at: number): void {
    this.#workers.get(hostname)?.sawPidbox(listening, at);
  }

  /** Solo pools of which nobody knows whether they work or died. */
  doubtfulHostnames(): readonly string[] {
    const now = this.#options.clock();
    const doubtful = [...this.#workers.values()].filter((worker) => worker.isDoubtful(now));
    return doubtful.map(({ hostname }) => hostname);
  }

  find(hostname: string): WorkerRecord | undefined {
    return this.#workers.get(hostname);
  }

  get(hostname: string): Worker | null {
    this.#forget();
    return this.#workers.get(hostname)?.snapshot(this.#options.clock()) ?? null;
  }

  /** By hostname. */
  list(): readonly Worker[] {
    this.#forget();
    const now = this.#options.clock();
    return [...this.#workers.values()].sort(byHostname).map((worker) => worker.snapshot(now));
  }

  aliveHostnames(): readonly string[] {
    const now = this.#options.clock();
    const alive = [...this.#workers.values()].filter((worker) => worker.status(now) === 'ONLINE');
    return alive.sort(byHostname).map(({ hostname }) => hostname);
  }

  #getOrCreate(hostname: string): WorkerRecord {
    const known = this.#workers.get(hostname);
    if (known !== undefined) return known;
    if (this.#workers.size >= this.#options.maxWorkers) this.#makeRoom();
    const worker = new WorkerRecord(hostname);
    this.#workers.set(hostname, worker);
    return worker;
  }

  #alive(worker: WorkerRecord, at: number, greets: boolean): void {
    const news = greets || worker.lastSignAt === 0 || worker.offlineAt !== null;
    worker.lastSignAt = Math.max(worker.lastSignAt, at);
    worker.offlineAt = null;
    if (news) this.#tell({ hostname: worker.hostname, online: true });
  }

  #leave(worker: WorkerRecord, event: WorkerEvent, at: number): void {
    worker.merge(event);
    worker.offlineAt = at;
    worker.offlineTimestamp = event.timestampMs;
    this.#tell({ hostname: worker.hostname, online: false });
  }

  #tell(change: WorkerStatusChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch {
        // A listener's failure is its own: neither the event nor the other listeners may suffer.
      }
    }
  }

  #forget(): void {
    const limit = this.#options.clock() - this.#options.forgetWorkersAfter;
    for (const worker of this.#workers.values()) {
      if (worker.offlineSince() <= limit) this.#workers.delete(worker.hostname);
    }
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

/** Events overtake each other: one that was sent before the goodbye does not bring the worker back. */
function isBeforeGoodbye(worker: WorkerRecord, timestampMs: number): boolean {
  return worker.offlineAt !== null && timestampMs <= worker.offlineTimestamp;
}

function byHostname(a: WorkerRecord, b: WorkerRecord): number {
  return a.hostname < b.hostname ? -1 : 1;
}
