/** What is masked besides what always is. */
import { Redactor } from '../../celery/redaction/redactor.js';
import { isNameGlob } from '../../celery/redaction/secret-names.js';
import { ConfigError } from '../../errors.js';
import { boolean, list } from '../parsers.js';
import { setting } from '../setting.js';

interface RedactionSettings {
  readonly redact: boolean;
  readonly redactKeys: readonly string[];
  readonly redactPatterns: readonly RegExp[];
}

const maxKeys = 100;
const maxPatterns = 20;
const maxPatternLength = 500;

export const redactionSettings = {
  redact: setting({
    flag: 'redact',
    parse: boolean,
    default: true,
    doc: 'whether secrets are masked in the arguments, results and errors of tasks: true or false; secrets in configuration and logs are always masked',
  }),
  redactKeys: setting<readonly string[]>({
    flag: 'redact-keys',
    parse: names,
    default: [],
    shown: 'none',
    doc: 'further names whose values are masked, separated by commas; `*` matches any characters and `?` one character',
  }),
  redactPatterns: setting<readonly RegExp[]>({
    flag: 'redact-patterns',
    parse: patterns,
    default: [],
    shown: 'none',
    doc: 'further texts that are masked: JavaScript regular expressions (flag `v`), one on each line',
  }),
} as const;

function names(text: string): readonly string[] {
  const globs = list(text);
  if (globs.length > maxKeys || !globs.every(isNameGlob))
    throw new ConfigError(
      `must be at most ${maxKeys} names of letters, digits and _ . - * ?, with three letters in a row in each`,
    );
  return globs;
}

/** A line has room for commas. How long a search with them takes depends on how they are written. */
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

/** Masks secrets as the settings require, in what clusters report and in the log. */
export function redactorOf({ redact, redactKeys, redactPatterns }: RedactionSettings): Redactor {
  return new Redactor({ tasks: redact, keys: redactKeys, patterns: redactPatterns });
}
