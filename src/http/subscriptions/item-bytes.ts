/** The bytes of an item on each transport, made once, however many subscribers get the item. */
import type { ExecutionResult } from 'graphql';
import { itemIdOf } from './event-ids.js';
import { itemText } from './item.js';

const events = new WeakMap<ExecutionResult, Buffer>();

/** An event of a stream of server-sent events. */
export function itemEvent(result: ExecutionResult): Buffer {
  const known = events.get(result);
  if (known !== undefined) return known;
  const id = itemIdOf(result);
  const idLine = id === undefined ? '' : `id: ${id}\n`;
  const event = Buffer.from(`${idLine}event: next\ndata: ${itemText(result)}\n\n`);
  events.set(result, event);
  return event;
}

interface Message {
  /** Of the operation, as its client has chosen it: many libraries count from one, others make one up at random. */
  readonly id: string;
  readonly bytes: Buffer;
}

const messages = new WeakMap<ExecutionResult, Message>();

/** A message of the graphql-transport-ws protocol. */
export function itemMessage(result: ExecutionResult, id: string): Buffer {
  const known = messages.get(result);
  if (known?.id === id) return known.bytes;
  const bytes = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":${itemText(result)}}`);
  messages.set(result, { id, bytes });
  return bytes;
}
