/** What can be read safely is read, whatever the content type says; what cannot be is said. */
import zlib, { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeBody, decodeExactBody } from '../../../../src/celery/messages/message-body.js';
import { decodeEnvelope, type Message } from '../../../../src/celery/messages/message.js';
import { pythonRepr } from '../../../../src/celery/python/python-repr.js';
import { MalformedMessageError } from '../../../../src/errors.js';

function message(body: Buffer | string, changes: Partial<Message> = {}): Message {
  const plain = { contentType: 'application/json', contentEncoding: 'utf-8', headers: {} };
  return { ...plain, priority: null, body: Buffer.from(body), ...changes };
}

function utf16be(text: string): Buffer {
  return Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
}

describe('decodeBody', () => {
  it.each([
    'application/json; charset=utf-8',
    'Application/JSON',
    'text/json',
    'application/data',
    'text/plain',
    '',
  ])('reads JSON of the content type %j', (contentType) => {
    expect(decodeBody(message('{"a": 1}', { contentType }))).toEqual({ a: 1 });
  });

  it.each([
    ['application/x-python-serialize', Buffer.from([0x80, 2, 0x7d, 0x71, 0, 0x2e])],
    ['application/x-python-serialize', '{"a": 1}'],
    ['application/data', Buffer.from([0xff, 0xfe, 0xfd])],
    ['x'.repeat(1_000), 'x'],
  ])('says that it cannot read %s', (contentType, body) => {
    expect(() => decodeBody(message(body, { contentType }))).toThrow(
      expect.objectContaining({
        code: 'MALFORMED_MESSAGE',
        contentType,
        message: `content type ${JSON.stringify(contentType.slice(0, 100))} is not readable`,
      }) as Error,
    );
  });

  it.each([
    ['utf-16', Buffer.from('\ufeff{"a": "ä€"}', 'utf16le')],
    ['utf-16', utf16be('{"a": "ä€"}')],
    ['UTF_16_LE', Buffer.from('{"a": "ä€"}', 'utf16le')],
    ['utf-16-be', Buffer.from('{"a": "ä€"}', 'utf16le').swap16()],
    ['cp1250', Buffer.from('7b2261223a2022e480227d', 'hex')],
    ['iso-8859-15', Buffer.from('7b2261223a2022e4a4227d', 'hex')],
    ['cp1252', Buffer.from('7b2261223a2022e480227d', 'hex')],
    ['Windows-1252', Buffer.from('7b2261223a2022e480227d', 'hex')],
    ['binary', Buffer.from('{"a": "ä€"}')],
  ])('reads the encoding %s', (contentEncoding, body) => {
    expect(decodeBody(message(body, { contentEncoding }))).toEqual({ a: 'ä€' });
  });

  it('reads every byte of Latin-1 as Python does', () => {
    const body = Buffer.from('{"a": "\xe4\x85"}', 'latin1');
    expect(decodeBody(message(body, { contentEncoding: 'latin-1' }))).toEqual({ a: 'ä\x85' });
  });

  it('reads the bytes of Windows-1252 as Python does', () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte > 0x5c);
    const undefinedBytes = [0x81, 0x8d, 0x8f, 0x90, 0x9d];
    const read = (body: readonly number[]) =>
      decodeBody(message(Buffer.from([0x22, ...body, 0x22]), { contentEncoding: 'cp1252' })) as string;
    expect(read(bytes.filter((byte) => !undefinedBytes.includes(byte))).slice(35, 62)).toBe(
      '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ',
    );
    for (const byte of undefinedBytes) expect(() => read([byte])).toThrow(MalformedMessageError);
  });

  it.each(['klingon', 'utf-8-', 'constructor'])(
    'makes nothing up for the encoding %j',
    (contentEncoding) => {
      expect(() => decodeBody(message('{}', { contentEncoding }))).toThrow(MalformedMessageError);
    },
  );

  it.each([deflateSync, gzipSync])('reads what is compressed and not UTF-8', (compress) => {
    const body = compress(Buffer.from('{"a": "ä"}', 'latin1'));
    const headers = { compression: 'application/x-gzip' };
    expect(decodeBody(message(body, { headers, contentEncoding: 'latin-1' }))).toEqual({ a: 'ä' });
  });

  it.each([
    ['application/x-bz2', 'compression "application/x-bz2" is not supported'],
    ['application/x-lzma', 'compression "application/x-lzma" is not supported'],
    ['constructor', 'compression "constructor" is not supported'],
  ])('says that it cannot read the compression %s', (compression, reason) => {
    expect(() => decodeBody(message('x', { headers: { compression } }))).toThrow(reason);
  });

  it.runIf('zstdDecompressSync' in zlib)('reads zstd', () => {
    const body = Buffer.from('28b52ffd2008410000' + '7b2261223a20317d', 'hex');
    const headers = { compression: 'application/zstd' };
    expect(decodeBody(message(body, { headers }))).toEqual({ a: 1 });
  });

  it.skipIf('zstdDecompressSync' in zlib)('says what zstd needs', () => {
    const headers = { compression: 'application/zstd' };
    expect(() => decodeBody(message('x', { headers }))).toThrow(
      'compression "application/zstd" is not supported before Node 22.15',
    );
  });

  it('reads the bare words of Python as null, and costs nothing else of the body', () => {
    expect(decodeBody(message('[{"loss": NaN, "a": 1}, -Infinity, "NaN", {"b": 2}]'))).toEqual([
      { loss: null, a: 1 },
      null,
      'NaN',
      { b: 2 },
    ]);
  });

  it('keeps the numbers of Python where they are to be shown', () => {
    const body = '[12345678901234567890, 1.0, NaN, -0.0, 1e400, "1.0"]';
    expect(pythonRepr(decodeExactBody(message(body)), 1_000)).toBe(
      "[12345678901234567890, 1.0, nan, -0.0, inf, '1.0']",
    );
  });

  it.each([
    ['strings without end', `"${'\\"'.repeat(500_000)}`],
    ['words', 'NaN'.repeat(300_000)],
    ['digits', '9'.repeat(900_000)],
    ['points', '1.'.repeat(400_000)],
  ])('refuses a hostile body of %s in linear time', (_, body) => {
    const start = performance.now();
    try {
      decodeBody(message(body));
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedMessageError);
    }
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

describe('decodeEnvelope', () => {
  it('reads an envelope whose headers hold a bare NaN', () => {
    const text = '{"body": "{}", "content-type": "application/json", "headers": {"id": "a", "x": NaN}}';
    expect(decodeEnvelope(text).headers).toEqual({ id: 'a', x: null });
  });
});
