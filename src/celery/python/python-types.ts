/**
 * Values of Python that JSON has no form for, as kombu tags them since 5.3:
 * `{"__type__": "decimal", "__value__": "1.5"}`. Counterpart of the types of `kombu.utils.json`. What msgpack and YAML
 * have besides JSON's types is tagged in the same way.
 */
import { isUtf8 } from 'node:buffer';

export interface Typed {
  readonly __type__: string;
  readonly __value__: unknown;
}

interface PythonType {
  /** `repr()`; null when the value is not of the type. */
  readonly repr: (value: unknown) => string | null;
  /** For JSON. */
  readonly plain?: (value: unknown) => unknown;
}

const isoDateTime = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](.+))?$/;
const isoTimePattern = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d:?\d\d(?::?\d\d)?)?$/;

const types: Readonly<Record<string, PythonType>> = {
  datetime: { repr: (value) => called('datetime.datetime', dateParts(value, 'midnight')) },
  date: { repr: (value) => called('datetime.date', dateParts(value, 'none')) },
  time: { repr: (value) => called('datetime.time', timeParts(value)) },
  decimal: { repr: (value) => withText(value, /^[-+\w.]{1,1000}$/, (text) => `Decimal('${text}')`) },
  uuid: {
    repr: (value) => withText(hexOf(value), /^[\da-f]{32}$/i, (hex) => `UUID('${dashed(hex)}')`),
    plain: (value) => withText(hexOf(value), /^[\da-f]{32}$/i, dashed),
  },
  bytes: { repr: (value) => (typeof value === 'string' ? bytesRepr(Buffer.from(value)) : null) },
  base64: {
    repr: (value) => (typeof value === 'string' ? bytesRepr(Buffer.from(value, 'base64')) : null),
  },
  'msgpack.ExtType': { repr: extensionRepr, plain: extensionRepr },
};

/** Bytes as kombu tags them: those of a text by that text. */
export function typedBytes(bytes: Buffer): Typed {
  return isUtf8(bytes)
    ? { __type__: 'bytes', __value__: bytes.toString('utf8') }
    : { __type__: 'base64', __value__: bytes.toString('base64') };
}

export function isTyped(value: object): value is Typed {
  if (!('__type__' in value && '__value__' in value)) return false;
  return typeof value.__type__ === 'string' && Object.keys(value).length === 2;
}

/** `datetime.datetime(2026, 3, 1, 10, 0)`, `UUID('...')`, `b'...'`; null for a type that kombu does not have. */
export function typedRepr({ __type__: name, __value__: value }: Typed): string | null {
  return Object.hasOwn(types, name) ? (types[name]?.repr(value) ?? null) : null;
}

/** The text that kombu wrote. */
export function plainTyped({ __type__: name, __value__: value }: Typed): unknown {
  const plain = Object.hasOwn(types, name) ? types[name]?.plain?.(value) : undefined;
  return plain ?? (typeof value === 'object' ? null : value);
}

function called(name: string, parts: readonly string[] | null): string | null {
  return parts && `${name}(${parts.join(', ')})`;
}

function dateParts(value: unknown, time: 'midnight' | 'none'): readonly string[] | null {
  const [, year, month, day, rest = '00:00'] =
    (typeof value === 'string' && isoDateTime.exec(value)) || [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const date = [year, month, day].map((digits) => String(Number(digits)));
  if (time === 'none') return date;
  const clock = timeParts(rest);
  return clock && [...date, ...clock];
}

/** Seconds and microseconds are left out when they are zero, as Python does. */
function timeParts(value: unknown): readonly string[] | null {
  const match = typeof value === 'string' ? isoTimePattern.exec(value) : null;
  if (match === null) return null;
  const [, hour, minute, second = '0', fraction = '', zone] = match;
  const microsecond = Number(fraction.padEnd(6, '0'));
  const shown = [Number(hour), Number(minute)];
  if (Number(second) !== 0 || microsecond !== 0) shown.push(Number(second));
  if (microsecond !== 0) shown.push(microsecond);
  return [...shown.map(String), ...(zone === undefined ? [] : [`tzinfo=${zoneRepr(zone)}`])];
}

function zoneRepr(zone: string): string {
  const [hours = 0, minutes = 0, seconds = 0] = (zone.match(/\d\d/g) ?? []).map(Number);
  const size = (hours * 60 + minutes) * 60 + seconds;
  if (size === 0) return 'datetime.timezone.utc';
  // A negative timedelta counts back from the day before.
  const delta = zone.startsWith('-') ? `days=-1, seconds=${86_400 - size}` : `seconds=${size}`;
  return `datetime.timezone(datetime.timedelta(${delta}))`;
}

function hexOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'hex' in value ? value.hex : value;
}

function dashed(hex: string): string {
  return hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function withText(value: unknown, pattern: RegExp, show: (text: string) => string): string | null {
  return typeof value === 'string' && pattern.test(value) ? show(value) : null;
}

function extensionRepr(value: unknown): string | null {
  const [type, data] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  if (typeof type !== 'number' || typeof data !== 'string') return null;
  return `ExtType(code=${type}, data=${bytesRepr(Buffer.from(data, 'base64'))})`;
}

/** Longer texts are cut when they are printed. */
const maxBytes = 100_000;
const shortEscapes: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' };

function bytesRepr(bytes: Buffer): string {
  const shown = bytes.subarray(0, maxBytes);
  const quote = shown.includes("'") && !shown.includes('"') ? '"' : "'";
  let text = '';
  for (const byte of shown) {
    if (byte === quote.charCodeAt(0)) text += `\\${quote}`;
    else if (byte in shortEscapes) text += shortEscapes[byte] ?? '';
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return `b${quote}${text}${quote}`;
}
