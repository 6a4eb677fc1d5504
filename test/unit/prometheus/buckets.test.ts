import { expect, it } from 'vitest';
import { Buckets } from '../../../src/prometheus/buckets.js';

it('counts a value in every bucket whose bound it does not exceed', () => {
  const buckets = new Buckets([0.1, 1, 10]);
  for (const value of [0.05, 0.1, 0.5, 10, 11]) buckets.observe(value);

  expect(buckets.cumulative()).toEqual([2, 3, 4, 5]);
  expect(buckets.sum).toBeCloseTo(21.65, 10);
});
