import type { Message } from 'amqplib';
import { describe, expect, it } from 'vitest';
import { AmqpMessage } from '../../../../../src/celery/transport/amqp/amqp-message.js';

function delivered(body: string, headers: unknown): Message {
  // Of what the broker delivers, only this is read.
  return { content: Buffer.from(body), properties: { headers } } as Message;
}

describe('AmqpMessage', () => {
  it.each([
    ['its body', '12345', undefined, 5 + 8],
    ['the names and texts of its headers', '', { hostname: 'w1@test' }, 8 + 7],
    [
      'what is nested in its headers',
      '',
      { a: { b: ['ccc', Buffer.alloc(100)] } },
      1 + 1 + 1 + 3 + 1 + 100,
    ],
  ])('weighs %s', (_, body, headers, size) => {
    expect(new AmqpMessage(delivered(body, headers)).size).toBe(size);
  });
});
