/** Every field of a value, replaced by every type that JSON, msgpack and YAML have as Python writes them. */
import { writeMsgpack } from './write-msgpack.js';

const hole = 'replaced by the odd value';

/** Values as they are on the wire: some are no JSON outside of Python. */
export const oddTokens = [
  'null',
  'true',
  '0',
  '-1',
  '1.0',
  '1e400',
  '12345678901234567890',
  'NaN',
  '-Infinity',
  '""',
  '"odd"',
  JSON.stringify('9'.repeat(300)),
  '[]',
  '[null, {}]',
  '{}',
  '{"__proto__": {"a": 1}, "constructor": 1}',
  '{"__type__": "uuid", "__value__": {"hex": "00000000000000000000000000000009"}}',
  '{"__type__": "datetime", "__value__": 7}',
];

const oddYaml = [
  '~',
  'yes',
  '1.0',
  '.nan',
  '-.inf',
  '0x1F',
  '1:30',
  '12345678901234567890',
  '2026-11-28',
  '2026-11-28 01:02:03.5 +01:00',
  '9999-99-99 99:99:99',
  '!!binary /wA=',
  '!!set {a: ~}',
  '""',
  `"${'9'.repeat(300)}"`,
  '[]',
  '[~, {}]',
  '{}',
  '{1: 2, ~: 3, [4]: 5}',
  '{__proto__: {a: 1}}',
];

/** In hexadecimal digits: every format of msgpack. */
const oddMsgpack = [
  ...['c0', 'c2', 'c3', '00', 'ff', 'ccff', 'cdffff', 'ceffffffff', 'cfffffffffffffffff'],
  ...['d080', 'd18000', 'd280000000', 'd38000000000000000'],
  ...['ca3f800000', 'cb3ff0000000000000', 'cb7ff8000000000000', 'cbfff0000000000000'],
  ...['a0', 'a36f6464', 'a2ff00', 'd903616263', 'da0003616263', 'db00000003616263'],
  ...['c402ff00', 'c50002ff00', 'c600000002ff00'],
  ...['d40507', 'd5050708', 'd6ff69290a80', 'd7ff0000000469290a80', 'd7ffffffffffffffffff'],
  ...['d805' + '00'.repeat(16), 'c700ff', 'c80001057f', 'c90000000105ff'],
  ...['90', '92c080', 'dc0001c0', 'dd00000001c0', '80', '8101c0', '81c402ff00c0', '819101c0'],
  ...['de0001a161c0', 'df00000001a161c0', '81a95f5f70726f746f5f5f80'],
];

type Path = readonly (string | number)[];

function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  for (const key of keys)
    yield* pathsOf((value as Record<string | number, unknown>)[key], [...path, key]);
}

function replaced(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) return hole;
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
  const fields = copy as Record<string | number, unknown>;
  fields[key] = replaced(fields[key], rest);
  return copy;
}

export interface OddValue {
  /** The field and what it became, for failure messages. */
  readonly label: string;
  /** JSON as Python writes it. */
  readonly text: string;
}

/** The value itself first: `[]` is the path of the whole. */
export function oddValues(value: unknown): readonly OddValue[] {
  return oddTexts(value, (odd) => odd, oddTokens);
}

function oddTexts(
  value: unknown,
  wrap: (odd: unknown) => unknown,
  tokens: readonly string[],
): readonly OddValue[] {
  return [...pathsOf(value)].flatMap((path) => {
    const whole = JSON.stringify(wrap(replaced(value, path)));
    const [before = '', after = ''] = whole.split(JSON.stringify(hole));
    return tokens.map((token) => ({ label: labelOf(path, token), text: before + token + after }));
  });
}

function labelOf(path: Path, token: string): string {
  return `${path.join('.') || 'the whole'} = ${token}`;
}

export interface OddBody {
  readonly label: string;
  readonly body: Buffer;
}

/** Serializers besides JSON, with what stands for the value in a body: `wrap` makes the body's value of it. */
export const otherSerializers = [
  {
    name: 'msgpack',
    contentType: 'application/x-msgpack',
    write: writeMsgpack,
    oddBodies: (value: unknown, wrap: (odd: unknown) => unknown): readonly OddBody[] => {
      const mark = writeMsgpack(hole);
      return [...pathsOf(value)].flatMap((path) => {
        const whole = writeMsgpack(wrap(replaced(value, path)));
        const at = whole.indexOf(mark);
        return oddMsgpack.map((odd) => {
          const parts = [
            whole.subarray(0, at),
            Buffer.from(odd, 'hex'),
            whole.subarray(at + mark.length),
          ];
          return { label: labelOf(path, odd), body: Buffer.concat(parts) };
        });
      });
    },
  },
  {
    name: 'YAML',
    contentType: 'application/x-yaml',
    write: (value: unknown): Buffer => Buffer.from(JSON.stringify(value)),
    oddBodies: (value: unknown, wrap: (odd: unknown) => unknown): readonly OddBody[] =>
      oddTexts(value, wrap, oddYaml).map(({ label, text }) => ({ label, body: Buffer.from(text) })),
  },
] as const;
