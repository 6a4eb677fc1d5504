import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Rounds } from '../../../../src/http/connections/rounds.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('Rounds', () => {
  it('calls each function once per period, those that were added later at other times', () => {
    const rounds = new Rounds(1_200);
    const calls: [string, number][] = [];
    const startedAt = Date.now();
    const note = (name: string) => () => void calls.push([name, Date.now() - startedAt]);
    rounds.add(note('first'));
    vi.advanceTimersByTime(350);
    rounds.add(note('later'));
    vi.advanceTimersByTime(2_450);
    expect(calls).toEqual([
      ['first', 1_200],
      ['later', 1_500],
      ['first', 2_400],
      ['later', 2_700],
    ]);
  });

  it('has one timer, however many functions it calls, and none when the last has stopped', () => {
    const rounds = new Rounds(1_200);
    const stops = Array.from({ length: 100 }, () => rounds.add(() => undefined));
    expect(vi.getTimerCount()).toBe(1);
    for (const stop of stops) stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
