/**
 * Reads what a worker said to an inspect command, entry by entry: one odd entry of a list costs no other entry, and is
 * counted, so that no total is made from a list that is not whole.
 */
import { z } from 'zod';
import { CommandRejectedError, UnreadableReplyError, type GatewayError } from '../../errors.js';
import { inspectCommands, type InspectCommand, type InspectValue } from './inspect-commands.js';
import type { Redactor } from '../redaction/redactor.js';
import type { UnreadableReply } from '../pidbox/reply-gathering.js';
import { wrongShape } from '../messages/unreadable.js';

/** What one worker said to one command. */
export type InspectReply<C extends InspectCommand> =
  | {
      readonly ok: true;
      readonly value: InspectValue<C>;
      /** Entries of a list that could not be read, and are not in the value; none when left out. */
      readonly unreadEntries?: number;
    }
  | {
      readonly ok: false;
      /** The worker's own words, or why its reply cannot be read. */
      readonly error: string;
      /** Whether it answered in a way that cannot be read, instead of refusing. */
      readonly unreadable?: boolean;
      /** Content type of a reply that cannot be read; null if unknown. */
      readonly contentType?: string | null;
      /** Whether another worker may have sent it, so that this one may have died; false when left out. */
      readonly isUncertain?: boolean;
    };

export interface InspectResult<C extends InspectCommand> {
  /** Hostnames of all workers that answered, also with a reply that cannot be read or is uncertain. */
  readonly replies: ReadonlyMap<string, InspectReply<C>>;
  /** Workers that should have answered within the deadline and did not. */
  readonly silent: readonly string[];
  /** Why replies of workers whose names are unknown cannot be read; left out when there are none. */
  readonly unnamed?: UnreadableReply;
  /** Epoch milliseconds. */
  readonly at: number;
}

const errorReply = z.object({ error: z.string() });

/** Secrets in it are masked. */
export function parseReply<C extends InspectCommand>(
  command: C,
  reply: unknown,
  redactor: Redactor,
): InspectReply<C> {
  const rejected = errorReply.safeParse(reply);
  if (rejected.success) return { ok: false, error: redactor.text(rejected.data.error) };
  const { shape, mask } = rowOf(command);
  const { parsed, unreadEntries } = readShape(shape, reply);
  if (parsed === undefined) return { ok: false, error: wrongShape, unreadable: true, contentType: null };
  const value = parsed as InspectValue<C>; // of the shape of this very command
  const shown = mask === null ? value : mask(value, redactor);
  return { ok: true, value: shown, ...(unreadEntries > 0 && { unreadEntries }) };
}

/** The row with the types of its own command, which the type checker cannot follow. */
function rowOf<C extends InspectCommand>(
  command: C,
): {
  readonly shape: z.ZodType;
  readonly mask: ((value: InspectValue<C>, redactor: Redactor) => InspectValue<C>) | null;
} {
  return inspectCommands[command] as unknown as ReturnType<typeof rowOf<C>>;
}

/** @returns `parsed` undefined where nothing can be read */
function readShape(shape: z.ZodType, reply: unknown): { parsed: unknown; unreadEntries: number } {
  if (!(shape instanceof z.ZodArray) || !Array.isArray(reply))
    return { parsed: shape.safeParse(reply).data, unreadEntries: 0 };
  const parsed = reply.flatMap((entry: unknown) => {
    const read = z.safeParse(shape.element, entry);
    return read.success ? [read.data] : [];
  });
  return { parsed, unreadEntries: reply.length - parsed.length };
}

/** Why a worker's reply has no value, for the client. */
export function replyError<C extends InspectCommand>(
  command: C,
  hostname: string,
  { error, unreadable, contentType = null, isUncertain }: Extract<InspectReply<C>, { ok: false }>,
): GatewayError {
  return unreadable === true
    ? new UnreadableReplyError(command, hostname, error, { contentType, isUncertain })
    : new CommandRejectedError(command, hostname, error);
}

/** Why a list lacks what a worker said; null where it is whole. */
export function partialError<C extends InspectCommand>(
  command: C,
  hostname: string,
  { unreadEntries = 0 }: Extract<InspectReply<C>, { ok: true }>,
): GatewayError | null {
  if (unreadEntries === 0) return null;
  const entries = unreadEntries === 1 ? '1 entry' : `${unreadEntries} entries`;
  return new UnreadableReplyError(command, hostname, `${entries} of it, the others are shown`);
}

/**
 * Whether a worker has left one of these questions unanswered.
 * @throws UnreadableReplyError where that is unknown: an unreadable reply may be its own or another worker's
 */
export function isSilent(
  hostname: string,
  results: readonly (readonly [InspectCommand, Pick<InspectResult<InspectCommand>, 'replies'>])[],
): boolean {
  if (results.some(([, { replies }]) => !replies.has(hostname))) return true;
  for (const [command, { replies }] of results) {
    const reply = replies.get(hostname);
    if (reply?.ok === false && reply.isUncertain === true) throw replyError(command, hostname, reply);
  }
  return false;
}

/** Names of the workers that have certainly answered, whether or not their replies can be read. */
export function answering<C extends InspectCommand>({
  replies,
}: Pick<InspectResult<C>, 'replies'>): readonly string[] {
  const certain = [...replies].filter(([, reply]) => reply.ok || reply.isUncertain !== true);
  return certain.map(([hostname]) => hostname);
}

/** Whether everything that a worker said was read: only then is what is not in its reply not there. */
export function isWhole<C extends InspectCommand>(
  reply: InspectReply<C>,
): reply is Extract<InspectReply<C>, { ok: true }> {
  return reply.ok && (reply.unreadEntries ?? 0) === 0;
}

/** Whether every worker answered, and every reply was read to the last entry. */
export function isComplete<C extends InspectCommand>({
  replies,
  silent,
  unnamed,
}: InspectResult<C>): boolean {
  return silent.length === 0 && unnamed === undefined && [...replies.values()].every(isWhole);
}
