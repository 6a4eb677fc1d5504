/** Inspect commands and the workers' replies. Counterpart of `celery.app.control.Inspect`. */
import type { CommandKind } from '../pidbox/command-turns.js';
import { parseReply, type InspectReply, type InspectResult } from './inspect-reply.js';
import { inspectCommands, type InspectCommand } from './inspect-commands.js';
import type { Mailbox } from '../pidbox/mailbox.js';
import { standardRedactor, type Redactor } from '../redaction/redactor.js';
import type { Unreadable } from '../messages/unreadable.js';

export { inspectCommands };
export type {
  ActiveQueueReply,
  InspectCommand,
  InspectValue,
  ScheduledTaskInfo,
  TaskInfo,
  WorkerStatsReply,
} from './inspect-commands.js';
export type { InspectReply, InspectResult } from './inspect-reply.js';

/**
 * Commands without an option like `safe`, in the order in which they are sent: alone, after all others, so that what a worker
 * loses over one of them is the answer to that one only. No release of Celery encodes their replies safely.
 */
export const breakingCommands = ['reserved', 'scheduled'] as const satisfies readonly InspectCommand[];
export type BreakingCommand = (typeof breakingCommands)[number];

export function isBreaking(command: InspectCommand): command is BreakingCommand {
  return (breakingCommands as readonly InspectCommand[]).includes(command);
}

export class Inspect {
  readonly #mailbox: Mailbox;
  readonly #redactor: Redactor;
  readonly #unreadable: Unreadable | undefined;
  readonly #kind: CommandKind;

  /**
   * Secrets are masked before a reply is handed on.
   * @param kind CONTROL where the questions are part of controls
   */
  constructor(
    mailbox: Mailbox,
    redactor: Redactor = standardRedactor,
    unreadable?: Unreadable,
    kind: CommandKind = 'READ',
  ) {
    this.#kind = kind;
    this.#mailbox = mailbox;
    this.#redactor = redactor;
    this.#unreadable = unreadable;
  }

  /** Asks the named workers, or every worker for null: one broadcast, however many answer. */
  async run<C extends InspectCommand>(
    command: C,
    destination: readonly string[] | null = null,
  ): Promise<InspectResult<C>> {
    const result = await this.#mailbox.broadcast(command, inspectCommands[command].arguments ?? {}, {
      destination,
      kind: isBreaking(command) ? 'BREAKING' : this.#kind,
    });
    const replies = new Map<string, InspectReply<C>>();
    for (const [hostname, reply] of result.replies) {
      const parsed = parseReply(command, reply, this.#redactor);
      this.#count(command, hostname, parsed);
      replies.set(hostname, parsed);
    }
    for (const [hostname, { reason, contentType, isUncertain = false }] of result.unreadable)
      replies.set(hostname, {
        ok: false,
        error: reason,
        unreadable: true,
        contentType,
        ...(isUncertain && { isUncertain }),
      });
    const { silent, unnamed, at } = result;
    return { replies, silent, at, ...(unnamed !== null && { unnamed }) };
  }

  /** What the mailbox could not read it has counted itself. */
  #count(command: InspectCommand, hostname: string, reply: InspectReply<InspectCommand>): void {
    if (!reply.ok && reply.unreadable !== true) return;
    if (reply.ok && reply.unreadEntries === undefined) return;
    const reason = reply.ok
      ? `${reply.unreadEntries} entries of the reply to ${command} are not of the documented shape`
      : `the reply to ${command}: ${reply.error}`;
    this.#unreadable?.count('reply', { reason, hostname });
  }
}
