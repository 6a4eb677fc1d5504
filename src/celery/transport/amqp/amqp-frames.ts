/**
 * Reads the header frames of messages in place of amqplib, whose own reader ends the connection for a single field of a
 * type that it does not know. All other frames stay amqplib's.
 */
import { readTable } from './amqp-fields.js';

/** As amqplib 2.3 makes them of header frames. */
export interface HeaderFrame {
  /** The class `basic`, the only one whose messages have content. */
  readonly id: typeof basicClass;
  readonly channel: number;
  /** Bytes of the body. */
  readonly size: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What is used of amqplib's connection; its types do not show it. */
interface FrameSource {
  /** Bytes that have arrived and are not read yet. */
  rest: Buffer;
  /** The next frame, or false until more has arrived. It calls itself again when more has. */
  recvFrame: () => unknown;
}

type PropertyKind = 'text' | 'octet' | 'timestamp' | 'table';

/** In the order of their flags, from the highest bit down. */
const properties: readonly (readonly [name: string, kind: PropertyKind])[] = [
  ['contentType', 'text'],
  ['contentEncoding', 'text'],
  ['headers', 'table'],
  ['deliveryMode', 'octet'],
  ['priority', 'octet'],
  ['correlationId', 'text'],
  ['replyTo', 'text'],
  ['expiration', 'text'],
  ['messageId', 'text'],
  ['timestamp', 'timestamp'],
  ['type', 'text'],
  ['userId', 'text'],
  ['appId', 'text'],
  ['clusterId', 'text'],
];

const basicClass = 60;
const headerFrame = 2;
/** Type, channel and size. */
const prefixBytes = 7;
const frameEnd = 0xce;
/** Class, weight and size of the body. */
const payloadPrefixBytes = 12;

/**
 * @param connection amqplib's, once it is open
 * @param onUnread called for each message of which header fields could not be read, with the reason
 * @returns false where amqplib has changed so much that nothing was done
 */
export function readHeaderFrames(connection: unknown, onUnread: (reason: string) => void): boolean {
  if (!isFrameSource(connection)) return false;
  const others = connection.recvFrame.bind(connection);
  connection.recvFrame = () => {
    const length = headerFrameLength(connection.rest);
    if (length === null) return others();
    const frame = connection.rest.subarray(0, length);
    connection.rest = connection.rest.subarray(length);
    return decodeHeaderFrame(frame, onUnread);
  };
  return true;
}

/** Null when the bytes begin with another frame, or with a part of one. */
function headerFrameLength(bytes: Buffer): number | null {
  if (bytes.length < prefixBytes || bytes[0] !== headerFrame) return null;
  const payload = bytes.readUInt32BE(3);
  const length = prefixBytes + payload + 1;
  if (payload < payloadPrefixBytes || bytes[length - 1] !== frameEnd) return null;
  return bytes.readUInt16BE(prefixBytes) === basicClass ? length : null;
}

function decodeHeaderFrame(frame: Buffer, onUnread: (reason: string) => void): HeaderFrame {
  const payload = frame.subarray(prefixBytes, -1);
  return {
    id: basicClass,
    channel: frame.readUInt16BE(1),
    size: Number(payload.readBigUInt64BE(4)),
    fields: decodeProperties(payload.subarray(payloadPrefixBytes), onUnread),
  };
}

/** Those before the one that is cut short, if any is. */
function decodeProperties(bytes: Buffer, onUnread: (reason: string) => void): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  try {
    const flags = bytes.readUInt16BE(0);
    let offset = 2;
    for (const [index, [name, kind]] of properties.entries()) {
      if ((flags & (0x8000 >> index)) === 0) continue;
      const start = offset + prefixLengths[kind];
      const end = start + contentLength(bytes, offset, kind);
      if (end > bytes.length) throw new RangeError('cut short');
      fields[name] = decodeProperty(bytes.subarray(start, end), kind, onUnread);
      offset = end;
    }
  } catch {
    onUnread('the properties of a message are longer than their frame');
  }
  return fields;
}

/** Bytes of the length that stands before the content. */
const prefixLengths: Readonly<Record<PropertyKind, number>> = {
  text: 1,
  table: 4,
  octet: 0,
  timestamp: 0,
};

function contentLength(bytes: Buffer, offset: number, kind: PropertyKind): number {
  if (kind === 'text') return bytes.readUInt8(offset);
  if (kind === 'table') return bytes.readUInt32BE(offset);
  return kind === 'octet' ? 1 : 8;
}

function decodeProperty(
  content: Buffer,
  kind: PropertyKind,
  onUnread: (reason: string) => void,
): unknown {
  if (kind === 'text') return content.toString('utf8');
  if (kind === 'octet') return content.readUInt8(0);
  if (kind === 'timestamp') return Number(content.readBigUInt64BE(0));
  const { fields, unread } = readTable(content);
  if (unread !== null) onUnread(unread);
  return fields;
}

function isFrameSource(value: unknown): value is FrameSource {
  return (
    typeof value === 'object' &&
    value !== null &&
    'rest' in value &&
    Buffer.isBuffer(value.rest) &&
    'recvFrame' in value &&
    typeof value.recvFrame === 'function'
  );
}
