/** Bytes of header fields, as py-amqp 5 and RabbitMQ write them, and malformed ones. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTable } from '../../../../../src/celery/transport/amqp/amqp-fields.js';
import { field, int64, long, value } from './field-tables.js';

const require = createRequire(import.meta.url);

const read = (...fields: readonly Buffer[]) => readTable(Buffer.concat(fields));

describe('readTable', () => {
  it.each([
    ['t', [1], true],
    ['t', [0], false],
    ['b', [0xff], -1],
    ['B', [0xff], 255],
    ['s', [0xff, 0xfe], -2],
    ['U', [0xff, 0xfe], -2],
    ['u', [0xff, 0xfe], 65_534],
    ['I', [0xff, 0xff, 0xff, 0xff], -1],
    ['i', [0xff, 0xff, 0xff, 0xff], 4_294_967_295],
    ['L', int64(1_783_000_000_000n), 1_783_000_000_000],
    ['l', int64(-2_147_483_649n), -2_147_483_649],
    ['f', [0x3f, 0xc0, 0, 0], 1.5],
    ['d', [0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1.5],
    ['D', [2, 0, 0, 0, 5], '0.05'],
    ['D', [1, 0xff, 0xff, 0xff, 0x9c], '-10.0'],
    ['D', [0, 0, 0, 0, 7], '7'],
    ['T', int64(1_783_000_000n), 1_783_000_000],
    ['V', [], null],
    ['S', long('köln'), 'köln'],
    ['x', long('raw'), Buffer.from('raw')],
    ['F', long(field('inner', 'V')), { inner: null }],
    ['A', long(Buffer.concat([value('t', [1]), value('L', int64(3n))])), [true, 3]],
  ])('reads the type %s', (tag, content, expected) => {
    expect(read(field('first', tag, content), field('last', 'I', [0, 0, 0, 9]))).toEqual({
      fields: { first: expected, last: 9 },
      unread: null,
    });
  });

  it.each([
    [9_007_199_254_740_991n, 9_007_199_254_740_991],
    [9_007_199_254_740_993n, '9007199254740993'],
    [-9_223_372_036_854_775_808n, '-9223372036854775808'],
  ])('keeps all digits of %s', (number, expected) => {
    expect(read(field('id', 'L', int64(number))).fields).toEqual({ id: expected });
  });

  it('keeps the fields before one of an unknown type', () => {
    expect(read(field('ticket', 'S', long('t1')), field('odd', 'Z'), field('clock', 'V'))).toEqual({
      fields: { ticket: 't1' },
      unread: 'a header field has the unknown type "Z"',
    });
  });

  it('loses no more than the rest of the inner table, or array, that holds an unknown type', () => {
    const inner = Buffer.concat([field('good', 'V'), field('odd', '\x01', [1, 2, 3])]);
    const array = Buffer.concat([value('V'), value('?'), value('V')]);
    expect(
      read(field('table', 'F', long(inner)), field('array', 'A', long(array)), field('last', 't', [1])),
    ).toEqual({
      fields: { table: { good: null }, array: [null, null], last: true },
      unread: 'a header field has the unknown type 0x1',
    });
  });

  it.each([
    ['a number', field('n', 'L', [1, 2])],
    ['a text', field('n', 'S', [0xff, 0xff, 0xff, 0xff, 1])],
    ['the length of a text', field('n', 'S', [0, 0])],
    ['an array', field('n', 'A', [0, 0, 0, 9, 0x56])],
    ['a name', Buffer.from([200, 0x61])],
    ['a name without a value', Buffer.from([1, 0x61])],
  ])('notices that %s is cut short', (_, bytes) => {
    expect(read(field('first', 'V'), bytes)).toEqual({
      fields: { first: null },
      unread: 'a header field is longer than its frame',
    });
  });

  it('takes thousands of levels, and shows the first 32', () => {
    let bytes = field('x', 'V');
    for (let level = 0; level < 5_000; level++) bytes = field('x', 'F', long(bytes));
    const { fields, unread } = readTable(bytes);
    expect(unread).toBe('header fields are nested deeper than 32');
    expect(JSON.stringify(fields).split('x')).toHaveLength(33);
  });

  it('takes a field named like the prototype for a field', () => {
    const { fields } = read(field('__proto__', 'F', long(field('polluted', 't', [1]))));
    expect(Object.keys(fields)).toEqual(['__proto__']);
    expect(fields['polluted']).toBeUndefined();
  });

  it('never throws, whatever the bytes', () => {
    let seed = 1;
    const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 5_000; round++) {
      const bytes = Buffer.from(Array.from({ length: random(60) }, () => random(256)));
      const tag = String.fromCharCode(round % 256);
      const table = Buffer.concat([field('known', 'V'), field('any', tag, bytes)]);
      expect(readTable(table).fields).toHaveProperty('known', null);
    }
  });
});

describe('amqplib', () => {
  /** Where this fails, amqplib reads it: amqp-frames.ts may not be needed any more. */
  it.each(['L', 'U', 'Z'])('still throws for a field of the type %s', (tag) => {
    const codec: unknown = require(join(dirname(require.resolve('amqplib')), 'lib/codec.js'));
    expect(codec).toHaveProperty('decodeFields');
    const { decodeFields } = codec as { decodeFields: (bytes: Buffer) => unknown };
    expect(() => decodeFields(field('at', tag, int64(1n)))).toThrow(`Unexpected type tag "${tag}"`);
  });
});
