import { describe, expect, it } from 'vitest';
import { askedHeaders, isSameBut } from '../../../../src/http/kept/header-names.js';

describe('askedHeaders', () => {
  it('leaves out what differs between clients and requests', () => {
    const raw = ['Host', 'a', 'User-Agent', 'x', 'Authorization', 'Bearer t', 'traceparent', '00-1'];

    expect(askedHeaders(raw)).toBe('["host","a"]');
  });

  it('keeps each header that it does not know', () => {
    expect(askedHeaders(['X-New', '1'])).not.toBe(askedHeaders(['X-New', '2']));
  });

  it('keeps the headers by which answers differ', () => {
    for (const name of ['accept', 'origin', 'cache-control', 'content-type', 'content-encoding'])
      expect(askedHeaders([name, 'one']), name).not.toBe(askedHeaders([name, 'two']));
  });

  it('does not take a value for a name', () => {
    expect(askedHeaders(['x', 'y', 'z', ''])).not.toBe(askedHeaders(['x', '', 'y', 'z']));
  });
});

describe('isSameBut', () => {
  it('takes requests for the same that differ in their length, trace or validators', () => {
    const one = ['Host', 'a', 'Content-Length', '10', 'traceparent', '1', 'If-None-Match', 'W/"a"'];
    const other = ['Host', 'a', 'Content-Length', '11', 'traceparent', '2', 'If-None-Match', 'W/"b"'];

    expect(isSameBut(one, other)).toBe(true);
  });

  it('takes requests for the same of which one has a trace or validators', () => {
    const one = ['Host', 'a', 'traceparent', '1', 'Accept', '*/*'];
    const other = ['Host', 'a', 'Accept', '*/*', 'If-None-Match', 'W/"b"'];

    expect(isSameBut(one, other)).toBe(true);
  });

  it.each([
    [
      ['Host', 'a'],
      ['Accept', 'a'],
    ],
    [
      ['Host', 'a'],
      ['Host', 'b'],
    ],
    [
      ['Authorization', 'Bearer a'],
      ['Authorization', 'Bearer b'],
    ],
    [
      ['X-Forwarded-For', '10.0.0.1'],
      ['X-Forwarded-For', '10.0.0.2'],
    ],
    [
      ['Host', 'a'],
      ['Host', 'a', 'Origin', 'https://b'],
    ],
  ])('takes %j and %j for different ones', (one, other) => {
    expect(isSameBut(one, other)).toBe(false);
  });
});
