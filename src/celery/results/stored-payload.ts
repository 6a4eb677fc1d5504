/**
 * What is stored under a task's key: decompressed, and parsed. Nothing there names its format, so the bytes decide
 * which of Celery's it is. Counterpart of `celery.backends.base.Backend.decode`.
 */
import { isUtf8 } from 'node:buffer';
import { MalformedMessageError } from '../../errors.js';
import { decompressed } from '../messages/compression.js';
import { readPythonJson } from '../python/python-json.js';
import { readMsgpack } from '../python/python-msgpack.js';
import { readYaml } from '../python/python-yaml.js';

/** What Celery since 5.7 puts before results when `result_compression` is set, and then the compression's name. */
const compressedMagic = Buffer.from('\0celery-compressed\0');

/** What `result_serializer='pickle'` stores begins with this and the protocol's number; it is never read. */
const pickleStart = 0x80;
const pickleProtocols: ReadonlySet<number | undefined> = new Set([2, 3, 4, 5]);
const pickleType = 'application/x-python-serialize';

/**
 * Numbers as in `python-json.ts`.
 * @throws MalformedMessageError for what cannot be read, such as pickle, and for an unknown compression
 */
export function readStoredPayload(payload: Buffer): unknown {
  const bytes = uncompressed(payload);
  if (bytes[0] === pickleStart && pickleProtocols.has(bytes[1]))
    throw new MalformedMessageError('pickle is never read', { contentType: pickleType });
  if (isMsgpackMap(bytes[0])) return readOther('msgpack', () => readMsgpack(bytes));
  if (!isUtf8(bytes)) throw new MalformedMessageError('it is not UTF-8');
  return readText(bytes.toString('utf8'));
}

/** The start of an object that is not empty: no JSON, and no key that Celery stores, begins so. */
function isMsgpackMap(first: number | undefined): boolean {
  return (
    first !== undefined && ((first > pickleStart && first < 0x90) || first === 0xde || first === 0xdf)
  );
}

function readText(text: string): unknown {
  try {
    return readPythonJson(text);
  } catch (cause) {
    if (!/^['"]?status['"]?:/m.test(text)) throw new MalformedMessageError('it is not JSON', { cause });
    return readOther('YAML', () => readYaml(text));
  }
}

function readOther(format: string, read: () => unknown): unknown {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof MalformedMessageError) throw cause;
    throw new MalformedMessageError(`it is not ${format}`, { cause });
  }
}

/** Whichever compression the bytes were stored with. */
function uncompressed(payload: Buffer): Buffer {
  if (!payload.subarray(0, compressedMagic.length).equals(compressedMagic)) return payload;
  const rest = payload.subarray(compressedMagic.length);
  const end = rest.indexOf(0);
  if (end < 0) throw new MalformedMessageError('the compression has no name');
  return decompressed(rest.toString('latin1', 0, end), rest.subarray(end + 1));
}
