/**
 * Cached values as JSON, and back. JSON has no form for much of what they hold, such as a Map, a Date or undefined:
 * that becomes `{"$": [<form>, <content>]}`. Unlike V8's own serialization it reads the same in every version of Node.
 */

/** A value that has no form on the wire, or bytes that are none of ours. Its message shows no data. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
}

/** Texts that mean something in this process alone, and how to write them for another. */
export interface TextForms {
  /** Null for a text that is the same everywhere. */
  readonly toWire: (text: string) => string | null;
  /** The text in this process; null for a form that is none. */
  readonly fromWire: (form: string) => string | null;
}

export const plainTexts: TextForms = { toWire: () => null, fromWire: () => null };

/** Deeper values are no replies of workers, and may not take the stack with them. */
const maxDepth = 256;
const escape = '$';

const specialNumbers: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
]);

/** @throws CodecError for functions, symbols, instances of classes, and what is nested too deeply */
export function toWire(value: unknown, texts: TextForms, depth = 0): unknown {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string': {
      const form = texts.toWire(value);
      return form === null ? value : tagged('text', form);
    }
    case 'number':
      if (Object.is(value, -0)) return tagged('number', '-0');
      return Number.isFinite(value) ? value : tagged('number', String(value));
    case 'undefined':
      return tagged('undefined', null);
    case 'bigint':
      return tagged('bigint', String(value));
    case 'object':
      return value === null ? null : objectToWire(value, texts, depth + 1);
    case 'function':
    case 'symbol':
      throw new CodecError(`a ${typeof value} cannot be shared`);
  }
}

function objectToWire(value: object, texts: TextForms, depth: number): unknown {
  if (depth > maxDepth) throw new CodecError('the value is nested too deeply to be shared');
  const inner = (item: unknown): unknown => toWire(item, texts, depth);
  const pair = ([key, item]: [unknown, unknown]): unknown => [inner(key), inner(item)];
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value) && prototype === Array.prototype) return Array.from(value, inner);
  if (value instanceof Map && prototype === Map.prototype) return tagged('map', [...value].map(pair));
  if (value instanceof Set && prototype === Set.prototype) return tagged('set', [...value].map(inner));
  if (value instanceof Date && prototype === Date.prototype)
    return tagged('date', inner(value.getTime()));
  if (prototype === null) return tagged('bare', Object.entries(value).map(pair));
  if (prototype !== Object.prototype)
    throw new CodecError(
      'an instance of a class cannot be shared: it would come back without its methods',
    );
  if (Object.hasOwn(value, escape)) return tagged('object', Object.entries(value).map(pair));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(item)]));
}

function tagged(form: string, content: unknown): object {
  return { [escape]: [form, content] };
}

/**
 * Takes over what it is given, which must come from `JSON.parse`.
 * @throws CodecError for a form that `toWire` does not write
 */
export function fromWire(wire: unknown, texts: TextForms, depth = 0): unknown {
  if (typeof wire !== 'object' || wire === null) return wire;
  if (depth > maxDepth + 1) throw new CodecError('the value is nested too deeply');
  const inner = (item: unknown): unknown => fromWire(item, texts, depth + 1);
  if (Array.isArray(wire)) return wire.map(inner);
  if (Object.hasOwn(wire, escape)) return fromTagged(wire, texts, inner);
  return Object.fromEntries(Object.entries(wire).map(([key, item]) => [key, inner(item)]));
}

function fromTagged(wire: object, texts: TextForms, inner: (item: unknown) => unknown): unknown {
  const members: readonly unknown[] = Object.values(wire);
  const [tag, ...others] = members;
  if (others.length > 0) throw new CodecError('a form has other members');
  const [form, content, ...more] = listOf(tag);
  if (more.length > 0) throw new CodecError('a form has more than its content');
  const pairs = (): [unknown, unknown][] => listOf(content).map((pair) => pairOf(pair, inner));
  const named = (): [string, unknown][] => pairs().map(([key, item]) => [textOf(key), item]);
  switch (form) {
    case 'undefined':
      return undefined;
    case 'number':
      return found(specialNumbers.get(textOf(content)), 'number');
    case 'bigint':
      return bigintOf(textOf(content));
    case 'text':
      return found(texts.fromWire(textOf(content)), 'text');
    case 'date':
      return new Date(numberOf(inner(content)));
    case 'map':
      return new Map(pairs());
    case 'set':
      return new Set(listOf(content).map(inner));
    case 'object':
      return Object.fromEntries(named());
    case 'bare':
      return bareObject(named());
    default:
      throw new CodecError('a form of another version');
  }
}

function bareObject(entries: readonly (readonly [string, unknown])[]): object {
  const bare: object = Object.fromEntries(entries);
  Object.setPrototypeOf(bare, null);
  return bare;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : mismatch('list');
}

function pairOf(value: unknown, inner: (item: unknown) => unknown): [unknown, unknown] {
  const list = listOf(value);
  return list.length === 2 ? [inner(list[0]), inner(list[1])] : mismatch('pair');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : mismatch('text');
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : mismatch('number');
}

function bigintOf(text: string): bigint {
  return /^-?\d{1,10000}$/.test(text) ? BigInt(text) : mismatch('bigint');
}

function found<T>(value: T | null | undefined, form: string): T {
  return value ?? mismatch(form);
}

function mismatch(form: string): never {
  throw new CodecError(`not the content of a ${form}`);
}
