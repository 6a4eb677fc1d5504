/**
 * Shows JSON values the way Python prints them, because that is how Celery's events carry arguments and
 * results. Counterpart of `celery.utils.saferepr`, with the quoting of Python's own `repr`.
 */

import { floatRepr, numberRepr } from './python-json.js';
import { isTyped, typedRepr } from './python-types.js';

/** Deeper values become `...`, so that hostile nesting costs no stack. */
const maxDepth = 32;

/** Called when something had to be left out. */
export type OnCut = () => void;

/** `repr(value)`, cut like Celery does: `'long te...'`, `[1, 2, ...]`. Never throws. */
export function pythonRepr(value: unknown, maxLength = 1024, onCut?: OnCut): string {
  const printer = new Printer(maxLength, onCut);
  printer.value(value, 0);
  return printer.text;
}

/** Positional arguments as a tuple: `(1, 2)`, `(1,)`, `()`. */
export function argsRepr(args: readonly unknown[], maxLength = 1024, onCut?: OnCut): string {
  const printer = new Printer(maxLength, onCut);
  printer.sequence('(', args, args.length === 1 ? ',)' : ')', 0);
  return printer.text;
}

/** Positional or keyword arguments, as values or as the sender's text; null if unknown. */
export function argumentsRepr(value: unknown, maxLength?: number, onCut?: OnCut): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? argsRepr(value, maxLength, onCut) : pythonRepr(value, maxLength, onCut);
}

/** An exception as events show it: `ValueError('x', 402)`. */
export function exceptionRepr(
  type: string,
  args: readonly unknown[],
  maxLength = 1024,
  onCut?: OnCut,
): string {
  const printer = new Printer(maxLength, onCut);
  printer.sequence(`${type}(`, args, ')', 0);
  return printer.text;
}

/** A key as `json.dumps` writes it; one that JSON does not have as Python prints it. */
export function keyText(key: unknown): string {
  if (typeof key === 'string') return numberRepr(key) ?? key;
  return key === null || typeof key === 'boolean' || typeof key === 'number'
    ? String(key)
    : pythonRepr(key);
}

class Printer {
  text = '';
  readonly #maxLength: number;
  readonly #onCut: OnCut;
  #cut = false;

  constructor(maxLength: number, onCut: OnCut = () => undefined) {
    this.#maxLength = maxLength;
    this.#onCut = onCut;
  }

  value(value: unknown, depth: number): void {
    if (typeof value === 'string') this.#text(value);
    else if (typeof value !== 'object' || value === null) this.#atom(scalar(value));
    else if (depth >= maxDepth) this.#tooDeep();
    else if (Array.isArray(value)) this.sequence('[', value, ']', depth);
    else {
      const typed = isTyped(value) ? typedRepr(value) : null;
      if (typed === null) this.#dict(value, depth);
      else this.#atom(typed);
    }
  }

  sequence(open: string, items: readonly unknown[], close: string, depth: number): void {
    this.#items(open, items, close, (item) => {
      this.value(item, depth + 1);
    });
  }

  #dict(object: object, depth: number): void {
    this.#items('{', Object.entries(object), '}', ([key, value]) => {
      this.#string(key);
      this.text += ': ';
      if (this.#full()) this.#ellipsis();
      else this.value(value, depth + 1);
    });
  }

  /** Brackets are closed even after the cut: Celery keeps the shape readable. */
  #items<T>(open: string, items: readonly T[], close: string, print: (item: T) => void): void {
    this.text += open;
    for (const [index, item] of items.entries()) {
      if (index > 0 && this.#full(', '.length)) {
        if (!this.#cut) this.text += ', ...';
        this.#cut = true;
        this.#onCut();
        break;
      }
      if (index > 0) this.text += ', ';
      print(item);
    }
    this.text += close;
  }

  #text(value: string): void {
    const number = numberRepr(value);
    if (number === null) this.#string(value);
    else this.#atom(number);
  }

  #string(value: string): void {
    const room = Math.max(this.#maxLength - this.text.length, 0);
    const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
    this.text += quote + escape(value, quote, room, this.#onCut) + quote;
  }

  #tooDeep(): void {
    this.#onCut();
    this.#atom('...');
  }

  #atom(text: string): void {
    const room = Math.max(this.#maxLength - this.text.length, 0);
    if (text.length > room) this.#onCut();
    this.text += text.length > room ? `${text.slice(0, room)}...` : text;
  }

  #ellipsis(): void {
    this.text += '...';
    this.#cut = true;
    this.#onCut();
  }

  #full(about = 0): boolean {
    return this.text.length + about >= this.#maxLength;
  }
}

function scalar(value: unknown): string {
  switch (typeof value) {
    case 'boolean':
      return value ? 'True' : 'False';
    case 'number':
      return number(value);
    case 'bigint':
      return value.toString();
    case 'undefined':
    case 'object': // only null arrives here
      return 'None';
    default:
      return `<${typeof value}>`;
  }
}

/** Whole numbers print as ints: where it is known that they are none, they are not numbers here. */
function number(value: number): string {
  return Number.isInteger(value) ? String(value) : floatRepr(value);
}

const shortEscapes: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\\': '\\\\',
};
const plain = /^[ -~]*$/;
const notPrintable = /[\p{C}\p{Zl}\p{Zp}\p{Zs}]/u;

function escape(value: string, quote: string, room: number, onCut: OnCut): string {
  if (value.length <= room && plain.test(value) && !value.includes('\\') && !value.includes(quote))
    return value;
  let text = '';
  for (const character of value) {
    if (text.length >= room) {
      onCut();
      return `${text}...`;
    }
    text += escaped(character, quote);
  }
  return text;
}

function escaped(character: string, quote: string): string {
  if (character === quote) return `\\${character}`;
  const short = shortEscapes[character];
  if (short !== undefined) return short;
  if (character === ' ' || !notPrintable.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}
