import { describe, expect, it } from 'vitest';
import { formatHttpDate, parseHttpDate } from '../../../../src/http/conditional/http-date.js';

const now = Date.UTC(2026, 0, 1);
const example = Date.UTC(1994, 10, 6, 8, 49, 37);

describe('an HTTP date', () => {
  it.each([
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
  ])('is read from %s', (text) => {
    expect(parseHttpDate(text, now)).toBe(example);
  });

  it('is written in the form that all understand', () => {
    expect(formatHttpDate(example / 1_000)).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
  });

  it('with two digits for its year is at most fifty years ahead', () => {
    expect(parseHttpDate('Friday, 01-Jan-76 00:00:00 GMT', now)).toBe(Date.UTC(2076, 0, 1));
    expect(parseHttpDate('Saturday, 01-Jan-77 00:00:00 GMT', now)).toBe(Date.UTC(1977, 0, 1));
  });

  it('may lie before the year 100', () => {
    expect(parseHttpDate('Sun, 06 Nov 0094 08:49:37 GMT', now)).toBeLessThan(Date.UTC(1900));
  });

  it.each([
    '',
    'yesterday',
    '1994-11-06T08:49:37Z',
    '784111777',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 CET',
    'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:38 GMT',
    'Sun, 31 Nov 1994 08:49:37 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:00 GMT',
    'sun, 06 nov 1994 08:49:37 gmt',
    'Sun Nov 6 08:49:37 1994',
  ])('is none of %s', (text) => {
    expect(parseHttpDate(text, now)).toBeNull();
  });
});
