/** What a control answers: per worker what it said, who said nothing, and typed errors. */
import type { AuditedResult } from '../../access/audit-log.js';
import type { ControlCommand } from '../../celery/control/commands.js';
import type { ControlOutcome, ControlReply } from '../../celery/control/outcome.js';
import { isErrorCode, type ErrorCode } from '../../errors.js';
import { builder } from '../builder.js';
import { usualLength } from '../list-cut.js';
import { plainCost, shown, workerCount } from '../limits/sizes.js';
import type { Context } from '../context.js';
import { ErrorCodeEnum } from '../enums.js';
import { invalidate } from './invalidations.js';

interface ControlError {
  readonly code: ErrorCode;
  readonly hostname: string | null;
  readonly message: string;
}

export interface Payload {
  readonly replies: readonly ControlReply[];
  readonly silent: readonly string[];
  readonly errors: readonly ControlError[];
  /** For the record of the mutation. */
  readonly audit: AuditedResult;
}

/**
 * Runs a control, and forgets what is out of date by it at each of its steps. Workers may quote what they were sent, so
 * secrets are masked in their words.
 */
export async function controlled<Outcome extends ControlOutcome>(
  { caches, redact }: Context,
  command: ControlCommand,
  run: (onChange: () => void) => Promise<Outcome>,
  taskIds: readonly string[] = [],
): Promise<Payload & { readonly outcome: Outcome }> {
  const outcome = await run(() => invalidate(caches, command));
  invalidate(caches, command);
  const { silent, failures } = outcome;
  const masked = (text: string): string => String(redact(text));
  const replies = outcome.replies.map((reply) => ({ ...reply, message: masked(reply.message) }));
  const errors = failures.map(({ hostname, error }): ControlError => ({
    code: isErrorCode(error.code) ? error.code : 'INTERNAL_SERVER_ERROR',
    hostname,
    message: masked(error.message),
  }));
  const answered = replies.filter(({ ok }) => ok).map(({ hostname }) => hostname);
  return { replies, silent, errors, audit: { answered, silent, errors, taskIds }, outcome };
}

const ControlReplyType = builder.objectRef<ControlReply>('ControlReply').implement({
  description: 'What one worker said to a command.',
  fields: (t) => ({
    hostname: t.exposeID('hostname', {}),
    ok: t.exposeBoolean('ok', { description: 'Whether it said that it obeys.' }),
    message: t.exposeString('message', {
      description: "The worker's own words, or why it was not sent the command at all.",
    }),
    confirmed: t.exposeBoolean('confirmed', {
      nullable: true,
      description:
        'Whether the effect was seen when it was asked again; null where the reply itself is the effect, or nobody can see it.',
    }),
  }),
});

const ControlErrorType = builder.objectRef<ControlError>('ControlError').implement({
  description: 'What went wrong with one worker, or with all of them.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCodeEnum }),
    hostname: t.exposeID('hostname', {
      nullable: true,
      description: 'The worker; null when it is about no worker alone.',
    }),
    message: t.exposeString('message', {
      description: "With the worker's own words, where it said any.",
    }),
  }),
});

export const ControlPayloadInterface = builder.interfaceRef<Payload>('ControlPayload').implement({
  description:
    'What came of a control. What concerns all of it (no broker, bad input, a missing role) is an error of the operation instead.',
  fields: (t) => ({
    replies: t.field({
      type: [ControlReplyType],
      description: 'By node name; also those that refused.',
      complexity: (_args, context) => ({ multiplier: shown(workerCount(context), usualLength) }),
      resolve: ({ replies }) => replies,
    }),
    silent: t.idList({
      description:
        'Workers that should have answered and did not in time. They may be busy, and do it later.',
      complexity: (_args, context) => 1 + plainCost(workerCount(context)),
      resolve: ({ silent }) => silent,
    }),
    errors: t.field({
      type: [ControlErrorType],
      description: 'Empty when every worker that was meant did as it was told.',
      complexity: (_args, context) => ({ multiplier: shown(workerCount(context), usualLength) }),
      resolve: ({ errors }) => errors,
    }),
  }),
});

export const WorkerControlPayload = builder.objectRef<Payload>('WorkerControlPayload').implement({
  description: 'What came of a control of workers.',
  interfaces: [ControlPayloadInterface],
});

export const hostnamesArg = {
  description: 'Node names; every worker without it. An empty list is refused.',
} as const;
