/** A worker as the registry holds it, and the rule of its status. Counterpart of `celery.events.state.Worker`. */
import type { WorkerEvent, WorkerFields } from './event.js';
import type { TaskRecord } from './task-record.js';
import type { Worker, WorkerStatus } from './worker.js';

/** What an inspect reply tells about a worker besides that it lives. */
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
 * Of a worker that has told none; Celery's default. It also rules workers without heartbeat, which only inspect
 * finds: they are online for two minutes after a reply, and offline three minutes after it.
 */
const defaultFreqSeconds = 60;
/** How long a running task, or a pidbox that listens, excuses the silence of a solo pool that was last heard of. */
const longestExcuseMs = 3_600_000;
/** How often it is asked whether the pidbox of a silent solo pool listens, and how long the answer excuses it. */
const pidboxIntervalMs = 5_000;
const pidboxExcuseMs = 15_000;
/** By how much two computations of one start may differ: replies wait, most of all while we are busy ourselves. */
const startToleranceMs = 30_000;
/** A process that is heard again this soon under a name that another one has taken over lives beside that one. */
const sharedNameMs = 60_000;

export class WorkerRecord {
  readonly hostname: string;
  /** When anything was last heard of it, by our own clock: theirs may be wrong. */
  lastSignAt = 0;
  lastHeartbeatAt: number | null = null;
  /** Its goodbye, by our clock and by its own. */
  offlineAt: number | null = null;
  offlineTimestamp = 0;
  /** When the process that is known greeted, by its own clock; null unless it is known to have replaced another. */
  since: number | null = null;
  /** What the watch has told last. */
  toldStatus: WorkerStatus | null = null;
  pid: number | null = null;
  softwareIdent: string | null = null;
  softwareVersion: string | null = null;
  softwareSystem: string | null = null;
  freqSeconds: number | null = null;
  loadAverage: readonly number[] | null = null;
  processed: number | null = null;
  activeCount: number | null = null;
  clock: number | null = null;
  #solo = false;
  #lastStarted: TaskRecord | null = null;
  #lastStartedAt = 0;
  #pidbox = { listening: false, at: 0 };
  /** When its process started, by our clock, as it said how long it is up. */
  #processStartedAt: number | null = null;
  #duplicateAt: number | null = null;
  /** Of the process before, and when that was last heard. */
  #formerPid: number | null = null;
  #formerHeardAt = 0;
  /** Silence before then does not count: it may still be finding its way back to a broker that was away. */
  #excusedUntil = 0;

  constructor(hostname: string) {
    this.hostname = hostname;
  }

  /** A new process under an old name: what the old one counted is void. Its pool is most likely of the same kind. */
  restart(): void {
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

  /** An event may omit anything (a forced heartbeat omits the counters): what it does not tell stays. */
  merge({ pid, clock, fields }: WorkerEvent): void {
    this.pid = pid ?? this.pid;
    this.clock = clock ?? this.clock;
    if (this.freqSeconds === null || !isForced(fields))
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

  /** A solo pool runs one task at a time, so the last one started is the only one that can be running. */
  started(task: TaskRecord, at: number): void {
    this.#lastStarted = task;
    this.#lastStartedAt = at;
  }

  /** Whether its pidbox was subscribed at that time, as far as can be told. */
  sawPidbox(listening: boolean, at: number): void {
    this.#pidbox = { listening, at };
  }

  /** Whether it is silent in a way that its pidbox could explain, and nobody has looked of late. */
  isDoubtful(now: number): boolean {
    const { listening, at } = this.#pidbox;
    const isKnownDead = at > this.lastSignAt && !listening;
    const isSilent = this.offlineAt === null && this.status(now) !== 'ONLINE';
    return this.#solo && isSilent && !isKnownDead && now >= at + pidboxIntervalMs;
  }

  /** Whether the process that is known has sent events of its own of late. */
  isBeating(now: number): boolean {
    return (
      this.offlineAt === null &&
      this.lastHeartbeatAt !== null &&
      now < this.lastHeartbeatAt + 2 * this.#freqMs
    );
  }

  /** The broker is back: what it did not send meanwhile was no silence of its own. */
  excuse(at: number, graceMs: number): void {
    this.lastSignAt = Math.max(this.lastSignAt, at);
    this.#excusedUntil = at + graceMs;
  }

  status(now: number): WorkerStatus {
    if (this.offlineAt !== null) return 'OFFLINE';
    if (now < this.lastSignAt + 2 * this.#freqMs) return 'ONLINE';
    return now < this.#lateUntil() ? 'STALE' : 'OFFLINE';
  }

  /** Since when it has been offline; in the future for one that is not. */
  offlineSince(): number {
    return this.offlineAt ?? this.#lateUntil();
  }

  get #freqMs(): number {
    return (this.freqSeconds ?? defaultFreqSeconds) * 1000;
  }

  #lateUntil(): number {
    const lapse = Math.max(this.#excusedUntil, this.lastSignAt) + 3 * this.#freqMs;
    const { listening, at } = this.#pidbox;
    if (at > this.lastSignAt) {
      // Somebody else's subscription looks like a pidbox too, so even this excuse has an end.
      const excuse = Math.min(at + pidboxExcuseMs, this.lastSignAt + longestExcuseMs);
      return listening ? Math.max(lapse, excuse) : lapse;
    }
    const task = this.#lastStarted;
    const busy = this.#solo && task !== null && task.isRunning && task.worker === this.hostname;
    return busy ? Math.max(lapse, this.#lastStartedAt + longestExcuseMs) : lapse;
  }

  snapshot(now: number): Worker {
    return {
      hostname: this.hostname,
      status: this.status(now),
      lastHeartbeatAt: this.lastHeartbeatAt,
      pid: this.pid,
      softwareIdent: this.softwareIdent,
      softwareVersion: this.softwareVersion,
      softwareSystem: this.softwareSystem,
      freqSeconds: this.freqSeconds,
      loadAverage: this.loadAverage,
      processed: this.processed,
      activeCount: this.activeCount,
      clock: this.clock,
      duplicateNodename: this.#duplicateAt !== null && now < this.#duplicateAt + sharedNameMs,
    };
  }
}

/** The heartbeat that a command calls for has no counters, and says 5 seconds whatever the worker's rhythm is. */
function isForced({ activeCount, processed, loadAverage }: WorkerFields): boolean {
  return activeCount === null && processed === null && loadAverage === null;
}
