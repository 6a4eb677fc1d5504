/**
 * JSON as Python writes it: with bare `NaN` and `Infinity`, with whole floats (`1.0`) and integers of any size. What
 * JavaScript has no number for is kept as text that only this module understands. Counterpart of `kombu.utils.json`.
 */
import { randomBytes } from 'node:crypto';
import { isTyped, plainTyped } from './python-types.js';

/** Marks the text of a number among strings; random, so that no message can contain it. */
const mark = `\0${randomBytes(9).toString('base64url')}\0`;
/** The same in JSON, where the zeros are escaped; the rest of it needs none of that, here or in an expression. */
const markedNumbers = new RegExp(
  `"${JSON.stringify(mark).slice(1, -1).replaceAll('\\', '\\\\')}([^"]+)"`,
  'g',
);
/** Longer texts are shown in part, if at all: their numbers may look like JavaScript's. */
const maxExactLength = 4_000_000;
/** Deeper values are not worth a stack. */
const maxDepth = 32;

/** What may not survive as a number. */
const risky = /\d\.\d|\d[eE]|\d{16}|-0|NaN|Infinity/;
/** One that does not end matches too, or each of its quotes would be tried as the start of another. */
const strings = String.raw`"[^"\\]*(?:\\.[^"\\]*)*"?`;
const words = String.raw`-?Infinity|NaN`;
const numbers = String.raw`-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?`;
const oneNumber = new RegExp(`^(?:${numbers}|${words})$`);
const wordTokens = new RegExp(`${strings}|${words}`, 'g');
const allTokens = new RegExp(`${strings}|${words}|${numbers}`, 'g');

/** @returns null for what is not JSON */
export function parsePythonJson(text: string): unknown {
  try {
    return readPythonJson(text);
  } catch {
    return null;
  }
}

/** @throws SyntaxError for what is not JSON */
export function readPythonJson(text: string): unknown {
  if (text.length <= maxExactLength)
    return JSON.parse(risky.test(text) ? text.replace(allTokens, markNumber) : text);
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(
      text.replace(wordTokens, (token) => (token.startsWith('"') ? token : quoted(token))),
    );
  }
}

/** The notation of Python of a number that was kept as text; null for every other string. */
export function numberRepr(value: string): string | null {
  if (!value.startsWith(mark)) return null;
  const token = value.slice(mark.length);
  if (/^-?\d+$/.test(token)) return token === '-0' ? '0' : token;
  return floatRepr(Number(token));
}

/** The value of a number's text, in either language's notation: kept as text where JavaScript would change it. */
export function exactNumber(token: string): number | string {
  const number = Number(token);
  return String(number) === token && Number.isFinite(number) ? number : mark + token;
}

/** The same of a float, which stays one where it is whole. */
export function exactFloat(value: number): number | string {
  return exactNumber(Number.isFinite(value) ? floatRepr(value) : String(value));
}

/** The number that such a text stands for, as it was written, so that another process can keep it; null for other texts. */
export function numberToken(value: string): string | null {
  return value.startsWith(mark) ? value.slice(mark.length) : null;
}

/** The other way round, in this process; null for what is no number. */
export function numberText(token: string): string | null {
  return oneNumber.test(token) ? mark + token : null;
}

/** The JSON text of a value, with those numbers as they were written. */
export function writePythonJson(value: unknown): string {
  return JSON.stringify(value).replace(markedNumbers, '$1');
}

/**
 * As clients get it: typed values as their texts, integers that would lose digits too, and null for what JSON has no
 * number for.
 */
export function toPlainJson(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') {
    if (!value.startsWith(mark)) return value;
    const token = value.slice(mark.length);
    const number = Number(token);
    if (!Number.isFinite(number)) return null;
    return Number.isInteger(number) && !Number.isSafeInteger(number) && /^-?\d+$/.test(token)
      ? token
      : number;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) return null;
  if (Array.isArray(value)) return value.map((item) => toPlainJson(item, depth + 1));
  if (isTyped(value)) return plainTyped(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, toPlainJson(item, depth + 1)]),
  );
}

/** `repr(float)`: always with a point or an exponent, and that has two digits. */
export function floatRepr(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-4 || size >= 1e16) ? value.toExponential() : String(value);
  return /[.e]/.test(text) ? text.replace(/e([+-])(\d)$/, 'e$10$2') : `${text}.0`;
}

function markNumber(token: string): string {
  if (token.startsWith('"') || String(Number(token)) === token) {
    // 1.5 and 17 are the same in both languages, and so are their texts; NaN is no JSON.
    return token === 'NaN' || token.endsWith('Infinity') ? quoted(token) : token;
  }
  return quoted(token);
}

function quoted(token: string): string {
  return JSON.stringify(mark + token);
}
