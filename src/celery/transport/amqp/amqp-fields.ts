/**
 * Reads field tables (headers) of AMQP 0-9-1, with the types that RabbitMQ and py-amqp write. amqplib 2.3 knows neither
 * `L`, as which py-amqp writes every integer from 2^31 on, nor `U`, and an unknown type ends its connection.
 */

export interface FieldTable {
  /** Integers beyond 2^53 and decimals are texts of their digits; timestamps are epoch seconds. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Why some fields are missing; null when all were read. */
  readonly unread: string | null;
}

interface FixedType {
  readonly bytes: number;
  readonly read: (bytes: Buffer, offset: number) => unknown;
}

const int16: FixedType = { bytes: 2, read: (bytes, offset) => bytes.readInt16BE(offset) };
const int64: FixedType = { bytes: 8, read: (bytes, at) => withDigits(bytes.readBigInt64BE(at)) };

/** Types of a fixed length, by tag. Where specification and RabbitMQ differ (`s`, `l`), RabbitMQ is right. */
const fixedTypes: ReadonlyMap<string, FixedType> = new Map<string, FixedType>([
  ['t', { bytes: 1, read: (bytes, offset) => bytes.readUInt8(offset) !== 0 }],
  ['b', { bytes: 1, read: (bytes, offset) => bytes.readInt8(offset) }],
  ['B', { bytes: 1, read: (bytes, offset) => bytes.readUInt8(offset) }],
  ['s', int16],
  ['U', int16],
  ['u', { bytes: 2, read: (bytes, offset) => bytes.readUInt16BE(offset) }],
  ['I', { bytes: 4, read: (bytes, offset) => bytes.readInt32BE(offset) }],
  ['i', { bytes: 4, read: (bytes, offset) => bytes.readUInt32BE(offset) }],
  ['l', int64],
  ['L', int64],
  ['f', { bytes: 4, read: (bytes, offset) => bytes.readFloatBE(offset) }],
  ['d', { bytes: 8, read: (bytes, offset) => bytes.readDoubleBE(offset) }],
  ['D', { bytes: 5, read: readDecimal }],
  ['T', { bytes: 8, read: (bytes, offset) => withDigits(bytes.readBigUInt64BE(offset)) }],
  ['V', { bytes: 0, read: () => null }],
]);

/** Types that begin with their length in bytes. */
const longTypes: ReadonlySet<string> = new Set(['S', 'x', 'F', 'A']);
/** Deeper tables and arrays are left out: a frame has room for thousands of levels. */
const maxDepth = 32;
const cutShort = 'a header field is longer than its frame';

/**
 * A field of an unknown type has an unknown length: it and what follows in its table are missing, but not what follows
 * the table. Never throws.
 */
export function readTable(bytes: Buffer): FieldTable {
  const reader = new TableReader(bytes);
  const fields = reader.table(0, bytes.length, 0);
  return { fields, unread: reader.unread };
}

/** What a field could not be read as: it is left out. */
const missing = Symbol('missing');

class TableReader {
  /** The first reason only: one line is enough. */
  unread: string | null = null;
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  table(start: number, end: number, depth: number): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    this.#offset = start;
    while (this.#offset < end) {
      const nameStart = this.#offset + 1;
      const nameEnd = nameStart + this.#bytes.readUInt8(this.#offset);
      if (nameEnd >= end) {
        this.#skip(cutShort, end);
        break;
      }
      this.#offset = nameEnd;
      const value = this.#value(end, depth);
      if (value !== missing) entries.push([this.#bytes.toString('utf8', nameStart, nameEnd), value]);
    }
    return Object.fromEntries(entries); // a field named __proto__ is one like any other
  }

  /** An element that cannot be read is null, so that those after it keep their places. */
  #array(start: number, end: number, depth: number): unknown[] {
    const values: unknown[] = [];
    this.#offset = start;
    while (this.#offset < end) {
      const value = this.#value(end, depth);
      values.push(value === missing ? null : value);
    }
    return values;
  }

  /** @param end of the table or array that it is in */
  #value(end: number, depth: number): unknown {
    const tag = String.fromCharCode(this.#bytes.readUInt8(this.#offset));
    const start = this.#offset + 1;
    const type = fixedTypes.get(tag);
    if (type !== undefined) {
      if (start + type.bytes > end) return this.#skip(cutShort, end);
      this.#offset = start + type.bytes;
      return type.read(this.#bytes, start);
    }
    if (!longTypes.has(tag)) return this.#skip(unknownType(tag), end);
    if (start + 4 > end) return this.#skip(cutShort, end);
    const contentStart = start + 4;
    const contentEnd = contentStart + this.#bytes.readUInt32BE(start);
    if (contentEnd > end) return this.#skip(cutShort, end);
    const value = this.#long(tag, contentStart, contentEnd, depth);
    this.#offset = contentEnd;
    return value;
  }

  #long(tag: string, start: number, end: number, depth: number): unknown {
    if (tag === 'S') return this.#bytes.toString('utf8', start, end);
    if (tag === 'x') return this.#bytes.subarray(start, end);
    if (depth >= maxDepth) return this.#skip(`header fields are nested deeper than ${maxDepth}`, end);
    return tag === 'F' ? this.table(start, end, depth + 1) : this.#array(start, end, depth + 1);
  }

  #skip(reason: string, end: number): typeof missing {
    this.unread ??= reason;
    this.#offset = end;
    return missing;
  }
}

function unknownType(tag: string): string {
  const shown = /^[!-~]$/.test(tag) ? `"${tag}"` : `0x${tag.charCodeAt(0).toString(16)}`;
  return `a header field has the unknown type ${shown}`;
}

/** As text where a number would lose digits. */
function withDigits(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** py-amqp writes the digits with their sign. */
function readDecimal(bytes: Buffer, offset: number): string {
  const places = bytes.readUInt8(offset);
  const unscaled = bytes.readInt32BE(offset + 1);
  const digits = String(Math.abs(unscaled)).padStart(places + 1, '0');
  const sign = unscaled < 0 ? '-' : '';
  if (places === 0) return sign + digits;
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
