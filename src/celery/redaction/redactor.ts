/**
 * Masks secrets before anything is stored, searched, shown or logged. What has a name is judged by the name, what has
 * none by its looks; a password that is neither, as in `('bob', 'hunter3')`, cannot be detected.
 */
import { numberRepr } from '../python/python-json.js';
import { isTyped, typedRepr } from '../python/python-types.js';
import { isCardNumber } from './card-numbers.js';
import { CommandArguments } from './command-lines.js';
import { mask, unchecked } from './mask.js';
import { nameKeys, valueKeys } from './name-value-pairs.js';
import { isSecretSetting, SecretNames } from './secret-names.js';
import { TextMasker } from './text-masker.js';
import { Work, WorkLimitError } from './work.js';

export interface RedactorOptions {
  /** Whether what tasks are given, return and raise is masked; true by default. All else always is. */
  readonly tasks?: boolean | undefined;
  /** Further names of secrets, as globs. */
  readonly keys?: readonly string[] | undefined;
  /** Further secrets by their looks; with the flag `g`. */
  readonly patterns?: readonly RegExp[] | undefined;
  /** Characters that may be looked at for each of a text; a text that takes more is not shown. */
  readonly workPerCharacter?: number | undefined;
}

/** Masks texts, and values of JSON. What has been masked stays as it is when it is masked again. */
export interface Redaction {
  text(text: string): string;
  value(value: unknown): unknown;
}

/** Deeper values are not shown. */
const maxDepth = 64;
/** Settings whose keys are names of tasks, of queues or of entries, and say nothing of what is below. */
const mapSettings = /^(?:beat_schedule|task_routes|task_annotations|task_queues)$/i;

/** Masks nothing. */
const transparent: Redaction = { text: (text) => text, value: (value) => value };

/**
 * @example
 * const redactor = new Redactor({ keys: ['iban'] });
 * redactor.text("{'password': 'hunter3'}"); // {'password': '********'}
 */
export class Redactor implements Redaction {
  /** For what tasks are given, return and raise. */
  readonly tasks: Redaction;
  readonly #names: SecretNames;
  readonly #masker: TextMasker;
  readonly #patterns: readonly RegExp[];
  readonly #workPerCharacter: number | undefined;

  constructor({ tasks = true, keys = [], patterns = [], workPerCharacter }: RedactorOptions = {}) {
    this.#names = new SecretNames(keys);
    this.#masker = new TextMasker(this.#names);
    this.#patterns = patterns;
    this.#workPerCharacter = workPerCharacter;
    this.tasks = tasks ? this : transparent;
  }

  /** Notations of Python stay readable for Python. */
  text(text: string): string {
    let shown = this.#masked(text);
    for (const pattern of this.#patterns) shown = shown.replace(pattern, mask);
    return shown;
  }

  #masked(text: string): string {
    try {
      return this.#masker.mask(text, new Work(text.length, this.#workPerCharacter));
    } catch (error) {
      if (error instanceof WorkLimitError) return unchecked;
      throw error;
    }
  }

  /** A value below a secret name is masked whole, unless it says that there is none: null, a boolean, or empty. */
  value(value: unknown): unknown {
    return this.#value(value, 0);
  }

  /** A worker's configuration: its settings have names of their own, and other people's secrets. */
  configuration(conf: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const shown = Object.entries(conf).map(([name, value]) => {
      if (isSecretSetting(name) && isScalar(value)) return [name, this.#secret(value)];
      return [name, mapSettings.test(name) ? this.#values(value, 0) : this.#named(name, value, 0)];
    });
    return Object.fromEntries(shown) as Record<string, unknown>;
  }

  #value(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.#string(value);
    if (typeof value === 'number' || typeof value === 'bigint')
      return isCardNumber(String(value)) ? mask : value;
    if (typeof value !== 'object' || value === null) return value;
    if (depth >= maxDepth) return '...';
    if (Array.isArray(value)) return this.#array(value, depth);
    if (isTyped(value)) {
      const repr = typedRepr(value);
      return repr === null || this.text(repr) === repr ? value : mask;
    }
    const entries = Object.entries(value);
    const isSecret = this.#namesSecret(entries);
    const shown = entries.map(([key, item]: [string, unknown]) => [
      this.text(key),
      isSecret && valueKeys.has(key.toLowerCase())
        ? this.#secret(item)
        : this.#named(key, item, depth + 1),
    ]);
    return Object.fromEntries(shown) as unknown;
  }

  /** `{'name': 'DB_PASSWORD', 'value': 'x'}`. */
  #namesSecret(entries: readonly (readonly [string, unknown])[]): boolean {
    return entries.some(
      ([key, name]) =>
        typeof name === 'string' && nameKeys.has(key.toLowerCase()) && this.#names.isSecret(name),
    );
  }

  #array(items: readonly unknown[], depth: number): unknown {
    const [name, secret] = items;
    // A pair of a name and its value, as headers are often given.
    if (
      items.length === 2 &&
      typeof name === 'string' &&
      typeof secret === 'string' &&
      this.#names.isSecret(name)
    )
      return [name, this.#secret(secret)];
    const args = new CommandArguments();
    return items.map((item, at) => {
      const before = items[at - 1];
      if (typeof item === 'string') {
        const secretAt = args.secretIn(item);
        if (secretAt !== -1) return item.slice(0, secretAt) + mask;
        // `['--password', 'x']`
        if (typeof before === 'string' && before.startsWith('-') && !item.startsWith('-'))
          return this.#named(before, item, depth + 1);
      }
      return this.#value(item, depth + 1);
    });
  }

  #named(name: string, value: unknown, depth: number): unknown {
    return this.#names.isSecret(name) ? this.#secret(value) : this.#value(value, depth);
  }

  #values(value: unknown, depth: number): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return this.#value(value, depth);
    const shown = Object.entries(value).map(([key, item]) => [key, this.#value(item, depth + 1)]);
    return Object.fromEntries(shown) as unknown;
  }

  /** Numbers that JavaScript has no form for are kept in strings. */
  #string(value: string): string {
    const number = numberRepr(value);
    if (isCardNumber(number ?? value)) return mask;
    return number === null ? this.text(value) : value;
  }

  #secret(value: unknown): unknown {
    if (value === null || value === undefined || typeof value === 'boolean' || value === '')
      return value;
    if (typeof value === 'object' && Object.keys(value).length === 0) return value;
    return mask;
  }
}

function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

/** The default of the gateway. */
export const standardRedactor = new Redactor();
