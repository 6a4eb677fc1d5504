/** YAML of any sender is read as PyYAML reads it, or refused; what is long or stands for much is refused at once. */
import { describe, expect, it } from 'vitest';
import { toPlainJson } from '../../../../src/celery/python/python-json.js';
import { readYaml } from '../../../../src/celery/python/python-yaml.js';
import { pythonRepr } from '../../../../src/celery/python/python-repr.js';

describe('readYaml', () => {
  it.each([
    ['1e5', "'1e5'"],
    ['1.5e+3', '1500.0'],
    ['9007199254740993', '9007199254740993'],
    ['-0x1F', '-31'],
    ['0b101', '5'],
    ['017', '15'],
    ['1:30', '90'],
    ['1:30.5', '90.5'],
    ['-.inf', '-inf'],
    ['yes', 'True'],
    ['y', "'y'"],
    ['!!int "3"', '3'],
    ['!!str 3', "'3'"],
    ['!!binary /wA=', String.raw`b'\xff\x00'`],
    ['!!set {a: null}', "['a']"],
    ['{1: a, null: b, yes: c, 1.0: d}', "{'1': 'a', 'null': 'b', 'true': 'c', '1.0': 'd'}"],
    ['{a: 1, a: 2}', "{'a': 2}"],
    ['{<<: {a: 1, b: 2}, b: 3}', "{'a': 1, 'b': 3}"],
    ['&a [1, 2.0]', '[1, 2.0]'],
    ['[&a [1], *a]', '[[1], [1]]'],
    ['2026-11-28', 'datetime.date(2026, 11, 28)'],
    ['2026-11-28 1:02:03', 'datetime.datetime(2026, 11, 28, 1, 2, 3)'],
    [
      '2026-11-28T01:02:03.5Z',
      'datetime.datetime(2026, 11, 28, 1, 2, 3, 500000, tzinfo=datetime.timezone.utc)',
    ],
  ])('reads %s as %s', (text, repr) => {
    expect(pythonRepr(readYaml(text))).toBe(repr);
  });

  it('gives clients times as ISO texts, and large integers as texts', () => {
    expect(toPlainJson(readYaml('[2026-11-28, 2026-11-28 01:02:03, 9007199254740993]'))).toEqual([
      '2026-11-28',
      '2026-11-28T01:02:03',
      '9007199254740993',
    ]);
  });

  it.each([
    ['an object of Python', '!!python/object/apply:os.system ["true"]'],
    ['an unknown tag', '!x 1'],
    ['two documents', 'a\n---\nb'],
    ['an alias of nothing', '*a'],
    ['a list of itself', '&a [*a]'],
    ['deep lists', '['.repeat(10_000)],
    ['deep objects', '{a: '.repeat(10_000)],
    ['deep keys', '? '.repeat(10_000)],
    ['a long text', 'x'.repeat(262_145)],
    ['many aliases', `[&a x, ${'*a, '.repeat(2_000)}]`],
    [
      'aliases of aliases',
      'abcdefgh'.replace(/./g, (name, at: number) => {
        const before = at === 0 ? 'x' : `*${'abcdefgh'.charAt(at - 1)}`;
        return `${name}: &${name} [${Array<string>(10).fill(before).join(', ')}]\n`;
      }),
    ],
    ['aliases of a long text', `[&a "${'x'.repeat(100_000)}", ${'*a, '.repeat(900)}]`],
  ])('refuses %s', (_, text) => {
    expect(() => readYaml(text)).toThrow();
  });

  const longest = 262_144;
  const filled = (before: string, unit: string): string =>
    before + unit.repeat((longest - before.length) / unit.length);

  it.each([
    ['items', filled('', '- a\n')],
    ['flow items', filled('[', '1,')],
    ['pairs', filled('[', 'a: b, ')],
    ['keys', Array.from({ length: 25_000 }, (_, key) => `k${key}: 1\n`).join('')],
    ['equal keys', filled('', 'a: 1\n')],
    ['anchors', filled('', '- &a x\n')],
    ['tags', filled('', '- !!str a\n')],
    ['documents', filled('', '---\n')],
    ['folded lines', filled('"', 'a\n\n')],
    ['literal lines', filled('|\n', ' a\n')],
    ['comments', filled('', '#\n')],
    ['questions', filled('', '?\n')],
    ['merges', filled('- &a {x: 1}\n', '- {<<: *a}\n')],
    ['digits', filled('', '9')],
    ['hexadecimal digits', filled('0x', 'f')],
    ['sexagesimal digits', filled('1', ':0')],
    ['points', filled('0.', '0')],
    ['spaces in a time', filled('2026-11-28', ' ')],
    ['underscores', filled('1', '_')],
    ['base64', filled('!!binary ', 'AAAA')],
  ])('takes linear time for many %s', (_, text) => {
    const start = performance.now();
    try {
      readYaml(text);
    } catch {
      // which is as good
    }
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
