import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoText } from '../../../src/graphql/iso-text.js';

describe('isoText', () => {
  it('writes times as RFC 3339 in UTC, with milliseconds', () => {
    expect(isoText(Date.UTC(2026, 0, 2, 12, 3, 4, 5))).toBe('2026-01-02T12:03:04.005Z');
    expect(isoText(0)).toBe('1970-01-01T00:00:00.000Z');
  });

  it('cuts off fractions of a millisecond', () => {
    expect(isoText(1_767_355_384_005.999)).toBe('2026-01-02T12:03:04.005Z');
    expect(isoText(-0.5)).toBe('1970-01-01T00:00:00.000Z');
  });

  it('writes the ends of days, and years of other lengths, as Date does', () => {
    expect(isoText(Date.UTC(2024, 1, 29) - 1)).toBe('2024-02-28T23:59:59.999Z');
    expect(isoText(Date.UTC(2024, 1, 29))).toBe('2024-02-29T00:00:00.000Z');
    expect(isoText(-1)).toBe('1969-12-31T23:59:59.999Z');
    expect(isoText(Date.UTC(10_000, 0, 1))).toBe('+010000-01-01T00:00:00.000Z');
  });

  it.each([NaN, Infinity, -Infinity, 8.64e15 + 1])('refuses %d, which is no time', (time) => {
    expect(() => isoText(time)).toThrow(RangeError);
  });

  it('is Date.prototype.toISOString', () => {
    fc.assert(
      fc.property(fc.double({ min: -8.64e15, max: 8.64e15, noNaN: true }), (time) => {
        expect(isoText(time)).toBe(new Date(time).toISOString());
      }),
      { numRuns: 10_000 },
    );
    fc.assert(
      fc.property(fc.integer({ min: -1_000, max: 4_102_444_800_000 }), (time) => {
        expect(isoText(time)).toBe(new Date(time).toISOString());
      }),
      { numRuns: 10_000 },
    );
  });
});
