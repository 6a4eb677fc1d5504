/**
 * A task as the store holds it: mutable and compact. Counterpart of `celery.events.state.Task`; outside of this
 * folder tasks are seen through the immutable `Task`, or through the two read-only views below.
 */
import { endUnknown, isCustom, isFinal, isWaiting } from '../states.js';
import {
  approximateEnd,
  beganAt,
  endsRun,
  noOtherEnds,
  noticedEnd,
  plainState,
  runSecondsOf,
  type CustomState,
  type OtherEnd,
  type TaskRun,
} from './task-run.js';
import { taskTexts, type Task, type TaskSource, type TaskText } from './task.js';

/** What a task has come to, as far as figures go. Times are epoch milliseconds, durations seconds. */
export interface TaskOutcome {
  readonly name: string | null;
  readonly state: string;
  readonly runtimeSeconds: number | null;
  readonly queueWaitSeconds: number | null;
  /** When the final state was taken on; null while there is none. */
  readonly finishedAt: number | null;
  /** Runs before the latest one, which is what the fields above are about; the first comes first. */
  readonly attempts: readonly TaskRun[];
  /** How many more there were, between the second and the third of them. */
  readonly attemptsOmitted: number;
}

/** What is known of a task beyond its latest run: few tasks have more than one. */
export interface TaskHistory {
  readonly attempts: readonly TaskRun[];
  /** Former runs of which nothing but a custom state is known: other events of them may come. */
  readonly progress: readonly TaskRun[];
  readonly omitted: number;
  /** What happened until then is not assigned to a run any more, as runs were left out. Epoch milliseconds. */
  readonly omittedUntil: number;
  /** The sendings, if there were several: the earliest first. */
  readonly sendings: readonly Sending[];
}

export interface Sending {
  /** Epoch milliseconds by the clock of the sender. */
  readonly at: number;
  readonly retries: number | null;
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
  /** Position in the order of first sight. */
  readonly sequence: number;
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
const recordBytes = 720;

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;
const nothing: readonly TaskText[] = [];
const noAttempts: readonly TaskRun[] = [];
/** Milliseconds: a sending this soon after the former run began may be that of the former run, by another clock. */
const sendingToleranceMs = 10_000;

export class TaskRecord implements UnfinishedTask {
  readonly id: string;
  /** Whether the id is one of Celery's own making: 32 hexadecimal digits in five groups. */
  readonly hasUuid: boolean;
  readonly sequence: number;
  name: string | null = null;
  /** Whether that is what the worker runs; it may be a shadow name if only workers have shown it. */
  isNameCertain = false;
  /** What a sender has it shown as, if that is not its name. */
  shadow: string | null = null;
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
  /** Main process of that worker. */
  pid: number | null = null;
  /** How often it had been retried when that worker received it. */
  runRetries: number | null = null;
  /** See `TaskRun.approximate`. */
  approximate = 0;
  /** See `TaskRun.otherEnds`. */
  otherEnds: readonly OtherEnd[] = noOtherEnds;
  /** See `TaskRun.custom`. */
  custom: CustomState | null = null;
  history: TaskHistory | null = null;
  queue: string | null = null;
  exchange: string | null = null;
  routingKey: string | null = null;
  retries = 0;
  eta: number | null = null;
  expires: number | null = null;
  clock: number | null = null;
  client: string | null = null;
  sentAt: number | null = null;
  sentRetries: number | null = null;
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

  /** Whether no worker holds it any more, unless the broker delivers it again. */
  get isSettled(): boolean {
    return isFinal(this.state);
  }

  /** Whether the result backend may still say how it ended: no event and no result has. */
  get awaitsResult(): boolean {
    if (!isFinal(this.state) || this.state === endUnknown) return true;
    return this.state === 'REVOKED' && this.source !== 'EVENTS';
  }

  get isRunning(): boolean {
    return !isWaiting(this.state) && !this.isSettled;
  }

  /** Of the latest run. Null also while a retry waits: it waits again. */
  get queueWaitSeconds(): number | null {
    const { startedAt } = this;
    const queuedAt = this.#isSentForThisRun() ? this.sentAt : this.receivedAt;
    if (startedAt === null || queuedAt === null || this.state === 'RETRY') return null;
    return Math.max(0, startedAt - Math.max(queuedAt, this.eta ?? queuedAt)) / 1000;
  }

  /** A message that is delivered again was sent for a run before. */
  #isSentForThisRun(): boolean {
    const { sentAt, sentRetries } = this;
    if (sentAt === null) return false;
    if (sentAt > (this.startedAt ?? Infinity) + sendingToleranceMs) return false;
    const former = this.attempts.at(-1);
    if (former === undefined) return true;
    if (sentRetries !== null && former.retries !== null && sentRetries > former.retries) return true;
    return sentAt > beganAt(former) + sendingToleranceMs;
  }

  get attempts(): readonly TaskRun[] {
    return this.history?.attempts ?? noAttempts;
  }

  get attemptsOmitted(): number {
    return this.history?.omitted ?? 0;
  }

  /** Seconds that the latest run took: measured by the worker, or else from its start to its end by the worker's clock. */
  get ranSeconds(): number | null {
    if (this.runtimeSeconds !== null) return this.runtimeSeconds;
    return endsRun(this.state) && this.source === 'EVENTS' ? runSecondsOf(this) : null;
  }

  /** The latest run, as one of the attempts once there is a later one. */
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
      approximate: this.#approximations(),
    };
  }

  /** An end that no event has brought is only near that of the event. */
  #approximations(): number {
    const { source, approximate, state } = this;
    if (source === 'EVENTS' || !endsRun(state)) return approximate;
    return approximate | approximateEnd | (source === 'INSPECT' ? noticedEnd : 0);
  }

  before(): TaskBefore {
    return {
      name: this.name,
      state: this.state,
      finishedAt: this.finishedAt,
      runtimeSeconds: this.runtimeSeconds,
      queueWaitSeconds: this.queueWaitSeconds,
      attempts: this.attempts,
      attemptsOmitted: this.attemptsOmitted,
      worker: this.worker,
      queue: this.queue,
      rootId: this.rootId,
      parentId: this.parentId,
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
