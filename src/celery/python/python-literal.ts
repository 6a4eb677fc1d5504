/**
 * Reads Python's notation of values back: what Celery's events and stored results show of a task's arguments. It is a
 * notation for people, so it is read with suspicion: whatever may have been left out, masked or written ambiguously is
 * no value.
 *
 * Celery's `saferepr` puts strings in single quotes and escapes nothing in them but the quote; Python's own `repr`
 * escapes backslashes and control characters too. A text does not say which it is.
 */
import { exactNumber, numberRepr } from './python-json.js';

/** Why a text is no value. */
export type LiteralFlaw = 'CUT' | 'MASKED' | 'AMBIGUOUS' | 'NOT_JSON';

/** Whether the text is certainly Python's `repr`, or was chosen by the sender of the task. */
export type Notation = 'python' | 'unknown';

export type Literal = { readonly value: unknown } | { readonly flaw: LiteralFlaw };

/** Deeper values are not worth a stack. Celery itself stops at three. */
const maxDepth = 32;

const numberToken = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])/y;
const wordToken = /(?:True|False|None)(?!\w)/y;
const setToken = /(?:frozen)?set\(/y;
const words: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null };
/** A number, a name or nothing that ends in dots. */
const cutToken = /^[\w.+-]*\.\.\./;
/** What follows a string. */
const afterString = /^\s*[,:)\]}]/;
/** What redaction leaves of a secret, and what senders put in its place. */
const masked = /\*{8}|^\*{3,}$/;
const shortEscapes: ReadonlyMap<string, string> = new Map([
  ...['\\', "'", '"'].map((character): [string, string] => [character, character]),
  ...([
    ['n', '\n'],
    ['r', '\r'],
    ['t', '\t'],
  ] as const),
]);
const codeEscape = /x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})/y;

/**
 * What the value is for. To be sent again it has to be the very value; to be shown, a set may be a list, and a masked
 * text its mask.
 */
export type LiteralUse = 'send' | 'show';

/**
 * Tuples are read as lists and keys as strings, as JSON has them; numbers keep every digit: see `writePythonJson`. The
 * work is proportional to the length of the text.
 */
export function readPythonLiteral(text: string, notation: Notation, use: LiteralUse = 'send'): Literal {
  try {
    return { value: new Reader(text, notation, use).whole() };
  } catch (error) {
    if (error instanceof Flawed) return { flaw: error.flaw };
    throw error;
  }
}

class Flawed extends Error {
  readonly flaw: LiteralFlaw;

  constructor(flaw: LiteralFlaw) {
    super(flaw);
    this.flaw = flaw;
  }
}

class Reader {
  readonly #text: string;
  readonly #notation: Notation;
  readonly #use: LiteralUse;
  #at = 0;

  constructor(text: string, notation: Notation, use: LiteralUse) {
    this.#text = text;
    this.#notation = notation;
    this.#use = use;
  }

  whole(): unknown {
    const value = this.#value(0);
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#unreadable();
    return value;
  }

  #value(depth: number): unknown {
    this.#skipSpace();
    const next = this.#text[this.#at];
    if (depth > maxDepth) throw new Flawed('NOT_JSON');
    if (next === "'" || next === '"') return this.#string(next);
    if (next === '(') return this.#tuple(depth);
    if (next === '[') return this.#items(']', depth).values;
    if (next === '{') return this.#dictOrSet(depth);
    const set = this.#use === 'show' ? this.#match(setToken) : null;
    if (set !== null) return this.#namedSet(set, depth);
    const word = this.#match(wordToken);
    if (word !== null) return words[word];
    const number = this.#match(numberToken);
    if (number !== null) return exactNumber(number);
    throw this.#unreadable();
  }

  /** `(1)` is a number in brackets, and nothing that either notation writes. */
  #tuple(depth: number): unknown {
    const { values, endsWithComma } = this.#items(')', depth);
    if (values.length === 1 && !endsWithComma) throw new Flawed('NOT_JSON');
    return values;
  }

  #items(close: string, depth: number): { values: unknown[]; endsWithComma: boolean } {
    const values: unknown[] = [];
    let endsWithComma = false;
    this.#at++;
    while (!this.#take(close)) {
      if (values.length > 0 && !endsWithComma) throw this.#unreadable();
      values.push(this.#value(depth + 1));
      endsWithComma = this.#take(',');
    }
    return { values, endsWithComma };
  }

  /** `set()`, and `frozenset({1, 2})`. */
  #namedSet(opening: string, depth: number): unknown {
    if (this.#take(')')) return [];
    if (!opening.startsWith('frozen')) throw new Flawed('NOT_JSON');
    const values = this.#value(depth + 1);
    if (!Array.isArray(values) || !this.#take(')')) throw this.#unreadable();
    return values;
  }

  #dictOrSet(depth: number): unknown {
    if (this.#use === 'send') return this.#dict(depth);
    const start = this.#at++;
    if (this.#take('}')) return {};
    const values = [this.#value(depth + 1)];
    if (this.#take(':')) {
      // One level of brackets is read twice at most: what its first key holds is no bracket, or no key.
      if (typeof values[0] === 'object' && values[0] !== null) throw new Flawed('NOT_JSON');
      this.#at = start;
      return this.#dict(depth);
    }
    while (this.#take(',')) {
      if (this.#take('}')) return values;
      values.push(this.#value(depth + 1));
    }
    if (!this.#take('}')) throw this.#unreadable();
    return values;
  }

  #dict(depth: number): unknown {
    const entries: [string, unknown][] = [];
    let mayGoOn = true;
    this.#at++;
    while (!this.#take('}')) {
      if (!mayGoOn) throw this.#unreadable();
      const key = this.#value(depth + 1);
      if (!this.#take(':')) throw this.#unreadable();
      entries.push([keyOf(key), this.#value(depth + 1)]);
      mayGoOn = this.#take(',');
    }
    return Object.fromEntries(entries);
  }

  #string(quote: string): string {
    let value = '';
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      const character = this.#text.charAt(at);
      if (character === quote) {
        this.#at = at + 1;
        return this.#whole(value);
      }
      if (character === '\\') {
        const escape = this.#escape(at + 1);
        value += escape.value;
        at += escape.length;
      } else value += character;
    }
    throw new Flawed('NOT_JSON');
  }

  /** Only `repr` shows all of a string, whatever it ends with. */
  #whole(value: string): string {
    if (this.#notation === 'unknown' && value.endsWith('...')) throw new Flawed('CUT');
    if (this.#use === 'send' && masked.test(value)) throw new Flawed('MASKED');
    return value;
  }

  #escape(at: number): { value: string; length: number } {
    const next = this.#text.charAt(at);
    if (this.#notation === 'unknown') {
      // A quote, unless the string ends with a backslash: then something follows that follows strings.
      if (next === "'" && !afterString.test(this.#text.slice(at + 1, at + 20)))
        return { value: next, length: 1 };
      throw new Flawed('AMBIGUOUS');
    }
    const simple = shortEscapes.get(next);
    if (simple !== undefined) return { value: simple, length: 1 };
    codeEscape.lastIndex = at;
    const [code, byte, short, long] = codeEscape.exec(this.#text) ?? [];
    const point = Number.parseInt(byte ?? short ?? long ?? '', 16);
    if (code === undefined || point > 0x10_ff_ff) throw new Flawed('NOT_JSON');
    return { value: String.fromCodePoint(point), length: code.length };
  }

  #take(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #match(token: RegExp): string | null {
    token.lastIndex = this.#at;
    const [found] = token.exec(this.#text) ?? [];
    if (found === undefined) return null;
    this.#at += found.length;
    return found;
  }

  #skipSpace(): void {
    while (this.#text[this.#at] === ' ') this.#at++;
  }

  /** Dots stand where something was left out. */
  #unreadable(): Flawed {
    const rest = this.#text.slice(this.#at);
    if (rest.startsWith('***')) return new Flawed('MASKED');
    return new Flawed(rest === '' || cutToken.test(rest) ? 'CUT' : 'NOT_JSON');
  }
}

/** As `json.dumps` writes keys. */
function keyOf(key: unknown): string {
  if (typeof key === 'string') return numberRepr(key) ?? key;
  if (key === null || typeof key === 'boolean' || typeof key === 'number') return String(key);
  throw new Flawed('NOT_JSON');
}
