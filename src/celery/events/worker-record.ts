/** A worker as the registry holds it, and the rule of its status. Counterpart of `celery.events.state.Worker`. */
import type { WorkerEvent, WorkerFields } from './event.js';
import { clockOffset } from './event-time.js';
import type { TaskRecord } from '../tasks/task-record.js';
import type { Worker, WorkerStatus } from './worker.js';

/** HEARTBEAT: its own, or a greeting. EVENT: any other event. REPLY: an answer to a command. */
export type SignKind = 'HEARTBEAT' | 'EVENT' | 'REPLY';

/** How liveness is decided in this process. */
export interface LivenessRules {
  /** Whether workers in doubt are asked whether they live: then that is waited for before they are OFFLINE. */
  isProbing: boolean;
}

/** What an inspect reply reports about a worker. */
export interface WorkerFacts {
  readonly pid?: number | null | undefined;
  /** Name of its pool, short (`solo`) or as Python has it (`celery.concurrency.solo:TaskPool`). */
  readonly pool?: string | null | undefined;
  readonly softwareIdent?: string | null | undefined;
  readonly softwareVersion?: string | null | undefined;
  readonly softwareSystem?: string | null | undefined;
  readonly processed?: number | null | undefined;
  readonly uptimeSeconds?: number | null | undefined;
}

/**
 * Seconds. Rhythm of a worker whose own heartbeats are unknown; Celery's default. A worker with `--without-heartbeat`
 * sends none: it is online for two minutes after each sign of life, and offline three minutes after it.
 */
const defaultFreqSeconds = 60;
/** Milliseconds for which a running task, or a pidbox that listens, explains the silence of a solo pool. */
const longestExcuseMs = 3_600_000;
/** Milliseconds between two questions to a worker in doubt, and for how long its answer holds. */
const probeIntervalMs = 5_000;
const confirmationMs = 15_000;
/** Milliseconds for which a worker that is due to be OFFLINE waits for the answer to the question whether it lives. */
const probeGraceMs = 3_000;
/** Milliseconds after the last sign of a worker without heartbeats until it is asked whether it lives. */
const quietMs = 60_000;
/** Maximum difference of two computations of one start: replies wait, most of all while the gateway is busy. */
const startToleranceMs = 30_000;
/** A process that is heard again this soon under a name that another one has taken over lives beside that one. */
const sharedNameMs = 60_000;

export class WorkerRecord {
  readonly hostname: string;
  /** When any sign of life last came, by our own clock: theirs may be wrong. */
  lastSignAt = 0;
  lastHeartbeatAt: number | null = null;
  /** When an event came that the worker sent unasked. */
  lastEventAt = 0;
  /** Its goodbye, by our clock and by its own. */
  offlineAt: number | null = null;
  offlineTimestamp = 0;
  /** When the process that is known greeted, by our own clock if its own is wrong; null unless it replaced another. */
  since: number | null = null;
  /** What to add to the times of this process, and of the one before, when their clock is minutes wrong; else 0. */
  clockOffsetMs = 0;
  formerClockOffsetMs = 0;
  /** The status that WorkerStatusEmitter has emitted last; null before the first. */
  emittedStatus: WorkerStatus | null = null;
  pid: number | null = null;
  softwareIdent: string | null = null;
  softwareVersion: string | null = null;
  softwareSystem: string | null = null;
  freqSeconds: number | null = null;
  loadAverage: readonly number[] | null = null;
  processed: number | null = null;
  activeCount: number | null = null;
  clock: number | null = null;
  /** Whether it listens to remote control; null if unknown. */
  listening: boolean | null = null;
  /** The pool is a solo pool; null until the worker has reported its pool. */
  #solo: boolean | null = null;
  /** Start of the heartbeat deadline. Other signs of life move it only while the worker is on time: see `sign`. */
  #beatAt = 0;
  /** When it last showed, by other than a heartbeat, that it lives though its heartbeats are late. */
  #confirmedAt = 0;
  /** When it was last asked whether it lives, and when it last did not answer that. */
  #probedAt = 0;
  #unansweredAt = 0;
  readonly #rules: LivenessRules;
  #lastStarted: TaskRecord | null = null;
  #lastStartedAt = 0;
  #pidbox = { listening: false, at: 0, exact: false };
  /** When its process started, by our clock, as it said how long it is up. */
  #processStartedAt: number | null = null;
  #duplicateAt: number | null = null;
  /** The process before, and the time of its last event. */
  #formerPid: number | null = null;
  #formerHeardAt = 0;
  /** Silence before then does not count: it may still be finding its way back to a broker that was away. */
  #excusedUntil = 0;

  constructor(hostname: string, rules: LivenessRules = { isProbing: false }) {
    this.hostname = hostname;
    this.#rules = rules;
  }

  /** A new process under an old name: what the old one counted is void. Its pool is most likely of the same kind. */
  restart(): void {
    this.formerClockOffsetMs = this.clockOffsetMs;
    this.clockOffsetMs = 0;
    this.listening = null;
    this.#beatAt = 0;
    this.#confirmedAt = 0;
    this.#formerPid = this.pid;
    this.#formerHeardAt = this.lastSignAt;
    this.#processStartedAt = null;
    this.pid = null;
    this.softwareIdent = null;
    this.softwareVersion = null;
    this.softwareSystem = null;
    this.freqSeconds = null;
    this.loadAverage = null;
    this.processed = null;
    this.activeCount = null;
    this.clock = null;
    this.#lastStarted = null;
  }

  /** An event may omit anything (a forced heartbeat omits the counters): what it omits keeps its value. */
  merge({ pid, clock, fields }: WorkerEvent): void {
    this.pid = pid ?? this.pid;
    this.clock = clock ?? this.clock;
    if (!isForced(fields) && (this.freqSeconds === null || !hasNoCounters(fields)))
      this.freqSeconds = fields.freqSeconds ?? this.freqSeconds;
    this.loadAverage = fields.loadAverage ?? this.loadAverage;
    this.processed = fields.processed ?? this.processed;
    this.activeCount = fields.activeCount ?? this.activeCount;
    this.softwareIdent = fields.softwareIdent ?? this.softwareIdent;
    this.softwareVersion = fields.softwareVersion ?? this.softwareVersion;
    this.softwareSystem = fields.softwareSystem ?? this.softwareSystem;
  }

  /** Whether a pid that is not the known one is that of the process before, which then was never replaced. */
  isFormer(pid: number | null, at: number): boolean {
    return pid !== null && pid === this.#formerPid && at < this.#formerHeardAt + sharedNameMs;
  }

  /** The process before is heard again: each of the two is now the former of the other. */
  sharesName(at: number): void {
    this.#formerPid = this.pid;
    this.#formerHeardAt = this.lastSignAt;
    this.#duplicateAt = at;
  }

  /** Whether a reply comes from another process than the one known: in a container all have the same pid. */
  isReplacedBy({ pid, uptimeSeconds }: WorkerFacts, at: number): boolean {
    if (this.pid !== null && typeof pid === 'number' && pid !== this.pid) return true;
    if (this.#processStartedAt === null || typeof uptimeSeconds !== 'number') return false;
    return at - uptimeSeconds * 1000 > this.#processStartedAt + startToleranceMs;
  }

  mergeFacts(facts: WorkerFacts, at: number): void {
    if (typeof facts.uptimeSeconds === 'number')
      this.#processStartedAt = at - facts.uptimeSeconds * 1000;
    this.pid = facts.pid ?? this.pid;
    this.processed = facts.processed ?? this.processed;
    this.softwareIdent = facts.softwareIdent ?? this.softwareIdent;
    this.softwareVersion = facts.softwareVersion ?? this.softwareVersion;
    this.softwareSystem = facts.softwareSystem ?? this.softwareSystem;
    const { pool } = facts;
    if (pool !== undefined && pool !== null) this.#solo = /\bsolo\b/i.test(pool);
  }

  /** Our own clock was set: what it measured before is measured anew by the same amount later, or earlier. */
  clockWasSet(step: number): void {
    const shifted = (at: number): number => (at > 0 ? at + step : at);
    const shiftedOrNull = (at: number | null): number | null => at && shifted(at);
    this.lastSignAt = shifted(this.lastSignAt);
    this.lastHeartbeatAt = shiftedOrNull(this.lastHeartbeatAt);
    this.lastEventAt = shifted(this.lastEventAt);
    this.offlineAt = shiftedOrNull(this.offlineAt);
    this.#beatAt = shifted(this.#beatAt);
    this.#confirmedAt = shifted(this.#confirmedAt);
    this.#probedAt = shifted(this.#probedAt);
    this.#unansweredAt = shifted(this.#unansweredAt);
    this.#lastStartedAt = shifted(this.#lastStartedAt);
    this.#pidbox = { ...this.#pidbox, at: shifted(this.#pidbox.at) };
    this.#duplicateAt = shiftedOrNull(this.#duplicateAt);
    this.#formerHeardAt = shifted(this.#formerHeardAt);
    this.#excusedUntil = shifted(this.#excusedUntil);
    // A worker on the same host has set its clock back too: what it says of its start then is as it was.
    if (step > 0) this.#processStartedAt = shiftedOrNull(this.#processStartedAt);
  }

  /** A solo pool runs one task at a time, so the last one started is the only one that can be running. */
  started(task: TaskRecord, at: number): void {
    this.#lastStarted = task;
    this.#lastStartedAt = at;
  }

  /**
   * A sign of life. A heartbeat begins a new period. Any other sign prolongs one that is running; it does not begin one,
   * or a worker without heartbeats would be ONLINE and STALE in turns, as often as it is asked something.
   */
  sign(kind: SignKind, at: number): void {
    const isFirst = this.#beatAt === 0 || this.offlineAt !== null;
    if (kind === 'HEARTBEAT' || isFirst || this.freqSeconds === null || this.#isInTime(at)) {
      this.#beatAt = Math.max(this.#beatAt, at);
      if (kind === 'HEARTBEAT') this.#confirmedAt = 0;
    } else this.#confirmedAt = Math.max(this.#confirmedAt, at);
    if (kind === 'REPLY') this.listening = true;
    else this.lastEventAt = Math.max(this.lastEventAt, at);
    this.lastSignAt = Math.max(this.lastSignAt, at);
    this.offlineAt = null;
  }

  /** Its clock, as an event of this moment shows it. */
  sawClock(timestampMs: number, at: number): void {
    this.clockOffsetMs = clockOffset(timestampMs, at);
  }

  /** Whether its pidbox was subscribed at that time, as far as can be known; `exact` if it is certain. */
  sawPidbox(listening: boolean, at: number, exact = false): void {
    this.#pidbox = { listening, at, exact };
  }

  /** It was asked whether it lives. */
  probed(at: number): void {
    this.#probedAt = at;
  }

  /** It did not answer that in time. */
  leftUnanswered(at: number): void {
    this.#unansweredAt = at;
  }

  /** Whether its heartbeats are late, or it sends none, in a way that a question to it could explain. */
  isDoubtful(now: number): boolean {
    if (this.offlineAt !== null || now < this.#probedAt + probeIntervalMs) return false;
    const { listening, at } = this.#pidbox;
    const isKnownDead = at > this.lastSignAt && !listening;
    const isLate = this.freqSeconds === null ? now >= this.#beatAt + quietMs : !this.#isInTime(now);
    return isLate && !isKnownDead && this.status(now) !== 'OFFLINE';
  }

  /** Whether the known process has sent events recently. */
  isBeating(now: number): boolean {
    return (
      this.offlineAt === null &&
      this.lastHeartbeatAt !== null &&
      now < this.lastHeartbeatAt + 2 * this.#freqMs
    );
  }

  /** The broker is back: what it did not send meanwhile was no silence of its own. */
  excuse(since: number, at: number, graceMs: number): void {
    if (this.#isInTime(since)) this.#beatAt = Math.max(this.#beatAt, at);
    this.lastSignAt = Math.max(this.lastSignAt, at);
    this.#excusedUntil = at + graceMs;
  }

  status(now: number): WorkerStatus {
    if (this.offlineAt !== null) return 'OFFLINE';
    if (this.#isInTime(now)) return 'ONLINE';
    return now < this.#lateUntil() ? 'STALE' : 'OFFLINE';
  }

  /** Since when it has been offline; in the future for one that is not. */
  offlineSince(): number {
    return this.offlineAt ?? this.#lateUntil();
  }

  get #freqMs(): number {
    return (this.freqSeconds ?? defaultFreqSeconds) * 1000;
  }

  #isInTime(now: number): boolean {
    return now < this.#beatAt + 2 * this.#freqMs;
  }

  #lateUntil(): number {
    const due = Math.max(this.#dueAt(), this.#excuseUntil());
    const lastProof = Math.max(this.#beatAt, this.#confirmedAt);
    const isAnswered = this.#unansweredAt > lastProof;
    return this.#rules.isProbing && !isAnswered ? due + probeGraceMs : due;
  }

  /** When its silence alone makes it OFFLINE. */
  #dueAt(): number {
    const lapse = Math.max(this.#excusedUntil, this.#beatAt) + 3 * this.#freqMs;
    return this.#confirmedAt === 0 ? lapse : Math.max(lapse, this.#confirmedAt + confirmationMs);
  }

  /** Until when something explains that it does not answer: a solo pool does not while it works. */
  #excuseUntil(): number {
    const { listening, at, exact } = this.#pidbox;
    if (at > this.lastSignAt) {
      if (!listening || !this.#mayBeBusy(exact)) return 0;
      // Another process's subscription looks like a pidbox too, unless the broker knows its name.
      const longest = exact ? Infinity : this.lastSignAt + longestExcuseMs;
      return Math.min(at + confirmationMs, longest);
    }
    const task = this.#lastStarted;
    const busy = this.#solo === true && task !== null && task.isRunning && task.worker === this.hostname;
    return busy ? this.#lastStartedAt + longestExcuseMs : 0;
  }

  /**
   * Whether it may live though it neither beats nor answers. A worker whose pool is unknown may have a solo pool: Celery
   * announces a worker before it listens, and one that begins to work at once answers no earlier question.
   */
  #mayBeBusy(isCertainlyBound: boolean): boolean {
    const isQuiet = this.freqSeconds === null;
    return this.#solo !== false || (isQuiet && isCertainlyBound);
  }

  /** @param status what all views show at this moment */
  snapshot(now: number, status: WorkerStatus = this.status(now)): Worker {
    // Values of a moment: what a late worker said before it was late is not what it does now.
    const isCurrent = status === 'ONLINE';
    return {
      hostname: this.hostname,
      status,
      lastHeartbeatAt: this.lastHeartbeatAt,
      pid: this.pid,
      softwareIdent: this.softwareIdent,
      softwareVersion: this.softwareVersion,
      softwareSystem: this.softwareSystem,
      freqSeconds: this.freqSeconds,
      loadAverage: isCurrent ? this.loadAverage : null,
      processed: this.processed,
      activeCount: isCurrent ? this.activeCount : null,
      clock: this.clock,
      listening: status === 'OFFLINE' ? null : this.listening,
      duplicateNodename: this.#duplicateAt !== null && now < this.#duplicateAt + sharedNameMs,
    };
  }
}

/** Seconds that Celery writes into the heartbeat that the command `heartbeat` calls for, whatever the rhythm is. */
const forcedFreqSeconds = 5;

/** Whether it was called for, so that it says nothing about the worker's own heartbeats: it has no counters either. */
export function isForced(fields: WorkerFields): boolean {
  return fields.freqSeconds === forcedFreqSeconds && hasNoCounters(fields);
}

function hasNoCounters({ activeCount, processed, loadAverage }: WorkerFields): boolean {
  return activeCount === null && processed === null && loadAverage === null;
}
