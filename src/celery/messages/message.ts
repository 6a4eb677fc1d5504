/**
 * The message envelope, and what is inside. Counterpart of `kombu.message` and of the virtual
 * transport's encoding: on Redis and in memory every message is one JSON object whose body is base64.
 */
import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { MalformedMessageError } from '../../errors.js';
import { isObject } from '../events/event-fields.js';
import { readPythonJson, toPlainJson } from '../python/python-json.js';

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
  /**
   * Replaces its bytes by a copy of them, so that the buffer that they came in can be freed. Absent if it has no bytes
   * of its own.
   */
  move?(copy: (bytes: Buffer) => Buffer): void;
}

/** A task message on its way to a queue, as `celery.app.amqp` lays it out. It goes there by the default exchange. */
export interface OutgoingTask {
  readonly queue: string;
  readonly headers: Readonly<Record<string, unknown>>;
  /** JSON. */
  readonly body: Buffer;
  readonly correlationId: string;
  readonly replyTo: string;
  /** 0 to 255. */
  readonly priority: number;
  /** Milliseconds after which the broker may drop it; null when it may not. */
  readonly expiration: number | null;
}

const base64 = /^[A-Za-z0-9+/\r\n]*(?:(?:={1,2}|[^\S\r\n])\s*)?$/;

/** Decodes kombu's virtual-transport envelope. Its guards are written by hand: every event passes here. */
export function decodeEnvelope(text: string): Message {
  const envelope = parseJson(text, 'envelope');
  if (!isObject(envelope)) throw notAnEnvelope('it is not an object');
  const { body, 'content-type': contentType } = envelope;
  if (typeof body !== 'string') throw notAnEnvelope('the body is not text');
  if (typeof contentType !== 'string') throw notAnEnvelope('the content type is not text');
  const contentEncoding = envelope['content-encoding'] ?? 'utf-8';
  if (typeof contentEncoding !== 'string') throw notAnEnvelope('the content encoding is not text');
  const headers = envelope['headers'] ?? {};
  if (!isObject(headers)) throw notAnEnvelope('the headers are not an object');
  const properties = envelope['properties'] ?? {};
  if (!isObject(properties)) throw notAnEnvelope('the properties are not an object');
  const isBase64 = properties['body_encoding'] === 'base64';
  if (isBase64 && !base64.test(body)) throw new MalformedMessageError('the body is not base64');
  const priority = properties['priority'];
  return {
    contentType,
    contentEncoding,
    headers,
    body: Buffer.from(body, isBase64 ? 'base64' : 'utf8'),
    priority: typeof priority === 'number' && Number.isSafeInteger(priority) ? priority : null,
  };
}

function notAnEnvelope(reason: string): MalformedMessageError {
  return new MalformedMessageError(`not a kombu envelope: ${reason}`);
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

/** The same as it comes off the wire, still in bytes. */
export class EnvelopeBytes implements RawMessage {
  #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  move(copy: (bytes: Buffer) => Buffer): void {
    this.#bytes = copy(this.#bytes);
  }

  get size(): number {
    return this.#bytes.length;
  }

  read(): Message {
    if (!isUtf8(this.#bytes)) throw new MalformedMessageError('the envelope is not UTF-8');
    return decodeEnvelope(this.#bytes.toString('utf8'));
  }
}

/** Stands for an event in the stream, so that it is counted although its body was not kept. */
export class OversizedMessage implements RawMessage {
  /** Nothing of it waits. */
  readonly size = 0;
  readonly #length: number;
  readonly #limit: number;

  constructor(length: number, limit: number) {
    this.#length = length;
    this.#limit = limit;
  }

  read(): never {
    throw new MalformedMessageError(
      `${this.#length} bytes are more than an event may have: ${this.#limit}`,
    );
  }
}

export interface OutgoingMessage {
  readonly exchange: string;
  readonly routingKey: string;
  /** A value; or its JSON in bytes, where that is written already. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
  /** 1 transient, 2 persistent. */
  readonly deliveryMode: 1 | 2;
  /** 0 by default. */
  readonly priority?: number;
  /** Further properties, by kombu's names. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** A body as it travels. */
export function encodeBody(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
}

/** Produces the envelope that kombu's virtual transports read; `delivery_tag` and `delivery_info` are required there. */
export function encodeEnvelope(message: OutgoingMessage): string {
  return JSON.stringify({
    body: encodeBody(message.body).toString('base64'),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers: message.headers,
    properties: {
      ...message.properties,
      delivery_mode: message.deliveryMode,
      delivery_info: { exchange: message.exchange, routing_key: message.routingKey },
      priority: message.priority ?? 0,
      body_encoding: 'base64',
      delivery_tag: randomUUID(),
    },
  });
}

/** A task as those transports carry it: the default exchange brings it to the queue that the routing key names. */
export function encodeTask(task: OutgoingTask): string {
  const { queue, correlationId, replyTo, expiration, ...message } = task;
  return encodeEnvelope({
    ...message,
    exchange: '',
    routingKey: queue,
    deliveryMode: 2,
    properties: {
      correlation_id: correlationId,
      reply_to: replyTo,
      ...(expiration !== null && { expiration: String(expiration) }),
    },
  });
}

/** With what Python's JSON has besides, read as null: a header may hold NaN. */
function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parsePlainPython(text, what);
  }
}

function parsePlainPython(text: string, what: string): unknown {
  try {
    return toPlainJson(readPythonJson(text));
  } catch (cause) {
    throw new MalformedMessageError(`the ${what} is not JSON`, { cause });
  }
}
