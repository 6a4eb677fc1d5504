/**
 * A task message as a producer makes it. Counterpart of `celery.app.amqp.AMQP.as_task_v2`; the message itself comes from
 * celery-node's builder, which is given what it leaves out.
 */
import { randomUUID } from 'node:crypto';
import { createClient } from 'celery-node';
import { writePythonJson } from '../python/python-json.js';
import { argsRepr, pythonRepr } from '../python/python-repr.js';
import type { OutgoingTask } from '../messages/message.js';

export interface TaskCall {
  readonly id: string;
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly queue: string;
  /** Node name of the sender. */
  readonly origin: string;
  /** Not to be run before, epoch milliseconds. */
  readonly eta?: number | null | undefined;
  /** Not to be run after, epoch milliseconds. */
  readonly expires?: number | null | undefined;
  /** Milliseconds until then, where that is how it was said: the broker may then drop it. */
  readonly expiration?: number | null | undefined;
  readonly retries?: number | null | undefined;
  readonly priority?: number | null | undefined;
  readonly timeLimitSeconds?: number | null | undefined;
  readonly softTimeLimitSeconds?: number | null | undefined;
  readonly rootId?: string | null | undefined;
  readonly parentId?: string | null | undefined;
  /** Beside Celery's own. */
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
}

/** Fields of a producer's `task-sent` event, without those of every event. */
export type TaskSent = Readonly<Record<string, unknown>> & { readonly uuid: string };

/** Only builds messages. Its URLs are for getters that open connections, which are never called. */
const builder = createClient('memory://', 'memory://');

/** RabbitMQ refuses messages that expire later, about 49 days from now. */
const longestExpiration = 2 ** 32 - 1;

export function createTaskMessage(call: TaskCall): { message: OutgoingTask; sent: TaskSent } {
  const { id, name, queue, retries, expiration = null } = call;
  const built = builder.createTaskMessage(id, name, [...call.args], call.kwargs);
  const [args, kwargs] = [argsRepr(call.args), pythonRepr(call.kwargs)];
  const shared = {
    root_id: call.rootId ?? id,
    parent_id: call.parentId ?? null,
    retries: retries ?? 0,
    eta: formatIsoTime(call.eta),
    expires: formatIsoTime(call.expires),
  };
  const headers = {
    ...call.headers,
    ...built.headers,
    ...shared,
    shadow: null,
    group: null,
    group_index: null,
    timelimit: [call.timeLimitSeconds ?? null, call.softTimeLimitSeconds ?? null],
    argsrepr: args,
    kwargsrepr: kwargs,
    origin: call.origin,
    ignore_result: false,
  };
  const message: OutgoingTask = {
    queue,
    headers,
    body: Buffer.from(writePythonJson(withEmbed(built.body))),
    correlationId: id,
    replyTo: randomUUID(),
    priority: call.priority ?? 0,
    expiration: expiration !== null && expiration <= longestExpiration ? expiration : null,
  };
  const route = { queue, exchange: '', routing_key: queue };
  return { message, sent: { uuid: id, name, args, kwargs, ...shared, ...route } };
}

/** What comes after the task: workers take it from the headers when the body does not say that there is nothing. */
function withEmbed(body: object): unknown {
  const [args, kwargs] = body as readonly unknown[];
  return [args, kwargs, { callbacks: null, errbacks: null, chain: null, chord: null }];
}

/** As Python's `isoformat` writes it: Celery 5.2 takes whatever stands behind the point for microseconds. */
function formatIsoTime(time: number | null | undefined): string | null {
  if (time === null || time === undefined) return null;
  return new Date(time)
    .toISOString()
    .replace(/(?:\.000)?Z$/, (end) => (end === 'Z' ? '000+00:00' : '+00:00'));
}
