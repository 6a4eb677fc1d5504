/**
 * A task on its way to a worker. Counterpart of `celery.app.amqp`: protocol 2 keeps what can be shown in the headers,
 * protocol 1 has everything in the body. Foreign content is shown as opaque and never executed.
 */
import { z } from 'zod';
import { parseIsoTimeOrNull } from '../parse-iso-time.js';
import { cutText } from '../tasks/task-text.js';
import { maskText, maxKeptText } from '../messages/masked-text.js';
import { decodeExactBody } from '../messages/message-body.js';
import type { Message, RawMessage } from '../messages/message.js';
import { argumentsRepr } from '../python/python-repr.js';
import { taskIdText } from '../task-id.js';
import { standardRedactor, type Redaction } from '../redaction/redactor.js';
import { trimValue } from '../messages/trimmed-value.js';
import { unreadableDetails, type UnreadableDetails } from '../messages/unreadable.js';

/** The task in a waiting message. Null means unknown: the message omits it, or is not a Celery task. */
export interface WaitingTask {
  readonly id: string | null;
  readonly name: string | null;
  /** What its sender has it shown as in logs and monitors; null if that is its name. */
  readonly shadow: string | null;
  /** In the notation of Python. */
  readonly args: string | null;
  readonly kwargs: string | null;
  /** Epoch milliseconds. */
  readonly eta: number | null;
  readonly expires: number | null;
  readonly retries: number | null;
  readonly priority: number | null;
  readonly rootId: string | null;
  readonly parentId: string | null;
  /** Id of the group or chord that the task is a member of. */
  readonly groupId: string | null;
  readonly contentType: string | null;
}

const text = z.string().nullish().catch(null);
const integer = z.int32().nullish().catch(null);
const otherId = z.unknown().optional().transform(taskIdText);
const taskId = otherId.pipe(z.string());

const headersV2 = z.object({
  task: text,
  shadow: text,
  id: taskId,
  argsrepr: text,
  kwargsrepr: text,
  eta: text,
  expires: text,
  retries: integer,
  root_id: otherId,
  parent_id: otherId,
  group: otherId,
});
const bodyV2 = z.tuple([z.array(z.unknown()), z.unknown()]).rest(z.unknown());
const bodyV1 = z.object({
  task: z.string(),
  id: taskId,
  args: z.array(z.unknown()).nullish().catch(null),
  kwargs: z.unknown().optional(),
  eta: text,
  expires: text,
  retries: integer,
  group: otherId,
});

const opaque: WaitingTask = {
  id: null,
  name: null,
  shadow: null,
  args: null,
  kwargs: null,
  eta: null,
  expires: null,
  retries: null,
  priority: null,
  rootId: null,
  parentId: null,
  groupId: null,
  contentType: null,
};

type OnUnreadable = (details: UnreadableDetails) => void;

/**
 * Secrets in it are masked. Never throws: a message that is no task is returned as such.
 * @param onUnreadable called when a part that the caller would see cannot be read
 */
export function readWaitingTask(
  raw: RawMessage,
  redaction: Redaction = standardRedactor.tasks,
  onUnreadable: OnUnreadable = () => undefined,
): WaitingTask {
  try {
    const message = raw.read();
    const known = { ...opaque, contentType: message.contentType, priority: message.priority };
    const headers = headersV2.safeParse(message.headers);
    return headers.success
      ? readV2(known, message, headers.data, { redaction, onUnreadable })
      : readV1(known, message, { redaction, onUnreadable });
  } catch (error) {
    onUnreadable(unreadableDetails(error));
    return opaque;
  }
}

interface Reading {
  readonly redaction: Redaction;
  readonly onUnreadable: OnUnreadable;
}

function readV2(
  known: WaitingTask,
  message: Message,
  headers: z.infer<typeof headersV2>,
  reading: Reading,
): WaitingTask {
  // Clients in other languages leave the representations out; the body has the values.
  const [args, kwargs] = headers.argsrepr ? [] : (jsonBody(message, bodyV2, reading) ?? []);
  return {
    ...known,
    id: headers.id,
    name: headers.task ?? null,
    shadow: headers.shadow === headers.task ? null : (headers.shadow ?? null),
    args: shown('args', headers.argsrepr || args, reading),
    kwargs: shown('kwargs', headers.kwargsrepr || kwargs, reading),
    eta: parseIsoTimeOrNull(headers.eta),
    expires: parseIsoTimeOrNull(headers.expires),
    retries: headers.retries ?? null,
    rootId: headers.root_id,
    parentId: headers.parent_id,
    groupId: headers.group,
  };
}

function readV1(known: WaitingTask, message: Message, reading: Reading): WaitingTask {
  const body = jsonBody(message, bodyV1, reading);
  if (body === null) return known;
  return {
    ...known,
    id: body.id,
    name: body.task,
    args: shown('args', body.args, reading),
    kwargs: shown('kwargs', body.kwargs, reading),
    eta: parseIsoTimeOrNull(body.eta),
    expires: parseIsoTimeOrNull(body.expires),
    retries: body.retries ?? null,
    groupId: body.group,
  };
}

/** The sender's text of the arguments, or ours of the arguments themselves. */
function shown(field: 'args' | 'kwargs', args: unknown, { redaction }: Reading): string | null {
  if (typeof args === 'string')
    return cutText(field, maskText(field, args, redaction).text, maxKeptText);
  return argumentsRepr(redaction.value(trimValue(args).value));
}

function jsonBody<T>(message: Message, shape: z.ZodType<T>, { onUnreadable }: Reading): T | null {
  try {
    return shape.parse(decodeExactBody(message));
  } catch (error) {
    onUnreadable({ contentType: message.contentType, ...unreadableDetails(error) });
    return null;
  }
}
