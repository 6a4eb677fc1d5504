/** Times as an operator types them into an argument. */
import { describe, expect, it, vi } from 'vitest';
import { BadUserInputError } from '../../../src/errors.js';
import { momentAt } from '../../../src/cluster/moment.js';
import { parseMoment, TimeText } from '../../../src/graphql/moment.js';

const now = Date.UTC(2026, 10, 28, 12);
const read = (text: string): string =>
  new Date(momentAt(parseMoment('filter.finished.after', new TimeText(text)), now)).toISOString();

describe('a time that an operator gives', () => {
  it.each([
    ['2026-11-28T10:00:00Z', '2026-11-28T10:00:00.000Z'],
    ['2026-11-28T10:00:00+01:00', '2026-11-28T09:00:00.000Z'],
    ['2026-11-28t10:00:00.123456z', '2026-11-28T10:00:00.123Z'],
    ['2026-11-28 10:00:00', '2026-11-28T10:00:00.000Z'],
    ['2026-11-28T10:00', '2026-11-28T10:00:00.000Z'],
    ['2026-11-28', '2026-11-28T00:00:00.000Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['-1h', '2026-11-28T11:00:00.000Z'],
    ['-15m', '2026-11-28T11:45:00.000Z'],
    ['-7d', '2026-11-21T12:00:00.000Z'],
    ['-90s', '2026-11-28T11:58:30.000Z'],
    ['+1w', '2026-12-05T12:00:00.000Z'],
    ['-0s', '2026-11-28T12:00:00.000Z'],
  ])('as %s is %s', (text, time) => {
    expect(read(text)).toBe(time);
  });

  it.each([
    '28 Nov 2026',
    '2026-02-31T00:00:00Z',
    '2026-11-31',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-28T24:00:00Z',
    '2026-11-28T10:60:00Z',
    '2026-11-28T10:00:00+24:00',
    '2026-11-28T10:00:00 CET',
    '11/28/2026',
    '1764324000',
    '1h',
    '-1y',
    '- 1h',
    '-1.5h',
    '-100000000w',
    'now',
    '',
  ])('as %j is refused, and the argument is named', (text) => {
    expect(() => read(text)).toThrow(BadUserInputError);
    expect(() => read(text)).toThrow('filter.finished.after must be');
  });

  it('without an offset is UTC, whatever the zone of the server', () => {
    vi.stubEnv('TZ', 'America/New_York');
    try {
      expect(new Date(2026, 10, 28).getTimezoneOffset()).toBe(300);
      expect(read('2026-11-28T10:00:00')).toBe('2026-11-28T10:00:00.000Z');
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
