/** One task message, read and checked. Counterpart of `celery.worker.request.Request`. */
import { z } from 'zod';
import { MalformedMessageError } from '../errors.js';
import { argsRepr, pythonRepr } from '../celery/python/python-repr.js';
import type { TaskMessage } from './memory-celery.js';

/** Protocol 2: everything about the task is in the headers. */
const headers = z.object({
  task: z.string(),
  id: z.string(),
  eta: z.iso.datetime({ offset: true }).nullish(),
  expires: z.iso.datetime({ offset: true }).nullish(),
  retries: z.number().int().nonnegative().nullish(),
  root_id: z.string().nullish(),
  parent_id: z.string().nullish(),
  argsrepr: z.string().nullish(),
  kwargsrepr: z.string().nullish(),
});

const body = z.tuple([z.array(z.unknown()), z.record(z.string(), z.unknown()), z.unknown()]);

export interface TaskRequest {
  readonly id: string;
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly argsRepr: string;
  readonly kwargsRepr: string;
  readonly retries: number;
  readonly rootId: string;
  readonly parentId: string | null;
  /** ISO texts, as they came. */
  readonly eta: string | null;
  readonly expires: string | null;
  readonly queue: string;
  readonly redelivered: boolean;
}

/** @throws MalformedMessageError for whatever is not a protocol 2 task in JSON. */
export function readRequest(message: TaskMessage): TaskRequest {
  const head = headers.safeParse(message.headers);
  if (!head.success) throw new MalformedMessageError('not a protocol 2 task', { cause: head.error });
  const content = body.safeParse(message.decode());
  if (!content.success) throw new MalformedMessageError('not a task body', { cause: content.error });
  const [args, kwargs] = content.data;
  return {
    id: head.data.id,
    name: head.data.task,
    args,
    kwargs,
    argsRepr: head.data.argsrepr ?? argsRepr(args),
    kwargsRepr: head.data.kwargsrepr ?? pythonRepr(kwargs),
    retries: head.data.retries ?? 0,
    rootId: head.data.root_id ?? head.data.id,
    parentId: head.data.parent_id ?? null,
    eta: head.data.eta ?? null,
    expires: head.data.expires ?? null,
    queue: message.queue,
    redelivered: message.redelivered,
  };
}
