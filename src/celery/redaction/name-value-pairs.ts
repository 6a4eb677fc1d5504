/**
 * Masks values whose names stand beside them: `{'name': 'DB_PASSWORD', 'value': 'x'}` in either order and with others
 * between, `EnvVar(name='DB_PASSWORD', value='x')`,
 * `<property name="password" value="x"/>`, `<property name="password">x</property>`, `<name>password</name><value>x</value>`, and in YAML `name:` and
 * `value:` one below the other.
 */
import {
  isClosingBracket,
  isLetter,
  isOpeningBracket,
  isQuote,
  isSpace,
  isWordCharacter,
  runEnd,
  slashesEnd,
} from './characters.js';
import { mask } from './mask.js';
import { closingOf, openingAt } from './quoting.js';
import type { ScannedText } from './scanned-text.js';
import type { SecretNames } from './secret-names.js';
import { secretValueAt } from './secret-value.js';
import type { Span } from './spans.js';

/** What holds a name, and what its value, in lower case. */
export const nameKeys: ReadonlySet<string> = new Set(
  'name key header variable var env field param parameter setting option property label attribute'.split(
    ' ',
  ),
);
export const valueKeys: ReadonlySet<string> = new Set(
  'value val content secretvalue stringvalue string_value string secret plaintext'.split(' '),
);

const longestKey = 24;
const mostFrames = 1_000;
const mostLevels = 6;
const longestName = 128;

/** The members of a dict, a call, a tag, or the lines of a mapping, as far as they have been read. */
interface Frame {
  isSecret: boolean;
  value: Span | null;
}

/** A key with its separator: `'name': `, `name=`, `name: `. */
interface Member {
  readonly key: string;
  readonly quote: string;
  readonly valueAt: number;
}

export function nameValueSecrets(scan: ScannedText, names: SecretNames): readonly Span[] {
  return new PairReader(scan, names).read();
}

class PairReader {
  readonly #scan: ScannedText;
  readonly #names: SecretNames;
  readonly #spans: Span[] = [];
  readonly #frames: Frame[] = [{ isSecret: false, value: null }];
  /** Where the strings end that are read as texts of their own. */
  readonly #ends: { readonly at: number; readonly behind: number }[] = [];

  /** Where the brackets end that are read for pairs of their own. */
  readonly #nested: number[] = [];

  constructor(scan: ScannedText, names: SecretNames) {
    this.#scan = scan;
    this.#names = names;
  }

  read(): readonly Span[] {
    const { text, work } = this.#scan;
    work.spend(text.length);
    let at = 0;
    while (at < text.length) {
      const end = this.#ends.at(-1);
      if (end !== undefined && at >= end.at) {
        this.#ends.pop();
        at = Math.max(at, end.behind);
        continue;
      }
      at = this.#step(at, text.charCodeAt(at));
    }
    return this.#spans;
  }

  #step(at: number, code: number): number {
    const isTag = code === 60 && isLetter(this.#scan.text.charCodeAt(at + 1));
    const element = isTag ? this.#pairElement(at + 1) : at;
    if (element !== at) return element;
    if (isOpeningBracket(code) || isTag) {
      if (this.#frames.length < mostFrames) this.#frames.push({ isSecret: false, value: null });
      return at + 1;
    }
    if (isClosingBracket(code) || code === 62) {
      const frame = this.#frames.length > 1 ? this.#frames.pop() : undefined;
      const hasContent = code === 62 && frame?.isSecret === true && this.#scan.text[at - 1] !== '/';
      return hasContent ? this.#element(at + 1, true) : at + 1;
    }
    if (isLetter(code)) return this.#word(at);
    if (isQuote(code) || code === 92) return this.#quote(at);
    return isWordCharacter(code) ? runEnd(this.#scan.text, at, isWordCharacter) : at + 1;
  }

  /** `<name>` or `<value>`; @returns where it ends, or the place before for another element */
  #pairElement(at: number): number {
    const { text } = this.#scan;
    const end = runEnd(text, at, isWordCharacter);
    const frame = this.#frames.at(-1);
    if (frame === undefined || text[end] !== '>' || end - at > longestKey) return at - 1;
    const key = text.slice(at, end).toLowerCase();
    if (nameKeys.has(key)) return this.#name(frame, end + 1);
    if (!valueKeys.has(key)) return at - 1;
    const isSecret = frame.isSecret;
    frame.isSecret = false;
    return this.#element(end + 1, isSecret);
  }

  /** What an element has in it, up to the next tag. */
  #element(start: number, isSecret: boolean): number {
    const found = this.#scan.indexOf('<', start);
    const end = found === -1 ? this.#scan.text.length : found;
    const isMasked = this.#scan.text.startsWith(mask, start);
    if (isSecret && !isMasked && runEnd(this.#scan.text, start, isSpace) < end)
      this.#spans.push({ start, end, shown: mask });
    return end;
  }

  #word(at: number): number {
    const { text } = this.#scan;
    const end = runEnd(text, at, isWordCharacter);
    if (isQuote(text.charCodeAt(end)) && end - at <= 2) return end; // the prefix of a string
    if (end - at > longestKey) return end;
    const member = this.#member(text.slice(at, end), '', end);
    return member === null ? end : this.#take(member);
  }

  #quote(at: number): number {
    const { text } = this.#scan;
    const opening = openingAt(this.#scan, at);
    if (opening === null) return Math.max(slashesEnd(text, at), at + 1);
    const start = at + opening.text.length;
    const end = closingOf(this.#scan, start, opening);
    if (end === -1) return start;
    const behind = end + opening.closing.length;
    const member =
      end - start > longestKey ? null : this.#member(text.slice(start, end), opening.closing, behind);
    if (member !== null) return this.#take(member);
    return this.#enter(start, end, behind);
  }

  /** A string may be a text of its own, with pairs in it. */
  #enter(start: number, end: number, behind: number): number {
    const isText = end - start > 16 && this.#ends.length < mostLevels;
    if (!isText) return behind;
    this.#ends.push({ at: end, behind });
    return start;
  }

  #member(word: string, quote: string, end: number): Member | null {
    const { text } = this.#scan;
    const key = word.toLowerCase();
    if (!nameKeys.has(key) && !valueKeys.has(key)) return null;
    let at = runEnd(text, end, isSpace);
    if (text[at] !== ':' && text[at] !== '=') return null;
    at = text[at + 1] === '>' ? at + 2 : at + 1;
    return { key, quote, valueAt: runEnd(text, at, isSpace) };
  }

  #take({ key, quote, valueAt }: Member): number {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return valueAt;
    if (nameKeys.has(key)) return this.#name(frame, valueAt);
    const value = secretValueAt(this.#scan, valueAt, quote, null);
    if (value === null) return valueAt;
    if (frame.isSecret) {
      this.#spans.push(value);
      frame.isSecret = false;
      return this.#behindValue(value);
    }
    frame.value = value;
    const isNested = isOpeningBracket(this.#scan.text.charCodeAt(valueAt));
    if (!isNested) return this.#behindValue(value);
    // What is in brackets is read again for pairs of its own, but not at every depth.
    while ((this.#nested.at(-1) ?? Infinity) <= valueAt) this.#nested.pop();
    if (this.#nested.length >= mostLevels) return value.end;
    this.#nested.push(value.end);
    return valueAt;
  }

  /** Past the closing quote, too. */
  #behindValue({ end }: Span): number {
    const quoteAt = slashesEnd(this.#scan.text, end);
    return isQuote(this.#scan.text.charCodeAt(quoteAt)) ? quoteAt + 1 : end;
  }

  /** Another name begins another pair. */
  #name(frame: Frame, at: number): number {
    const { text } = this.#scan;
    const opening = openingAt(this.#scan, at);
    const start = opening === null ? at : at + opening.text.length;
    const found = opening === null ? -1 : closingOf(this.#scan, start, opening);
    const end = found === -1 ? runEnd(text, start, isBare) : found;
    this.#scan.work.spend(end - start + 1);
    frame.isSecret = end - start <= longestName && this.#names.isSecret(text.slice(start, end));
    if (frame.isSecret && frame.value !== null && frame.value.end <= at) {
      this.#spans.push(frame.value);
      frame.isSecret = false;
    }
    frame.value = null;
    return opening === null || found === -1 ? Math.max(end, at) : end + opening.closing.length;
  }
}

function isBare(code: number): boolean {
  return isWordCharacter(code) || code === 45 || code === 46;
}
