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

/** Whose notation it is: `repr`'s for certain, or that of whoever sent the task. */
export type Notation = 'python' | 'unknown';

export type Literal = { readonly value: unknown } | { readonly flaw: LiteralFlaw };

/** Deeper values are not worth a stack. Celery itself stops at three. */
const maxDepth = 32;

const numberToken = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])/y;
const wordToken = /(?:True|False|None)(?!\w)/y;
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

/** Tuples are read as lists and keys as strings, as JSON has them; numbers keep every digit: see `writePythonJson`. */
export function readPythonLiteral(text: string, notation: Notation): Literal {
  try {
    return { value: new Reader(text, notation).whole() };
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
  #at = 0;

  constructor(text: string, notation: Notation) {
    this.#text = text;
    this.#notation = notation;
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
    if (next === '{') return this.#dict(depth);
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
    if (masked.test(value)) throw new Flawed('MASKED');
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
