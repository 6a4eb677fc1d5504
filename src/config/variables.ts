/**
 * Finds environment variables that are probably misspelled settings: they have no effect, and the operator would not
 * notice.
 */
import { ConfigError } from '../errors.js';
import { prefix } from './setting.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Misspelling {
  /** The variable as it is set. */
  readonly variable: string;
  /** The most similar setting that is not set. */
  readonly setting: string;
}

/** Shorter names differ by one character from too much that belongs to other programs. */
const minLength = 8;

/**
 * Variables that differ from a setting which is not set by one character, by two that changed places, by case or by
 * underscores.
 * @param known names of all settings
 */
export function misspellings(env: Environment, known: readonly string[]): readonly Misspelling[] {
  const names = new Set(known);
  const missing = known.filter((name) => env[name] === undefined);
  return Object.keys(env).flatMap((variable) => {
    if (names.has(variable) || (env[variable] ?? '') === '') return [];
    const setting = similarTo(variable, missing);
    return setting === undefined ? [] : [{ variable, setting }];
  });
}

/**
 * Variables with the gateway's prefix are meant for the gateway alone: a name that is not a setting is an error.
 * @param known names of all settings, with and without the prefix
 * @param used names that the cluster file refers to
 * @throws ConfigError for the first such variable
 */
export function refuseUnknown(
  env: Environment,
  known: readonly string[],
  used: ReadonlySet<string>,
): void {
  const names = new Set([...known, ...used]);
  const variable = Object.keys(env).find((name) => name.startsWith(prefix) && !names.has(name));
  if (variable === undefined) return;
  const plain = variable.slice(prefix.length);
  const prefixed = known.filter((name) => name.startsWith(prefix));
  const setting = known.includes(plain) ? plain : similarTo(variable, prefixed);
  throw new ConfigError(
    setting === undefined
      ? `${shown(variable)} is not a setting; --help lists all settings`
      : `${shown(variable)} is not a setting; did you mean ${setting}?`,
  );
}

function similarTo(name: string, known: readonly string[]): string | undefined {
  const plain = plainOf(name);
  if (plain.length < minLength || plain.length > 64) return undefined;
  return known.find((each) => plainOf(each).length >= minLength && isNear(plain, plainOf(each)));
}

function plainOf(name: string): string {
  return name.replaceAll('_', '').toUpperCase();
}

/** Whether one character is missing, added or another, or two neighbours changed places. */
function isNear(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  const shorter = Math.min(a.length, b.length) - start;
  while (end < shorter && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && right.length === 2 && left === `${right[1]}${right[0]}`;
}

/** Names may hold any character. */
function shown(variable: string): string {
  return variable.replaceAll(/[^\w.-]/g, '?').slice(0, 80);
}
