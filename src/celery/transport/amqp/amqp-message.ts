/** A message as AMQP carries it: the body is the text itself, and its description stands beside it. */
import type { Message as Delivered } from 'amqplib';
import { z } from 'zod';
import type { Message, RawMessage } from '../../messages/message.js';

const text = z.string().catch('');
const properties = z.object({
  contentType: text,
  contentEncoding: text,
  headers: z.record(z.string(), z.unknown()).catch({}),
  priority: z.int32().nullable().catch(null),
});

export class AmqpMessage implements RawMessage {
  readonly #delivered: Delivered;

  constructor(delivered: Delivered) {
    this.#delivered = delivered;
  }

  /** Headers count too: a publisher may put as much into them as into the body. */
  get size(): number {
    const { content, properties } = this.#delivered;
    return content.length + roughSize(properties.headers);
  }

  read(): Message {
    const { content } = this.#delivered;
    const { contentType, contentEncoding, headers, priority } = properties.parse(
      this.#delivered.properties,
    );
    return {
      contentType,
      contentEncoding: contentEncoding || 'utf-8',
      headers,
      body: content,
      priority,
    };
  }
}

function roughSize(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  let size = 0;
  for (const [key, part] of Object.entries(value)) size += key.length + roughSize(part);
  return size;
}
