/**
 * Where quoted strings and brackets end, in the notations of Python and JSON, also when they are written within strings
 * themselves: there every quote has backslashes before it, `{\"a\": \"b\"}`. All of it in one pass.
 */
const backslash = 92;
const singleQuote = 39;
const doubleQuote = 34;

export function isQuote(code: number): boolean {
  return code === singleQuote || code === doubleQuote;
}

export function isWordCharacter(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code > 127
  );
}

/** An opening quote with the backslashes and prefix letters that belong to it: `'`, `\"`, `b'`, `"""`. */
export interface Opening {
  /** All of it, as it stands in the text. */
  readonly text: string;
  /** What closes it. */
  readonly closing: string;
}

const opening = /(?:[bBuUrRfF]{1,2}(?=\\*['"]))?(\\*)('''|"""|['"])/y;

/** The quote that opens at this place, if one does. */
export function openingAt(text: string, at: number): Opening | null {
  opening.lastIndex = at;
  const match = opening.exec(text);
  if (match === null) return null;
  const [all, slashes = '', quotes = ''] = match;
  // Three are a string that is empty, and the quote after it, unless something follows that only three can close.
  const isTriple = quotes.length === 3 && slashes === '' && text.includes(quotes, at + all.length);
  if (quotes.length === 1 || isTriple) return { text: all, closing: slashes + quotes };
  return { text: all.slice(0, -2), closing: slashes + (quotes[0] ?? '') };
}

/**
 * Where the closing quote begins, with the backslashes that belong to it. A quote with fewer of them ends the string
 * around, and so this one too.
 * @returns -1 when the text ends first
 */
export function closingOf(text: string, from: number, { closing }: Opening): number {
  if (closing.length >= 3 && closing.startsWith(closing.slice(-1).repeat(3)))
    return text.indexOf(closing, from);
  const quote = closing.charCodeAt(closing.length - 1);
  const own = closing.length - 1;
  let slashes = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash) {
      slashes++;
      continue;
    }
    // Each level of strings doubles the backslashes, and adds one for the quote.
    if (code === quote && (slashes < own || slashes % (2 * (own + 1)) === own))
      return at - Math.min(slashes, own);
    slashes = 0;
  }
  return -1;
}

/** Behind the bracket that closes the one at this place; the end of the text when none does. */
export function bracketsEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 40 || code === 91 || code === 123) depth++;
    else if (code === 41 || code === 93 || code === 125) {
      if (--depth === 0) return at + 1;
    } else if (code === backslash || isQuote(code)) {
      at = stringEnd(text, at) - 1;
    }
  }
  return text.length;
}

/** Behind the string that opens here; behind one character where none does, as in `don't` or at a lone backslash. */
function stringEnd(text: string, at: number): number {
  if (isApostrophe(text, at)) return at + 1;
  let quoteAt = at;
  while (text.charCodeAt(quoteAt) === backslash) quoteAt++;
  if (!isQuote(text.charCodeAt(quoteAt))) return Math.max(quoteAt, at + 1);
  const opened: Opening = { text: '', closing: text.slice(at, quoteAt + 1) };
  const end = closingOf(text, quoteAt + 1, opened);
  return end === -1 ? text.length : end + opened.closing.length;
}

/** Tells for one place after the other whether it is within a string. */
export class StringSpans {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** @param place not before the one asked for last */
  isOutside(place: number): boolean {
    while (this.#at < place) {
      const code = this.#text.charCodeAt(this.#at);
      this.#at = isQuote(code) ? stringEnd(this.#text, this.#at) : this.#at + 1;
    }
    return this.#at === place;
  }
}

/** A quote within a word; the prefix of a string is one letter or two. */
function isApostrophe(text: string, at: number): boolean {
  if (at === 0 || !isWordCharacter(text.charCodeAt(at - 1))) return false;
  return !/(?:^|\W)[bBuUrRfF]{1,2}$/.test(text.slice(Math.max(0, at - 3), at));
}
