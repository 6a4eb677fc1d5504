/**
 * The message envelope, and what is inside. Counterpart of `kombu.message` and of the virtual
 * transport's encoding: on Redis and in memory every message is one JSON object whose body is base64.
 */
import { randomUUID } from 'node:crypto';
import { inflateSync, brotliDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { MalformedMessageError } from '../errors.js';

export interface Message {
  readonly contentType: string;
  readonly contentEncoding: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
  /** Null when the message has none. */
  readonly priority: number | null;
}

/** A message as it came off the wire; `read` decodes it, and throws MalformedMessageError when it cannot. */
export interface RawMessage {
  /** Length in bytes (or characters), for accounting. */
  readonly size: number;
  read(): Message;
}

const envelope = z.object({
  body: z.string(),
  'content-type': z.string(),
  'content-encoding': z.string().nullish(),
  headers: z.record(z.string(), z.unknown()).nullish(),
  properties: z
    .object({ body_encoding: z.string().nullish(), priority: z.int32().nullish().catch(null) })
    .nullish(),
});

/** The largest body that decompression may produce: a small bomb must not take the gateway down. */
const maxDecompressedBytes = 32 * 1024 * 1024;
const base64 = /^[A-Za-z0-9+/\r\n]*={0,2}\s*$/;

/** Decodes kombu's virtual-transport envelope. */
export function decodeEnvelope(text: string): Message {
  const parsed = envelope.safeParse(parseJson(text, 'envelope'));
  if (!parsed.success) throw new MalformedMessageError('not a kombu envelope', { cause: parsed.error });
  const { body, headers, properties } = parsed.data;
  const isBase64 = properties?.body_encoding === 'base64';
  if (isBase64 && !base64.test(body)) throw new MalformedMessageError('the body is not base64');
  return {
    contentType: parsed.data['content-type'],
    contentEncoding: parsed.data['content-encoding'] ?? 'utf-8',
    headers: headers ?? {},
    body: Buffer.from(body, isBase64 ? 'base64' : 'utf8'),
    priority: properties?.priority ?? null,
  };
}

/** A message as kombu's virtual transports carry it: the JSON text of an envelope. */
export class EnvelopeText implements RawMessage {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get size(): number {
    return this.#text.length;
  }

  read(): Message {
    return decodeEnvelope(this.#text);
  }
}

export interface OutgoingMessage {
  readonly exchange: string;
  readonly routingKey: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
  /** 1 transient, 2 persistent. */
  readonly deliveryMode: 1 | 2;
}

/** Produces the envelope that kombu's virtual transports read; `delivery_tag` and `delivery_info` are required there. */
export function encodeEnvelope(message: OutgoingMessage): string {
  return JSON.stringify({
    body: Buffer.from(JSON.stringify(message.body)).toString('base64'),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers: message.headers,
    properties: {
      delivery_mode: message.deliveryMode,
      delivery_info: { exchange: message.exchange, routing_key: message.routingKey },
      priority: 0,
      body_encoding: 'base64',
      delivery_tag: randomUUID(),
    },
  });
}

/**
 * The JSON value of a message's body.
 * @throws MalformedMessageError for any other content type: pickle is never executed, yaml and msgpack stay opaque.
 */
export function decodeBody(message: Message): unknown {
  if (message.contentType !== 'application/json') {
    throw new MalformedMessageError(
      `content type ${JSON.stringify(message.contentType)} is not readable`,
    );
  }
  return parseJson(decompress(message).toString('utf8'), 'body');
}

/** Celery names compressions by content type; its "x-gzip" is a bare zlib stream. */
function decompress({ headers, body }: Message): Buffer {
  const compression = headers['compression'];
  if (compression === undefined || compression === null) return body;
  const options = { maxOutputLength: maxDecompressedBytes };
  try {
    if (compression === 'application/x-gzip') return inflateSync(body, options);
    if (compression === 'application/x-brotli') return brotliDecompressSync(body, options);
  } catch (cause) {
    throw new MalformedMessageError('the body does not decompress', { cause });
  }
  throw new MalformedMessageError(`compression ${JSON.stringify(compression)} is not supported`);
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MalformedMessageError(`the ${what} is not JSON`, { cause });
  }
}
