/**
 * A text without its escapes, so that secrets are found in URL-encoded and HTML-encoded texts and behind `\u0022`, and
 * where each of its characters stands in the text as it was.
 */
import { slashesEnd } from './characters.js';

/** Characters that may begin an escape. */
const marks = /[%&\\]/g;
const percent = /%([2-7][\da-fA-F])/y;
const unicode = /\\(?:u00|x)([2-7][\da-fA-F])/y;
const entity = /&(?:#(\d{2,3})|#[xX]([2-7][\da-fA-F])|(quot|apos|amp|lt|gt|nbsp));/y;
const entities: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  amp: '&',
  lt: '<',
  gt: '>',
  nbsp: ' ',
};

export class DecodedText {
  readonly text: string;
  /** Where the literal parts and the decoded characters begin, in this text and in the text as it was. */
  readonly #here: readonly number[];
  readonly #there: readonly number[];

  private constructor(text: string, here: readonly number[], there: readonly number[]) {
    this.text = text;
    this.#here = here;
    this.#there = there;
  }

  /** Null for a text that has no escapes. */
  static of(text: string): DecodedText | null {
    const [here, there]: [number[], number[]] = [[], []];
    let decoded = '';
    let copied = 0;
    const literal = (end: number): void => {
      if (end === copied) return;
      here.push(decoded.length);
      there.push(copied);
      decoded += text.slice(copied, end);
    };
    marks.lastIndex = 0;
    for (let found = marks.exec(text); found !== null; found = marks.exec(text)) {
      const escape = escapeAt(text, found.index);
      if (escape === null) {
        if (found[0] === '\\') marks.lastIndex = slashesEnd(text, found.index);
        continue;
      }
      literal(found.index);
      here.push(decoded.length);
      there.push(found.index);
      decoded += escape.character;
      copied = marks.lastIndex = escape.end;
    }
    if (copied === 0) return null;
    literal(text.length);
    here.push(decoded.length);
    there.push(text.length);
    return new DecodedText(decoded, here, there);
  }

  /** Where a place of this text is in the text as it was. */
  placeOf(at: number): number {
    let low = 0;
    let high = this.#here.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#here[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return (this.#there[low] ?? 0) + at - (this.#here[low] ?? 0);
  }
}

function escapeAt(text: string, at: number): { character: string; end: number } | null {
  const code = text.charCodeAt(at);
  const pattern = code === 37 ? percent : code === 38 ? entity : unicode;
  // However many backslashes an escape has, it is one character.
  pattern.lastIndex = pattern === unicode ? slashesEnd(text, at) - 1 : at;
  const match = pattern.exec(text);
  if (match === null) return null;
  const [, first = '', hex = '', name = ''] = match;
  const end = pattern.lastIndex;
  if (pattern !== entity) return { character: String.fromCharCode(parseInt(first, 16)), end };
  const named = entities[name];
  if (named !== undefined) return { character: named, end };
  const number = first === '' ? parseInt(hex, 16) : Number(first);
  return number >= 32 && number < 127 ? { character: String.fromCharCode(number), end } : null;
}
