import { describe, expect, it } from 'vitest';
import { doubling, pauseAfter } from '../../src/retry-pauses.js';

describe('pauseAfter', () => {
  it('takes each pause once, then the last one for good', () => {
    expect([0, 1, 2, 3, 100].map((failures) => pauseAfter(failures, [10, 20, 50]))).toEqual([
      10, 20, 50, 50, 50,
    ]);
  });

  it('does not pause without pauses', () => {
    expect(pauseAfter(3, [])).toBe(0);
  });
});

describe('doubling', () => {
  it('doubles the first pause up to the longest', () => {
    expect(doubling(50, 500)).toEqual([50, 100, 200, 400, 500]);
    expect(doubling(50, 400)).toEqual([50, 100, 200, 400]);
    expect(doubling(50, 50)).toEqual([50]);
  });
});
