/** Arguments in the notation of Python, read back: never a value that was not there. */
import { describe, expect, it } from 'vitest';
import { writePythonJson } from '../../../../src/celery/python/python-json.js';
import { argsRepr } from '../../../../src/celery/python/python-repr.js';
import { readPythonLiteral } from '../../../../src/celery/python/python-literal.js';

const read = (text: string) => readPythonLiteral(text, 'unknown');

describe('a text that is all there', () => {
  it.each([
    ['()', []],
    ['(1,)', [1]],
    ["(1, 'two', None, True, False)", [1, 'two', null, true, false]],
    ['[-1, 1.5, -0.25, 0]', [-1, 1.5, -0.25, 0]],
    ["{'a': {'b': [(), [], {}]}}", { a: { b: [[], [], {}] } }],
    ["{1: 'int', 1.5: 'float', True: 'bool', None: 'none'}", null],
    [`("it's",)`, ["it's"]],
    [String.raw`('it\'s',)`, ["it's"]],
    ["('naïve ✓', 'two\nlines')", ['naïve ✓', 'two\nlines']],
    ["('a...b', 'dots... in it')", ['a...b', 'dots... in it']],
    ["{'__proto__': 1}", Object.fromEntries([['__proto__', 1]])],
  ])('%s is a value', (text, value) => {
    const expected = value ?? { '1': 'int', '1.5': 'float', true: 'bool', null: 'none' };
    expect(read(text)).toEqual({ value: expected });
  });

  it.each([
    ['(1.0,)', '[1.0]'],
    ['(12345678901234567890,)', '[12345678901234567890]'],
    ['(1e+16, -0.0)', '[1e+16,-0.0]'],
    ['{12345678901234567890: 1.0}', '{"12345678901234567890":1.0}'],
  ])('%s keeps its numbers to the last digit: %s', (text, json) => {
    const literal = read(text);
    expect('value' in literal && writePythonJson(literal.value)).toBe(json);
  });
});

describe('a text in which something may be missing', () => {
  it.each([
    ['(1, ...)', 'CUT'],
    ['([...],)', 'CUT'],
    ['({...},)', 'CUT'],
    ["('long te...',)", 'CUT'],
    ["{'long te...': 1}", 'CUT'],
    ['(123...,)', 'CUT'],
    ['(1, 2', 'CUT'],
    ['', 'CUT'],
    ["('********',)", 'MASKED'],
    ["('redis://u:********@h',)", 'MASKED'],
    ["('***', 1)", 'MASKED'],
    ["{'pin': ********}", 'MASKED'],
    [String.raw`('C:\new',)`, 'AMBIGUOUS'],
    [String.raw`('ends with \', 'b')`, 'AMBIGUOUS'],
    [String.raw`('a\\b',)`, 'AMBIGUOUS'],
    ["(b'bytes',)", 'NOT_JSON'],
    ['({1, 2},)', 'NOT_JSON'],
    ['(set(),)', 'NOT_JSON'],
    ['(<object object at 0x7f>,)', 'NOT_JSON'],
    ["(Decimal('1.5'),)", 'NOT_JSON'],
    ['(datetime.datetime(2026, 3, 1, 10, 0),)', 'NOT_JSON'],
    ['(nan, inf)', 'NOT_JSON'],
    ['(1+2j,)', 'NOT_JSON'],
    ['(1)', 'NOT_JSON'],
    ['(1,) (2,)', 'NOT_JSON'],
    ['(1 2)', 'NOT_JSON'],
    ['(True1,)', 'NOT_JSON'],
    ['(007,)', 'NOT_JSON'],
    ["('a' 'b')", 'NOT_JSON'],
    ["{'a': 1 'b': 2}", 'NOT_JSON'],
    ['{(1, 2): 3}', 'NOT_JSON'],
    ["('open", 'NOT_JSON'],
    [`${'['.repeat(40)}${']'.repeat(40)}`, 'NOT_JSON'],
  ])('%s is no value: %s', (text, flaw) => {
    expect(read(text)).toEqual({ flaw });
  });
});

describe("a text of Python's own repr", () => {
  it.each([
    [String.raw`('C:\\new', 'two\nlines\ttab')`, ['C:\\new', 'two\nlines\ttab']],
    [String.raw`('\x00\xe9\u2028\U0001f600',)`, ['\0é\u2028😀']],
    [String.raw`('both \' and "',)`, [`both ' and "`]],
    ["('the end...',)", ['the end...']],
  ])('%s has escapes that are certain', (text, value) => {
    expect(readPythonLiteral(text, 'python')).toEqual({ value });
  });

  it.each([
    [String.raw`('\q',)`, 'NOT_JSON'],
    [String.raw`('\Uffffffff',)`, 'NOT_JSON'],
    [String.raw`('\x0',)`, 'NOT_JSON'],
    ["('********',)", 'MASKED'],
    ['(1, ...)', 'CUT'],
  ])('%s is no value: %s', (text, flaw) => {
    expect(readPythonLiteral(text, 'python')).toEqual({ flaw });
  });

  it('is what we write of any JSON value, and reads the same', () => {
    const values = [
      ["it's", 'say "x"', `both ' and "`, 'back\\slash', 'two\nlines', '\u0001', '😀', ''],
      [1, -1.5, 1e-7, null, true, false, [], {}, [[]], { a: { b: [1, { c: null }] } }],
    ];
    for (const value of values) {
      const literal = readPythonLiteral(argsRepr([value, { key: value }]), 'python');
      const json = 'value' in literal ? writePythonJson(literal.value) : '';
      expect(JSON.parse(json)).toEqual([value, { key: value }]);
    }
  });
});
