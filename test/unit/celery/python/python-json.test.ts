import { describe, expect, it } from 'vitest';
import { parsePythonJson, toPlainJson } from '../../../../src/celery/python/python-json.js';
import { pythonRepr } from '../../../../src/celery/python/python-repr.js';

const repr = (text: string) => pythonRepr(parsePythonJson(text));
const typed = (name: string, value: unknown) =>
  repr(JSON.stringify({ __type__: name, __value__: value }));

describe('parsePythonJson', () => {
  it.each<[string, unknown]>([
    ['{"a": 1}', { a: 1 }],
    ['[1, -2.5, 0.1, true, null, "1.0"]', [1, -2.5, 0.1, true, null, '1.0']],
    ['{"NaN": "NaN and -Infinity"}', { NaN: 'NaN and -Infinity' }],
    ['{"a": "a \\" NaN 1.0", "b": "\\\\"}', { a: 'a " NaN 1.0', b: '\\' }],
    ['{"a": NaN', null],
    ['not json', null],
    ['', null],
  ])('reads %s', (text, value) => {
    expect(parsePythonJson(text)).toEqual(value);
  });

  // Each expectation is what `repr(json.loads(text))` gives in CPython 3.11.
  it.each([
    ['[1, 1.0, -1.0, 0.0, -0.0, -0, 100.0]', '[1, 1.0, -1.0, 0.0, -0.0, 0, 100.0]'],
    ['[1.5, 1e22, 1.5e+300, 1e16, 1e-05, 0.0001]', '[1.5, 1e+22, 1.5e+300, 1e+16, 1e-05, 0.0001]'],
    ['[1E3, 123456789012345680.0]', '[1000.0, 1.2345678901234568e+17]'],
    ['[1180591620717411303424, -9007199254740993]', '[1180591620717411303424, -9007199254740993]'],
    ['[NaN, Infinity, -Infinity]', '[nan, inf, -inf]'],
    ['{"NaN": NaN, "1.0": "1.0"}', "{'NaN': nan, '1.0': '1.0'}"],
    ['{"a": "a \\" NaN 1.0 ", "b": 1.0}', "{'a': 'a \" NaN 1.0 ', 'b': 1.0}"],
    ['{"a": "\\\\", "b": Infinity}', "{'a': '\\\\', 'b': inf}"],
  ])('keeps the numbers of %s as Python has them', (text, expected) => {
    expect(repr(text)).toBe(expected);
  });

  it('reads texts that are long, deep or full of escapes', () => {
    expect(repr(`"${'x'.repeat(20_000_000)}"`)).toMatch(/^'x{1024}\.\.\.'$/);
    expect(parsePythonJson(`["${String.raw`\n`.repeat(300_000)}", 1.5]`)).toHaveLength(2);
    expect(parsePythonJson(`[${'1.0,'.repeat(400_000)}NaN]`)).toHaveLength(400_001);
    expect(repr(`${'['.repeat(5_000)}1.0${']'.repeat(5_000)}`)).toContain('...');
  });
});

describe('typed values', () => {
  // Each expectation is what `repr(kombu.utils.json.loads(text))` gives.
  it.each<[string, unknown, string]>([
    ['datetime', '2026-03-01T10:00:00', 'datetime.datetime(2026, 3, 1, 10, 0)'],
    ['datetime', '2026-03-01T10:00:07', 'datetime.datetime(2026, 3, 1, 10, 0, 7)'],
    ['datetime', '2026-03-01T10:00:00.000500', 'datetime.datetime(2026, 3, 1, 10, 0, 0, 500)'],
    [
      'datetime',
      '2026-03-01T10:00:00+00:00',
      'datetime.datetime(2026, 3, 1, 10, 0, tzinfo=datetime.timezone.utc)',
    ],
    [
      'datetime',
      '2026-03-01T10:00:00+02:00',
      'datetime.datetime(2026, 3, 1, 10, 0, tzinfo=datetime.timezone(datetime.timedelta(seconds=7200)))',
    ],
    [
      'datetime',
      '2026-03-01T10:00:00-05:30',
      'datetime.datetime(2026, 3, 1, 10, 0, tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=66600)))',
    ],
    ['date', '2026-03-01', 'datetime.date(2026, 3, 1)'],
    ['time', '10:00:00', 'datetime.time(10, 0)'],
    ['time', '10:05:01.5', 'datetime.time(10, 5, 1, 500000)'],
    ['decimal', '1.50', "Decimal('1.50')"],
    ['decimal', 'NaN', "Decimal('NaN')"],
    [
      'uuid',
      { hex: '12345678123456781234567812345678' },
      "UUID('12345678-1234-5678-1234-567812345678')",
    ],
    ['bytes', 'plain', "b'plain'"],
    ['bytes', `it's "ü"\n\\`, String.raw`b'it\'s "\xc3\xbc"\n\\'`],
    ['bytes', "it's", `b"it's"`],
    ['base64', '/wB/', String.raw`b'\xff\x00\x7f'`],
  ])('shows %s %j as %s', (name, value, expected) => {
    // prettier-ignore
    expect(typed(name, value)).toBe(expected);
  });

  it.each<[string, unknown]>([
    ['datetime', 'yesterday'],
    ['decimal', "1') or ('"],
    ['uuid', { hex: 'x' }],
    ['bytes', 7],
    ['toString', 'x'],
    ['money', '1'],
  ])('shows a %s of %j, which kombu could not read, as what it is', (name, value) => {
    expect(typed(name, value)).toBe(`{'__type__': '${name}', '__value__': ${pythonRepr(value)}}`);
  });

  it('are found wherever they are, and cut like any other value', () => {
    expect(repr('{"a": [{"__type__": "decimal", "__value__": "1.5"}]}')).toBe(`{'a': [Decimal('1.5')]}`);
    const bytes = JSON.stringify({ __type__: 'bytes', __value__: 'x'.repeat(5_000) });
    expect(repr(bytes)).toMatch(/^b'x{1022}\.\.\.$/);
    expect(repr('{"__type__": "decimal", "__value__": "1.5", "more": 1}')).toMatch(/^{'__type__'/);
  });
});

describe('toPlainJson', () => {
  it('gives clients numbers, texts, and null for what JSON has no number for', () => {
    const decimal = '{"__type__": "decimal", "__value__": "1.5"}';
    const uuid = '{"__type__": "uuid", "__value__": {"hex": "12345678123456781234567812345678"}}';
    const text = `{"done": 1.0, "of": [NaN, -Infinity, 2], "left": ${decimal}, "id": ${uuid}}`;
    expect(toPlainJson(parsePythonJson(text))).toEqual({
      ...{ done: 1, of: [null, null, 2], left: '1.5' },
      id: '12345678-1234-5678-1234-567812345678',
    });
  });
});
