/**
 * Tells when the status of a worker changes, also when it changes by silence alone, which no event announces: so a
 * timer looks once a second. Celery has no counterpart: its `Worker.alive` is only computed when somebody asks.
 */
import { ignoreListenerErrors, Listeners, type OnListenerError } from '../listeners.js';
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

export class WorkerWatch {
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

  /** Tells of all whose status has changed since it was last told. */
  look(): void {
    const now = this.#clock();
    for (const worker of this.#workers()) this.examine(worker, now);
  }

  /** To be called when something was heard of a worker, or of a new process under its name. */
  examine(worker: WorkerRecord, at: number, restarted = false): void {
    const status = worker.status(at);
    const previous = worker.toldStatus;
    if (status === previous && !restarted) return;
    worker.toldStatus = status;
    this.#tell(worker, previous, restarted ? 'RESTARTED' : causeOf(worker, previous, status), at);
  }

  /** It was taken for replaced, wrongly. */
  returned(worker: WorkerRecord, at: number): void {
    this.#tell(worker, worker.toldStatus, 'RETURNED', at);
  }

  forgotten(worker: WorkerRecord, at: number): void {
    this.#tell(worker, worker.toldStatus, 'FORGOTTEN', at);
  }

  #tell(
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
