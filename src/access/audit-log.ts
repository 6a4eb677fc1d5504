/**
 * Who did what, to whom, and what came of it. Bounded, newest first; what was done is a line of the log as well, which is
 * where it outlives the process. What was refused has a place of its own, so that no flood of wrong passwords drives out
 * what was done, and is written to the log once a minute for each name and address, with a count.
 */
import { randomUUID } from 'node:crypto';
import type { LogFields, Logger } from '../log.js';
import { ThrottledLog } from '../throttled-log.js';
import type { AuditAction } from './audit-actions.js';
import type { AuthenticationMethod, Role } from './viewer.js';

/**
 * SUCCEEDED: every worker addressed did it. PARTIAL: some did not. FAILED: none did, or it could not be sent.
 * FORBIDDEN and UNAUTHENTICATED: refused before anything happened.
 */
export const auditOutcomes = ['SUCCEEDED', 'PARTIAL', 'FAILED', 'FORBIDDEN', 'UNAUTHENTICATED'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/** What a mutation reports of its outcome; its payload carries it as `audit`. */
export interface AuditedResult {
  /** Node names of the workers that carried out the command. */
  readonly answered?: readonly string[];
  readonly silent?: readonly string[];
  /** What went wrong with whom, by the codes of errors.ts. */
  readonly errors?: readonly { readonly code: string; readonly message: string }[];
  /** Ids of the tasks that it was about. */
  readonly taskIds?: readonly string[];
}

export interface AuditRecord {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The name that the caller goes by; null when it did not say, or not credibly. */
  readonly viewer: string | null;
  /** The name in credentials that were refused, which nothing proves; null where they hold none. */
  readonly claimedName: string | null;
  readonly role: Role | null;
  readonly method: AuthenticationMethod;
  /** Of the client, as far as it is known. */
  readonly address: string | null;
  /** The cluster that it was asked for, whether there is one of that name or not; null when it is about none. */
  readonly cluster: string | null;
  readonly action: AuditAction;
  /** What it was called with, as JSON, secrets masked and cut at 2,000 characters; null without arguments. */
  readonly arguments: string | null;
  readonly outcome: AuditOutcome;
  /** Of the first error, by errors.ts; null when there was none. */
  readonly code: string | null;
  readonly message: string | null;
  readonly answered: readonly string[];
  readonly silent: readonly string[];
  readonly taskIds: readonly string[];
  readonly durationSeconds: number;
}

export type AuditEntry = Omit<AuditRecord, 'id'>;

const blankEntry = {
  viewer: null,
  claimedName: null,
  role: null,
  method: 'none',
  address: null,
  cluster: null,
  arguments: null,
  code: null,
  message: null,
  answered: [],
  silent: [],
  taskIds: [],
  durationSeconds: 0,
} satisfies Partial<AuditEntry>;

/** An entry in which everything that is not given is unknown or empty. */
export function auditEntry(
  known: Pick<AuditEntry, 'at' | 'action' | 'outcome'> & Partial<AuditEntry>,
): AuditEntry {
  return { ...blankEntry, ...known };
}

export interface AuditLogOptions {
  readonly log: Logger;
  /** Records of each of the two kinds. */
  readonly maxRecords: number;
}

/** Names, and ids, of one record that are kept: a call may be about a thousand. The log has them all. */
export const maxKeptIds = 100;

interface Numbered {
  readonly record: AuditRecord;
  /** By which they are ordered: clocks are set, and several records may have one time. */
  readonly number: number;
}

export class AuditLog implements Disposable {
  /** Identifies the records of this run: those of another one are not here. */
  readonly epoch = randomUUID();
  readonly #log: Logger;
  readonly #refusals: ThrottledLog;
  readonly #maxRecords: number;
  readonly #done: Numbered[] = [];
  readonly #refused: Numbered[] = [];
  #count = 0;

  constructor({ log, maxRecords }: AuditLogOptions) {
    this.#log = log;
    this.#refusals = new ThrottledLog({ log, message: 'audit' });
    this.#maxRecords = maxRecords;
  }

  add(entry: AuditEntry): void {
    const record = { id: randomUUID(), ...entry };
    if (isRefused(entry)) {
      this.#keep(this.#refused, record);
      this.countRefusal(entry);
    } else {
      this.#keep(this.#done, record);
      this.#log.info('audit', { id: record.id, ...fieldsOf(entry) });
    }
  }

  /** Writes a refusal to the log without keeping a record: the caller has been refused too often. */
  countRefusal(entry: AuditEntry): void {
    const { method, address, viewer, claimedName, cluster, action, code } = entry;
    const kind = JSON.stringify([method, address, viewer, claimedName, cluster, action, code]);
    this.#refusals.add(kind, fieldsOf(entry));
  }

  #keep(records: Numbered[], record: AuditRecord): void {
    records.push({ record: shortened(record), number: this.#count++ });
    if (records.length > this.#maxRecords) records.shift();
  }

  /** Newest first. */
  records(): AuditRecord[] {
    return [...this.#done, ...this.#refused]
      .sort((a, b) => b.number - a.number)
      .map(({ record }) => record);
  }

  /** Writes to the log what was only counted until now. */
  [Symbol.dispose](): void {
    this.#refusals[Symbol.dispose]();
  }
}

function isRefused({ outcome }: AuditEntry): boolean {
  return outcome === 'FORBIDDEN' || outcome === 'UNAUTHENTICATED';
}

/** A line has a message of its own. */
function fieldsOf({ at, message, ...fields }: AuditEntry): LogFields {
  return { ...fields, reason: message, at: new Date(at).toISOString() };
}

function shortened(record: AuditRecord): AuditRecord {
  const [answered, silent, taskIds] = [record.answered, record.silent, record.taskIds].map((ids) =>
    ids.length > maxKeptIds ? ids.slice(0, maxKeptIds) : ids,
  );
  return { ...record, answered: answered ?? [], silent: silent ?? [], taskIds: taskIds ?? [] };
}
