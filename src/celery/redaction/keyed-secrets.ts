/**
 * Masks in text what follows the name of a secret, in every notation that Celery's texts have: `{'password': 'x'}`,
 * `{"password": "x"}`, `password='x'`, `password=x`, `password: x`, `('password', 'x')`, `--password x` and
 * `<password>x</password>`. The text is read once, from left to right.
 */
import { isWordCharacter } from './quoting.js';
import type { SecretNames } from './secret-names.js';
import { matchesAt, secretValueAt, type Header, type SecretValue } from './secret-value.js';

const longestName = 128;
const separator = /(?:=>|:=|[=!]=|[=:]|%3[AaDd])/y;
const quoteAfterName = /\\*['"]/y;
/** The bracket before the name of a pair, with the name's quote. */
const pairStart = /[([]\s{0,4}[bBuU]?\\*['"]$/;
const pairEnd = /\\*['"]\s{0,4}[)\]]/y;

export class KeyedSecrets {
  readonly #names: SecretNames;
  readonly #hints: RegExp;

  constructor(names: SecretNames) {
    this.#names = names;
    this.#hints = new RegExp(names.hints.join('|'), 'gi');
  }

  mask(text: string): string {
    let shown = '';
    let copied = 0;
    let from = 0;
    for (;;) {
      this.#hints.lastIndex = from;
      const found = this.#hints.exec(text);
      if (found === null) break;
      const end = nameEnd(text, found.index + found[0].length);
      const value = this.#valueOf(text, nameStart(text, found.index, from), end);
      from = end;
      if (value === null) continue;
      shown += text.slice(copied, value.start) + value.shown;
      copied = from = value.end;
    }
    return copied === 0 ? text : shown + text.slice(copied);
  }

  #valueOf(text: string, start: number, end: number): SecretValue | null {
    if (!this.#isSecret(text, start, end)) return null;
    quoteAfterName.lastIndex = end;
    const quote = quoteAfterName.exec(text)?.[0] ?? '';
    let at = end + quote.length;
    if (quote !== '' && text[at] === ']') at++; // headers['Authorization'] = ...
    const header = headerOf(text.slice(Math.max(start, end - 13), end).toLowerCase());
    const afterSpace = skipSpace(text, at, quote !== '');
    separator.lastIndex = afterSpace;
    if (separator.test(text)) {
      const valueAt = skipSpace(text, separator.lastIndex, quote !== '');
      return secretValueAt(text, valueAt, quote, header);
    }
    if (quote !== '') return text[afterSpace] === ',' ? pairValue(text, start, afterSpace, quote) : null;
    if (text[at] === '>' && isTag(text, start)) return elementValue(text, at + 1);
    const isFlag =
      afterSpace > at && text[start] === '-' && /^$|[\s'"([,]/.test(text.slice(start - 1, start));
    return isFlag ? secretValueAt(text, afterSpace, '', header) : null;
  }

  /** Of `\npassword` in a string the n is no part of the name. */
  #isSecret(text: string, start: number, end: number): boolean {
    const name = text.slice(Math.max(start, end - longestName), end);
    if (this.#names.isSecret(name)) return true;
    return text[start - 1] === '\\' && this.#names.isSecret(name.slice(1));
  }
}

/** `('password', 'x')`: a pair, and nothing else; the name alone may be one of many in a list. */
function pairValue(text: string, start: number, comma: number, quote: string): SecretValue | null {
  const before = text.slice(Math.max(0, start - quote.length - 6), start);
  if (!pairStart.test(before)) return null;
  const at = skipSpace(text, comma + 1, true);
  if (!matchesAt(/[bBuU]?\\*['"]/y, text, at)) return null;
  const value = secretValueAt(text, at, quote, null);
  return value !== null && (value.end === text.length || matchesAt(pairEnd, text, value.end))
    ? value
    : null;
}

/** `<password>` or `<ns:password>`. */
function isTag(text: string, start: number): boolean {
  return /<(?:[\w-]{1,32}:)?$/.test(text.slice(Math.max(0, start - 34), start));
}

function elementValue(text: string, at: number): SecretValue | null {
  const end = text.indexOf('<', at);
  const value = text.slice(at, end === -1 ? text.length : end);
  return /^[\s*]*$/.test(value) ? null : { start: at, end: at + value.length, shown: '********' };
}

function headerOf(name: string): Header | null {
  if (name.endsWith('authorization')) return 'authorization';
  return name.endsWith('cookie') ? 'cookie' : null;
}

function isNameCharacter(code: number): boolean {
  return isWordCharacter(code) || code === 45 || code === 46 || code === 36; // - . $
}

/** Not before `from`, which belongs to the name before. `API key` is a name of two words. */
function nameStart(text: string, hit: number, from: number): number {
  let start = hit;
  while (start > from && isNameCharacter(text.charCodeAt(start - 1))) start--;
  const isKey = text.slice(start, start + 3).toLowerCase() === 'key';
  if (!isKey || text[start - 1] !== ' ' || start - 1 <= from) return start;
  let word = start - 1;
  while (word > from && start - word < 32 && isWordCharacter(text.charCodeAt(word - 1))) word--;
  return word;
}

function nameEnd(text: string, hitEnd: number): number {
  let end = hitEnd;
  while (end < text.length && isNameCharacter(text.charCodeAt(end))) end++;
  return end;
}

/** Values may stand in the next line only behind names in quotes, as in printed JSON. */
function skipSpace(text: string, from: number, lines: boolean): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 32 || code === 9 || (lines && (code === 10 || code === 13))) continue;
    break;
  }
  return at;
}
