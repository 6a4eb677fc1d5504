/**
 * Parsers of settings. Each throws a ConfigError that completes "<setting> ...", and never repeats the text, which may
 * be a secret.
 */
import { ConfigError } from '../errors.js';

export function text(value: string): string {
  return value;
}

export function nonEmpty(value: string): string {
  if (value.trim() === '') throw new ConfigError('must not be empty');
  return value;
}

export function wholeNumber(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max))
      throw new ConfigError(`must be a whole number from ${min} to ${max}`);
    return number;
  };
}

/** From seconds in the configuration to milliseconds in the code. */
export function seconds(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max))
      throw new ConfigError(`must be a number of seconds from ${min} to ${max}`);
    return number * 1000;
  };
}

export function fraction(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = /^\d(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max))
      throw new ConfigError(`must be a fraction from ${min} to ${max}`);
    return number;
  };
}

export function megabytes(value: string): number {
  return wholeNumber(1, 65_536)(value) * 1024 * 1024;
}

export function kilobytes(min: number, max: number): (value: string) => number {
  const parse = wholeNumber(min, max);
  return (value) => parse(value) * 1024;
}

/** As browsers write them in `Origin`: a scheme, a host and no path. */
export function origins(value: string): readonly string[] {
  const names = list(value);
  if (names.includes('*'))
    throw new ConfigError(
      'must be origins such as https://dashboard.example.com, without a path: `*` would let every page in',
    );
  const isOrigin = (name: string): boolean =>
    /^https?:/.test(name) && URL.canParse(name) && new URL(name).origin === name;
  if (!names.every(isOrigin))
    throw new ConfigError('must be origins such as https://dashboard.example.com, without a path');
  return [...new Set(names)];
}

export function list(value: string): readonly string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Of names, in which `*` stands for any characters and `?` for one. */
export function patterns(value: string): readonly string[] {
  const named = list(value);
  if (named.length === 0) throw new ConfigError('must name at least one pattern');
  return named;
}

export function steps(value: string): readonly number[] {
  const parse = wholeNumber(0, 255);
  const numbers = list(value).map(parse);
  if (numbers.length === 0) throw new ConfigError('must name at least one priority');
  return [...new Set(numbers)];
}

export function boolean(value: string): boolean {
  return oneOf(['true', 'false'])(value) === 'true';
}

export function booleanOrAuto(value: string): boolean | 'auto' {
  const choice = oneOf(['true', 'false', 'auto'])(value);
  return choice === 'auto' ? choice : choice === 'true';
}

export function booleanOrText(value: string): boolean | string {
  if (value === 'true') return true;
  if (value === 'false') return false;
  return value;
}

/** `\x06\x16` may be written out, since few shells pass control characters. */
export function separator(value: string): string {
  return nonEmpty(
    value.replace(/\\x([0-9a-f]{2})/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    ),
  );
}

export function oneOf<T extends string>(choices: readonly T[]): (value: string) => T {
  return (value) => {
    const chosen = choices.find((choice) => choice === value);
    if (chosen === undefined) throw new ConfigError(`must be one of ${choices.join(', ')}`);
    return chosen;
  };
}

/** Upper bounds of a histogram, which stay seconds in the code too. */
export function ascendingSeconds(value: string): readonly number[] {
  const numbers = list(value).map((text) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN));
  const isAscending = numbers.every((number, at) => number > (numbers[at - 1] ?? 0));
  if (!isAscending || numbers.length === 0 || numbers.length > 50)
    throw new ConfigError('must be 1 to 50 ascending numbers of seconds above 0');
  return numbers;
}
