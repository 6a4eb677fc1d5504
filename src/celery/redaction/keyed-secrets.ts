/**
 * Masks in text what follows the name of a secret, in every notation that Celery's texts have: `{'password': 'x'}`,
 * `{"password": "x"}`, `password='x'`, `password=x`, `password: x`, `('password', 'x')`, `--password x`,
 * `['--password', 'x']`, `<password>x</password>` and `password: |` before a block of YAML.
 */
import { isNameCharacter, isQuote, isSpace, isWordCharacter, runEnd, slashesEnd } from './characters.js';
import type { ScannedText } from './scanned-text.js';
import type { SecretNames } from './secret-names.js';
import { secretStringAt, secretValueAt, yamlBlockAt, type Header } from './secret-value.js';
import type { Span } from './spans.js';
import { elementValue } from './xml-elements.js';

const longestName = 128;
const separator = /=>|:=|[=!]=|[=:]/y;
/** The bracket before the name of a pair, with the name's quote. */
const pairStart = /[([]\s{0,4}[bBuU]?\\{0,64}['"]$/;
/** What stands between a list of arguments and the next of them. */
const argumentBefore = /^$|[\s'"([,]/;

/** A name that may be a secret's, where it stands in a text. */
interface Name {
  readonly start: number;
  readonly end: number;
  /** The quote behind it, with its backslashes; empty for a name without quotes. */
  readonly quote: string;
  readonly header: Header | null;
}

/** The secret that belongs to the name around this hit, if the name is one of a secret. */
export function keyedSecret(
  scan: ScannedText,
  names: SecretNames,
  hit: number,
  hitEnd: number,
): Span | null {
  if (hit < scan.floor) return null;
  const { text } = scan;
  const end = runEnd(text, hitEnd, isNameCharacter);
  const start = nameStart(scan, hit);
  scan.work.spend(end - start + 1);
  scan.floor = end;
  if (!isSecret(text, names, start, end)) return null;
  const quoteEnd = slashesEnd(text, end);
  const quote = isQuote(text.charCodeAt(quoteEnd)) ? text.slice(end, quoteEnd + 1) : '';
  const header = headerOf(text.slice(Math.max(start, end - 13), end).toLowerCase());
  return valueOf(scan, { start, end, quote, header });
}

function valueOf(scan: ScannedText, name: Name): Span | null {
  const { text } = scan;
  const { start, end, quote, header } = name;
  let at = end + quote.length;
  if (quote !== '' && text[at] === ']') at++; // headers['Authorization'] = ...
  const afterSpace = skipSpace(text, at, quote !== '');
  scan.work.spend(afterSpace - end + 1);
  separator.lastIndex = afterSpace;
  if (separator.test(text)) {
    const behind = separator.lastIndex;
    const block =
      text[afterSpace] === ':' ? yamlBlockAt(scan, skipSpace(text, behind, false), start) : null;
    if (block !== null) return block.secret;
    return secretValueAt(scan, skipSpace(text, behind, quote !== ''), quote, header);
  }
  const follows = text[afterSpace] === ',';
  if (quote !== '' && follows && text[start] === '-') return argumentValue(scan, afterSpace);
  const pair = quote !== '' && follows ? pairValue(scan, name, afterSpace) : null;
  if (pair !== null) return pair;
  if (isValue(text, name)) scan.hasNameAsValue = true;
  if (quote !== '') return null;
  const element = elementValue(scan, start, end);
  if (element !== null) return element;
  const isFlag =
    afterSpace > at && text[start] === '-' && argumentBefore.test(text.slice(start - 1, start));
  return isFlag ? secretValueAt(scan, afterSpace, '', header) : null;
}

/** In `\npassword` within a string the n is not part of the name. */
function isSecret(text: string, names: SecretNames, start: number, end: number): boolean {
  const name = text.slice(Math.max(start, end - longestName), end);
  if (names.isSecret(name)) return true;
  return text[start - 1] === '\\' && names.isSecret(name.slice(1));
}

/** `('password', 'x')`: a pair, and nothing else; the name alone may be one of many in a list. */
function pairValue(scan: ScannedText, { start, quote }: Name, comma: number): Span | null {
  const { text } = scan;
  const before = text.slice(Math.max(0, start - quote.length - 6), start);
  if (!pairStart.test(before)) return null;
  const at = skipSpace(text, comma + 1, true);
  if (!isString(text, at)) return null;
  const value = secretStringAt(scan, at);
  if (value === null || value.end === text.length) return value;
  const behind = skipSpace(text, slashesEnd(text, value.end) + 1, true);
  return text[behind] === ')' || text[behind] === ']' ? value : null;
}

/** `['--password', 'x']`, unless another flag follows. */
function argumentValue(scan: ScannedText, comma: number): Span | null {
  const at = skipSpace(scan.text, comma + 1, true);
  if (!isString(scan.text, at)) return null;
  const value = secretStringAt(scan, at);
  return value !== null && scan.text[value.start] !== '-' ? value : null;
}

function isString(text: string, at: number): boolean {
  const start = 'bBuU'.includes(text[at] ?? ' ') ? at + 1 : at;
  return isQuote(text.charCodeAt(slashesEnd(text, start)));
}

/** Behind a colon, an equals sign or a tag: `{'name': 'password', ...}`, `name: PASSWORD`, `<name>password</name>`. */
function isValue(text: string, { start, quote }: Name): boolean {
  let at = start - quote.length;
  while (at > start - quote.length - 4 && isSpace(text.charCodeAt(at - 1))) at--;
  return /[:=>]/.test(text.charAt(at - 1));
}

function headerOf(name: string): Header | null {
  if (name.endsWith('authorization')) return 'authorization';
  return name.endsWith('cookie') ? 'cookie' : null;
}

/** Not before the end of the name before. `API key` is a name of two words. */
function nameStart({ text, floor }: ScannedText, hit: number): number {
  let start = hit;
  while (start > floor && isNameCharacter(text.charCodeAt(start - 1))) start--;
  const isKey = text.slice(start, start + 3).toLowerCase() === 'key';
  if (!isKey || text[start - 1] !== ' ' || start - 1 <= floor) return start;
  let word = start - 1;
  while (word > floor && start - word < 32 && isWordCharacter(text.charCodeAt(word - 1))) word--;
  return word;
}

/** Values may stand in the next line only behind names in quotes, as in printed JSON. */
function skipSpace(text: string, from: number, lines: boolean): number {
  return runEnd(
    text,
    from,
    (code) => code === 32 || code === 9 || (lines && (code === 10 || code === 13)),
  );
}
