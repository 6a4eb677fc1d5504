import { describe, expect, it } from 'vitest';
import {
  changeRate,
  changesPerTtl,
  compared,
  nothingKnown,
} from '../../../../src/cache/policies/change-rate.js';

const after = (...differed: boolean[]) =>
  differed.reduce((changes, one) => compared(changes, { differed: one, gap: 1_000 }), nothingKnown);

describe('changeRate', () => {
  it('is nothing before the first comparison, and where nothing ever differed', () => {
    expect(changeRate(nothingKnown)).toBe(0);
    expect(changeRate(after(false, false))).toBe(0);
  });

  it('follows the formula of Cho and Garcia-Molina', () => {
    expect(changeRate(after(true))).toBeCloseTo(-Math.log(0.5 / 1.5) / 1_000, 12);
    // Two comparisons at a mean gap of 1 s, the first counting 0.9.
    expect(changeRate(after(true, false))).toBeCloseTo(-Math.log(1.5 / 2.4) / 1_000, 12);
    expect(changeRate(after(false, true))).toBeCloseTo(-Math.log(1.4 / 2.4) / 1_000, 12);
  });

  it('remembers about ten comparisons', () => {
    const calm = after(...Array.from({ length: 100 }, () => false));
    expect(calm.comparisons).toBeCloseTo(10, 3);
    const busy = Array.from({ length: 50 }, () => true).reduce(
      (changes) => compared(changes, { differed: true, gap: 1_000 }),
      calm,
    );
    expect(changeRate(busy)).toBeGreaterThan(0.0025);
  });
});

describe('changesPerTtl', () => {
  it.each([0.01, 0.05, 0.1, 0.5])('gives the TTL at which %d of a life is out of date', (fraction) => {
    const x = changesPerTtl(fraction);
    expect(1 - (1 - Math.exp(-x)) / x).toBeCloseTo(fraction, 9);
  });
});
