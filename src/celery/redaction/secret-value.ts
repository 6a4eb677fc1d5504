/**
 * The value that follows a name in text: a string, a number, something in brackets, a call, or words without quotes as
 * people and logs write them. A value that the text ends in the middle of reaches to the end of the text.
 */
import { isMasked, mask } from './mask.js';
import { bracketsEnd, closingOf, isQuote, isWordCharacter, openingAt } from './quoting.js';

export interface SecretValue {
  readonly start: number;
  readonly end: number;
  /** What stands in its place. */
  readonly shown: string;
}

/** Says that there is no secret. */
const nothing = /(?:None|null|undefined|nil|True|False|true|false|NaN|nan|\.\.\.)(?![\w(.])/y;
const call = /[A-Za-z_][\w.]{0,200}\(/y;
/** Before the secret itself, as in `Bearer eyJ...`. */
const scheme = /^(?:basic|bearer|digest|token|apikey|negotiate|ntlm)$/i;
/** What follows a comma that ends a value: a space, a quote, a bracket, or the next name. */
const next = /(?:\\[nrt])*(?:[\s'"\\{[(]|$|[\w.-]{1,64}['"\\]{0,3}[:=])/y;
/** A quote that closes the string around, instead of opening one. */
const closes = /\\*['"](?:$|,\s|\s*[)\]}]+(?:$|[,\s)\]}'"]))/y;
const longestAngle = 1_000;

/** Sent with a request, and of several words: `Authorization: Bearer x`. */
export type Header = 'authorization' | 'cookie';

/** @param keyQuote the quote of the name; empty for a name without quotes */
export function secretValueAt(
  text: string,
  at: number,
  keyQuote: string,
  header: Header | null,
): SecretValue | null {
  const first = text.charCodeAt(at);
  if (Number.isNaN(first) || matchesAt(nothing, text, at)) return null;
  const quoted = openingAt(text, at);
  if (quoted !== null) {
    if (keyQuote === '' && matchesAt(closes, text, at)) return null;
    const start = at + quoted.text.length;
    const end = closingOf(text, start, quoted);
    return masked(text, start, end === -1 ? text.length : end, '');
  }
  if (first === 123 || first === 91 || first === 40) {
    const end = bracketsEnd(text, at);
    return /^.\s*.?$/.test(text.slice(at, Math.min(end, at + 8))) && end - at < 8
      ? null
      : masked(text, at, attachedEnd(text, end), keyQuote);
  }
  if (first === 60) {
    const end = angleEnd(text, at);
    if (end !== -1) return masked(text, at, attachedEnd(text, end), keyQuote);
  }
  call.lastIndex = at;
  const name = call.exec(text);
  if (name !== null)
    return masked(text, at, attachedEnd(text, bracketsEnd(text, call.lastIndex - 1)), keyQuote);
  return masked(text, at, wordsEnd(text, at, header), keyQuote);
}

function masked(text: string, start: number, end: number, quote: string): SecretValue | null {
  if (end <= start) return null;
  if (end - start <= 64 && isMasked(text.slice(start, end))) return null;
  return { start, end, shown: quote + mask + quote };
}

/** What follows a bracket without a space still belongs to the value. */
function attachedEnd(text: string, end: number): number {
  return isWordCharacter(text.charCodeAt(end)) ? wordEnd(text, end) : end;
}

/** Of `<Secret object at 0x7f>`. */
function angleEnd(text: string, from: number): number {
  let depth = 0;
  const last = Math.min(text.length, from + longestAngle);
  for (let at = from; at < last; at++) {
    const code = text.charCodeAt(at);
    if (code === 60) depth++;
    else if (code === 62 && --depth === 0) return at + 1;
  }
  return -1;
}

function wordsEnd(text: string, at: number, header: Header | null): number {
  if (header === 'cookie') return lineEnd(text, at);
  const end = wordEnd(text, at);
  const isFollowed = text.charCodeAt(end) === 32 && text.charCodeAt(end + 1) > 32;
  if (!isFollowed || isQuote(text.charCodeAt(end + 1))) return end;
  const first = text.slice(at, Math.min(end, at + 16));
  const hasTwo = !isMasked(first) && (header === 'authorization' || scheme.test(first));
  return hasTwo ? wordEnd(text, end + 1) : end;
}

/** Cookies are parted by spaces. */
function lineEnd(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 13 || isQuote(code)) break;
    if (code === 92) {
      // The run of backslashes is read once: it ends the line, or none of it does.
      const end = runEnd(text, at);
      const behind = text.charCodeAt(end);
      if (isQuote(behind) || behind === 110 || behind === 114) break;
      at = end - 1;
    }
  }
  return at;
}

/** A value without quotes ends at a space, at a quote, or where the next value begins. */
function wordEnd(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // Behind a colon it has swallowed another name, whose value follows: `a|token: b`.
    if (code === 32 && at > from && /[:=]/.test(text[at - 1] ?? '') && text.charCodeAt(at + 1) > 32)
      continue;
    if (code <= 32 || code === 60) break;
    if (isQuote(code) && !isWordCharacter(text.charCodeAt(at + 1))) break;
    const parts = code === 44 || code === 59 || code === 38; // , ; &
    if (parts && matchesAt(next, text, at + 1)) break;
    if (code === 92 && matchesAt(/[nrt]/y, text, at + 1)) {
      // What follows the last of several escaped line ends decides about all of them.
      const end = escapedLinesEnd(text, at);
      if (matchesAt(next, text, end)) break;
      at = end - 1;
    }
  }
  return withoutTail(text, from, at);
}

function runEnd(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 92) at++;
  return at;
}

/** Behind `\n\r\t` and so on. */
function escapedLinesEnd(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 92 && /[nrt]/.test(text[at + 1] ?? '')) at += 2;
  return at;
}

/** Brackets and full stops behind it are not its own. */
function withoutTail(text: string, from: number, to: number): number {
  let end = to;
  while (end > from && ')]}>.,;:\\'.includes(text[end - 1] ?? '')) end--;
  return end;
}

export function matchesAt(sticky: RegExp, text: string, at: number): boolean {
  sticky.lastIndex = at;
  return sticky.test(text);
}
