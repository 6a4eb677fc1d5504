import { describe, expect, it } from 'vitest';
import { percent } from '../../src/percent.js';

describe('percent', () => {
  it.each([
    [1, 3, 33.33],
    [2, 3, 66.67],
    [0, 5, 0],
    [5, 5, 100],
    [0, 0, 0],
  ])('%i of %i is %d', (part, whole, expected) => {
    expect(percent(part, whole)).toBe(expected);
  });
});
