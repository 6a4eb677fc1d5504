/**
 * What is inside a message: decompressed, decoded and parsed. Counterpart of `kombu.compression` and
 * `kombu.serialization`. Any body that is JSON is read, whatever its content type says; pickle is never read, since
 * that executes code.
 */
import { isUtf8 } from 'node:buffer';
import { brotliDecompressSync, unzipSync } from 'node:zlib';
import { MalformedMessageError } from '../errors.js';
import type { Message } from './message.js';
import { readPythonJson, toPlainJson } from './python-json.js';

/** The largest body that decompression may produce: a small bomb must not take the gateway down. */
const maxDecompressedBytes = 32 * 1024 * 1024;

/** By the content types under which kombu knows them; its "x-gzip" is a bare zlib stream, others send a gzip file. */
const decompressions: Readonly<Record<string, typeof unzipSync | typeof brotliDecompressSync>> = {
  'application/x-gzip': unzipSync,
  'application/gzip': unzipSync,
  'application/zlib': unzipSync,
  gzip: unzipSync,
  zlib: unzipSync,
  'application/x-brotli': brotliDecompressSync,
  brotli: brotliDecompressSync,
};

/** What never holds JSON, and must not be searched for it. */
const opaqueTypes: ReadonlySet<string> = new Set([
  'application/x-python-serialize',
  'application/x-msgpack',
  'application/msgpack',
]);
const jsonType = 'application/json';

/**
 * The value of a message's body as JSON has it: what Python writes besides (NaN, Infinity) reads as null.
 * @throws MalformedMessageError with the content type, for what cannot be read
 */
export function decodeBody(message: Message): unknown {
  const text = bodyText(message);
  try {
    return JSON.parse(text);
  } catch {
    return toPlainJson(pythonBody(text, message));
  }
}

/** The same with every number as Python wrote it: see `python-json.ts`. */
export function decodeExactBody(message: Message): unknown {
  return pythonBody(bodyText(message), message);
}

/** @throws MalformedMessageError where it does not decompress, or becomes too large */
export function decompressed(compression: unknown, body: Buffer): Buffer {
  const decompress =
    typeof compression === 'string' && Object.hasOwn(decompressions, compression)
      ? decompressions[compression]
      : undefined;
  if (decompress === undefined) {
    const name = JSON.stringify(compression).slice(0, 100);
    throw new MalformedMessageError(`compression ${name} is not supported`);
  }
  try {
    return decompress(body, { maxOutputLength: maxDecompressedBytes });
  } catch (cause) {
    throw new MalformedMessageError('the body does not decompress', { cause });
  }
}

function bodyText(message: Message): string {
  const { contentType, contentEncoding, headers } = message;
  if (contentType !== jsonType && opaqueTypes.has(baseType(contentType))) throw notReadable(message);
  const { compression } = headers;
  const isPlain = compression === undefined || compression === null;
  const bytes = isPlain ? message.body : decompressed(compression, message.body);
  const text = decodeText(bytes, contentEncoding);
  if (text !== null) return text;
  if (baseType(contentType) !== jsonType) throw notReadable(message);
  const name = isUtf8Name(contentEncoding) ? 'UTF-8' : JSON.stringify(contentEncoding.slice(0, 100));
  throw new MalformedMessageError(`the body is not ${name}`);
}

function pythonBody(text: string, message: Message): unknown {
  try {
    return readPythonJson(text);
  } catch (cause) {
    const { contentType } = message;
    if (baseType(contentType) !== jsonType) throw notReadable(message);
    throw new MalformedMessageError('the body is not JSON', { cause });
  }
}

/** Without parameters, such as a charset. */
function baseType(contentType: string): string {
  return contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function notReadable({ contentType }: Message): MalformedMessageError {
  const name = JSON.stringify(contentType.slice(0, 100));
  return new MalformedMessageError(`content type ${name} is not readable`, { contentType });
}

/** Python's names of encodings that the platform knows by others. */
const encodingNames: Readonly<Record<string, string>> = {
  utf16: 'utf-16',
  'utf-16le': 'utf-16-le',
  'utf-16be': 'utf-16-be',
  latin1: 'latin-1',
  'iso8859-1': 'latin-1',
  'iso-8859-1': 'latin-1',
};

function isUtf8Name(encoding: string): boolean {
  return /^(?:utf-?8|us-ascii|ascii|binary|)$/i.test(encoding);
}

/** @returns null where the bytes are not of the encoding, or nobody here knows it: nothing is made up for them */
function decodeText(bytes: Buffer, encoding: string): string | null {
  if (encoding === 'utf-8' || isUtf8Name(encoding)) return isUtf8(bytes) ? bytes.toString('utf8') : null;
  const name = encoding.trim().toLowerCase().replaceAll('_', '-');
  const known = (Object.hasOwn(encodingNames, name) && encodingNames[name]) || name;
  if (known === 'latin-1') return bytes.toString('latin1');
  const hasBigEndianMark = bytes[0] === 0xfe && bytes[1] === 0xff;
  const label =
    known === 'utf-16-be' || (known === 'utf-16' && hasBigEndianMark)
      ? 'utf-16be'
      : known.replace(/^utf-16.*$/, 'utf-16le').replace(/^cp(125\d)$/, 'windows-$1');
  if (label === 'windows-1252') return null; // which Node 20 reads as Latin-1
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
