/**
 * A text in gzip of which the middle was compressed before (RFC 1952). What comes before and after it differs each time and
 * stands there as it is. Such a text is one member: some clients, such as Chromium, read no second one.
 */
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, deflateRawSync } from 'node:zlib';
import type { InputType, ZlibOptions } from 'node:zlib';

const deflateAsync = promisify<InputType, ZlibOptions, Buffer>(deflateRaw);

/** The end is one of a byte, and not of the last block. */
const options = { level: 4, finishFlush: constants.Z_SYNC_FLUSH };
/** Bytes that take less than a millisecond. */
const maxAtOnce = 65_536;

/** Magic, deflate, no flags, no time, no hint, unknown system. */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** Bytes of a block that is not compressed: RFC 1951, section 3.2.4. */
const maxStored = 65_535;

export class GzipFrame {
  readonly #middle: Buffer;
  readonly #crc: number;
  /** Null while a thread compresses it. */
  #deflated: Buffer | null = null;

  constructor(middle: Buffer) {
    this.#middle = middle;
    this.#crc = crc32(middle);
    if (middle.length <= maxAtOnce) this.#deflated = deflateRawSync(middle, options);
    else void this.#deflateLater();
  }

  /** Null where it cannot be made now: while a large text is compressed, or where one of these is larger than 64 KiB. */
  around(before: Buffer, after: Buffer): Buffer | null {
    if (this.#deflated === null || before.length > maxStored || after.length > maxStored) return null;
    const crc = before.length === 0 ? this.#crc : crc32(this.#middle, crc32(before));
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(crc32(after, crc), 0);
    trailer.writeUInt32LE((before.length + this.#middle.length + after.length) % 2 ** 32, 4);
    const opening = before.length === 0 ? before : stored(before, false);
    return Buffer.concat([header, opening, this.#deflated, stored(after, true), trailer]);
  }

  /** What cannot be compressed is sent as it is. */
  async #deflateLater(): Promise<void> {
    this.#deflated = await deflateAsync(this.#middle, options).catch(() => null);
  }
}

function stored(bytes: Buffer, isLast: boolean): Buffer {
  const block = Buffer.alloc(5);
  block[0] = isLast ? 1 : 0;
  block.writeUInt16LE(bytes.length, 1);
  block.writeUInt16LE(~bytes.length & 0xffff, 3);
  return Buffer.concat([block, bytes]);
}
