import { beforeEach, describe, expect, it } from 'vitest';
import { LastChanges } from '../../../../src/http/conditional/last-changes.js';

describe('LastChanges', () => {
  const clock = { now: 0 };
  let changes: LastChanges;
  const at = (now: number, question: string, tag: string) => {
    clock.now = now;
    return changes.note(question, tag);
  };
  beforeEach(() => {
    clock.now = 0;
    changes = new LastChanges({ maxQuestions: 2, clock: () => clock.now });
  });

  it('dates an answer to the end of the second in which it was first seen, and not before that', () => {
    expect(at(10_400, 'q', 'a')).toBeNull();
    expect(at(10_999, 'q', 'a')).toBeNull();
    expect(at(11_000, 'q', 'a')).toBe(11);
    expect(at(99_000, 'q', 'a')).toBe(11);
  });

  it('distinguishes two changes within one second', () => {
    expect(at(10_100, 'q', 'a')).toBeNull();
    expect(at(10_200, 'q', 'b')).toBeNull();
    expect(at(11_000, 'q', 'b')).toBe(11);
    expect(at(11_000, 'q', 'c')).toBeNull();
    expect(at(12_000, 'q', 'c')).toBe(12);
  });

  it('takes an answer that comes back for a change', () => {
    at(10_000, 'q', 'a');
    at(20_000, 'q', 'b');
    at(30_000, 'q', 'a');
    expect(at(40_000, 'q', 'a')).toBe(31);
  });

  it('never dates a change before the answer that it has changed, though the clock is put back', () => {
    at(50_000, 'q', 'a');
    expect(at(60_000, 'q', 'a')).toBe(51);
    expect(at(20_000, 'q', 'b')).toBeNull();
    expect(at(61_000, 'q', 'b')).toBe(61);
  });

  it('forgets the questions that were asked least recently: their answers count as new', () => {
    at(10_000, 'p', 'a');
    at(10_000, 'q', 'a');
    at(20_000, 'p', 'a');
    at(20_000, 'r', 'a');
    expect(at(30_000, 'p', 'a')).toBe(11);
    expect(at(30_000, 'q', 'a')).toBeNull();
  });
});
