/** The end of credentials: called in time, by one timer. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Expirations } from '../../../src/http/expirations.js';

describe('Expirations', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 0 }));
  afterEach(() => void vi.useRealTimers());

  it('calls each at its time, with one timer for all of them', () => {
    const called: number[] = [];
    const expirations = new Expirations();
    for (const at of [3_000, 1_000, 2_000]) expirations.add(at, () => called.push(at));
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(999);
    expect(called).toEqual([]);
    vi.advanceTimersByTime(1_001);
    expect(called).toEqual([1_000, 2_000]);
    vi.advanceTimersByTime(1_000);
    expect(called).toEqual([1_000, 2_000, 3_000]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('calls at once for what is over already', () => {
    const expire = vi.fn();
    new Expirations().add(-1, expire);
    vi.advanceTimersByTime(0);
    expect(expire).toHaveBeenCalledOnce();
  });

  it('waits for nothing that was stopped, or has no end', () => {
    const expire = vi.fn();
    const expirations = new Expirations();
    expirations.add(null, expire);
    expirations.add(1_000, expire)();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(10_000);
    expect(expire).not.toHaveBeenCalled();
  });

  it('waits for longer than a timer can count', () => {
    const expire = vi.fn();
    const month = 40 * 86_400_000;
    new Expirations().add(month, expire);
    vi.advanceTimersByTime(month - 1);
    expect(expire).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(expire).toHaveBeenCalledOnce();
  });
});
