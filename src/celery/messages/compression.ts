/**
 * Decompression of message bodies and stored results. Counterpart of `kombu.compression`. bzip2 and LZMA are not read:
 * no maintained library was found that bounds its output and its time.
 */
import zlib from 'node:zlib';
import { MalformedMessageError } from '../../errors.js';

type Decompress = typeof zlib.unzipSync | typeof zlib.brotliDecompressSync;

declare module 'node:zlib' {
  /** Undefined before Node 22.15. */
  const zstdDecompressSync: typeof zlib.unzipSync | undefined;
}

/** The largest body that decompression may produce: a small bomb must not take the gateway down. */
const maxDecompressedBytes = 32 * 1024 * 1024;

/** Decompressors by kombu's content types; its "x-gzip" is a bare zlib stream, other senders send a gzip file. */
const decompressions: Readonly<Record<string, Decompress | undefined>> = {
  'application/x-gzip': zlib.unzipSync,
  'application/gzip': zlib.unzipSync,
  'application/zlib': zlib.unzipSync,
  gzip: zlib.unzipSync,
  zlib: zlib.unzipSync,
  'application/x-brotli': zlib.brotliDecompressSync,
  brotli: zlib.brotliDecompressSync,
  'application/zstd': zlib.zstdDecompressSync,
  zstd: zlib.zstdDecompressSync,
  zstandard: zlib.zstdDecompressSync,
};

/** @throws MalformedMessageError where it does not decompress, or becomes too large */
export function decompressed(compression: unknown, body: Buffer): Buffer {
  const isKnown = typeof compression === 'string' && Object.hasOwn(decompressions, compression);
  const decompress = isKnown ? decompressions[compression] : undefined;
  if (decompress === undefined) {
    const name = JSON.stringify(compression).slice(0, 100);
    const need = isKnown ? ' before Node 22.15' : '';
    throw new MalformedMessageError(`compression ${name} is not supported${need}`);
  }
  try {
    return decompress(body, { maxOutputLength: maxDecompressedBytes });
  } catch (cause) {
    throw new MalformedMessageError('the body does not decompress', { cause });
  }
}
