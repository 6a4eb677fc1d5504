import { describe, expect, it } from 'vitest';
import { shownJson } from '../../../../src/celery/python/shown-json.js';

describe('shownJson', () => {
  it.each([
    ["(1, 'a', None, True, 1.5)", [1, 'a', null, true, 1.5]],
    ["{'a': {'b': [1, (2,)]}}", { a: { b: [1, [2]] } }],
    ['{1, 2}', [1, 2]],
    ["{'a', }", ['a']],
    ['set()', []],
    ['frozenset({1})', [1]],
    ['frozenset()', []],
    ['{}', {}],
    ["{1: {'a'}}", { 1: ['a'] }],
    ["('********', 1)", ['********', 1]],
    ["'done'", 'done'],
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740991', -9007199254740991],
    ['None', null],
  ])('reads %s', (text, value) => {
    expect(shownJson(text)).toEqual(value);
  });

  it.each([
    "b'bytes'",
    'nan',
    '[inf]',
    '<Order 7>',
    'datetime.datetime(2026, 1, 2)',
    '(1, 2',
    '{1, 2: 3}',
    '{[1]: 2}',
    'frozenset(1)',
    'set(1)',
    '(********)',
    "('long te...',)",
    String.raw`('C:\\temp',)`,
    '',
  ])('is null for %s, which is no JSON value or not certain', (text) => {
    expect(shownJson(text)).toBeNull();
  });

  it('is null for a text that is missing, cut, or longer than the store keeps', () => {
    expect(shownJson(null)).toBeNull();
    expect(shownJson('(1,)', true)).toBeNull();
    expect(shownJson(`'${'a'.repeat(10_000)}'`)).toBeNull();
  });

  it.each(['{', '[', '(', "{'a':", '{1,', 'frozenset({'])('stops early at many times %s', (opening) => {
    const start = performance.now();
    for (let times = 0; times < 100; times++)
      expect(shownJson(opening.repeat(9_000 / opening.length))).toBeNull();
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
