/** What is masked besides what always is. */
import { isNameGlob } from '../celery/redaction/secret-names.js';
import { ConfigError } from '../errors.js';
import { boolean, list } from './parsers.js';
import { setting } from './setting.js';

const maxKeys = 100;
const maxPatterns = 20;
const maxPatternLength = 500;

export const redactionSettings = {
  redact: setting(
    'redact',
    'REDACT',
    boolean,
    true,
    'true',
    'mask secrets in what tasks are given, return and raise; configuration and logs are masked in any case',
  ),
  redactKeys: setting<readonly string[]>(
    'redact-keys',
    'REDACT_KEYS',
    names,
    [],
    'none',
    'further names of secrets, separated by commas; `*` and `?` stand for any characters and for one',
  ),
  redactPatterns: setting<readonly RegExp[]>(
    'redact-patterns',
    'REDACT_PATTERNS',
    patterns,
    [],
    'none',
    'further secrets by their looks: regular expressions of JavaScript (flag `v`), one a line',
  ),
} as const;

function names(text: string): readonly string[] {
  const globs = list(text);
  if (globs.length > maxKeys || !globs.every(isNameGlob))
    throw new ConfigError(
      `must be at most ${maxKeys} names of letters, digits and _ . - * ?, with three letters in a row in each`,
    );
  return globs;
}

/** A line has room for commas. How long a search with them takes is up to whoever writes them. */
function patterns(text: string): readonly RegExp[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length > maxPatterns || lines.some(({ length }) => length > maxPatternLength))
    throw new ConfigError(
      `must be at most ${maxPatterns} lines of at most ${maxPatternLength} characters`,
    );
  return lines.map(pattern);
}

function pattern(source: string): RegExp {
  const compiled = compile(source);
  if (compiled === null) throw new ConfigError('must be regular expressions, one a line');
  if (compiled.test('')) throw new ConfigError('must be regular expressions that match something');
  compiled.lastIndex = 0;
  return compiled;
}

function compile(source: string): RegExp | null {
  try {
    return new RegExp(source, 'gv');
  } catch {
    return null;
  }
}
