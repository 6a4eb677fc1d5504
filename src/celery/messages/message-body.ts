/**
 * What is inside a message: decompressed, decoded and parsed. Counterpart of `kombu.serialization`. msgpack and YAML
 * are read under their content types, JSON under any other; pickle is never read, since that executes code.
 */
import { MalformedMessageError } from '../../errors.js';
import { decompressed } from './compression.js';
import type { Message } from './message.js';
import { readPythonJson, toPlainJson } from '../python/python-json.js';
import { readMsgpack } from '../python/python-msgpack.js';
import { readYaml } from '../python/python-yaml.js';
import { decodeText, isUtf8Name } from './text-encoding.js';

type Format = 'json' | 'msgpack' | 'yaml' | 'pickle';

const formats: Readonly<Record<string, Format>> = {
  'application/json': 'json',
  'application/x-msgpack': 'msgpack',
  'application/msgpack': 'msgpack',
  'application/vnd.msgpack': 'msgpack',
  'application/x-yaml': 'yaml',
  'application/yaml': 'yaml',
  'text/yaml': 'yaml',
  'application/x-python-serialize': 'pickle',
};

/**
 * The value of a message's body as JSON has it: what Python writes besides (NaN, Infinity) reads as null.
 * @throws MalformedMessageError with the content type, for what cannot be read
 */
export function decodeBody(message: Message): unknown {
  const { contentType } = message;
  const format = formatOf(contentType);
  if (format !== 'json') return toPlainJson(decodeExactBody(message));
  const text = bodyText(message);
  try {
    return JSON.parse(text);
  } catch {
    return toPlainJson(pythonBody(text, message));
  }
}

/** The same with every number as Python wrote it: see `python-json.ts`. */
export function decodeExactBody(message: Message): unknown {
  const { contentType } = message;
  switch (formatOf(contentType)) {
    case 'pickle':
      throw notReadable(message);
    case 'msgpack':
      return readOther(message, 'msgpack', () => readMsgpack(bodyBytes(message)));
    case 'yaml':
      return readOther(message, 'YAML', () => readYaml(bodyText(message)));
    default:
      return pythonBody(bodyText(message), message);
  }
}

/** Whether what is wrong with a body of this content type is wrong with that body only. */
export function isReadType(contentType: string): boolean {
  const format = Object.hasOwn(formats, baseType(contentType)) ? formatOf(contentType) : 'unknown';
  return format === 'json' || format === 'msgpack';
}

/** What is of no known type may be JSON. */
function formatOf(contentType: string): Format {
  if (contentType === 'application/json') return 'json'; // as nearly every message has it
  const type = baseType(contentType);
  return (Object.hasOwn(formats, type) && formats[type]) || 'json';
}

function bodyBytes({ headers, body }: Message): Buffer {
  const { compression } = headers;
  const isPlain = compression === undefined || compression === null;
  return isPlain ? body : decompressed(compression, body);
}

function bodyText(message: Message): string {
  const { contentType, contentEncoding } = message;
  const text = decodeText(bodyBytes(message), contentEncoding);
  if (text !== null) return text;
  if (baseType(contentType) !== 'application/json') throw notReadable(message);
  const name = isUtf8Name(contentEncoding) ? 'UTF-8' : JSON.stringify(contentEncoding.slice(0, 100));
  throw new MalformedMessageError(`the body is not ${name}`);
}

function pythonBody(text: string, message: Message): unknown {
  try {
    return readPythonJson(text);
  } catch (cause) {
    const { contentType } = message;
    if (baseType(contentType) !== 'application/json') throw notReadable(message);
    throw new MalformedMessageError('the body is not JSON', { cause });
  }
}

function readOther({ contentType }: Message, format: string, read: () => unknown): unknown {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof MalformedMessageError)
      throw new MalformedMessageError(cause.message, { cause, contentType });
    throw new MalformedMessageError(`the body is not ${format}`, { cause, contentType });
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
