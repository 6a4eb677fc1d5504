import { describe, expect, it } from 'vitest';
import { argsRepr, exceptionRepr, pythonRepr } from '../../../../src/celery/python/python-repr.js';

describe('pythonRepr', () => {
  it.each<[unknown, string]>([
    [null, 'None'],
    [undefined, 'None'],
    [true, 'True'],
    [false, 'False'],
    [1, '1'],
    [1.0, '1'],
    [-2.5, '-2.5'],
    [1e16, '10000000000000000'],
    [1e21, '1e+21'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1.5e-7, '1.5e-07'],
    [Number.NaN, 'nan'],
    [Number.NEGATIVE_INFINITY, '-inf'],
    [12345678901234567890n, '12345678901234567890'],
    [[], '[]'],
    [{}, '{}'],
    [[1, ['a', null]], "[1, ['a', None]]"],
    [{ a: 1, 'b c': [true] }, "{'a': 1, 'b c': [True]}"],
  ])('prints %o as %s', (value, text) => {
    expect(pythonRepr(value)).toBe(text);
  });

  // Each expectation is what CPython 3.11 prints.
  it.each([
    ['', "''"],
    ["it's", '"it\'s"'],
    ['say "hi"', '\'say "hi"\''],
    [`it's "both"`, `'it\\'s "both"'`],
    ['a\nb\tc\rd\\', "'a\\nb\\tc\\rd\\\\'"],
    ['\u0000\u007f\u00a0', "'\\x00\\x7f\\xa0'"],
    ['\u2028\ufeff', "'\\u2028\\ufeff'"],
    ['\u{e0001}', "'\\U000e0001'"],
    ['naïve ✓ 😀', "'naïve ✓ 😀'"],
  ])('quotes %j like Python', (value, text) => {
    expect(pythonRepr(value)).toBe(text);
  });

  it('cuts a long string inside its quotes', () => {
    expect(pythonRepr('x'.repeat(50), 20)).toBe(`'${'x'.repeat(20)}...'`);
  });

  it('never cuts an escape or a surrogate pair in two', () => {
    expect(pythonRepr('😀'.repeat(9), 3)).toBe("'😀😀...'");
    expect(pythonRepr('\n'.repeat(9), 3)).toBe("'\\n\\n...'");
  });

  it('cuts containers and still closes them', () => {
    expect(pythonRepr([1, 2, 3, 4, 5, 6], 7)).toBe('[1, 2, ...]');
    expect(pythonRepr({ a: [1, 2, 3, 4, 5] }, 13)).toBe("{'a': [1, 2, ...]}");
    expect(pythonRepr({ a: 1, b: 2 }, 3)).toBe("{'a': ...}");
  });

  it.each<[unknown, boolean]>([
    ['x'.repeat(10), false],
    ['x'.repeat(11), true],
    [12345678901, true],
    [[1, 2, 3], false],
    [[1, 2, 3, 4, 5, 6], true],
    [{ abcdefghij: 1 }, true],
  ])('reports whether it cut %j at 10', (value, expected) => {
    let isCut = false;
    pythonRepr(value, 10, () => (isCut = true));
    expect(isCut).toBe(expected);
  });

  it('reports that it left out what is nested too deep', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    let isCut = false;
    pythonRepr(loop, 1024, () => (isCut = true));
    expect(isCut).toBe(true);
  });

  it('survives nesting without end', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(pythonRepr(loop)).toBe(`${'['.repeat(32)}...${']'.repeat(32)}`);
  });
});

describe('argsRepr', () => {
  it('prints a tuple, with the comma that a single member needs', () => {
    expect([argsRepr([]), argsRepr([1]), argsRepr([1, 'a'])]).toEqual(['()', '(1,)', "(1, 'a')"]);
  });

  it('cuts a long tuple', () => {
    expect(argsRepr([1, 2, 3, 4, 5], 6)).toBe('(1, 2, ...)');
  });
});

describe('exceptionRepr', () => {
  it('prints the type and its arguments', () => {
    expect(exceptionRepr('PaymentError', ['card declined', 402])).toBe(
      "PaymentError('card declined', 402)",
    );
    expect(exceptionRepr('KeyError', ['x'])).toBe("KeyError('x')");
    expect(exceptionRepr('Ignore', [])).toBe('Ignore()');
  });
});
