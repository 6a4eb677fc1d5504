/** How often a client may ask, by a clock of the test's own. */
import { expect, it } from 'vitest';
import { RateLimit } from '../../../src/access/rate-limit.js';

function limit(options: { rate: number; burst: number; maxClients?: number }) {
  const clock = { now: 0 };
  return { clock, limit: new RateLimit({ ...options, clock: () => clock.now }) };
}

it('answers a burst at once, and then as many a second as are allowed', () => {
  const { clock, limit: rate } = limit({ rate: 10, burst: 3 });
  expect([1, 2, 3].map(() => rate.take('a'))).toEqual([0, 0, 0]);
  expect(rate.take('a')).toBe(0.1);
  clock.now = 100;
  expect([rate.take('a'), rate.take('a')]).toEqual([0, 0.1]);
});

it('lets no client save up more than a burst', () => {
  const { clock, limit: rate } = limit({ rate: 10, burst: 2 });
  clock.now = 3_600_000;
  expect([1, 2, 3].map(() => rate.take('a') === 0)).toEqual([true, true, false]);
});

it('takes nothing from a client that is refused', () => {
  const { clock, limit: rate } = limit({ rate: 1, burst: 1 });
  rate.take('a');
  for (let time = 0; time < 100; time++) rate.take('a');
  clock.now = 1_000;
  expect(rate.take('a')).toBe(0);
});

it('says how long a client has to wait for one operation, and takes nothing for it', () => {
  const { clock, limit: rate } = limit({ rate: 10, burst: 1 });
  expect([rate.wait('a'), rate.wait('a'), rate.take('a')]).toEqual([0, 0, 0]);
  expect(rate.wait('a')).toBe(0.1);
  clock.now = 75;
  expect(rate.wait('a')).toBe(0.025);
  expect(rate.wait('b')).toBe(0);
  clock.now = 100;
  expect([rate.wait('a'), rate.take('a'), rate.wait('a')]).toEqual([0, 0, 0.1]);
});

it('makes no client wait where there is no limit', () => {
  const { limit: rate } = limit({ rate: 0, burst: 1 });
  expect([rate.take('a'), rate.take('a'), rate.wait('a')]).toEqual([0, 0, 0]);
});

it('waits for a bucket that holds less than one token to be full', () => {
  const { clock, limit: rate } = limit({ rate: 1, burst: 0.5 });
  expect([rate.take('a'), rate.wait('a')]).toEqual([0, 0.5]);
  clock.now = 500;
  expect([rate.wait('a'), rate.take('a')]).toEqual([0, 0]);
});

it('takes a token for each operation, and no more than there ever are', () => {
  const { limit: rate } = limit({ rate: 1, burst: 10 });
  expect([rate.take('a', 6), rate.take('a', 6), rate.take('a', 4)]).toEqual([0, 2, 0]);
  expect([rate.take('b', 1_000), rate.take('b')]).toEqual([0, 1]);
});

it('keeps each client its own share', () => {
  const { limit: rate } = limit({ rate: 1, burst: 1 });
  expect([rate.take('a'), rate.take('b'), rate.take('a')]).toEqual([0, 0, 1]);
});

it('sets no limit where none is set', () => {
  const { limit: rate } = limit({ rate: 0, burst: 1 });
  expect(Array.from({ length: 100 }, () => rate.take('a')).every((wait) => wait === 0)).toBe(true);
});

it('remembers the clients that came last, and no more of them than it may', () => {
  const { limit: rate } = limit({ rate: 1, burst: 1, maxClients: 100 });
  for (let client = 0; client < 10_000; client++) rate.take(`client ${client}`);
  expect(rate.size).toBe(100);
  expect([rate.take('client 9999'), rate.take('client 0')]).toEqual([1, 0]);
});
