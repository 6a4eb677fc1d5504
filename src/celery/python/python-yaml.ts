/**
 * YAML as Python writes it, with what plain scalars mean by PyYAML's own rules, which are neither YAML 1.1's nor
 * YAML 1.2's. Counterpart of `yaml.safe_load`.
 */
import {
  defineMappingTag,
  defineScalarTag,
  FAILSAFE_SCHEMA,
  load,
  mergeTag,
  NOT_RESOLVED,
} from 'js-yaml';
import { MalformedMessageError } from '../../errors.js';
import { exactFloat, exactNumber } from './python-json.js';
import { keyText } from './python-repr.js';
import { typedBytes, type Typed } from './python-types.js';

/** Characters. A text of this length takes a fifth of a second at worst, in which nothing else is done. */
const maxLength = 256 * 1024;
const maxDepth = 100;
const maxAliases = 1_000;
/** Values and characters with every alias written out: a short text can stand for a huge value. */
const maxWeight = 4 * maxLength;
/** Maximum length of an integer in another than the decimal notation. */
const maxOddDigits = 300;

/**
 * Numbers as in `python-json.ts`, bytes and times as in `python-types.ts`, keys as JSON has them.
 * @throws MalformedMessageError for a text that is too long, and YAMLException
 */
export function readYaml(text: string): unknown {
  if (text.length > maxLength)
    throw new MalformedMessageError(`YAML of more than ${maxLength} characters is not read`);
  const value = load(text, { schema, json: true, maxDepth, maxAliases });
  weigh(value, { left: maxWeight }, 0);
  return value;
}

const yamlInteger =
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const yamlFloat =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const yamlTime =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|([-+])(\d\d?)(?::(\d\d))?))?)?$/;
const words: ReadonlyMap<string, boolean> = new Map([
  ...inEveryCase(['true', 'yes', 'on'], true),
  ...inEveryCase(['false', 'no', 'off'], false),
]);

const schema = FAILSAFE_SCHEMA.withTags(
  scalar('null', (text) => (/^(?:~|null|Null|NULL|)$/.test(text) ? null : NOT_RESOLVED)),
  scalar('bool', (text) => words.get(text) ?? NOT_RESOLVED),
  scalar('int', (text) => (yamlInteger.test(text) ? integer(text.replaceAll('_', '')) : NOT_RESOLVED)),
  scalar('float', (text) => (yamlFloat.test(text) ? float(text.replaceAll('_', '')) : NOT_RESOLVED)),
  scalar('timestamp', (text) => time(text) ?? NOT_RESOLVED),
  defineScalarTag('tag:yaml.org,2002:binary', {
    resolve: (text) => typedBytes(Buffer.from(text, 'base64')),
    identify: () => false,
  }),
  mergeTag,
  defineMappingTag<Map<string, unknown>, Readonly<Record<string, unknown>>>('tag:yaml.org,2002:map', {
    create: () => new Map(),
    addPair: (map, key, value) => {
      map.set(keyText(key), value);
      return '';
    },
    has: (map, key) => map.has(keyText(key)),
    keys: (object) => Object.keys(object),
    get: (object, key) => object[keyText(key)],
    finalize: (map) => Object.fromEntries(map),
    identify: () => false,
  }),
  defineMappingTag<Set<unknown>, readonly unknown[]>('tag:yaml.org,2002:set', {
    create: () => new Set(),
    addPair: (set, key) => {
      set.add(key);
      return '';
    },
    has: (set, key) => set.has(key),
    keys: (values) => values,
    get: () => null,
    finalize: (set) => [...set],
    identify: () => false,
  }),
);

function inEveryCase(texts: readonly string[], value: boolean): readonly [string, boolean][] {
  return texts.flatMap((text): [string, boolean][] => [
    [text, value],
    [text.charAt(0).toUpperCase() + text.slice(1), value],
    [text.toUpperCase(), value],
  ]);
}

function scalar(name: string, resolve: (text: string) => unknown) {
  return defineScalarTag(`tag:yaml.org,2002:${name}`, {
    implicit: true,
    resolve,
    identify: () => false,
  });
}

function integer(text: string): number | string {
  const sign = text.startsWith('-') ? '-' : '';
  const digits = text.replace(/^[-+]/, '');
  if (/^(?:0|[1-9]\d*)$/.test(digits)) return exactNumber(sign + digits);
  if (digits.length > maxOddDigits) return text;
  const size = digits.includes(':')
    ? digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n)
    : BigInt(/^0[bx]/.test(digits) ? digits : `0o${digits}`);
  return exactNumber(size === 0n ? '0' : `${sign}${size}`);
}

function float(text: string): number | string {
  const sign = text.startsWith('-') ? -1 : 1;
  const size = text.replace(/^[-+]/, '').toLowerCase();
  if (size === '.nan') return exactFloat(Number.NaN);
  if (size === '.inf') return exactFloat(sign * Number.POSITIVE_INFINITY);
  return exactFloat(sign * size.split(':').reduce((sum, part) => sum * 60 + Number(part), 0));
}

/** A date, or a date and a time. */
function time(text: string): Typed | null {
  const [, year, month, day, hour, minute, second, fraction, zone, sign, zoneHours, zoneMinutes] =
    yamlTime.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const date = [year, two(month), two(day)].join('-');
  if (hour === undefined) return { __type__: 'date', __value__: date };
  const micros = fraction === undefined || fraction === '' ? '' : `.${fraction.slice(0, 6)}`;
  const offset = zoneHours === undefined ? (zone ?? '') : `${sign}${two(zoneHours)}:${two(zoneMinutes)}`;
  const clock = [hour, minute, second].map(two).join(':');
  return { __type__: 'datetime', __value__: `${date}T${clock}${micros}${offset}` };
}

function two(digits = '0'): string {
  return digits.padStart(2, '0');
}

/** @throws MalformedMessageError for what is too large, or refers to itself */
function weigh(value: unknown, budget: { left: number }, depth: number): void {
  budget.left -= typeof value === 'string' ? value.length + 1 : 1;
  if (budget.left < 0 || depth > maxDepth)
    throw new MalformedMessageError('YAML whose aliases stand for a huge value is not read');
  if (typeof value !== 'object' || value === null) return;
  for (const item of Object.values(value)) weigh(item, budget, depth + 1);
}
