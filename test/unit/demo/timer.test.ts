import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { after, sleep } from '../../../src/demo/timer.js';

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});

afterEach(() => {
  vi.useRealTimers();
});

it('waits longer than one timer can', async () => {
  const action = vi.fn();
  const days = 60 * 24 * 3_600_000;
  after(days, action);
  await vi.advanceTimersByTimeAsync(days - 1);
  expect(action).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(action).toHaveBeenCalledOnce();
});

it('ends a sleep with the reason of the signal', async () => {
  const controller = new AbortController();
  const slept = sleep(1_000, controller.signal);
  controller.abort(new Error('enough'));
  await expect(slept).rejects.toThrow('enough');
  expect(vi.getTimerCount()).toBe(0);
  await expect(sleep(1_000, controller.signal)).rejects.toThrow('enough');
});
