import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SharedPoll } from '../../../../src/http/subscriptions/shared-poll.js';
import type { PollSubscriber } from '../../../../src/http/subscriptions/shared-poll.js';

let state: number;
let made: number[];
let ending: AbortController;
let emptied: number;
beforeEach(() => {
  vi.useFakeTimers();
  state = 0;
  made = [];
  ending = new AbortController();
  emptied = 0;
});
afterEach(() => void vi.useRealTimers());

function pollOf(report: () => number = () => state): SharedPoll<number, number> {
  return new SharedPoll({
    polled: { report, version: () => state, intervalMs: 1_000, signals: [ending.signal] },
    make: async (seen) => {
      made.push(seen);
      return seen;
    },
    onEmpty: () => {
      emptied++;
    },
  });
}

/** The values that a subscriber has received, each with the time, until it has ended. */
function received(subscriber: PollSubscriber<number, number>): [number, number][] {
  const values: [number, number][] = [];
  const read = async (): Promise<void> => {
    for await (const look of subscriber) values.push([Date.now() - startedAt, await look.read()]);
  };
  const startedAt = Date.now();
  void read();
  return values;
}

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

describe('SharedPoll', () => {
  it('makes what two subscribers get once', async () => {
    const poll = pollOf();
    const [one, other] = [received(poll.join()), received(poll.join())];
    await pass(2_500);
    state = 1;
    await pass(1_000);
    expect([one, other]).toEqual([
      [
        [0, 0],
        [3_000, 1],
      ],
      [
        [0, 0],
        [3_000, 1],
      ],
    ]);
    expect(made).toEqual([0, 1]);
  });

  it('gives one that joins the state at once, and the next after an interval at least', async () => {
    const poll = pollOf();
    received(poll.join());
    await pass(500);
    state = 1;
    const joined = received(poll.join());
    await pass(300);
    state = 2;
    await pass(3_000);
    expect(joined).toEqual([
      [0, 1],
      [1_500, 2],
    ]);
  });

  it('gives the state at a join anew, also where nothing has changed for long', async () => {
    const poll = pollOf();
    received(poll.join());
    await pass(500);
    received(poll.join());
    await pass(0);
    expect(made).toEqual([0, 0]);
  });

  it('makes nothing for a subscriber that does not read, and gives it the latest when it does', async () => {
    const poll = pollOf();
    const slow = poll.join();
    await slow.next();
    for (state = 1; state < 5; state++) await pass(1_000);
    expect(made).toEqual([]);
    const next = slow.next();
    await pass(1_000);
    expect(await (await next).value?.read()).toBe(5);
  });

  it('does not let a subscriber that is slow hold up another', async () => {
    const poll = pollOf();
    await poll.join().next();
    const quick = received(poll.join());
    await pass(100);
    state = 1;
    await pass(2_000);
    expect(quick.map(([, value]) => value)).toEqual([0, 1]);
  });

  it('goes on for the others when one leaves, and leaves no timer behind the last', async () => {
    const poll = pollOf();
    const leaving = poll.join();
    const left = received(leaving);
    const staying = poll.join();
    const stayed = received(staying);
    await pass(100);
    await leaving.return();
    state = 1;
    await pass(2_000);
    expect([left.length, stayed.length, emptied]).toEqual([1, 2, 0]);
    await staying.return();
    expect([vi.getTimerCount(), poll.size, emptied]).toEqual([0, 0, 1]);
  });

  it('ends all when its source ends', async () => {
    const poll = pollOf();
    const subscribers = [poll.join(), poll.join()];
    for (const subscriber of subscribers) await subscriber.next();
    const pending = subscribers.map((subscriber) => subscriber.next());
    ending.abort();
    expect(await Promise.all(pending)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    expect([vi.getTimerCount(), emptied]).toEqual([0, 1]);
  });

  it('fails the reads that wait when the report fails', async () => {
    const poll = pollOf(() => {
      if (state > 0) throw new Error('no report');
      return state;
    });
    const subscriber = poll.join();
    await subscriber.next();
    const failing = expect(subscriber.next()).rejects.toThrow('no report');
    state = 1;
    await pass(1_000);
    await failing;
  });
});
