import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import fc from 'fast-check';
import { MalformedMessageError } from '../../../../../src/errors.js';
import type { RawMessage } from '../../../../../src/celery/messages/message.js';
import { PubSubReader } from '../../../../../src/celery/transport/redis/redis-pubsub.js';

const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const publication = (text: string) =>
  `*4\r\n${bulk('pmessage')}${bulk('/0.celeryev/*')}${bulk('/0.celeryev/task.sent')}${bulk(text)}`;
/** What Redis says to the client library on such a connection. */
const acknowledgement = `*3\r\n${bulk('psubscribe')}${bulk('/0.celeryev/*')}:1\r\n`;
const otherFrames = [
  acknowledgement,
  '+PONG\r\n',
  '-ERR no\r\n',
  ':7\r\n',
  '$-1\r\n',
  '*-1\r\n',
  '*0\r\n',
];

const event = (body: string) =>
  JSON.stringify({ body, 'content-type': 'application/json', properties: {} });

function read(chunks: readonly Buffer[], maxMessageBytes = 1_000) {
  const messages: RawMessage[] = [];
  const others: string[] = [];
  const errors: string[] = [];
  const reader = new PubSubReader({
    maxMessageBytes,
    onMessage: (message) => void messages.push(message),
    onError: (error) => void errors.push(error.message),
  });
  const socket = new EventEmitter();
  socket.on('data', (frame: Buffer) => void others.push(frame.toString()));
  reader.attach(socket as unknown as Parameters<PubSubReader['attach']>[0]);
  for (const chunk of chunks) socket.emit('data', chunk);
  return { bodies: () => messages.map((one) => one.read().body.toString()), messages, others, errors };
}

/** Cut at these places, modulo its length. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % bytes.length))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, n) => bytes.subarray(n === 0 ? 0 : ends[n - 1], end));
}

it('reads publications and hands everything else on, however the bytes are cut into chunks', () => {
  const body = fc.string({ unit: 'grapheme', maxLength: 30 });
  const frame = fc.oneof(
    body.map((text) => ({ body: text })),
    fc.constantFrom(...otherFrames),
  );
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 8 }),
      fc.array(fc.nat(), { maxLength: 40 }),
      (frames, places) => {
        const text = frames.map((one) => (typeof one === 'string' ? one : publication(event(one.body))));
        const bytes = Buffer.from(text.join(''));
        const { bodies, others, errors } = read(bytes.length === 0 ? [] : cut(bytes, places));

        expect(bodies()).toEqual(frames.flatMap((one) => (typeof one === 'string' ? [] : [one.body])));
        expect(others).toEqual(frames.filter((one) => typeof one === 'string'));
        expect(errors).toEqual([]);
      },
    ),
  );
});

it('keeps nothing of a message that is too long, hands on that it came, and reads what follows', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 10 }), (places) => {
      const long = 'x'.repeat(1_001);
      const text = publication(event('before')) + publication(long) + publication(event('after'));
      const { messages, errors } = read(cut(Buffer.from(text), places));

      expect(messages.map(({ size }) => size > 0)).toEqual([true, false, true]);
      expect(messages[2]?.read().body.toString()).toBe('after');
      expect(() => messages[1]?.read()).toThrow(MalformedMessageError);
      expect(errors).toEqual([]);
    }),
  );
});

it.each([
  'GET / HTTP/1.1\r\n\r\n',
  '*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n',
  `+${'x'.repeat(70_000)}`,
])('gives up where the other side speaks something else', (text) => {
  const { errors, messages } = read([Buffer.from(text), Buffer.from(publication(event('late')))]);
  expect(errors).toHaveLength(1);
  expect(messages).toEqual([]);
});
