/**
 * Who did what, to whom, and what came of it. Bounded, newest first; every record is a line of the log as well, which is
 * where it outlives the process. What was refused has a place of its own, so that no flood of wrong passwords drives out
 * what was done.
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from '../log.js';
import type { AuthenticationMethod, Role } from './viewer.js';

/**
 * SUCCEEDED: everybody addressed did it. PARTIAL: somebody did not. FAILED: nobody did, or it could not be asked for.
 * FORBIDDEN and UNAUTHENTICATED: refused before anything happened.
 */
export const auditOutcomes = ['SUCCEEDED', 'PARTIAL', 'FAILED', 'FORBIDDEN', 'UNAUTHENTICATED'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/** What a mutation tells of how it went; its payload carries it as `audit`. */
export interface AuditedResult {
  /** Node names of the workers that did as they were told. */
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
  readonly role: Role | null;
  readonly method: AuthenticationMethod;
  /** Of the client, as far as it is known. */
  readonly address: string | null;
  /** The cluster that it was asked for, whether there is one of that name or not; null when it is about none. */
  readonly cluster: string | null;
  /** The mutation's name, or `authenticate`. */
  readonly action: string;
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

export class AuditLog {
  readonly #log: Logger;
  readonly #maxRecords: number;
  readonly #done: Numbered[] = [];
  readonly #refused: Numbered[] = [];
  #count = 0;

  constructor({ log, maxRecords }: AuditLogOptions) {
    this.#log = log;
    this.#maxRecords = maxRecords;
  }

  add(entry: AuditEntry): void {
    const record = { id: randomUUID(), ...entry };
    const wasRefused = entry.outcome === 'FORBIDDEN' || entry.outcome === 'UNAUTHENTICATED';
    const records = wasRefused ? this.#refused : this.#done;
    records.push({ record: shortened(record), number: this.#count++ });
    if (records.length > this.#maxRecords) records.shift();
    const { at, message, ...fields } = record;
    const told = { ...fields, reason: message, at: new Date(at).toISOString() }; // a line has a message of its own
    this.#log[wasRefused ? 'warn' : 'info']('audit', told);
  }

  /** Newest first. */
  records(): AuditRecord[] {
    return [...this.#done, ...this.#refused]
      .sort((a, b) => b.number - a.number)
      .map(({ record }) => record);
  }
}

function shortened(record: AuditRecord): AuditRecord {
  const [answered, silent, taskIds] = [record.answered, record.silent, record.taskIds].map((ids) =>
    ids.length > maxKeptIds ? ids.slice(0, maxKeptIds) : ids,
  );
  return { ...record, answered: answered ?? [], silent: silent ?? [], taskIds: taskIds ?? [] };
}
