import { describe, expect, it } from 'vitest';
import { jsonBytes, jsonText } from '../../../src/http/json-text.js';
import { atOnce } from '../../../src/slices.js';
import type { SlicedWork } from '../../../src/slices.js';

const values: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['numbers', [0, -1.5, 1e300, NaN]],
  ['plain text', 'abc'],
  ['text with escapes', 'a"b\\c\n\u0001\u007f'],
  ['text of other alphabets', 'é 漢 😀'],
  ['halves of characters', 'a\ud800b\udc00'],
  ['nothing in it', { a: [], b: {}, c: '' }],
  ['what is left out', { a: undefined, b: 1, c: [undefined, 2] }],
  ['what writes itself', { at: new Date(0), list: [new Date(1)] }],
  ['keys with escapes', { 'a"b': { é: [true, false] } }],
  ['a prototype of its own', Object.assign(Object.create(null), { data: { a: [{ b: 1 }] } })],
  [
    'lists in lists',
    {
      data: {
        a: [
          [1, [2, { b: [3] }]],
          [{ c: 'd' }, { c: 'e' }],
        ],
      },
    },
  ],
];

function stepsOf<T>(work: SlicedWork<T>): number {
  for (let steps = 0; ; steps++) if (work.next().done === true) return steps;
}

describe.each(values)('the JSON of %s', (_name, value) => {
  it('is that of JSON.stringify', () => {
    expect(atOnce(jsonText(value))).toBe(JSON.stringify(value));
  });

  it('has as many bytes as are counted', () => {
    expect(atOnce(jsonBytes(value, Infinity))).toBe(Buffer.byteLength(JSON.stringify(value)));
  });
});

describe('the JSON of much', () => {
  const rows = Array.from({ length: 5_000 }, (_, id) => ({ id, name: `task ${id}`, tags: ['a', 'b'] }));
  const texts = Array.from({ length: 100 }, () => ({ text: 'x'.repeat(20_000), no: 1 }));

  it('can be interrupted after some values, or some characters', () => {
    for (const work of [jsonText(rows), jsonBytes(rows, Infinity)])
      expect(stepsOf<unknown>(work)).toBeGreaterThan(15);
    for (const work of [jsonText(texts), jsonBytes(texts, Infinity)])
      expect(stepsOf<unknown>(work)).toBeGreaterThan(12);
  });

  it('is not counted to its end when it has too many bytes', () => {
    expect(atOnce(jsonBytes(texts, 50_000))).toBeLessThan(80_000);
    expect(stepsOf(jsonBytes(texts, 50_000))).toBe(0);
  });
});
