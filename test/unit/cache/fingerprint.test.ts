import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../src/cache/fingerprint.js';

describe('fingerprint', () => {
  it('does not depend on the order in which keys and members were added', () => {
    const one = {
      a: 1,
      m: new Map([
        ['w1', ['x']],
        ['w2', ['y']],
      ]),
      s: new Set([1, 2]),
    };
    const other = {
      s: new Set([2, 1]),
      m: new Map([
        ['w2', ['y']],
        ['w1', ['x']],
      ]),
      a: 1,
    };
    expect(fingerprint(other)).toBe(fingerprint(one));
  });

  it.each([
    [1, 2],
    [1, '1'],
    [0.1, 0.2],
    [null, undefined],
    [true, false],
    [
      [1, 2],
      [2, 1],
    ],
    [[], {}],
    [
      { a: 1, b: 2 },
      { a: 2, b: 1 },
    ],
    [new Map([['a', 'b']]), new Map([['b', 'a']])],
    [
      new Map([
        ['w1', []],
        ['w2', [1]],
      ]),
      new Map([
        ['w1', [1]],
        ['w2', []],
      ]),
    ],
    [new Set(['a']), ['a']],
    [new Date(1), new Date(2)],
    [Uint8Array.of(1, 2), Uint8Array.of(2, 1)],
    [{ a: { b: { c: 'x' } } }, { a: { b: { c: 'y' } } }],
  ])('distinguishes %j from %j', (one, other) => {
    expect(fingerprint(one)).not.toBe(fingerprint(other));
  });

  it('is equal where JSON is equal, and differs where it differs', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const [a, b] = [JSON.parse(JSON.stringify(one)) as unknown, other];
        expect(fingerprint(a)).toBe(fingerprint(one));
        if (JSON.stringify(sorted(a)) !== JSON.stringify(sorted(b)))
          expect(fingerprint(a)).not.toBe(fingerprint(b));
      }),
      { numRuns: 1_000 },
    );
  });

  it('passes over ignored fields, however deep', () => {
    const ignored = new Set(['age']);
    const queue = (age: number, messages: number) => [{ queues: new Map([['q', { age, messages }]]) }];
    expect(fingerprint(queue(2, 7), ignored)).toBe(fingerprint(queue(1, 7), ignored));
    expect(fingerprint(queue(1, 8), ignored)).not.toBe(fingerprint(queue(1, 7), ignored));
    expect(fingerprint(queue(2, 7))).not.toBe(fingerprint(queue(1, 7)));
  });

  it('gives up on what is too large, too deep, or a cycle', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    let deep: unknown = 1;
    for (let i = 0; i < 40; i++) deep = [deep];
    const large = [Array.from({ length: 600_000 }, (_, i) => i), 'x'.repeat(8_000_000)];
    expect([cycle, deep, ...large, new Uint8Array(600_000)].map((value) => fingerprint(value))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

/** -0 and 0 are one in JSON, and the order of keys is nothing to a fingerprint. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, sorted(item)]);
}
