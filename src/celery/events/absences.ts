/**
 * Which running tasks their own worker no longer has: they ended without an event, by `Ignore` or because the event was
 * lost. Celery has no counterpart. A task must be missing twice: it may have started after the first reply was made, or
 * the event of its end may be on its way.
 */
import type { TaskRecord } from '../tasks/task-record.js';
import type { WorkerRecord } from './worker-record.js';

/** Milliseconds between the two looks, at least: events take less. */
const betweenLooksMs = 2_000;
/** Milliseconds of heartbeats without a running task that prove as much as a reply, where the worker does not reply. */
const silentProofMs = 10_000;
/** Milliseconds for which a reply that has the task outweighs heartbeats that count no running task. */
const replyOutweighsMs = 60_000;

interface Looks {
  readonly firstAt: number;
  /** When the worker was asked and did not reply; null if it has replied, or was not asked. */
  unansweredAt: number | null;
}

export interface AbsencesOptions {
  readonly worker: (hostname: string) => WorkerRecord | undefined;
  /** What the store has as running at this worker. */
  readonly runningAt: (hostname: string) => Iterable<TaskRecord>;
  /** Called with tasks that have certainly ended. */
  readonly onEnded: (tasks: readonly TaskRecord[], at: number) => void;
}

export class Absences {
  readonly #options: AbsencesOptions;
  readonly #missing = new WeakMap<TaskRecord, Looks>();
  /** When an `active` reply last had the task. */
  readonly #heldAt = new WeakMap<TaskRecord, number>();

  constructor(options: AbsencesOptions) {
    this.#options = options;
  }

  /** A heartbeat says how many tasks its worker runs, by the same clock as the events of their starts. */
  heartbeat(hostname: string, timestampMs: number, activeCount: number | null, at: number): void {
    if (activeCount !== 0) return;
    const ended: TaskRecord[] = [];
    for (const task of this.#running(hostname, at)) {
      if (task.startedAt === null || task.startedAt >= timestampMs) continue;
      if (at < (this.#heldAt.get(task) ?? -Infinity) + replyOutweighsMs) continue;
      const looks = this.#look(task, at);
      const isProven = looks.unansweredAt !== null && at >= looks.firstAt + silentProofMs;
      if (isProven) ended.push(task);
    }
    this.#end(ended, at);
  }

  /**
   * A complete `active` reply of the worker's.
   * @param askedAt epoch milliseconds: what started since may be missing
   */
  replied(hostname: string, ids: ReadonlySet<string>, askedAt: number, at: number): void {
    const ended: TaskRecord[] = [];
    for (const task of this.#running(hostname, at)) {
      if (ids.has(task.id)) {
        this.#missing.delete(task);
        this.#heldAt.set(task, at);
        continue;
      }
      const looks = this.#look(task, at);
      if (looks.firstAt + betweenLooksMs <= askedAt) ended.push(task);
    }
    this.#end(ended, at);
  }

  /** The worker was asked for `active` and did not reply in time. */
  unanswered(hostname: string, at: number): void {
    for (const task of this.#options.runningAt(hostname)) {
      const looks = this.#missing.get(task);
      if (looks !== undefined) looks.unansweredAt = at;
    }
  }

  /** An event or a reply has the task. */
  seen(task: TaskRecord): void {
    this.#missing.delete(task);
  }

  /** Whether an `active` reply since then, in epoch milliseconds, had the task. */
  isHeldSince(task: TaskRecord, at: number): boolean {
    return (this.#heldAt.get(task) ?? -Infinity) >= at;
  }

  /** Whether a look has missed a task that this worker should run: it is worth asking the worker. */
  isSuspect(hostname: string): boolean {
    for (const task of this.#options.runningAt(hostname)) if (this.#missing.has(task)) return true;
    return false;
  }

  #look(task: TaskRecord, at: number): Looks {
    const known = this.#missing.get(task);
    if (known !== undefined) return known;
    const looks = { firstAt: at, unansweredAt: null };
    this.#missing.set(task, looks);
    return looks;
  }

  /** Only of a worker that lives, and only what the process that is known has started: see Orphans for the others. */
  #running(hostname: string, at: number): readonly TaskRecord[] {
    const worker = this.#options.worker(hostname);
    if (worker === undefined || worker.status(at) !== 'ONLINE') return [];
    if (worker.snapshot(at).duplicateNodename) return [];
    // By the clock of the worker, as the starts are.
    const since = (worker.since ?? -Infinity) - worker.clockOffsetMs;
    return [...this.#options.runningAt(hostname)].filter(
      ({ orphanedAt, startedAt }) => orphanedAt === null && (startedAt === null || startedAt >= since),
    );
  }

  #end(tasks: readonly TaskRecord[], at: number): void {
    for (const task of tasks) this.#missing.delete(task);
    if (tasks.length > 0) this.#options.onEnded(tasks, at);
  }
}
