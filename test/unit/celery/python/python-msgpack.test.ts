/** msgpack of any sender is read or refused: quickly, and without more memory than its bytes deserve. */
import { describe, expect, it } from 'vitest';
import { toPlainJson } from '../../../../src/celery/python/python-json.js';
import { readMsgpack } from '../../../../src/celery/python/python-msgpack.js';
import { pythonRepr } from '../../../../src/celery/python/python-repr.js';
import { MalformedMessageError } from '../../../../src/errors.js';

const read = (hex: string): unknown => readMsgpack(Buffer.from(hex, 'hex'));

describe('readMsgpack', () => {
  it.each([
    ['cf0020000000000001', '9007199254740993', '9007199254740993'],
    ['d3ffdfffffffffffff', '-9007199254740993', '-9007199254740993'],
    ['cfffffffffffffffff', '18446744073709551615', '18446744073709551615'],
    ['cb3ff0000000000000', '1.0', 1],
    ['ca3f800000', '1.0', 1],
    ['cb7ff8000000000000', 'nan', null],
    ['ca7f800000', 'inf', null],
    ['c402ff00', String.raw`b'\xff\x00'`, '/wA='],
    ['c4026162', "b'ab'", 'ab'],
    ['a2ff00', String.raw`b'\xff\x00'`, '/wA='],
    ['d40507', String.raw`ExtType(code=5, data=b'\x07')`, String.raw`ExtType(code=5, data=b'\x07')`],
    ['c700ff', "ExtType(code=-1, data=b'')", "ExtType(code=-1, data=b'')"],
    [
      'd6ff69290a80',
      'datetime.datetime(2025, 11, 28, 2, 35, 44, tzinfo=datetime.timezone.utc)',
      '2025-11-28T02:35:44.000000+00:00',
    ],
    [
      'd7ff0000000469290a80',
      'datetime.datetime(2025, 11, 28, 2, 35, 44, tzinfo=datetime.timezone.utc)',
      '2025-11-28T02:35:44.000000+00:00',
    ],
    [
      'c70cff0001e240fffffffffffffffe',
      'datetime.datetime(1969, 12, 31, 23, 59, 58, 123, tzinfo=datetime.timezone.utc)',
      '1969-12-31T23:59:58.000123+00:00',
    ],
  ])('reads %s as %s', (hex, repr, plain) => {
    expect(pythonRepr(read(hex))).toBe(repr);
    expect(toPlainJson(read(hex))).toEqual(plain);
  });

  it('reads keys that are no texts as texts', () => {
    expect(read('87010102c0c3c2cb3ff000000000000001c4016101910102a161a162')).toEqual({
      '1': 1,
      '2': null,
      true: false,
      '1.0': 1,
      "b'a'": 1,
      '[1]': 2,
      a: 'b',
    });
  });

  it('takes the key __proto__ for a key', () => {
    const value = read('81a95f5f70726f746f5f5f01') as object;
    expect(Object.entries(value)).toEqual([['__proto__', 1]]);
  });

  it.each([
    ['nothing', ''],
    ['the byte that is never used', 'c1'],
    ['a text without its end', 'a361'],
    ['a number without its end', 'cb3ff0'],
    ['a list that cannot be there', 'ddffffffff'],
    ['an object that cannot be there', 'dfffffffff'],
    ['bytes that cannot be there', 'c6ffffffff'],
    ['a second value', '0101'],
    ['deep lists', '91'.repeat(100_000)],
    ['deep keys', '81'.repeat(100_000)],
  ])('refuses %s', (_, hex) => {
    expect(() => read(hex)).toThrow(MalformedMessageError);
  });

  it('refuses millions of empty objects', () => {
    const empty = Buffer.alloc(4_000_000, 0x80);
    const body = Buffer.concat([Buffer.from('dd003d0900', 'hex'), empty]);
    expect(() => readMsgpack(body)).toThrow('more than 1000000 values');
  });

  it('reads or refuses whatever bytes come', () => {
    let seed = 1;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647);
    for (let round = 0; round < 3_000; round++) {
      const bytes = Buffer.from(Array.from({ length: random() % 60 }, () => random() % 256));
      try {
        toPlainJson(readMsgpack(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedMessageError);
      }
    }
  });
});
