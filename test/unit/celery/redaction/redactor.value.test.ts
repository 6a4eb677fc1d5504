import { describe, expect, it } from 'vitest';
import { parsePythonJson } from '../../../../src/celery/python/python-json.js';
import { pythonRepr } from '../../../../src/celery/python/python-repr.js';
import { Redactor } from '../../../../src/celery/redaction/redactor.js';

const redactor = new Redactor();

describe('a value', () => {
  it.each<readonly [string, unknown, unknown]>([
    [
      'a secret by its name',
      { user: 'bob', password: 'hunter3' },
      { user: 'bob', password: '********' },
    ],
    ['a number', { pwd: 12345, n: 12345 }, { pwd: '********', n: 12345 }],
    ['what is below', { tokens: { a: ['hunter3'] }, n: [1] }, { tokens: '********', n: [1] }],
    ['deep down', [{ a: [{ api_key: 'hunter3' }] }], [{ a: [{ api_key: '********' }] }]],
    ['a pair', [['password', 'hunter3']], [['password', '********']]],
    ['a text within', { log: 'password=hunter3' }, { log: 'password=********' }],
    [
      'a card as a number',
      { n: [4111111111111111, 4111111111111112] },
      { n: ['********', 4111111111111112] },
    ],
    ['a key', { 'redis://:hunter3@h': 1 }, { 'redis://:********@h': 1 }],
    ['tagged bytes', [{ __type__: 'base64', __value__: 'cGFzc3dvcmQ9aHVudGVyMw==' }], ['********']],
  ])('is shown without %s', (_name, value, shown) => {
    expect(redactor.value(value)).toEqual(shown);
    expect(redactor.value(shown)).toEqual(shown);
  });

  it.each<unknown>([
    null,
    true,
    7,
    'text',
    [],
    { password: null, token: '', secrets: [], auth: {}, pass: false },
  ])('is shown as it is when it has none: %j', (value) => {
    expect(redactor.value(value)).toEqual(value);
  });

  it("keeps Python's numbers", () => {
    const value = parsePythonJson('[1.0, 4111111111111112, NaN, 36893488147419103232]');
    expect(pythonRepr(redactor.value(value))).toBe('[1.0, 4111111111111112, nan, 36893488147419103232]');
  });

  it('loses a card number that only Python has a form for', () => {
    const value = parsePythonJson('[6011000990139424000, 6011000990139424001, 6304000000000000000]');
    const shown = pythonRepr(redactor.value(value));
    expect(shown.split(', ').length).toBe(3);
  });

  it('may be nested as deep as a message is long', () => {
    const depth = 100_000;
    const value = JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown;
    expect(() => redactor.value(value)).not.toThrow();
  });
});
