/**
 * A task as the store holds it: mutable and compact. Counterpart of `celery.events.state.Task`; outside of this
 * folder tasks are seen through the immutable `Task`, or through the two read-only views below.
 */
import { isFinal } from '../states.js';
import { taskTexts, type Task, type TaskSource, type TaskText } from './task.js';

/** What a task has come to, as far as figures go. Times are epoch milliseconds, durations seconds. */
export interface TaskOutcome {
  readonly name: string | null;
  readonly state: string;
  readonly runtimeSeconds: number | null;
  readonly queueWaitSeconds: number | null;
  /** When the final state was taken on; null while there is none. */
  readonly finishedAt: number | null;
}

/** What it was before a change, as far as anybody tells tasks apart by it. */
export interface TaskBefore extends TaskOutcome {
  readonly worker: string | null;
  readonly queue: string | null;
  readonly rootId: string | null;
  readonly parentId: string | null;
}

/** What the counts of waiting and running tasks need besides. Valid until the next event: read it, do not keep it. */
export interface UnfinishedTask extends TaskOutcome {
  readonly id: string;
  readonly worker: string | null;
  readonly queue: string | null;
  readonly rootId: string | null;
  readonly parentId: string | null;
  readonly sentAt: number | null;
  readonly receivedAt: number | null;
  readonly startedAt: number | null;
  readonly eta: number | null;
  /** When its worker went away while it ran; null while somebody may go on with it. */
  readonly orphanedAt: number | null;
  /** A worker has started it and not yet let go of it. */
  readonly isRunning: boolean;
}

/** Measured on 100,000 tasks, and rounded up: the object, its boxed times, its ids, its share of the indexes. */
const recordBytes = 660;

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;
const nothing: readonly TaskText[] = [];

export class TaskRecord implements UnfinishedTask {
  readonly id: string;
  /** Whether the id is one of Celery's own making: 32 hexadecimal digits in five groups. */
  readonly hasUuid: boolean;
  readonly sequence: number;
  name: string | null = null;
  state = 'PENDING';
  /** When the state was taken on; Celery's `timestamp`. */
  stateAt: number | null = null;
  args: string | null = null;
  kwargs: string | null = null;
  result: string | null = null;
  exception: string | null = null;
  traceback: string | null = null;
  /** A bit for each of `taskTexts`. */
  truncated = 0;
  worker: string | null = null;
  queue: string | null = null;
  exchange: string | null = null;
  routingKey: string | null = null;
  retries = 0;
  eta: number | null = null;
  expires: number | null = null;
  clock: number | null = null;
  client: string | null = null;
  sentAt: number | null = null;
  receivedAt: number | null = null;
  startedAt: number | null = null;
  succeededAt: number | null = null;
  failedAt: number | null = null;
  retriedAt: number | null = null;
  revokedAt: number | null = null;
  rejectedAt: number | null = null;
  runtimeSeconds: number | null = null;
  rootId: string | null = null;
  parentId: string | null = null;
  source: TaskSource;
  /** JSON value that was stored with a custom state, or with a failure of the application's own shape. */
  progress: unknown = null;
  /** When the worker that runs it went away; null while none has. */
  orphanedAt: number | null = null;
  /** Estimate of the memory it takes. */
  bytes: number;

  /** Links of the one RecordList that it is in, if any: see task-eviction.ts. */
  list: object | null = null;
  previous: TaskRecord | null = null;
  next: TaskRecord | null = null;

  constructor(id: string, sequence: number, source: TaskSource) {
    this.id = id;
    this.hasUuid = id.length === 36 && uuid.test(id);
    this.sequence = sequence;
    this.source = source;
    this.bytes = recordBytes + id.length;
  }

  /** Follows from the state, so a retry takes it back. */
  get finishedAt(): number | null {
    return isFinal(this.state) ? this.stateAt : null;
  }

  /**
   * Whether no worker holds it any more. By Celery's precedence a task that is rejected after its start stays
   * STARTED; it is over nevertheless, unless the broker delivers it again.
   */
  get isSettled(): boolean {
    return isFinal(this.state) || (this.rejectedAt !== null && this.rejectedAt >= this.#lastHeldAt());
  }

  get isRunning(): boolean {
    const waits = this.state === 'PENDING' || this.state === 'RECEIVED' || this.state === 'RETRY';
    return !waits && !this.isSettled;
  }

  #lastHeldAt(): number {
    return Math.max(this.receivedAt ?? 0, this.startedAt ?? 0);
  }

  /** Null also while a retry waits: the start that is known belongs to the attempt before. */
  get queueWaitSeconds(): number | null {
    const { startedAt, retriedAt } = this;
    const queuedAt = this.sentAt ?? this.receivedAt;
    if (startedAt === null || queuedAt === null) return null;
    if (retriedAt !== null && startedAt <= retriedAt) return null;
    return Math.max(0, startedAt - Math.max(queuedAt, this.eta ?? queuedAt)) / 1000;
  }

  before(): TaskBefore {
    const { name, state, finishedAt, runtimeSeconds, queueWaitSeconds } = this;
    const { worker, queue, rootId, parentId } = this;
    return {
      ...{ name, state, finishedAt, runtimeSeconds, queueWaitSeconds },
      ...{ worker, queue, rootId, parentId },
    };
  }

  snapshot(childIds: readonly string[]): Task {
    return {
      id: this.id,
      sequence: this.sequence,
      name: this.name,
      state: this.state,
      args: this.args,
      kwargs: this.kwargs,
      result: this.result,
      exception: this.exception,
      traceback: this.traceback,
      progress: this.progress,
      truncated:
        this.truncated === 0 ? nothing : taskTexts.filter((_, bit) => (this.truncated >> bit) & 1),
      worker: this.worker,
      queue: this.queue,
      exchange: this.exchange,
      routingKey: this.routingKey,
      retries: this.retries,
      eta: this.eta,
      expires: this.expires,
      clock: this.clock,
      client: this.client,
      sentAt: this.sentAt,
      receivedAt: this.receivedAt,
      startedAt: this.startedAt,
      succeededAt: this.succeededAt,
      failedAt: this.failedAt,
      retriedAt: this.retriedAt,
      revokedAt: this.revokedAt,
      rejectedAt: this.rejectedAt,
      finishedAt: this.finishedAt,
      orphanedAt: this.orphanedAt,
      runtimeSeconds: this.runtimeSeconds,
      queueWaitSeconds: this.queueWaitSeconds,
      rootId: this.rootId,
      parentId: this.parentId,
      childIds,
      source: this.source,
    };
  }
}
