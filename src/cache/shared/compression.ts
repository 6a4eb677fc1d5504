/**
 * Bytes made smaller where that pays, and back within a bound: small ones at once, large ones in zlib's threads, so
 * that no other load waits for them.
 */
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

const compressAsync = promisify<zlib.InputType, zlib.BrotliOptions, Buffer>(zlib.brotliCompress);
const decompressAsync = promisify<zlib.InputType, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress);

/** From here on a thread is cheaper than the wait of everybody else. */
const asyncFrom = 200_000;

/**
 * Brotli, quality 1: as small as gzip 1 on replies of workers, and a little faster. See
 * bench/features/compression.mjs.
 */
export async function compress(bytes: Buffer): Promise<Buffer> {
  const params = {
    [zlib.constants.BROTLI_PARAM_QUALITY]: 1,
    [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return bytes.length < asyncFrom
    ? zlib.brotliCompressSync(bytes, { params })
    : compressAsync(bytes, { params });
}

/**
 * @param length that it must have
 * @throws Error for anything that is not the compressed form of so many bytes
 */
export async function decompress(bytes: Buffer, length: number): Promise<Buffer> {
  const options = { maxOutputLength: Math.max(1, length) };
  const raw =
    length < asyncFrom && bytes.length < asyncFrom
      ? zlib.brotliDecompressSync(bytes, options)
      : await decompressAsync(bytes, options);
  if (raw.length !== length) throw new RangeError('the length is another');
  return raw;
}
