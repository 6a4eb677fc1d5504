/**
 * msgpack as Python writes it, with integers of 64 bits and whole floats (`1.0`) kept apart: libraries for JavaScript
 * read both as the same number. Counterpart of `msgpack.unpackb(raw=False)`.
 */
import { isUtf8 } from 'node:buffer';
import { MalformedMessageError } from '../../errors.js';
import { exactFloat, exactNumber } from './python-json.js';
import { keyText } from './python-repr.js';
import { typedBytes, type Typed } from './python-types.js';

/** As deep as msgpack for Python reads. */
const maxDepth = 511;
/** A body of empty maps takes one byte each, and much more as objects. */
const maxValues = 1_000_000;
const timestampType = -1;

/**
 * Numbers as in `python-json.ts`, bytes and extensions as in `python-types.ts`, keys as JSON has them.
 * @throws MalformedMessageError, and RangeError for what ends too early
 */
export function readMsgpack(bytes: Buffer): unknown {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (!reader.isAtEnd)
    throw new MalformedMessageError('the body is not msgpack: bytes follow the value');
  return value;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;
  #values = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(depth: number): unknown {
    if (++this.#values > maxValues)
      throw new MalformedMessageError(`the body has more than ${maxValues} values`);
    const format = this.unsigned(1);
    if (format < 0x80) return format;
    if (format < 0x90) return this.map(format & 0x0f, depth);
    if (format < 0xa0) return this.array(format & 0x0f, depth);
    if (format < 0xc0) return this.text(format & 0x1f);
    if (format >= 0xe0) return format - 0x100;
    const read = formats[format];
    if (read === undefined) throw new MalformedMessageError('the body is not msgpack');
    return read(this, depth);
  }

  /** Reads an unsigned integer of up to 4 bytes. */
  unsigned(size: number): number {
    return this.#bytes.readUIntBE(this.#skip(size), size);
  }

  signed(size: number): number {
    return this.#bytes.readIntBE(this.#skip(size), size);
  }

  unsigned64(): number | string {
    return exactNumber(String(this.#bytes.readBigUInt64BE(this.#skip(8))));
  }

  signed64(): number | string {
    return exactNumber(String(this.#bytes.readBigInt64BE(this.#skip(8))));
  }

  float(size: 4 | 8): number | string {
    const at = this.#skip(size);
    return exactFloat(size === 4 ? this.#bytes.readFloatBE(at) : this.#bytes.readDoubleBE(at));
  }

  /** Old releases write bytes as text, too: what is no UTF-8 is bytes. */
  text(length: number): string | Typed {
    const bytes = this.take(length);
    return isUtf8(bytes) ? bytes.toString('utf8') : typedBytes(bytes);
  }

  take(length: number): Buffer {
    const at = this.#skip(length);
    return this.#bytes.subarray(at, at + length);
  }

  array(length: number, depth: number): readonly unknown[] {
    this.#enter(length, depth);
    const items: unknown[] = [];
    for (let index = 0; index < length; index++) items.push(this.value(depth + 1));
    return items;
  }

  map(length: number, depth: number): object {
    this.#enter(length * 2, depth);
    const entries: [string, unknown][] = [];
    for (let index = 0; index < length; index++)
      entries.push([keyText(this.value(depth + 1)), this.value(depth + 1)]);
    return Object.fromEntries(entries);
  }

  extension(length: number): Typed {
    const type = this.signed(1);
    const bytes = this.take(length);
    const time = type === timestampType ? timestampText(bytes) : null;
    return time === null
      ? { __type__: 'msgpack.ExtType', __value__: [type, bytes.toString('base64')] }
      : { __type__: 'datetime', __value__: time };
  }

  /** Every item takes a byte at least: nothing is made room for that cannot be there. */
  #enter(items: number, depth: number): void {
    if (depth >= maxDepth) throw new MalformedMessageError(`the body is nested deeper than ${maxDepth}`);
    if (items > this.#bytes.length - this.#at)
      throw new MalformedMessageError('the body is not msgpack: it ends too early');
  }

  #skip(size: number): number {
    const at = this.#at;
    if (size > this.#bytes.length - at)
      throw new MalformedMessageError('the body is not msgpack: it ends too early');
    this.#at += size;
    return at;
  }
}

const formats: Readonly<Record<number, (reader: Reader, depth: number) => unknown>> = {
  0xc0: () => null,
  0xc2: () => false,
  0xc3: () => true,
  0xc4: (reader) => typedBytes(reader.take(reader.unsigned(1))),
  0xc5: (reader) => typedBytes(reader.take(reader.unsigned(2))),
  0xc6: (reader) => typedBytes(reader.take(reader.unsigned(4))),
  0xc7: (reader) => reader.extension(reader.unsigned(1)),
  0xc8: (reader) => reader.extension(reader.unsigned(2)),
  0xc9: (reader) => reader.extension(reader.unsigned(4)),
  0xca: (reader) => reader.float(4),
  0xcb: (reader) => reader.float(8),
  0xcc: (reader) => reader.unsigned(1),
  0xcd: (reader) => reader.unsigned(2),
  0xce: (reader) => reader.unsigned(4),
  0xcf: (reader) => reader.unsigned64(),
  0xd0: (reader) => reader.signed(1),
  0xd1: (reader) => reader.signed(2),
  0xd2: (reader) => reader.signed(4),
  0xd3: (reader) => reader.signed64(),
  0xd4: (reader) => reader.extension(1),
  0xd5: (reader) => reader.extension(2),
  0xd6: (reader) => reader.extension(4),
  0xd7: (reader) => reader.extension(8),
  0xd8: (reader) => reader.extension(16),
  0xd9: (reader) => reader.text(reader.unsigned(1)),
  0xda: (reader) => reader.text(reader.unsigned(2)),
  0xdb: (reader) => reader.text(reader.unsigned(4)),
  0xdc: (reader, depth) => reader.array(reader.unsigned(2), depth),
  0xdd: (reader, depth) => reader.array(reader.unsigned(4), depth),
  0xde: (reader, depth) => reader.map(reader.unsigned(2), depth),
  0xdf: (reader, depth) => reader.map(reader.unsigned(4), depth),
};

/** ISO text in UTC, with microseconds as Python has them; null for a length or a time that is none. */
function timestampText(bytes: Buffer): string | null {
  const [seconds, nanoseconds] = timestampParts(bytes) ?? [Number.NaN, 0];
  const date = new Date(Math.floor(seconds) * 1000);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999)
    return null;
  const micros = String(Math.floor(nanoseconds / 1000)).padStart(6, '0');
  return `${date.toISOString().slice(0, 19)}.${micros}+00:00`;
}

function timestampParts(bytes: Buffer): readonly [seconds: number, nanoseconds: number] | null {
  if (bytes.length === 4) return [bytes.readUInt32BE(0), 0];
  if (bytes.length === 12) return [Number(bytes.readBigInt64BE(4)), bytes.readUInt32BE(0)];
  if (bytes.length !== 8) return null;
  const both = bytes.readBigUInt64BE(0);
  return [Number(both & 0x3_ffff_ffffn), Number(both >> 34n)];
}
