import { isDeepStrictEqual } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueCodec } from '../../../../src/cache/shared/codec.js';
import { CodecError } from '../../../../src/cache/shared/wire-value.js';
import {
  numberText,
  numberToken,
  parsePythonJson,
  writePythonJson,
} from '../../../../src/celery/python/python-json.js';

const key = fc.oneof(fc.string(), fc.constantFrom('$', '__proto__', 'toJSON', 'constructor', '0'));
const anything = fc.anything({
  ...{ key, maxDepth: 4, size: 'small' },
  ...{ withBigInt: true, withMap: true, withSet: true, withNullPrototype: true },
  values: [
    ...[fc.boolean(), fc.integer(), fc.double(), fc.string({ unit: 'binary' }), fc.string()],
    ...[fc.constantFrom(null, undefined, Number.NaN, Infinity, -Infinity, -0), fc.bigInt()],
    ...[fc.date({ noInvalidDate: true }), fc.string({ minLength: 300, maxLength: 600 })],
  ],
});

const pong = new Map([['w1@host', { ok: true, value: { ok: 'pong' }, at: undefined }]]);

describe('ValueCodec', () => {
  it('gives back exactly what it was given, compressed or not', async () => {
    const reached = { compressed: 0, plain: 0 };
    await fc.assert(
      fc.asyncProperty(anything, fc.constantFrom(0, 400, Infinity), async (value, compressFrom) => {
        const codec = new ValueCodec({ compressFrom });
        const back = await new ValueCodec().decode(await codec.encode(value));
        reached[codec.stats.compressed === 1 ? 'compressed' : 'plain']++;
        return isDeepStrictEqual(back, value);
      }),
      { numRuns: 3_000 },
    );
    expect(reached.compressed).toBeGreaterThan(100);
    expect(reached.plain).toBeGreaterThan(100);
  });

  it('gives back a date that is none', async () => {
    const codec = new ValueCodec();

    expect(await codec.decode(await codec.encode([new Date(Number.NaN)]))).toEqual([
      new Date(Number.NaN),
    ]);
  });

  it('gives back a value that is large enough for a thread', async () => {
    const value = new Map(Array.from({ length: 20_000 }, (_, at) => [`w${at}@host`, { pid: at }]));
    const codec = new ValueCodec();

    expect(await codec.decode(await codec.encode(value))).toEqual(value);
    expect(codec.stats.bytesRaw).toBeGreaterThan(400_000);
    expect(codec.stats.bytesStored).toBeLessThan(200_000);
  });

  it('keeps small values, and those that compression would not shrink, as they are', async () => {
    const codec = new ValueCodec({ compressFrom: 100 });
    await codec.encode('a'.repeat(50));
    expect(codec.stats).toMatchObject({ encoded: 1, compressed: 0, bytesRaw: 58, bytesStored: 58 });
    const eager = new ValueCodec({ compressFrom: 0 });
    await eager.encode('abc');
    expect(eager.stats).toMatchObject({ encoded: 1, compressed: 0, bytesRaw: 11, bytesStored: 11 });
    const off = new ValueCodec({ compressFrom: Infinity });
    await off.encode('a'.repeat(10_000));
    expect(off.stats).toEqual({
      ...{
        encoded: 1,
        compressed: 0,
        bytesRaw: 10_008,
        bytesStored: 10_008,
        decoded: 0,
        undecodable: 0,
      },
    });
  });

  it('writes the same bytes today as the version that wrote them first', async () => {
    const bytes = await new ValueCodec().encode(pong);

    expect(bytes.toString('latin1')).toBe(
      '\x01\x00\x00\x00\x00\x5b' +
        '{"$":["map",[["w1@host",{"ok":true,"value":{"ok":"pong"},"at":{"$":["undefined",null]}}]]]}',
    );
  });

  it.each([
    ['a function', () => 1, 'a function cannot be shared'],
    ['a symbol', Symbol('s'), 'a symbol cannot be shared'],
    ['an instance', new URL('http://user:secret@host'), 'an instance of a class cannot be shared'],
    ['a subclass', new (class Names extends Map {})(), 'an instance of a class cannot be shared'],
  ])('refuses %s, deep inside too', async (_, value, message) => {
    const codec = new ValueCodec();

    await expect(codec.encode(new Map([['a', [value]]]))).rejects.toThrow(message);
    expect(codec.stats.encoded).toBe(0);
  });

  it('refuses what is nested without an end', async () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);

    await expect(new ValueCodec().encode(cycle)).rejects.toThrow('nested too deeply');
  });

  it('refuses a value larger than its bound, when it is written and when it is read', async () => {
    const large = 'a'.repeat(1_000);
    const bytes = await new ValueCodec({ compressFrom: 0 }).encode(large);
    const small = new ValueCodec({ maxBytes: 500 });

    await expect(small.encode(large)).rejects.toThrow(CodecError);
    await expect(small.decode(bytes)).rejects.toThrow('larger than may be read');
  });

  it('stops unpacking where the announced length ends', async () => {
    const bomb = brotliCompressSync(Buffer.alloc(50_000_000, 'a'));
    const header = Buffer.from([1, 1, 0, 0, 0, 100]);

    await expect(new ValueCodec().decode(Buffer.concat([header, bomb]))).rejects.toThrow(CodecError);
  });

  it('refuses whatever it has not written, and says nothing of what that was', async () => {
    const codec = new ValueCodec();
    const good = await new ValueCodec({ compressFrom: 0 }).encode(pong);
    const damaged = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.nat(good.length - 1).map((end) => good.subarray(0, end)),
      fc
        .json({ maxDepth: 4 })
        .map((text) => Buffer.concat([Buffer.from([1, 0, 0, 0, 9, 9]), Buffer.from(text)])),
    );
    await fc.assert(
      fc.asyncProperty(damaged, async (bytes) => {
        await expect(codec.decode(bytes)).rejects.toThrow(CodecError);
      }),
      { numRuns: 2_000 },
    );
    const secret = frame('{"password": "hunter2" oops');
    await expect(codec.decode(secret)).rejects.not.toThrow(/hunter2/);
  });

  it.each([
    '{"$":["map",[["a"]]]}',
    '{"$":["map",{}]}',
    '{"$":["number","7"]}',
    '{"$":["bigint","1n"]}',
    '{"$":["date","soon"]}',
    '{"$":["text","x"]}',
    '{"$":["regexp","a"]}',
    '{"$":["undefined",null,1]}',
    '{"$":["undefined",null],"a":1}',
    '{"$":7}',
  ])('refuses %s', async (json) => {
    await expect(new ValueCodec().decode(frame(json))).rejects.toThrow(CodecError);
  });

  it('refuses what is nested deeper than it writes', async () => {
    await expect(new ValueCodec().decode(frame('['.repeat(5_000) + ']'.repeat(5_000)))).rejects.toThrow(
      'nested too deeply',
    );
  });

  it("takes numbers of Python's that JavaScript has none for from one process to another", async () => {
    const value = parsePythonJson('{"rate": 1.0, "ids": [12345678901234567890, NaN], "text": "1.0"}');
    const codec = new ValueCodec({ texts: { toWire: numberToken, fromWire: numberText } });
    const bytes = await codec.encode(value);

    expect(bytes.subarray(6).toString()).toBe(
      '{"rate":{"$":["text","1.0"]},"ids":[{"$":["text","12345678901234567890"]},{"$":["text","NaN"]}],"text":"1.0"}',
    );
    expect(writePythonJson(await codec.decode(bytes))).toBe(
      '{"rate":1.0,"ids":[12345678901234567890,NaN],"text":"1.0"}',
    );
    await expect(codec.decode(frame('{"$":["text","__import__"]}'))).rejects.toThrow(CodecError);
  });
});

function frame(json: string): Buffer {
  const header = Buffer.from([1, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(json), 2);
  return Buffer.concat([header, Buffer.from(json)]);
}
