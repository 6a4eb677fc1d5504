/**
 * Where quoted strings and brackets end, in the notations of Python and JSON, also when they are written within strings
 * themselves: there every quote has backslashes before it, `{\"a\": \"b\"}`. All of it in one pass.
 */
import {
  backslash,
  isClosingBracket,
  isOpeningBracket,
  isQuote,
  isSpace,
  isSpaceEscape,
  isWordCharacter,
  slashesEnd,
} from './characters.js';
import type { ScannedText } from './scanned-text.js';

/**
 * Backslashes that a quote or a line end has in strings that are six deep, at most: the text would be searched again for
 * each number of them. A string that opens with more reaches to the end of the text.
 */
export const mostBackslashes = 31;

/** An opening quote with the backslashes and prefix letters that belong to it: `'`, `\"`, `b'`, `"""`. */
export interface Opening {
  /** All of it, as it stands in the text. */
  readonly text: string;
  /** What closes it. */
  readonly closing: string;
}

/** Prefixes of Python strings: b, u, r and f. */
function isStringPrefix(code: number): boolean {
  const lower = code | 32;
  return lower === 98 || lower === 117 || lower === 114 || lower === 102;
}

/** The quote that opens at this place, if one does. */
export function openingAt(scan: ScannedText, at: number): Opening | null {
  const { text } = scan;
  let start = at;
  while (start < at + 2 && isStringPrefix(text.charCodeAt(start))) start++;
  const quoteAt = slashesEnd(text, start);
  scan.work.spend(quoteAt - at + 1);
  const quote = text.charCodeAt(quoteAt);
  if (!isQuote(quote)) return null;
  const closing = text.slice(start, quoteAt + 1);
  // Three are a string that is empty, and the quote after it, unless something follows that only three can close.
  const hasThree =
    quoteAt === start && text.charCodeAt(start + 1) === quote && text.charCodeAt(start + 2) === quote;
  const triple = quote === 39 ? "'''" : '"""';
  if (hasThree && scan.indexOf(triple, quoteAt + 3) !== -1)
    return { text: text.slice(at, quoteAt + 3), closing: triple };
  return { text: text.slice(at, quoteAt + 1), closing };
}

/**
 * Where the closing quote begins, with the backslashes that belong to it. A quote with fewer of them ends the string
 * around, and so this one too.
 * @param from behind the opening quote
 * @returns -1 when the text ends first
 */
export function closingOf(scan: ScannedText, from: number, { closing }: Opening): number {
  const isTriple = closing.length === 3 && closing.charCodeAt(0) !== backslash;
  if (isTriple) return scan.indexOf(closing, from);
  const own = closing.length - 1;
  if (own > mostBackslashes) return -1;
  const quoteAt = scan.next(`closing ${closing}`, from, (at) => closingQuote(scan.text, at, closing));
  let start = quoteAt;
  while (quoteAt - start < own && start > from && scan.text.charCodeAt(start - 1) === backslash) start--;
  scan.work.spend(own + 1);
  return start;
}

/** @returns where the quote itself is; -1 when there is none */
function closingQuote(text: string, from: number, closing: string): number {
  const own = closing.length - 1;
  const quote = closing.charCodeAt(own);
  let slashes = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash) {
      slashes++;
      continue;
    }
    // Each level of strings doubles the backslashes, and adds one for the quote.
    if (code === quote && (slashes < own || slashes % (2 * (own + 1)) === own)) return at;
    slashes = 0;
  }
  return -1;
}

/** Behind the bracket that closes the one at this place; the end of the text when none does. */
export function bracketsEnd(scan: ScannedText, from: number): number {
  const { text } = scan;
  let depth = 0;
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isOpeningBracket(code)) depth++;
    else if (isClosingBracket(code)) {
      if (--depth === 0) break;
    } else if (code === backslash || isQuote(code)) {
      at = stringEnd(scan, at) - 1;
    }
  }
  scan.work.spend(at - from + 1);
  return Math.min(at + 1, text.length);
}

/** Behind the string that opens here; behind one character where none does, as in `don't` or at a lone backslash. */
export function stringEnd(scan: ScannedText, at: number): number {
  const { text } = scan;
  if (isApostrophe(text, at)) return at + 1;
  const quoteAt = slashesEnd(text, at);
  if (!isQuote(text.charCodeAt(quoteAt))) return Math.max(quoteAt, at + 1);
  const opened: Opening = { text: '', closing: text.slice(at, quoteAt + 1) };
  const end = closingOf(scan, quoteAt + 1, opened);
  return end === -1 ? text.length : end + opened.closing.length;
}

/** Finds out for one place after the other whether it is within a string. */
export class StringSpans {
  readonly #scan: ScannedText;
  #at = 0;

  constructor(scan: ScannedText) {
    this.#scan = scan;
  }

  /** @param place not before the place of the last call */
  isOutside(place: number): boolean {
    while (this.#at < place) {
      const code = this.#scan.text.charCodeAt(this.#at);
      this.#at = isQuote(code) ? stringEnd(this.#scan, this.#at) : this.#at + 1;
    }
    return this.#at === place;
  }
}

/** A quote that closes the string around, instead of opening one. */
export function closesString(text: string, at: number): boolean {
  const quoteAt = slashesEnd(text, at);
  if (!isQuote(text.charCodeAt(quoteAt))) return false;
  let end = quoteAt + 1;
  if (end === text.length) return true;
  if (text[end] === ',')
    return isSpace(text.charCodeAt(end + 1)) || isClosingBracket(text.charCodeAt(end + 1));
  while (end < quoteAt + 20 && isSpace(text.charCodeAt(end))) end++;
  if (!isClosingBracket(text.charCodeAt(end))) return false;
  while (end < quoteAt + 40 && isClosingBracket(text.charCodeAt(end))) end++;
  return end === text.length || /[,\s)\]}'"]/.test(text.charAt(end));
}

/** Past spaces, line ends, escaped line ends, and those that a backslash continues. */
export function skipBlank(text: string, from: number): number {
  let at = from;
  for (;;) {
    if (at < text.length && isSpace(text.charCodeAt(at))) at++;
    else if (text.charCodeAt(at) === backslash) {
      const end = slashesEnd(text, at);
      const behind = text.charCodeAt(end);
      if (!isSpaceEscape(behind) && behind !== 10 && behind !== 13) return at;
      at = end + 1;
    } else return at;
  }
}

/** A quote within a word; the prefix of a string is one letter or two. */
function isApostrophe(text: string, at: number): boolean {
  if (at === 0 || !isWordCharacter(text.charCodeAt(at - 1))) return false;
  return !/(?:^|\W)[bBuUrRfF]{1,2}$/.test(text.slice(Math.max(0, at - 3), at));
}
