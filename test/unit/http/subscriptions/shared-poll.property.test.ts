/** A shared poll beside a poll of each subscriber's own: all that a subscriber may notice is the same. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PollingIterator } from '../../../../src/cache/polling-iterator.js';
import { SharedPoll } from '../../../../src/http/subscriptions/shared-poll.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const intervalMs = 1_000;

const step = fc.oneof(
  fc.record({ kind: fc.constant('join' as const), pauseMs: fc.integer({ min: 0, max: 2_500 }) }),
  fc.record({ kind: fc.constant('change' as const) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 1_700 }) }),
);

interface Received {
  readonly at: number;
  readonly version: number;
}

/** Reads until the end, and takes so long for each item. */
function read(
  items: AsyncIterable<() => Promise<number> | number>,
  pauseMs: number,
): readonly Received[] {
  const received: Received[] = [];
  const run = async (): Promise<void> => {
    for await (const item of items) {
      received.push({ at: performance.now(), version: await item() });
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  void run();
  return received;
}

async function* looksOf(
  poll: SharedPoll<number, number>,
): AsyncGenerator<() => Promise<number>, void, undefined> {
  for await (const look of poll.join()) yield () => look.read();
}

async function* reportsOf(
  polling: AsyncIterable<number>,
): AsyncGenerator<() => number, void, undefined> {
  for await (const report of polling) yield () => report;
}

it('begins with the state, brings each last change, and nothing twice or too early', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      let version = 0;
      let executions = 0;
      const ending = new AbortController();
      const polled = {
        report: () => version,
        version: () => version,
        intervalMs,
        signals: [ending.signal],
      };
      const poll = new SharedPoll<number, number>({
        polled,
        make: async (seen) => {
          executions++;
          return seen;
        },
        onEmpty: () => undefined,
      });
      const pairs: { own: readonly Received[]; shared: readonly Received[] }[] = [];
      for (const next of steps) {
        if (next.kind === 'change') version++;
        else if (next.kind === 'wait') await vi.advanceTimersByTimeAsync(next.ms);
        else {
          const clock = (): number => performance.now();
          const own = reportsOf(new PollingIterator({ ...polled, clock }));
          pairs.push({ own: read(own, next.pauseMs), shared: read(looksOf(poll), next.pauseMs) });
          await vi.advanceTimersByTimeAsync(0);
        }
      }
      await vi.advanceTimersByTimeAsync(10_000);
      ending.abort();
      await vi.advanceTimersByTimeAsync(0);

      for (const { own, shared } of pairs) {
        expect(shared[0]).toEqual(own[0]);
        expect(shared.at(-1)?.version).toBe(own.at(-1)?.version);
        for (const [at, later] of shared.slice(1).entries()) {
          const earlier = shared[at];
          expect(later.version).toBeGreaterThan(earlier?.version ?? Infinity);
          expect(later.at - (earlier?.at ?? Infinity)).toBeGreaterThanOrEqual(intervalMs);
        }
      }
      expect(executions).toBeLessThanOrEqual(pairs.reduce((sum, { shared }) => sum + shared.length, 0));
      expect(vi.getTimerCount()).toBe(0);
    }),
    { numRuns: 200 },
  );
});
