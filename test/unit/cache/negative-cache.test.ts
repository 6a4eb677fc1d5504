import { describe, expect, it } from 'vitest';
import { NegativeCache } from '../../../src/cache/negative-cache.js';

const error = new Error('down');

describe('NegativeCache', () => {
  it('answers with an error until its TTL has passed', () => {
    const failures = new NegativeCache(1_000, 3);
    failures.add('a', { error, at: 500 });
    expect(failures.find('a', 1_499)).toEqual({ error, at: 500 });
    expect(failures.find('a', 1_500)).toBeUndefined();
    expect(failures.find('b', 500)).toBeUndefined();
  });

  it('keeps the errors that can still answer, and lets go of the others, when it is swept', () => {
    const failures = new NegativeCache(1_000, 3);
    failures.add('a', { error, at: 0 });
    failures.add('b', { error, at: 1 });
    failures.add('c', { error, at: 2 });
    failures.sweep(1_001);
    expect([...failures.keys()]).toEqual(['c']);
  });

  it('remembers nothing with a TTL of 0', () => {
    const failures = new NegativeCache(0, 3);
    failures.add('a', { error, at: 0 });
    expect([...failures.keys()]).toEqual([]);
  });
});
