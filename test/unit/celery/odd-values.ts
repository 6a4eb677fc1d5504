/** Every field of a JSON value, replaced by every type that JSON as Python writes it has. */

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
  return [...pathsOf(value)].flatMap((path) => {
    const [before = '', after = ''] = JSON.stringify(replaced(value, path)).split(JSON.stringify(hole));
    return oddTokens.map((token) => ({
      label: `${path.join('.') || 'the whole'} = ${token}`,
      text: before + token + after,
    }));
  });
}
