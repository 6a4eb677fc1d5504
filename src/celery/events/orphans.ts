/**
 * Tasks that lost their worker while they ran: no worker will finish them, though their state, by Celery's rules, stays
 * what it was. A worker that falls silent, or is replaced by another process, has lost what it ran; one that says
 * goodbye finishes it first, for as long as that takes, and has lost it only when it is forgotten, or replaced.
 */
import { ignoreListenerErrors, Listeners, type OnListenerError } from '../../listeners.js';
import type { TaskRecord } from '../tasks/task-record.js';
import type { WorkerChange } from './worker-status-emitter.js';

export type OrphansListener = (ids: readonly string[]) => void;

/** The process that has the worker's name now. */
export interface WorkerProcess {
  /** When it greeted; null when it is the first one known. */
  readonly since: number | null;
  /** What to add to its own times, and to those of the process before, to have them by the clock of `since`. */
  readonly clockOffsetMs: number;
  readonly formerClockOffsetMs: number;
}

export interface OrphansOptions {
  /** The unfinished tasks that this worker had last. */
  readonly unfinishedOf: (hostname: string) => Iterable<TaskRecord>;
  /** Sets `orphanedAt` in the store. */
  readonly mark: (task: TaskRecord, orphanedAt: number | null) => void;
  readonly onListenerError?: OnListenerError | undefined;
}

export class Orphans {
  readonly #options: OrphansOptions;
  readonly #listeners: Listeners<[ids: readonly string[]]>;

  constructor(options: OrphansOptions) {
    this.#options = options;
    this.#listeners = new Listeners('orphaned tasks', options.onListenerError ?? ignoreListenerErrors);
  }

  /** Calls back with the ids of tasks that have just become orphans. */
  onOrphaned(listener: OrphansListener): () => void {
    return this.#listeners.add(listener);
  }

  workerChanged({ worker, cause, at }: WorkerChange, process: WorkerProcess | undefined): void {
    const { hostname, status } = worker;
    const { since = null, clockOffsetMs = 0, formerClockOffsetMs = 0 } = process ?? {};
    if (cause === 'RESTARTED') this.#lose(hostname, at, (since ?? at) - formerClockOffsetMs);
    else if (cause === 'RETURNED') this.#regain(hostname, (since ?? -Infinity) - clockOffsetMs);
    else if (cause === 'FORGOTTEN' || (cause === 'FELL_SILENT' && status === 'OFFLINE'))
      this.#lose(hostname, at, Infinity);
  }

  #lose(hostname: string, at: number, startedBefore: number): void {
    const lost = [...this.#options.unfinishedOf(hostname)].filter(
      (task) =>
        task.isRunning && task.orphanedAt === null && (task.startedAt ?? -Infinity) < startedBefore,
    );
    if (lost.length === 0) return;
    for (const task of lost) this.#options.mark(task, at);
    this.#listeners.notify(lost.map(({ id }) => id));
  }

  /** The same process goes on, and so does what it ran. */
  #regain(hostname: string, startedFrom: number): void {
    for (const task of [...this.#options.unfinishedOf(hostname)]) {
      if (task.orphanedAt !== null && (task.startedAt ?? Infinity) >= startedFrom)
        this.#options.mark(task, null);
    }
  }
}
