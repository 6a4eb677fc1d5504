/** amqplib's own connection, fed with bytes: its header frames are ours, all others stay its own. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readHeaderFrames } from '../../../../../src/celery/transport/amqp/amqp-frames.js';
import { field, frame, headerFrame, int64, long } from './field-tables.js';

const require = createRequire(import.meta.url);
const library = join(dirname(require.resolve('amqplib')), 'lib/connection.js');

interface Receiver {
  recvFrame(): unknown;
}

function connectionWith(unread: string[]) {
  const { Connection } = require(library) as { Connection: new (stream: PassThrough) => Receiver };
  const stream = new PassThrough();
  const connection = new Connection(stream);
  expect(readHeaderFrames(connection, (reason) => unread.push(reason))).toBe(true);
  return { stream, connection };
}

/** Every frame of the bytes, which arrive in pieces of that length. */
function framesOf(bytes: Buffer, pieceLength = bytes.length, unread: string[] = []): unknown[] {
  const { stream, connection } = connectionWith(unread);
  const frames: unknown[] = [];
  for (let offset = 0; offset < bytes.length; offset += pieceLength) {
    stream.write(bytes.subarray(offset, offset + pieceLength));
    for (let next = connection.recvFrame(); next !== false; next = connection.recvFrame())
      frames.push(next);
  }
  return frames;
}

const millisecondsAt = field('at', 'L', int64(1_783_000_000_000n));
const body = frame(3, 1, Buffer.from('[]'));
const heartbeat = frame(8, 0, Buffer.alloc(0));
const expected = [
  {
    ...{ id: 60, channel: 1, size: 2 },
    fields: {
      ...{ contentType: 'application/json', correlationId: 'corr' },
      headers: { at: 1_783_000_000_000 },
    },
  },
  { channel: 1, content: Buffer.from('[]') },
  { channel: 0 },
];

describe('readHeaderFrames', () => {
  it.each([1, 5, 1_000])('reads headers that arrive in pieces of %i bytes', (pieceLength) => {
    const bytes = Buffer.concat([headerFrame(millisecondsAt, 1, 2), body, heartbeat]);
    expect(framesOf(bytes, pieceLength)).toEqual(expected);
  });

  it('reads what amqplib reads as amqplib does', () => {
    const bytes = headerFrame(Buffer.concat([field('a', 'S', long('b')), field('n', 't', [1])]), 7, 3);
    const { Connection } = require(library) as { Connection: new (stream: PassThrough) => Receiver };
    const stream = new PassThrough();
    stream.write(bytes);
    const theirs = JSON.parse(JSON.stringify(new Connection(stream).recvFrame())) as unknown;
    expect(JSON.parse(JSON.stringify(framesOf(bytes)[0]))).toEqual(theirs);
  });

  it('keeps the other properties, and the next frames, beside headers of an unknown type', () => {
    const unread: string[] = [];
    const bytes = Buffer.concat([headerFrame(field('odd', 'Z'), 1, 2), body]);
    expect(framesOf(bytes, bytes.length, unread)).toMatchObject([
      { fields: { contentType: 'application/json', headers: {}, correlationId: 'corr' } },
      { content: Buffer.from('[]') },
    ]);
    expect(unread).toEqual(['a header field has the unknown type "Z"']);
  });

  it('takes properties that are longer than their frame', () => {
    const unread: string[] = [];
    const whole = headerFrame(millisecondsAt);
    for (let length = 12; length < whole.length - 8; length++)
      expect(framesOf(frame(2, 1, whole.subarray(7, 7 + length)), 1_000, unread)).toHaveLength(1);
    expect(unread.length).toBeGreaterThan(0);
  });

  it('does nothing to a connection of another shape', () => {
    expect(readHeaderFrames({}, () => undefined)).toBe(false);
  });
});
