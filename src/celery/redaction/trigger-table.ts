/**
 * Finds in one pass where a text has words that secrets begin with or are named by: hardly any text has one, and some
 * hundred thousand texts come in a second. The classes of each three characters are looked up in a table; only where that
 * has an entry are its words compared.
 */
import { isLetter, isWordCharacter } from './characters.js';

const digit = 32;
const escape = 64;
const separator = 128;
const classMask = 31;
const hashMask = 0x7fff;

/** The class of each character in the lower five bits, and what it may be part of in the others. */
const classes = new Uint8Array(65_536);
for (let letter = 0; letter < 26; letter++) classes[65 + letter] = classes[97 + letter] = letter + 1;
for (let code = 48; code <= 57; code++) classes[code] = 30 | digit;
for (const code of codesOf('%&\\')) classes[code] = escape;
for (const code of codesOf(':')) classes[code] = 27;
for (const code of codesOf('/')) classes[code] = 28 | separator;
for (const code of codesOf('_-.')) classes[code] = 29 | separator;
for (const code of codesOf('~=')) classes[code] = 31;
for (const code of codesOf(' \t\u00a0\u00b7\u2007\u2009\u200a\u2010\u2011\u2012\u2013\u2014\u202f'))
  classes[code] = 31 | separator;

/** Digits that a card number has at least, whole or cut. */
const fewestDigits = 12;

/**
 * Where a word is only looked for: anywhere, where no letter is beside it (or a capital begins it, as in `userPin`), or
 * as the name of a program in a command.
 */
export type Place = 'anywhere' | 'alone' | 'command';

export interface Trigger<T> {
  /** At least two characters; in lower case, unless case matters. */
  readonly word: string;
  readonly matchesCase: boolean;
  readonly place: Place;
  readonly target: T;
}

export interface TriggerHandler<T> {
  /** @returns where to read on; any place up to `end` for the next character */
  onWord(target: T, start: number, end: number): number;
  /** Called where enough digits for a card number have come, with the place of the first. */
  onDigits(start: number): number;
}

export class TriggerTable<T> {
  readonly #table = new Uint8Array(hashMask + 1);
  readonly #triggers = new Map<number, Trigger<T>[]>();

  constructor(triggers: readonly Trigger<T>[]) {
    for (const trigger of triggers) this.#add(trigger);
  }

  /** @returns whether the text has anything that may be an escape */
  read(text: string, handler: TriggerHandler<T>): boolean {
    const table = this.#table;
    let hash = 0;
    let digits = 0;
    let firstDigit = 0;
    let hasEscapes = false;
    for (let at = 0; at < text.length; at++) {
      const kind = classes[text.charCodeAt(at)] ?? 0;
      if (kind < digit) digits = 0;
      else if ((kind & digit) !== 0) {
        if (digits++ === 0) firstDigit = at;
        if (digits >= fewestDigits) {
          at = Math.max(at, handler.onDigits(firstDigit) - 1);
          digits = hash = 0;
          continue;
        }
      } else if ((kind & escape) !== 0) {
        digits = 0;
        hasEscapes ||= beginsEscape(text, at);
      }
      hash = ((hash << 5) | (kind & classMask)) & hashMask;
      if (table[hash] !== 0) {
        const next = this.#found(text, at, hash, handler);
        if (next > at + 1) {
          at = next - 1;
          digits = hash = 0;
        }
      }
    }
    return hasEscapes;
  }

  #found(text: string, at: number, hash: number, handler: TriggerHandler<T>): number {
    for (const { word, matchesCase, place, target } of this.#triggers.get(hash) ?? []) {
      const start = word.length === 2 ? at - 1 : at - 2;
      if (start < 0) continue;
      if (matchesCase ? !text.startsWith(word, start) : !startsWith(text, word, start)) continue;
      const end = start + word.length;
      if (place === 'alone' && !isAlone(text, start, end)) continue;
      if (place === 'command' && !isCommand(text, start, end)) continue;
      const next = handler.onWord(target, start, end);
      if (next > at + 1) return next;
    }
    return at + 1;
  }

  /** A word of two characters may have anything before it. */
  #add(trigger: Trigger<T>): void {
    const { word } = trigger;
    const last = hashOf(word.slice(0, 3));
    const hashes =
      word.length === 2 ? Array.from({ length: 32 }, (_, before) => (before << 10) | last) : [last];
    for (const hash of hashes) {
      this.#table[hash] = 1;
      const triggers = this.#triggers.get(hash);
      if (triggers === undefined) this.#triggers.set(hash, [trigger]);
      else triggers.push(trigger);
    }
  }
}

function hashOf(word: string): number {
  let hash = 0;
  for (const code of codesOf(word)) hash = (hash << 5) | ((classes[code] ?? 0) & classMask);
  return hash;
}

function codesOf(text: string): readonly number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

function startsWith(text: string, word: string, start: number): boolean {
  for (let at = 0; at < word.length; at++) {
    const code = text.charCodeAt(start + at);
    if ((code >= 65 && code <= 90 ? code | 32 : code) !== word.charCodeAt(at)) return false;
  }
  return true;
}

function isLower(code: number): boolean {
  return code >= 97 && code <= 122;
}

function isAlone(text: string, start: number, end: number): boolean {
  const before = text.charCodeAt(start - 1);
  const first = text.charCodeAt(start);
  const isStart = !isLetter(before) || (isLower(before) && !isLower(first)) || text[start - 2] === '\\';
  const behind = text.charCodeAt(end);
  return isStart && (!isLetter(behind) || (!isLower(behind) && isLower(text.charCodeAt(end - 1))));
}

/** As a program is called: `mysql `, `/usr/bin/mysql `, `['mysql',`. */
function isCommand(text: string, start: number, end: number): boolean {
  const before = text.charCodeAt(start - 1);
  if (isWordCharacter(before) || before === 45 || before === 46 || before === 58) return false; // - . :
  return / |'|"|\\|\t/.test(text.charAt(end));
}

/** `%22`, `\u0022`, `\x22`, `&#34;`, `&quot;`. */
function beginsEscape(text: string, at: number): boolean {
  const code = text.charCodeAt(at + 1);
  if (text[at] === '%') return code >= 50 && code <= 55;
  if (text[at] === '&')
    return code === 35 || /^&(?:quot|apos|amp|lt|gt|nbsp);/.test(text.slice(at, at + 6));
  return code === 120 || (code === 117 && text.startsWith('00', at + 2));
}
