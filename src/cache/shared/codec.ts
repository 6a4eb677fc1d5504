/**
 * How a cached value is written where several processes share it: a version, how it is packed, its length, its JSON.
 * What is not written so (by another version, or cut short) is refused, and counts for the reader as not found.
 */
import { compress, decompress } from './compression.js';
import { CodecError, fromWire, plainTexts, toWire, type TextForms } from './wire-value.js';
import { defaultCompressFrom } from '../cache-defaults.js';

export interface CodecOptions {
  /** Bytes from which on a value is compressed; Infinity turns it off. */
  readonly compressFrom?: number | undefined;
  /** Bytes that a value may take before it is compressed. */
  readonly maxBytes?: number | undefined;
  /** Texts that mean something in this process alone. */
  readonly texts?: TextForms | undefined;
}

/** What only grows. */
export interface CodecStats {
  readonly encoded: number;
  readonly compressed: number;
  /** Of all values encoded, before and after compression. */
  readonly bytesRaw: number;
  readonly bytesStored: number;
  readonly decoded: number;
  /** Bytes that were refused. */
  readonly undecodable: number;
}

const defaultMaxBytes = 16 * 1024 * 1024;

const version = 1;
const packings = { plain: 0, brotli: 1 } as const;
const headerBytes = 6;

/**
 * @example
 * const codec = new ValueCodec({ compressFrom: 4_096 });
 * await codec.decode(await codec.encode(new Map([['w1@host', { ok: 'pong' }]])));
 */
export class ValueCodec {
  readonly #compressFrom: number;
  readonly #maxBytes: number;
  readonly #texts: TextForms;
  readonly #stats = {
    encoded: 0,
    compressed: 0,
    bytesRaw: 0,
    bytesStored: 0,
    decoded: 0,
    undecodable: 0,
  };

  constructor({ compressFrom, maxBytes, texts }: CodecOptions = {}) {
    this.#compressFrom = compressFrom ?? defaultCompressFrom;
    this.#maxBytes = maxBytes ?? defaultMaxBytes;
    this.#texts = texts ?? plainTexts;
  }

  get stats(): CodecStats {
    return { ...this.#stats };
  }

  /** @throws CodecError for a value that cannot be shared: too large, or of a kind that would not come back the same */
  async encode(value: unknown): Promise<Buffer> {
    const raw = Buffer.from(JSON.stringify(toWire(value, this.#texts)));
    if (raw.length > this.#maxBytes) throw new CodecError('the value is too large to be shared');
    const packed = raw.length >= this.#compressFrom ? await compress(raw) : raw;
    const isSmaller = packed.length < raw.length;
    const bytes = isSmaller
      ? framed(packings.brotli, raw.length, packed)
      : framed(packings.plain, raw.length, raw);
    this.#stats.encoded++;
    if (isSmaller) this.#stats.compressed++;
    this.#stats.bytesRaw += raw.length + headerBytes;
    this.#stats.bytesStored += bytes.length;
    return bytes;
  }

  /** @throws CodecError for bytes that another version wrote, or no version */
  async decode(bytes: Buffer): Promise<unknown> {
    try {
      const value = fromWire(JSON.parse(await this.#unpacked(bytes)), this.#texts);
      this.#stats.decoded++;
      return value;
    } catch (error) {
      this.#stats.undecodable++;
      // Without the cause: a parser quotes what it could not read.
      throw error instanceof CodecError ? error : new CodecError('the bytes are damaged');
    }
  }

  async #unpacked(bytes: Buffer): Promise<string> {
    if (bytes.length < headerBytes || bytes[0] !== version)
      throw new CodecError('the bytes are of another version');
    const length = bytes.readUInt32BE(2);
    if (length > this.#maxBytes) throw new CodecError('the value is larger than may be read');
    const body = bytes.subarray(headerBytes);
    if (bytes[1] === packings.brotli) return (await decompress(body, length)).toString();
    if (bytes[1] !== packings.plain) throw new CodecError('the packing is unknown');
    if (body.length !== length) throw new CodecError('the bytes are cut short');
    return body.toString();
  }
}

function framed(packing: number, length: number, body: Buffer): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt8(version, 0);
  header.writeUInt8(packing, 1);
  header.writeUInt32BE(length, 2);
  return Buffer.concat([header, body]);
}
