/** Deadlines judge others, not our own event loop. Time is vitest's, but for the turns of the loop. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startDeadline, withDeadline } from '../../src/timers.js';
import { TimeoutError } from '../../src/errors.js';

let expired: number;
let stop: () => void;
/** By how much the clock is ahead of the timers. */
let lag: number;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  [expired, lag, stop] = [0, 0, () => undefined];
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + lag);
});
afterEach(() => {
  stop();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function start(milliseconds: number): void {
  stop = startDeadline(milliseconds, () => expired++);
}

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Lets timers fire when the clock shows that much more than it should. */
function passLate(milliseconds: number, late: number): Promise<unknown> {
  lag += late;
  return pass(milliseconds);
}

it('expires on time, once', async () => {
  start(1_000);
  await pass(999);
  expect(expired).toBe(0);
  await pass(1);
  await turn();
  expect(expired).toBe(1);
  await pass(10_000);
  expect(expired).toBe(1);
});

it('lets the loop look at its sockets before it expires', async () => {
  start(1_000);
  vi.advanceTimersByTime(1_000);
  expect(expired).toBe(0);
  await turn();
  expect(expired).toBe(1);
});

it('can be stopped until it has expired', async () => {
  start(1_000);
  vi.advanceTimersByTime(1_000);
  stop();
  await turn();
  expect(expired).toBe(0);
});

it('takes a timer that is 50 ms late for punctual', async () => {
  start(1_000);
  await passLate(1_000, 50);
  await turn();
  expect(expired).toBe(1);
});

it('grants a quarter of a second after a stall', async () => {
  start(1_000);
  await passLate(1_000, 51);
  await pass(249);
  await turn();
  expect(expired).toBe(0);
  await pass(1);
  await turn();
  expect(expired).toBe(1);
});

it('grants no more than it was given itself', async () => {
  start(100);
  await passLate(100, 2_000);
  await pass(100);
  await turn();
  expect(expired).toBe(1);
});

it('expires though the loop stalls again and again', async () => {
  start(1_000);
  await passLate(1_000, 500);
  for (let n = 0; n < 3; n++) await passLate(250, 500);
  await turn();
  expect(expired).toBe(0);
  await passLate(250, 500);
  await turn();
  expect(expired).toBe(1);
});

it('waits for the rest when a timer is early, as after a long turn', async () => {
  start(1_000);
  await passLate(1_000, -400);
  await turn();
  expect(expired).toBe(0);
  await pass(400);
  await turn();
  expect(expired).toBe(1);
});

it('rejects a promise that has not settled by then, and leaves no timer behind one that has', async () => {
  const late = withDeadline(new Promise(() => undefined), 1_000, 'The answer');
  const failure = expect(late).rejects.toEqual(new TimeoutError('The answer', 1_000));
  await pass(1_000);
  await failure;

  expect(await withDeadline(Promise.resolve(42), 1_000, 'The answer')).toBe(42);
  expect(vi.getTimerCount()).toBe(0);
});
