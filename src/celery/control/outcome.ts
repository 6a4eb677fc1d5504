/** What came of a control: what each worker said, who said nothing, and what went wrong with whom. */
import { z } from 'zod';
import { CommandRejectedError, NoReplyError, UnknownTaskError } from '../../errors.js';
import type { GatewayError } from '../../errors.js';
import type { BroadcastResult } from '../pidbox.js';
import type { ControlCommand } from './commands.js';

/** What one worker said. */
export interface ControlReply {
  readonly hostname: string;
  readonly ok: boolean;
  /** Its own words. */
  readonly message: string;
  /** Whether the effect was seen when it was asked again; null where nobody can see it, or nobody looked. */
  readonly confirmed: boolean | null;
}

export interface ControlFailure {
  /** Null when it is about no worker alone. */
  readonly hostname: string | null;
  readonly error: GatewayError;
}

export interface ControlOutcome {
  /** By node name. */
  readonly replies: readonly ControlReply[];
  /** Who was asked and did not answer in time, sorted. */
  readonly silent: readonly string[];
  readonly failures: readonly ControlFailure[];
}

export const nothing: ControlOutcome = { replies: [], silent: [], failures: [] };

/** More of a worker's words than this is nothing that people read. */
const maxMessage = 2_000;
const okReply = z.object({ ok: z.string() });
const errorReply = z.object({ error: z.string() });

/** @param timeout milliseconds that the workers had */
export function outcomeOf(
  command: ControlCommand,
  { replies, silent }: BroadcastResult,
  timeout: number,
): ControlOutcome {
  const read = [...replies].map(([hostname, value]) => readReply(hostname, value));
  return {
    replies: read.sort(byHostname),
    silent,
    failures: [
      ...read
        .filter(({ ok }) => !ok)
        .map(({ hostname, message }) => rejected(command, hostname, message)),
      ...silent.map((hostname) => ({ hostname, error: new NoReplyError(command, hostname, timeout) })),
    ],
  };
}

/** Of several steps, or of several groups of workers. */
export function together(...outcomes: readonly ControlOutcome[]): ControlOutcome {
  return {
    replies: outcomes.flatMap(({ replies }) => replies).sort(byHostname),
    silent: [...new Set(outcomes.flatMap(({ silent }) => silent))].sort(),
    failures: outcomes.flatMap(({ failures }) => failures),
  };
}

/** Refused before anything was sent to that worker. */
export function refused(command: ControlCommand, hostname: string, reason: string): ControlOutcome {
  const reply = { hostname, ok: false, message: reason, confirmed: null };
  return { replies: [reply], silent: [], failures: [rejected(command, hostname, reason)] };
}

export function rejected(command: ControlCommand, hostname: string, reason: string): ControlFailure {
  const isUnknownTask = reason === 'unknown task'; // so say `rate_limit` and `time_limit`
  const error = isUnknownTask
    ? new UnknownTaskError(`${hostname} rejected ${command}: ${reason}`)
    : new CommandRejectedError(command, hostname, reason);
  return { hostname, error };
}

function readReply(hostname: string, value: unknown): ControlReply {
  const ok = okReply.safeParse(value);
  const error = errorReply.safeParse(value);
  const message =
    ok.data?.ok ?? error.data?.error ?? `${hostname} answered in a shape that Celery does not document`;
  return { hostname, ok: ok.success, message: message.slice(0, maxMessage), confirmed: null };
}

export function byHostname(a: { readonly hostname: string }, b: { readonly hostname: string }): number {
  return a.hostname < b.hostname ? -1 : 1;
}
