/** What came of a control: what each worker said, who said nothing, and what went wrong with whom. */
import { z } from 'zod';
import {
  CommandRejectedError,
  NoReplyError,
  NotListeningError,
  UnknownTaskError,
  UnreadableReplyError,
} from '../../errors.js';
import type { GatewayError } from '../../errors.js';
import type { BroadcastResult } from '../pidbox/mailbox.js';
import type { UnreadableAnswer } from '../pidbox/reply-gathering.js';
import { wrongShape } from '../messages/unreadable.js';
import type { ControlCommand } from './commands.js';

/** What one worker said. */
export interface ControlReply {
  readonly hostname: string;
  readonly ok: boolean;
  /** Its own words. */
  readonly message: string;
  /** Whether a later inspect reply showed the effect; null if no reply can show it, or none was requested. */
  readonly confirmed: boolean | null;
}

export interface ControlFailure {
  /** Null when it is about no worker alone. */
  readonly hostname: string | null;
  readonly error: GatewayError;
}

export interface ControlOutcome {
  /** Sorted by node name. */
  readonly replies: readonly ControlReply[];
  /** Who was asked and did not answer in time, sorted. */
  readonly silent: readonly string[];
  readonly failures: readonly ControlFailure[];
}

export const emptyOutcome: ControlOutcome = { replies: [], silent: [], failures: [] };

/** More of a worker's words than this is nothing that people read. */
const maxMessage = 2_000;
const okReply = z.object({ ok: z.string() });
const errorReply = z.object({ error: z.string() });

/**
 * @param timeout milliseconds that the workers had
 * @param isNotListening whether a worker is known not to listen to remote control
 */
export function outcomeOf(
  command: ControlCommand,
  { replies, unreadable, unnamed, silent }: Omit<BroadcastResult, 'receivers'>,
  timeout: number,
  isNotListening: (hostname: string) => boolean = () => false,
): ControlOutcome {
  const read = [...replies].flatMap(([hostname, value]) => readReply(hostname, value) ?? []);
  const understood = new Set(read.map(({ hostname }) => hostname));
  const odd = [...replies.keys()].filter((hostname) => !understood.has(hostname));
  return {
    replies: read.sort(byHostname),
    silent,
    failures: [
      ...read
        .filter(({ ok }) => !ok)
        .map(({ hostname, message }) => rejected(command, hostname, message)),
      ...odd.map((hostname) => unread(command, hostname, { reason: wrongShape, contentType: null })),
      ...[...unreadable].map(([hostname, why]) => unread(command, hostname, why)),
      ...(unnamed === null ? [] : [unread(command, null, unnamed)]),
      ...silent.map((hostname) => ({
        hostname,
        error: isNotListening(hostname)
          ? new NotListeningError(command, hostname)
          : new NoReplyError(command, hostname, timeout),
      })),
    ],
  };
}

/** Joins the outcomes of several steps, or of several groups of workers. */
export function combined(...outcomes: readonly ControlOutcome[]): ControlOutcome {
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

/** It has the command, and may have done it: neither silent, nor refused. Where its sender is uncertain, it may have. */
function unread(
  command: ControlCommand,
  hostname: string | null,
  why: UnreadableAnswer,
): ControlFailure {
  const error = new UnreadableReplyError(command, hostname ?? 'A worker', why.reason, why);
  return { hostname, error };
}

/** Whether some worker has answered in a way that cannot be read: what it did is unknown. */
export function hasUnreadable({ failures }: ControlOutcome): boolean {
  return failures.some(({ error }) => error instanceof UnreadableReplyError);
}

/** @returns null for a shape that Celery does not document */
function readReply(hostname: string, value: unknown): ControlReply | null {
  const ok = okReply.safeParse(value);
  const message = ok.data?.ok ?? errorReply.safeParse(value).data?.error;
  if (message === undefined) return null;
  return { hostname, ok: ok.success, message: message.slice(0, maxMessage), confirmed: null };
}

export function byHostname(a: { readonly hostname: string }, b: { readonly hostname: string }): number {
  return a.hostname < b.hostname ? -1 : 1;
}
