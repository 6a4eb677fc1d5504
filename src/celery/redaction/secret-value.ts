/**
 * The value that follows a name in text: a string or several that Python joins, a number, something in brackets, a
 * call, a block of YAML, or words without quotes as people and logs write them. A value that the text ends in the middle
 * of reaches to the end of the text.
 */
import {
  backslash,
  isQuote,
  isSpaceEscape,
  isWordCharacter,
  newline,
  runEnd,
  slashesEnd,
} from './characters.js';
import { isMasked, mask } from './mask.js';
import {
  bracketsEnd,
  closesString,
  closingOf,
  mostBackslashes,
  openingAt,
  skipBlank,
  type Opening,
} from './quoting.js';
import type { ScannedText } from './scanned-text.js';
import type { Span } from './spans.js';

/** Says that there is no secret. */
const nothing = /(?:None|null|undefined|nil|True|False|true|false|NaN|nan|\.\.\.)(?![\w(.])/y;
const call = /[A-Za-z_][\w.]{0,200}\(/y;
/** Before the secret itself, as in `Bearer eyJ...`. */
const scheme = /^(?:basic|bearer|digest|token|apikey|negotiate|ntlm)$/i;
/** What follows a comma that ends a value: a space, a quote, a bracket, or the next name. */
const next = /[\s'"\\{[(]|$|[\w.-]{1,64}['"\\]{0,3}[:=]/y;
const longestAngle = 1_000;
const deepestAngle = 8;

/** Sent with a request, and of several words: `Authorization: Bearer x`. */
export type Header = 'authorization' | 'cookie';

/** The string that opens here, without others that Python joins to it. */
export function secretStringAt(scan: ScannedText, at: number): Span | null {
  const opening = openingAt(scan, at);
  if (opening === null) return null;
  const start = at + opening.text.length;
  const end = closingOf(scan, start, opening);
  return masked(scan, start, end === -1 ? scan.text.length : end, '');
}

/** @param keyQuote the quote of the name; empty for a name without quotes */
export function secretValueAt(
  scan: ScannedText,
  at: number,
  keyQuote: string,
  header: Header | null,
): Span | null {
  const { text } = scan;
  const first = text.charCodeAt(at);
  if (Number.isNaN(first) || matchesAt(nothing, text, at)) return null;
  const quoted = openingAt(scan, at);
  if (quoted !== null) {
    if (keyQuote === '' && closesString(text, at)) return null;
    const start = at + quoted.text.length;
    return masked(scan, start, stringsEnd(scan, start, quoted), '');
  }
  if (first === 123 || first === 91 || first === 40) {
    const end = bracketsEnd(scan, at);
    return end - at < 8 && /^.\s*.?$/.test(text.slice(at, end))
      ? null
      : masked(scan, at, attachedEnd(scan, end), keyQuote);
  }
  if (first === 60) {
    const end = angleEnd(scan, at);
    if (end !== -1) return masked(scan, at, attachedEnd(scan, end), keyQuote);
  }
  call.lastIndex = at;
  const name = call.exec(text);
  if (name !== null)
    return masked(scan, at, attachedEnd(scan, bracketsEnd(scan, call.lastIndex - 1)), keyQuote);
  return masked(scan, at, wordsEnd(scan, at, header), keyQuote);
}

/** Where the string that opens before `start` ends, or the last of those that Python joins to it: `'abc' 'def'`. */
function stringsEnd(scan: ScannedText, start: number, first: Opening): number {
  const { text } = scan;
  let opening = first;
  let end = closingOf(scan, start, opening);
  while (end !== -1) {
    // Another closing ends the string around.
    if (!text.startsWith(opening.closing, end)) return end;
    const behind = end + opening.closing.length;
    const at = skipBlank(text, behind);
    const following = openingAt(scan, at);
    if (following === null || following.closing.length !== first.closing.length) return end;
    if (at === behind || closesString(text, at)) return end;
    const followingEnd = closingOf(scan, at + following.text.length, following);
    if (followingEnd === -1) return text.length;
    // A name, whose own value follows.
    if (/[:=]/.test(text.charAt(skipBlank(text, followingEnd + following.closing.length)))) return end;
    opening = following;
    end = followingEnd;
  }
  return text.length;
}

function masked(scan: ScannedText, start: number, end: number, quote: string): Span | null {
  if (end <= start) return null;
  scan.work.spend(64);
  if (isMasked(scan.text.slice(start, end))) return null;
  // Of a URL whose user has the name of a secret: `https://token:********@host`.
  if (scan.text.startsWith(`${mask}@`, start)) return null;
  return { start, end, shown: quote + mask + quote };
}

/** What follows a bracket without a space still belongs to the value. */
function attachedEnd(scan: ScannedText, end: number): number {
  return isWordCharacter(scan.text.charCodeAt(end)) ? wordEnd(scan, end) : end;
}

/** Matches `<Secret object at 0x7f>`. */
function angleEnd(scan: ScannedText, from: number): number {
  const { text } = scan;
  const close = scan.indexOf('>', from);
  if (close === -1 || close - from > longestAngle) return -1;
  let depth = 0;
  const last = Math.min(text.length, from + longestAngle);
  let at = from;
  for (; at < last && depth <= deepestAngle; at++) {
    const code = text.charCodeAt(at);
    if (code === 60) depth++;
    else if (code === 62 && --depth === 0) break;
  }
  scan.work.spend(at - from);
  return depth === 0 ? at + 1 : -1;
}

function wordsEnd(scan: ScannedText, at: number, header: Header | null): number {
  const { text } = scan;
  if (header === 'cookie') return lineEnd(scan, at);
  const end = wordEnd(scan, at);
  const isFollowed = text.charCodeAt(end) === 32 && text.charCodeAt(end + 1) > 32;
  if (!isFollowed || isQuote(text.charCodeAt(end + 1))) return end;
  const first = text.slice(at, Math.min(end, at + 16));
  const hasTwo = !isMasked(first) && (header === 'authorization' || scheme.test(first));
  return hasTwo ? wordEnd(scan, end + 1) : end;
}

/** Cookies are parted by spaces. A run of backslashes is read once: it ends the line, or none of it does. */
function lineEnd(scan: ScannedText, from: number): number {
  const { text } = scan;
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === newline || code === 13 || isQuote(code)) break;
    if (code !== backslash) at++;
    else {
      const end = slashesEnd(text, at);
      const behind = text.charCodeAt(end);
      if (isQuote(behind) || behind === 110 || behind === 114) break;
      at = end;
    }
  }
  scan.work.spend(at - from);
  return at;
}

/** A value without quotes ends at a space, at a quote, or where the next value begins. */
function wordEnd(scan: ScannedText, from: number): number {
  const { text } = scan;
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // Behind a colon it has swallowed another name, whose value follows: `a|token: b`.
    if (code === 32 && at > from && isSeparator(text.charCodeAt(at - 1)) && text.charCodeAt(at + 1) > 32)
      continue;
    if (code <= 32 || code === 60) break;
    if (isQuote(code) && !isWordCharacter(text.charCodeAt(at + 1))) break;
    const parts = code === 44 || code === 59 || code === 38; // , ; &
    if (parts && matchesAt(next, text, escapedLinesEnd(text, at + 1))) break;
    if (code === backslash && isSpaceEscape(text.charCodeAt(at + 1))) {
      // What follows the last of several escaped line ends decides about all of them.
      const end = escapedLinesEnd(text, at);
      if (matchesAt(next, text, end)) break;
      at = end - 1;
    }
  }
  scan.work.spend(2 * (at - from) + 64);
  return withoutTail(text, from, at);
}

function isSeparator(code: number): boolean {
  return code === 58 || code === 61;
}

/** Behind `\n\r\t` and so on. */
function escapedLinesEnd(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === backslash && isSpaceEscape(text.charCodeAt(at + 1))) at += 2;
  return at;
}

/** Brackets and full stops behind it are not its own. */
function withoutTail(text: string, from: number, to: number): number {
  let end = to;
  while (end > from && ')]}>.,;:\\'.includes(text[end - 1] ?? '')) end--;
  return end;
}

function matchesAt(sticky: RegExp, text: string, at: number): boolean {
  sticky.lastIndex = at;
  return sticky.test(text);
}

/** Null for one that is masked. */
interface YamlBlock {
  readonly secret: Span | null;
}

const spaces = (code: number): boolean => code === 32 || code === 9;

/**
 * A block of YAML behind `name: |`, or a list behind `name:`: the lines below that are indented further than the name.
 * @param at behind the separator and its spaces
 * @param name where the name begins
 */
export function yamlBlockAt(scan: ScannedText, at: number, name: number): YamlBlock | null {
  const { text } = scan;
  const isBlock = text[at] === '|' || text[at] === '>';
  const behind = isBlock
    ? runEnd(text, at + 1, (code) => '+-123456789'.includes(String.fromCharCode(code)))
    : at;
  const lineBreak = lineBreakAt(text, runEnd(text, behind, spaces));
  if (lineBreak === null) return null;
  const start = lineBreak.end;
  const indent = indentOf(text, name, lineBreak.text);
  let end = start; // of the last line that belongs to it
  let at2 = start;
  for (;;) {
    const content = runEnd(text, at2, spaces);
    const lineEnd = nextLineBreak(scan, content, lineBreak.text);
    const isBlank = content >= lineEnd.start;
    const isItem = !isBlock && text[content] === '-' && text[content + 1] === ' ';
    const isFirst = end === start;
    if (!isBlank) {
      const isDeeper = content - at2 > indent;
      if (
        isBlock || !isFirst
          ? !isDeeper && !(isItem && content - at2 === indent)
          : !isItem || content - at2 < indent
      )
        break;
      end = lineEnd.start;
    }
    if (lineEnd.start >= text.length || lineEnd.isString) break;
    at2 = lineEnd.end;
  }
  const from = runEnd(text, start, spaces);
  scan.work.spend(2 * (at2 - at) + 200);
  return from < end ? { secret: masked(scan, from, end, '') } : null;
}

interface LineBreak {
  readonly text: string;
  readonly end: number;
}

/** A line end, or one that is escaped: `\n`, `\\n`; null for another, or for one in strings that are too deep. */
function lineBreakAt(text: string, at: number): LineBreak | null {
  if (text.startsWith('\r\n', at)) return { text: '\n', end: at + 2 };
  if (text.charCodeAt(at) === newline) return { text: '\n', end: at + 1 };
  const end = slashesEnd(text, at);
  const isEscaped = end > at && end - at <= mostBackslashes && text[end] === 'n';
  return isEscaped ? { text: text.slice(at, end + 1), end: end + 1 } : null;
}

/** @returns where the line ends and the next begins; within a string it may end with the string */
function nextLineBreak(
  scan: ScannedText,
  from: number,
  lineBreak: string,
): { start: number; end: number; isString: boolean } {
  const { text } = scan;
  const found = scan.indexOf(lineBreak, from);
  const start = found === -1 ? text.length : found;
  if (lineBreak !== '\n')
    for (let at = from; at < start; at++)
      if (isQuote(text.charCodeAt(at)) && closesString(text, at))
        return { start: at, end: at, isString: true };
  return { start, end: start + lineBreak.length, isString: false };
}

/** How far the line of this name is indented; the dash of a list counts. */
function indentOf(text: string, name: number, lineBreak: string): number {
  const before = text.slice(Math.max(0, name - 200), name);
  const lineStart = before.lastIndexOf(lineBreak);
  const line = lineStart === -1 ? before : before.slice(lineStart + lineBreak.length);
  return /^[ -]*/.exec(line)?.[0].length ?? 0;
}
