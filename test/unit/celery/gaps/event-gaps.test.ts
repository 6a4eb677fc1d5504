import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { EventGaps } from '../../../../src/celery/gaps/event-gaps.js';
import { GapFilling } from '../../../../src/celery/gaps/gap-filling.js';
import { Reconciliation } from '../../../../src/celery/gaps/reconciliation.js';
import { EventLoopStallDetector } from '../../../../src/celery/gaps/event-loop-stall-detector.js';
import { createLogger, silentLogger } from '../../../../src/log.js';
import type { TaskMeta } from '../../../../src/celery/transport/transport.js';
import { eventually } from '../../../support/eventually.js';

function createGaps() {
  const clock = { now: 1_000, lastEventAt: null as number | null };
  const gaps = new EventGaps({ clock: () => clock.now, lastEventAt: () => clock.lastEventAt });
  return { gaps, clock };
}

const unlearned = { seededTasks: 0, settledTasks: 0, filledAt: null };

describe('the log of gaps', () => {
  it('says when the stream is interrupted and resumes, for how long and why, and what was found afterwards', () => {
    const lines: unknown[] = [];
    const log = createLogger('info', (line) => void lines.push(JSON.parse(line)));
    const clock = { now: 0 };
    const gaps = new EventGaps({ clock: () => clock.now, lastEventAt: () => 58_000, log });
    clock.now = 1_000;
    gaps.close();
    expect(lines).toEqual([]);

    clock.now = 60_000;
    gaps.open('the connection was closed');
    clock.now = 70_000;
    gaps.close();
    gaps.learned(gaps.unfilled(), { seededTasks: 3, settledTasks: 2 });
    gaps.learned(gaps.unfilled(), { isFilled: true });
    const [from, to] = ['1970-01-01T00:00:58.000Z', '1970-01-01T00:01:10.000Z'];
    const reason = 'the connection was closed';
    expect(lines).toMatchObject([
      { level: 'warn', message: 'event stream interrupted', from, to: null, reason },
      { level: 'info', message: 'event stream resumed', from, to, seconds: 12, reason },
      { level: 'info', message: 'workers and results read', from: null },
      { level: 'info', message: 'event gap filled', from, to, seededTasks: 3, settledTasks: 2 },
    ]);
  });
});

describe('gaps in the event stream', () => {
  it('begin with what was before the gateway', () => {
    const { gaps, clock } = createGaps();
    expect(gaps.list()).toEqual([
      {
        from: null,
        to: null,
        cause: 'NOT_CONNECTED_YET',
        reason: 'the gateway was not connected yet',
        ...unlearned,
      },
    ]);

    clock.now = 3_000;
    gaps.close();
    expect(gaps.unfilled()).toMatchObject([{ from: null, to: 3_000 }]);
  });

  it('open with the last event that was received, ten seconds before the loss was noticed at most', () => {
    const { gaps, clock } = createGaps();
    gaps.close();

    Object.assign(clock, { now: 60_000, lastEventAt: 58_500 });
    gaps.open('the connection was closed');
    clock.now = 61_000;
    gaps.open('still');
    gaps.close();
    Object.assign(clock, { now: 100_000 });
    gaps.open('again');

    expect(gaps.list().slice(0, 2)).toMatchObject([
      { from: 90_000, to: null, reason: 'again' },
      { from: 58_500, to: 61_000, reason: 'the connection was closed' },
    ]);
    expect(gaps.total).toBe(3);
  });

  it('reach further back when the process stood still and could not notice', () => {
    const process = { now: 0 };
    const stalls = new EventLoopStallDetector(() => process.now);
    const gaps = new EventGaps({
      clock: () => 100_000,
      lastEventAt: () => 0,
      stalledMs: () => stalls.recentStall,
    });
    for (process.now = 1_000; process.now < 5_000; process.now += 1_000) stalls.tick();

    process.now += 30_000;
    gaps.close();
    gaps.open('closed meanwhile');
    gaps.close();
    for (let seconds = 0; seconds < 11; seconds++, process.now += 1_000) stalls.tick();
    gaps.open('closed now');

    expect(gaps.list().slice(0, 2)).toMatchObject([
      { from: 90_000, reason: 'closed now' },
      { from: 59_000, reason: 'closed meanwhile' },
    ]);
  });

  it('report what was learned, and are kept in a bounded number', () => {
    const { gaps, clock } = createGaps();
    let changes = 0;
    const stop = gaps.onChange(() => changes++);
    gaps.close();
    gaps.learned(gaps.unfilled(), { seededTasks: 3 });
    gaps.learned(gaps.unfilled(), { settledTasks: 2, isFilled: true });
    expect(gaps.newest).toMatchObject({ seededTasks: 3, settledTasks: 2, filledAt: 1_000 });
    expect([gaps.isFilling, changes]).toEqual([false, 3]);
    stop();

    for (let n = 0; n < 150; n++) gaps.add(n, n + 1, 'too many');
    expect(gaps.list()).toHaveLength(100);
    expect(gaps.list()[0]).toMatchObject({ from: 149 });
    expect([gaps.total, changes, clock.now]).toEqual([151, 3, 1_000]);
  });
});

describe('the filling of gaps', () => {
  it('asks the workers, then the result backend, and is done when both have answered', async () => {
    const { gaps } = createGaps();
    const asked: string[] = [];
    const filling = new GapFilling({
      gaps,
      syncWorkers: async () => asked.push('workers') && 2,
      unfinishedIds: () => ['a', 'b'],
      reconciliation: {
        search: async (ids, onSettled) => {
          asked.push(...ids);
          onSettled?.(1);
        },
      },
      isConnected: () => true,
    });

    await filling.fill();
    expect(asked).toEqual([]); // it is still open

    gaps.close();
    await filling.fill();
    await eventually(() => expect(gaps.isFilling).toBe(false));
    expect(asked).toEqual(['workers', 'a', 'b']);
    expect(gaps.newest).toMatchObject({ seededTasks: 2, settledTasks: 1 });
  });

  it('is tried again when the workers could not be asked', async () => {
    const { gaps } = createGaps();
    gaps.close();
    let tries = 0;
    const filling = new GapFilling({
      gaps,
      syncWorkers: async () => {
        if (++tries < 3) throw new Error('no answer');
        return 0;
      },
      unfinishedIds: () => [],
      reconciliation: { search: async () => undefined },
      isConnected: () => true,
      pauses: [1],
    });

    await expect(filling.fill()).rejects.toThrow('no answer');
    expect(gaps.isFilling).toBe(true);
    await eventually(() => expect(gaps.isFilling).toBe(false));
    expect(tries).toBe(3);
  });

  it('is tried the more rarely the longer the workers cannot be asked', async () => {
    const { gaps } = createGaps();
    gaps.close();
    let tries = 0;
    const filling = new GapFilling({
      gaps,
      syncWorkers: async () => {
        tries++;
        throw new Error('no answer');
      },
      unfinishedIds: () => [],
      reconciliation: { search: async () => undefined },
      isConnected: () => true,
      pauses: [1, 60_000],
    });

    await expect(filling.fill()).rejects.toThrow('no answer');
    await eventually(() => expect(tries).toBe(2));
    await delay(100); // no event marks that nothing happens
    expect(tries).toBe(2);
  });
});

describe('the reconciliation', () => {
  const meta = (id: string): TaskMeta => ({ id, state: 'SUCCESS' }) as TaskMeta;

  /** Tasks that are unfinished, and a backend that answers one script line after the other. */
  function createReconciliation(unfinished: string[], answers: (readonly string[] | Error)[]) {
    const left = new Set(unfinished);
    const asked: string[][] = [];
    const reconciliation = new Reconciliation({
      results: {
        fetch: async (ids) => {
          asked.push([...ids]);
          const answer = answers.shift() ?? [];
          if (answer instanceof Error) throw answer;
          return ids.map((id) => (answer.includes(id) ? meta(id) : null));
        },
      },
      state: { awaitsResult: (id) => left.has(id), settleTask: ({ id }) => left.delete(id) },
      log: silentLogger,
      pauses: [1, 1],
    });
    return { reconciliation, asked, left };
  }

  it('settles what has a result, and looks for the rest a few times more', async () => {
    const { reconciliation, asked } = createReconciliation(['a', 'b', 'c'], [['a'], ['b'], []]);
    const settled: number[] = [];

    await reconciliation.search(['a', 'b', 'c', 'finished'], (tasks) => settled.push(tasks));
    expect(settled).toEqual([1]);

    await eventually(() => expect(asked).toEqual([['a', 'b', 'c'], ['b', 'c'], ['c']]));
    expect(settled).toEqual([1, 1]);
  });

  it('resolves though the backend is away, and goes on when it is back', async () => {
    const { reconciliation, left } = createReconciliation(['a'], [new Error('away'), ['a']]);

    await reconciliation.search(['a']);

    expect([...left]).toEqual([]);
  });

  it('asks for five hundred at a time', async () => {
    const ids = Array.from({ length: 1_200 }, (_, n) => `t${n}`);
    const { reconciliation, asked } = createReconciliation(ids, []);

    await reconciliation.search(ids);

    expect(asked.slice(0, 3).map(({ length }) => length)).toEqual([500, 500, 200]);
    reconciliation[Symbol.dispose]();
  });
});
