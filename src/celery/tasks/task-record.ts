/**
 * A task as the store holds it: mutable and compact. Counterpart of `celery.events.state.Task`; code outside of
 * this folder gets the immutable `Task`, or one of the two read-only views below.
 */
import { endUnknown, isCustom, isFinal, isWaiting } from '../states.js';
import { CompactTask } from './compact-task.js';
import type { ListPlace } from './record-list.js';
import {
  approximateEnd,
  beganAt,
  endsRun,
  noticedEnd,
  plainState,
  runSecondsOf,
  type TaskRun,
} from './task-run.js';
import type { IndexedTask } from './task-index.js';
import { taskTexts, type Task, type TaskSource, type TaskText } from './task.js';

/** The facts of a task that counts and metrics use. Times are epoch milliseconds, durations seconds. */
export interface TaskOutcome {
  readonly name: string | null;
  readonly state: string;
  readonly runtimeSeconds: number | null;
  readonly queueWaitSeconds: number | null;
  /** Time of the final state; null while the task is not finished. */
  readonly finishedAt: number | null;
  /** Runs before the latest one, in their order; the fields above are those of the latest run. */
  readonly attempts: readonly TaskRun[];
  /** Number of runs that `attempts` leaves out, between its second and its third. */
  readonly attemptsOmitted: number;
}

/** The facts of a task before a change: the indexes remove the task from the places that these say. */
export interface TaskBefore extends TaskOutcome, IndexedTask {}

/** Further facts for the counts of waiting and running tasks. Valid until the next event: do not keep the object. */
export interface UnfinishedTask extends TaskBefore {
  readonly eta: number | null;
  /** Whether a worker has started the task and has not ended it yet. */
  readonly isRunning: boolean;
}

/** Bytes of a record, measured on 100,000 tasks and rounded up: the object, its boxed times, ids and index entries. */
const recordBytes = 560;

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;
const noTexts: readonly TaskText[] = [];
const noAttempts: readonly TaskRun[] = [];
/** Milliseconds by which the clocks of sender and worker may differ when a sending is assigned to a run. */
const sendingToleranceMs = 10_000;

export class TaskRecord extends CompactTask implements UnfinishedTask {
  readonly id: string;
  /** Whether the id is one of Celery's own making: 32 hexadecimal digits in five groups. */
  readonly hasUuid: boolean;
  readonly sequence: number;
  name: string | null = null;
  /** Whether `name` is certain; false if it may be a shadow name, because only workers have reported it. */
  isNameCertain = false;
  state = 'PENDING';
  args: string | null = null;
  kwargs: string | null = null;
  result: string | null = null;
  /** A bit for each of `taskTexts`. */
  truncated = 0;
  worker: string | null = null;
  /** Process id of the main process of `worker`. */
  pid: number | null = null;
  /** Number of retries when `worker` received the task; null if unknown. */
  runRetries: number | null = null;
  /** See `TaskRun.approximate`. */
  approximate = 0;
  queue: string | null = null;
  retries = 0;
  clock: number | null = null;
  runtimeSeconds: number | null = null;
  rootId: string | null = null;
  parentId: string | null = null;
  source: TaskSource;
  /** Its place in the `RecordList` that holds it, see task-eviction.ts; null if no list does. */
  place: ListPlace | null = null;

  constructor(id: string, sequence: number, source: TaskSource) {
    super(recordBytes + id.length);
    this.id = id;
    this.hasUuid = id.length === 36 && uuid.test(id);
    this.sequence = sequence;
    this.source = source;
  }

  /** Derived from the state: null again after a retry. */
  get finishedAt(): number | null {
    return isFinal(this.state) ? this.stateAt : null;
  }

  /** Whether the state is final: no worker holds the task, unless the broker delivers it again. */
  get isSettled(): boolean {
    return isFinal(this.state);
  }

  /** Whether the result backend may know how the task ended, because no event and no result has reported it. */
  get awaitsResult(): boolean {
    if (!isFinal(this.state) || this.state === endUnknown) return true;
    return this.state === 'REVOKED' && this.source !== 'EVENTS';
  }

  get isRunning(): boolean {
    return !isWaiting(this.state) && !this.isSettled;
  }

  /** Seconds that the latest run waited to start; null if unknown, and while a retry waits. */
  get queueWaitSeconds(): number | null {
    const { startedAt } = this;
    const queuedAt = isSentForThisRun(this) ? this.sentAt : this.receivedAt;
    if (startedAt === null || queuedAt === null || this.state === 'RETRY') return null;
    return Math.max(0, startedAt - Math.max(queuedAt, this.eta ?? queuedAt)) / 1000;
  }

  get attempts(): readonly TaskRun[] {
    return this.history?.attempts ?? noAttempts;
  }

  get attemptsOmitted(): number {
    return this.history?.omitted ?? 0;
  }

  /** Seconds of the latest run, as measured by the worker, or else from start to end by the worker's clock; null if unknown. */
  get ranSeconds(): number | null {
    if (this.runtimeSeconds !== null) return this.runtimeSeconds;
    return endsRun(this.state) && this.source === 'EVENTS' ? runSecondsOf(this) : null;
  }

  /** The latest run in the form in which `attempts` keeps it after a later run has begun. */
  run(): TaskRun {
    return {
      hostname: this.worker,
      pid: this.pid,
      retries: this.runRetries,
      receivedAt: this.receivedAt,
      startedAt: this.startedAt,
      state: plainState(this),
      stateAt: isCustom(this.state) ? (this.startedAt ?? this.receivedAt) : this.stateAt,
      exception: this.exception,
      runtimeSeconds: this.runtimeSeconds,
      queueWaitSeconds: this.queueWaitSeconds,
      custom: this.custom,
      otherEnds: this.otherEnds,
      approximate: this.approximations,
    };
  }

  /** `approximate`, with the end marked if it was learned from another source than an event. */
  get approximations(): number {
    const { source, approximate, state } = this;
    if (source === 'EVENTS' || !endsRun(state)) return approximate;
    return approximate | approximateEnd | (source === 'INSPECT' ? noticedEnd : 0);
  }

  before(): TaskBefore {
    return {
      id: this.id,
      sequence: this.sequence,
      name: this.name,
      state: this.state,
      finishedAt: this.finishedAt,
      runtimeSeconds: this.runtimeSeconds,
      ranSeconds: this.ranSeconds,
      queueWaitSeconds: this.queueWaitSeconds,
      attempts: this.attempts,
      attemptsOmitted: this.attemptsOmitted,
      worker: this.worker,
      queue: this.queue,
      rootId: this.rootId,
      parentId: this.parentId,
      retries: this.retries,
      awaitsResult: this.awaitsResult,
      sentAt: this.sentAt,
      receivedAt: this.receivedAt,
      startedAt: this.startedAt,
      orphanedAt: this.orphanedAt,
    };
  }

  snapshot(childIds: readonly string[]): Task {
    return {
      id: this.id,
      sequence: this.sequence,
      name: this.name,
      isNameCertain: this.isNameCertain,
      shadow: this.shadow,
      state: this.state,
      args: this.args,
      kwargs: this.kwargs,
      result: this.result,
      exception: this.exception,
      traceback: this.traceback,
      progress: this.progress,
      truncated:
        this.truncated === 0 ? noTexts : taskTexts.filter((_, bit) => (this.truncated >> bit) & 1),
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
      isRunning: this.isRunning,
      orphanedAt: this.orphanedAt,
      runtimeSeconds: this.ranSeconds,
      queueWaitSeconds: this.queueWaitSeconds,
      attempts: this.attempts,
      attemptsOmitted: this.attemptsOmitted,
      rootId: this.rootId,
      parentId: this.parentId,
      childIds,
      source: this.source,
    };
  }
}

/** False if the broker has delivered the message again: then `sentAt` is that of a former run. */
function isSentForThisRun(task: TaskRecord): boolean {
  const { sentAt, sentRetries } = task;
  if (sentAt === null) return false;
  if (sentAt > (task.startedAt ?? Infinity) + sendingToleranceMs) return false;
  const former = task.attempts.at(-1);
  if (former === undefined) return true;
  if (sentRetries !== null && former.retries !== null && sentRetries > former.retries) return true;
  return sentAt > beganAt(former) + sendingToleranceMs;
}
