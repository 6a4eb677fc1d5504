import { expect, it } from 'vitest';
import { sumOf } from '../../../src/celery/cluster-summary.js';

it('adds up what is known, and is unknown as soon as a part is', () => {
  expect(sumOf([2, 3])).toBe(5);
  expect(sumOf([])).toBe(0);
  expect(sumOf([2, null, 3])).toBeNull();
});
