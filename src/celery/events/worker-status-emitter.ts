/**
 * Emits each change of a worker's status. A worker that falls silent changes its status without an event, so a
 * timer checks once a second. Celery has no counterpart: its `Worker.alive` is computed only on access.
 */
import { ignoreListenerErrors, Listeners, type OnListenerError } from '../../listeners.js';
import type { WorkerRecord } from './worker-record.js';
import type { Worker, WorkerStatus } from './worker.js';

/**
 * APPEARED: seen for the first time. RESTARTED: another process under the same name. RETURNED: heard again.
 * SAID_GOODBYE: shuts down in order, once its tasks have ended. FELL_SILENT: missed its heartbeats. FORGOTTEN: has been
 * offline for so long that it is not listed any more.
 */
export const workerChangeCauses = [
  'APPEARED',
  'RESTARTED',
  'RETURNED',
  'SAID_GOODBYE',
  'FELL_SILENT',
  'FORGOTTEN',
] as const;
export type WorkerChangeCause = (typeof workerChangeCauses)[number];

export interface WorkerChange {
  readonly worker: Worker;
  /** Null at first sight; the same as now when it restarted before it was missed. */
  readonly previous: WorkerStatus | null;
  readonly cause: WorkerChangeCause;
  /** Epoch milliseconds, by our own clock. */
  readonly at: number;
}
export type WorkerChangeListener = (change: WorkerChange) => void;

/** Milliseconds between two looks for silent workers. */
const interval = 1_000;

export class WorkerStatusEmitter {
  readonly #workers: () => Iterable<WorkerRecord>;
  readonly #clock: () => number;
  readonly #listeners: Listeners<[WorkerChange]>;

  constructor(
    workers: () => Iterable<WorkerRecord>,
    clock: () => number,
    onListenerError: OnListenerError = ignoreListenerErrors,
  ) {
    this.#listeners = new Listeners('changes of workers', onListenerError);
    this.#workers = workers;
    this.#clock = clock;
  }

  onChange(listener: WorkerChangeListener): () => void {
    return this.#listeners.add(listener);
  }

  /** Looks for silence from now on; returns what stops it. */
  start(): () => void {
    const timer = setInterval(() => this.look(), interval).unref();
    return () => clearInterval(timer);
  }

  /** Emits the changes of all workers whose status differs from the one emitted last. */
  look(): void {
    const now = this.#clock();
    for (const worker of this.#workers()) this.examine(worker, now);
  }

  /** Call this after an event of a worker, or of a new process under its name. */
  examine(worker: WorkerRecord, at: number, restarted = false): void {
    const status = worker.status(at);
    const previous = worker.emittedStatus;
    if (status === previous && !restarted) return;
    worker.emittedStatus = status;
    this.#emit(worker, previous, restarted ? 'RESTARTED' : causeOf(worker, previous, status), at);
  }

  /** The worker was wrongly taken for replaced. */
  returned(worker: WorkerRecord, at: number): void {
    this.#emit(worker, worker.emittedStatus, 'RETURNED', at);
  }

  forgotten(worker: WorkerRecord, at: number): void {
    this.#emit(worker, worker.emittedStatus, 'FORGOTTEN', at);
  }

  #emit(
    worker: WorkerRecord,
    previous: WorkerStatus | null,
    cause: WorkerChangeCause,
    at: number,
  ): void {
    this.#listeners.notify({ worker: worker.snapshot(at), previous, cause, at });
  }
}

function causeOf(
  worker: WorkerRecord,
  previous: WorkerStatus | null,
  status: WorkerStatus,
): WorkerChangeCause {
  if (worker.offlineAt !== null) return 'SAID_GOODBYE';
  if (previous === null) return 'APPEARED';
  return status === 'ONLINE' || (status === 'STALE' && previous === 'OFFLINE')
    ? 'RETURNED'
    : 'FELL_SILENT';
}
