/**
 * How a task lies in memory: 100,000 of them are the larger part of what a gateway takes. What only a sender reports,
 * and what few tasks have, are in objects of their own that are made when one of their fields is first set. The times
 * that nearly every task has are kept as distances from its first one: V8 keeps whole numbers of up to 31 bits in the
 * object itself, and takes 16 more bytes for each number that is larger. Together this makes 150 bytes a task less.
 */
import { noOtherEnds, type CustomState, type OtherEnd } from './task-run.js';
import type { TaskHistory } from './task-history.js';

/** Measured: the objects, and the boxed numbers that their tasks usually have. */
const sendingBytes = 64;
const uncommonBytes = 150;

/** What task-sent reports, or else an inspect reply. */
class SendingFields {
  exchange: string | null = null;
  routingKey: string | null = null;
  client: string | null = null;
  sentAt: number | null = null;
  sentRetries: number | null = null;
}

class UncommonFields {
  shadow: string | null = null;
  exception: string | null = null;
  traceback: string | null = null;
  otherEnds: readonly OtherEnd[] = noOtherEnds;
  custom: CustomState | null = null;
  history: TaskHistory | null = null;
  eta: number | null = null;
  expires: number | null = null;
  failedAt: number | null = null;
  retriedAt: number | null = null;
  revokedAt: number | null = null;
  rejectedAt: number | null = null;
  progress: unknown = null;
  orphanedAt: number | null = null;
}

export abstract class CompactTask {
  /** Estimated memory of the task, in bytes. */
  bytes: number;
  /** Seconds of the first time that was set, from which the others are counted in milliseconds; null before that. */
  #origin: number | null = null;
  #stateAt: number | null = null;
  #receivedAt: number | null = null;
  #startedAt: number | null = null;
  #succeededAt: number | null = null;
  #sending: SendingFields | null = null;
  #uncommon: UncommonFields | null = null;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  // Static, since V8 takes 8 bytes of each object whose class has private methods.
  static #distance(task: CompactTask, time: number | null): number | null {
    if (time === null) return null;
    task.#origin ??= Math.floor(time / 1000);
    const distance = time - task.#origin * 1000;
    // As V8 has computed it, even a small number is one of those that take 16 bytes: `| 0` makes it another.
    const short = distance | 0;
    return short === distance ? short : distance;
  }

  static #time(task: CompactTask, distance: number | null): number | null {
    return distance === null ? null : distance + (task.#origin ?? 0) * 1000;
  }

  static #sendingOf(task: CompactTask): SendingFields {
    if (task.#sending !== null) return task.#sending;
    task.bytes += sendingBytes;
    return (task.#sending = new SendingFields());
  }

  static #uncommonOf(task: CompactTask): UncommonFields {
    if (task.#uncommon !== null) return task.#uncommon;
    task.bytes += uncommonBytes;
    return (task.#uncommon = new UncommonFields());
  }

  /** Time of the state, epoch milliseconds; Celery's `timestamp`. */
  get stateAt(): number | null {
    return CompactTask.#time(this, this.#stateAt);
  }

  set stateAt(time: number | null) {
    this.#stateAt = CompactTask.#distance(this, time);
  }

  get receivedAt(): number | null {
    return CompactTask.#time(this, this.#receivedAt);
  }

  set receivedAt(time: number | null) {
    this.#receivedAt = CompactTask.#distance(this, time);
  }

  get startedAt(): number | null {
    return CompactTask.#time(this, this.#startedAt);
  }

  set startedAt(time: number | null) {
    this.#startedAt = CompactTask.#distance(this, time);
  }

  get succeededAt(): number | null {
    return CompactTask.#time(this, this.#succeededAt);
  }

  set succeededAt(time: number | null) {
    this.#succeededAt = CompactTask.#distance(this, time);
  }

  get exchange(): string | null {
    return this.#sending?.exchange ?? null;
  }

  set exchange(value: string | null) {
    if (value !== null || this.#sending !== null) CompactTask.#sendingOf(this).exchange = value;
  }

  get routingKey(): string | null {
    return this.#sending?.routingKey ?? null;
  }

  set routingKey(value: string | null) {
    if (value !== null || this.#sending !== null) CompactTask.#sendingOf(this).routingKey = value;
  }

  /** Node name of the sender. */
  get client(): string | null {
    return this.#sending?.client ?? null;
  }

  set client(value: string | null) {
    if (value !== null || this.#sending !== null) CompactTask.#sendingOf(this).client = value;
  }

  /** Time of the sending that led to the latest run. */
  get sentAt(): number | null {
    return this.#sending?.sentAt ?? null;
  }

  set sentAt(value: number | null) {
    if (value !== null || this.#sending !== null) CompactTask.#sendingOf(this).sentAt = value;
  }

  /** Number of retries that this sending reports. */
  get sentRetries(): number | null {
    return this.#sending?.sentRetries ?? null;
  }

  set sentRetries(value: number | null) {
    if (value !== null || this.#sending !== null) CompactTask.#sendingOf(this).sentRetries = value;
  }

  /** Name under which the sender shows the task; null if it is the task's own. */
  get shadow(): string | null {
    return this.#uncommon?.shadow ?? null;
  }

  set shadow(value: string | null) {
    if (value !== null || this.#uncommon !== null) CompactTask.#uncommonOf(this).shadow = value;
  }

  get exception(): string | null {
    return this.#uncommon?.exception ?? null;
  }

  set exception(value: string | null) {
    if (value !== null || this.#uncommon !== null) CompactTask.#uncommonOf(this).exception = value;
  }

  get traceback(): string | null {
    return this.#uncommon?.traceback ?? null;
  }

  set traceback(value: string | null) {
    if (value !== null || this.#uncommon !== null) CompactTask.#uncommonOf(this).traceback = value;
  }

  /** See `TaskRun.otherEnds`. */
  get otherEnds(): readonly OtherEnd[] {
    return this.#uncommon?.otherEnds ?? noOtherEnds;
  }

  set otherEnds(value: readonly OtherEnd[]) {
    if (value !== noOtherEnds || this.#uncommon !== null)
      CompactTask.#uncommonOf(this).otherEnds = value;
  }

  /** See `TaskRun.custom`. */
  get custom(): CustomState | null {
    return this.#uncommon?.custom ?? null;
  }

  set custom(value: CustomState | null) {
    if (value !== null || this.#uncommon !== null) CompactTask.#uncommonOf(this).custom = value;
  }

  /** Facts of former runs and sendings; null for a task with one run. */
  get history(): TaskHistory | null {
    return this.#uncommon?.history ?? null;
  }

  set history(value: TaskHistory | null) {
    if (value !== null || this.#uncommon !== null) CompactTask.#uncommonOf(this).history = value;
  }

  get eta(): number | null {
    return this.#uncommon?.eta ?? null;
  }

  set eta(value: number | null) {
    if (value !== null || this.#uncommon !== null) CompactTask.#uncommonOf(this).eta = value;
  }

  get expires(): number | null {
    return this.#uncommon?.expires ?? null;
  }

  set expires(value: number | null) {
    if (value !== null || this.#uncommon !== null) CompactTask.#uncommonOf(this).expires = value;
  }

  get failedAt(): number | null {
    return this.#uncommon?.failedAt ?? null;
  }

  set failedAt(value: number | null) {
    if (value !== null || this.#uncommon !== null) CompactTask.#uncommonOf(this).failedAt = value;
  }

  get retriedAt(): number | null {
    return this.#uncommon?.retriedAt ?? null;
  }

  set retriedAt(value: number | null) {
    if (value !== null || this.#uncommon !== null) CompactTask.#uncommonOf(this).retriedAt = value;
  }

  get revokedAt(): number | null {
    return this.#uncommon?.revokedAt ?? null;
  }

  set revokedAt(value: number | null) {
    if (value !== null || this.#uncommon !== null) CompactTask.#uncommonOf(this).revokedAt = value;
  }

  get rejectedAt(): number | null {
    return this.#uncommon?.rejectedAt ?? null;
  }

  set rejectedAt(value: number | null) {
    if (value !== null || this.#uncommon !== null) CompactTask.#uncommonOf(this).rejectedAt = value;
  }

  /** JSON value that the application stored with a custom state, or with a failure in a shape of its own. */
  get progress(): unknown {
    return this.#uncommon?.progress ?? null;
  }

  set progress(value: unknown) {
    if (value !== null || this.#uncommon !== null) CompactTask.#uncommonOf(this).progress = value;
  }

  /** Time when the worker that ran the task was lost, epoch milliseconds; null if no worker was lost. */
  get orphanedAt(): number | null {
    return this.#uncommon?.orphanedAt ?? null;
  }

  set orphanedAt(value: number | null) {
    if (value !== null || this.#uncommon !== null) CompactTask.#uncommonOf(this).orphanedAt = value;
  }
}
