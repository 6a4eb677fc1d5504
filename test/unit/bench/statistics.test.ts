import { describe, expect, it } from 'vitest';
import { median, quantile, ratioOf, summarise } from '../../../bench/support/statistics.mjs';

describe('quantile', () => {
  it('interpolates between the two nearest samples, in whatever order they come', () => {
    expect(quantile([40, 10, 30, 20], 0.5)).toBe(25);
    expect(quantile([40, 10, 30, 20], 0)).toBe(10);
    expect(quantile([40, 10, 30, 20], 1)).toBe(40);
    expect(quantile([0, 100], 0.99)).toBe(99);
  });

  it('sorts by value, not by text', () => {
    expect(median([9, 10, 100])).toBe(10);
  });

  it('is not a number without samples', () => {
    expect(quantile([], 0.5)).toBeNaN();
  });

  it('leaves the samples in their order', () => {
    const samples = [3, 1, 2];
    median(samples);
    expect(samples).toEqual([3, 1, 2]);
  });
});

describe('summarise', () => {
  it('has the middle and the ends', () => {
    expect(summarise([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 });
  });
});

describe('ratioOf', () => {
  it('is the median of the ratios of the rounds, not the ratio of the medians', () => {
    expect(ratioOf([10, 40, 30], [20, 40, 100])).toEqual({ median: 0.5, min: 0.3, max: 1 });
  });

  it('refuses series of different lengths', () => {
    expect(() => ratioOf([1, 2], [1])).toThrow('2 rounds cannot be compared with 1');
  });
});
