/** What a control answers: per worker what it said, who said nothing, and typed errors. */
import type { AuditedResult } from '../../access/audit-log.js';
import type { ControlCommand } from '../../celery/control/commands.js';
import type { ControlOutcome, ControlReply } from '../../celery/control/control-outcome.js';
import { isErrorCode, type ErrorCode } from '../../error-codes.js';
import { builder } from '../builder.js';
import { usualLength } from '../list-cut.js';
import { plainCost, shown, workerCount } from '../limits/sizes.js';
import type { Context } from '../context.js';
import { ErrorCodeEnum } from '../enums.js';
import type { Cluster } from '../../cluster/cluster.js';
import { invalidate } from '../../cluster/control-invalidation.js';

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
  { caches }: Cluster,
  { redact }: Context,
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
  description: 'The reply of one worker to a command.',
  fields: (t) => ({
    hostname: t.exposeID('hostname', { description: 'Node name of the worker.' }),
    ok: t.exposeBoolean('ok', { description: 'Whether the worker accepted the command.' }),
    message: t.exposeString('message', {
      description: 'The message of the worker, or the reason why the command was not sent to it.',
    }),
    confirmed: t.exposeBoolean('confirmed', {
      nullable: true,
      description:
        'Whether the gateway verified the effect by asking the worker again; null if the reply itself is the effect, or if the effect cannot be observed.',
    }),
  }),
});

const ControlErrorType = builder.objectRef<ControlError>('ControlError').implement({
  description: 'An error of one worker, or of all addressed workers.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCodeEnum, description: 'Machine-readable error code.' }),
    hostname: t.exposeID('hostname', {
      nullable: true,
      description: 'Node name of the worker; null if the error does not concern a single worker.',
    }),
    message: t.exposeString('message', {
      description: 'Error message; includes the message of the worker if there is one.',
    }),
  }),
});

export const ControlPayloadInterface = builder.interfaceRef<Payload>('ControlPayload').implement({
  description:
    'The outcome of a control command. Problems that concern the whole command (no broker, invalid input, a missing role) are errors of the operation instead.',
  fields: (t) => ({
    replies: t.field({
      type: [ControlReplyType],
      description: 'Replies by node name, including rejections.',
      complexity: (_args, context) => ({ multiplier: shown(workerCount(context), usualLength) }),
      resolve: ({ replies }) => replies,
    }),
    silent: t.idList({
      description:
        'Node names of the addressed workers that did not answer in time. They may be busy and execute the command later.',
      complexity: (_args, context) => 1 + plainCost(workerCount(context)),
      resolve: ({ silent }) => silent,
    }),
    errors: t.field({
      type: [ControlErrorType],
      description: 'Errors by worker; empty if every addressed worker executed the command.',
      complexity: (_args, context) => ({ multiplier: shown(workerCount(context), usualLength) }),
      resolve: ({ errors }) => errors,
    }),
  }),
});

export const WorkerControlPayload = builder.objectRef<Payload>('WorkerControlPayload').implement({
  description: 'The outcome of a control command for workers.',
  interfaces: [ControlPayloadInterface],
});

export const hostnamesArg = {
  description: 'Node names of the addressed workers; default: all workers. An empty list is rejected.',
} as const;
