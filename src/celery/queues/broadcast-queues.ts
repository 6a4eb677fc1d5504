/**
 * Queues of broadcasts, `kombu.common.Broadcast`: each start of a worker binds one of its own, named by a UUID, to a
 * fanout exchange. Over Redis the name stays bound for good when the worker is killed.
 */

const uuidName = /^.+\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether the name, such as `bcast.<uuid>`, is made anew at every start of a worker. */
export function isNamedByUuid(queue: string): boolean {
  return uuidName.test(queue);
}

/** A queue as a worker reports it in `active_queues`, as far as it matters here. */
interface ConsumedQueue {
  readonly name: string;
  readonly exchange?: { readonly type?: string | null | undefined } | null | undefined;
}

/** Whether it ends with its worker: its name is not worth remembering. */
export function isBroadcastQueue({ name, exchange }: ConsumedQueue): boolean {
  return exchange?.type === 'fanout' && isNamedByUuid(name);
}
