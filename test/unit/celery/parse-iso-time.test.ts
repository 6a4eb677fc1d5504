import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseIsoTime, parseIsoTimeOrNull } from '../../../src/celery/parse-iso-time.js';

describe('parseIsoTimeOrNull', () => {
  const zone = process.env['TZ'];
  beforeEach(() => (process.env['TZ'] = 'America/New_York'));
  afterEach(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  it.each([
    ['2026-11-22T11:00:35.523525', 1_795_345_235_523],
    ['2026-11-22T11:00:35.523525+00:00', 1_795_345_235_523],
    ['2026-11-22T06:00:35-05:00', 1_795_345_235_000],
    ['2026-11-22 11:00:35', 1_795_345_235_000],
  ])('reads %s, a naive time as UTC wherever the gateway runs', (text, milliseconds) => {
    expect(parseIsoTimeOrNull(text)).toBe(milliseconds);
  });

  it.each([null, undefined, '', 'tomorrow', 5, '2026-13-45T00:00:00'])(
    'knows no time of %j',
    (value) => {
      expect(parseIsoTimeOrNull(value)).toBeNull();
    },
  );
});

describe('parseIsoTime', () => {
  it('distinguishes an event without a time from one with an unreadable time', () => {
    expect([parseIsoTime(null), parseIsoTime('tomorrow')]).toEqual([null, undefined]);
  });
});
