import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeEnvelope, encodeEnvelope } from '../../../../src/celery/messages/message.js';
import { decodeBody } from '../../../../src/celery/messages/message-body.js';
import { MalformedMessageError } from '../../../../src/errors.js';

const base64 = (body: string | Buffer) => Buffer.from(body).toString('base64');
const envelope = (fields: object = {}) =>
  JSON.stringify({
    ...{ body: base64('{"a":1}'), 'content-type': 'application/json', 'content-encoding': 'utf-8' },
    ...{ headers: {}, properties: { body_encoding: 'base64' } },
    ...fields,
  });
const brotli = (body: Buffer) =>
  brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
const read = (fields: object = {}) => decodeBody(decodeEnvelope(envelope(fields)));

describe('decodeEnvelope', () => {
  it('reads the envelope of kombu, its body base64', () => {
    expect(decodeEnvelope(envelope({ headers: { id: 't1' } }))).toEqual({
      ...{ contentType: 'application/json', contentEncoding: 'utf-8', headers: { id: 't1' } },
      body: Buffer.from('{"a":1}'),
      priority: null,
    });
  });

  it('reads a body that is text, where the properties name no encoding', () => {
    expect(read({ body: '{"b":"ü"}', properties: {} })).toEqual({ b: 'ü' });
    expect(read({ body: '[]', properties: null, headers: null, 'content-encoding': null })).toEqual([]);
  });

  it.each(['eyJhIjoxfQ==\r\n', 'eyJh\r\nIjoxfQ== \t\n', 'eyJh\nIjoxfQ', 'eyJhIjoxfQ \n '])(
    'reads base64 with line ends in it and blanks behind it: %j',
    (body) => {
      expect(read({ body })).toEqual({ a: 1 });
    },
  );

  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['no body', JSON.stringify({ 'content-type': 'application/json' })],
    ['no content type', JSON.stringify({ body: '' })],
    ['a body of another type', envelope({ body: 7 })],
    ['headers of another type', envelope({ headers: [] })],
    ['a body that is not base64', envelope({ body: '{"a":1}' })],
    ['a body of many line ends that is not base64', envelope({ body: `${'\n'.repeat(1_000_000)}!` })],
  ])('refuses %s', (_name, text) => {
    expect(() => decodeEnvelope(text)).toThrow(MalformedMessageError);
  });
});

describe('decodeBody', () => {
  it('refuses what is not UTF-8, as Python does, rather than show what was never sent', () => {
    const body = Buffer.from([0x22, 0xc3, 0x28, 0x22]).toString('base64');
    expect(() => read({ body })).toThrow('the body is not UTF-8');
  });

  it.each([
    ['application/x-gzip', deflateSync],
    ['application/x-gzip', gzipSync],
    ['gzip', gzipSync],
    ['zlib', deflateSync],
    ['application/x-brotli', brotli],
  ])('unpacks %s', (compression, compress) => {
    const body = base64(compress(Buffer.from('{"a":[1,2]}')));
    expect(read({ body, headers: { compression } })).toEqual({ a: [1, 2] });
  });

  it.each([
    ['application/x-gzip', deflateSync],
    ['application/x-brotli', brotli],
  ])('refuses a bomb in %s, which would unpack to more than 32 MiB', (compression, compress) => {
    const limit = 32 * 1024 * 1024;
    const packed = (length: number) => base64(compress(Buffer.alloc(length, '1')));
    const headers = { compression };
    expect(() => read({ body: packed(limit + 1), headers })).toThrow('the body does not decompress');
  });

  it.each([
    ['what is not compressed', 'application/x-gzip', Buffer.from('{}')],
    ['an unknown compression', 'application/x-bz2', Buffer.from('{}')],
    ['a compression that is no text', { a: 1 }, Buffer.from('{}')],
  ])('refuses %s', (_name, compression, body) => {
    expect(() => read({ body: base64(body), headers: { compression } })).toThrow(MalformedMessageError);
  });

  it.each(['application/x-python-serialize', 'application/x-yaml', 'text/plain'])(
    'refuses %s unread, whatever it holds',
    (type) => {
      const pickled = base64(Buffer.from('80049506000000000000008c026f73942e', 'hex'));
      expect(() => read({ body: pickled, 'content-type': type })).toThrow(
        `content type "${type}" is not readable`,
      );
    },
  );

  it('refuses a body that is not JSON, without repeating it', () => {
    expect(() => read({ body: base64('hunter3') })).toThrow('the body is not JSON');
  });
});

describe('encodeEnvelope', () => {
  it('writes what kombu needs to read it', () => {
    const text = encodeEnvelope({
      ...{ exchange: 'celery.pidbox', routingKey: '', body: { method: 'ping' } },
      ...{ headers: { clock: 1 }, deliveryMode: 2 },
    });
    expect(JSON.parse(text)).toEqual({
      ...{ body: base64('{"method":"ping"}'), 'content-type': 'application/json' },
      ...{ 'content-encoding': 'utf-8', headers: { clock: 1 } },
      properties: {
        ...{ delivery_mode: 2, priority: 0, body_encoding: 'base64' },
        delivery_info: { exchange: 'celery.pidbox', routing_key: '' },
        delivery_tag: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      },
    });
    expect(decodeBody(decodeEnvelope(text))).toEqual({ method: 'ping' });
  });
});
