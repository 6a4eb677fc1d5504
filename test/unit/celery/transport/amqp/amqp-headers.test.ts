import { describe, expect, it } from 'vitest';
import { amqpHeaders } from '../../../../../src/celery/transport/amqp/amqp-headers.js';

describe('the headers of an AMQP message', () => {
  it.each([
    [1, 'int'],
    [128, 'int'],
    [-32_768, 'int'],
    [2 ** 31 - 1, 'int'],
    [2 ** 31, 'long'],
    [1_795_000_000_000, 'long'],
  ])('have %d as %s, never in 16 bits', (value, type) => {
    expect(amqpHeaders({ clock: value })).toEqual({ clock: { '!': type, value } });
  });

  it('have the whole numbers in lists and tables as well', () => {
    expect(amqpHeaders({ timelimit: [null, 300], delivery: { priority: 200 } })).toEqual({
      timelimit: [null, { '!': 'int', value: 300 }],
      delivery: { priority: { '!': 'int', value: 200 } },
    });
  });

  it('have everything else as it is', () => {
    const headers = { expires: 1_795_000_000.5, id: 'abc', eta: null, ignore: false, raw: Buffer.of(1) };
    expect(amqpHeaders(headers)).toEqual(headers);
  });
});
