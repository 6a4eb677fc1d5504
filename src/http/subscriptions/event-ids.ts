/** The ids of the events of a stream, for the lines `id:` of server-sent events. */
import type { IncomingMessage } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { SubscriberBuffer } from '../../cluster/subscriber-buffer.js';

/** By the request that opened the stream. */
const startIds = new WeakMap<IncomingMessage, string>();
const itemIds = new WeakMap<ExecutionResult, string>();

/** Id after which a client continues that has received nothing yet; undefined where the stream cannot be continued. */
export function startIdOf(request: IncomingMessage): string | undefined {
  return startIds.get(request);
}

/** Undefined for an item of a stream that cannot be continued, and for an error between events. */
export function itemIdOf(item: ExecutionResult): string | undefined {
  return itemIds.get(item);
}

export function noteStartId(request: IncomingMessage, source: AsyncIterable<unknown>): void {
  if (source instanceof SubscriberBuffer) startIds.set(request, source.startId);
}

/** @param payload of the source of the stream, from which the item was made */
export function noteItemId(item: ExecutionResult, payload: unknown): void {
  if (typeof payload !== 'object' || payload === null || !('id' in payload)) return;
  if (typeof payload.id === 'string') itemIds.set(item, payload.id);
}
