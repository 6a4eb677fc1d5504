import { beforeEach, describe, expect, it } from 'vitest';
import { QueuelessCounts, type TaskCount } from '../../../src/prometheus/queueless-counts.js';

const count = { state: 'RECEIVED', runtime: null, queueWait: null };

describe('a count of a task whose queue is unknown', () => {
  let clock: { now: number };
  let settled: [name: string | null, queue: string | null][];
  let counts: QueuelessCounts;
  beforeEach(() => {
    clock = { now: 0 };
    settled = [];
    counts = new QueuelessCounts({
      onSettled: (name, queue) => settled.push([name, queue]),
      clock: () => clock.now,
    });
  });

  const holds = (id: string, queue: string | null = null): boolean =>
    counts.holds({ id, name: `name of ${id}`, queue, sentAt: null }, count);

  it('waits for its queue', () => {
    expect([holds('a'), holds('b'), holds('a', 'high')]).toEqual([true, true, false]);
    expect(settled).toEqual([['name of a', 'high']]);
  });

  it('is settled without one after a second, in the order of arrival', () => {
    for (const id of ['a', 'b', 'c']) {
      holds(id);
      clock.now += 10;
    }
    holds('b', 'high');
    clock.now = 1_019;
    counts.settle();
    expect(settled).toEqual([
      ['name of b', 'high'],
      ['name of a', null],
    ]);
    clock.now = 1_020;
    counts.settle();
    expect(settled.at(-1)).toEqual(['name of c', null]);
  });

  it('waits anew when its task comes again', () => {
    holds('a');
    holds('a', 'high');
    clock.now = 500;
    holds('a');
    clock.now = 1_499;
    counts.settle();
    expect(settled).toEqual([['name of a', 'high']]);
    clock.now = 1_500;
    counts.settle();
    expect(settled.at(-1)).toEqual(['name of a', null]);
  });

  it('gives way, the earliest first, when more than 10,000 wait', () => {
    for (let at = 0; at < 25_001; at++) holds(`${at}`);
    expect(settled).toHaveLength(15_000);
    expect([settled[0], settled.at(-1)]).toEqual([
      ['name of 0', null],
      ['name of 14999', null],
    ]);
  });

  it('is settled together with the others of its task: all that was counted, no more', () => {
    const added: TaskCount[] = [
      { state: 'RECEIVED', runtime: null, queueWait: null },
      { state: 'STARTED', runtime: null, queueWait: 0.5 },
      { state: 'PROGRESS', runtime: null, queueWait: null },
      { state: 'STARTED', runtime: null, queueWait: 0 },
      { state: 'SUCCESS', runtime: 2, queueWait: null },
      { state: null, runtime: 0, queueWait: null },
    ];
    const totals: TaskCount[] = [];
    const tested = new QueuelessCounts({
      onSettled: (_name, _queue, settledCounts) => totals.push(...settledCounts),
      clock: () => clock.now,
    });
    for (const one of added) tested.holds({ id: 'a', name: 'demo.add', queue: null, sentAt: null }, one);
    tested.holds({ id: 'a', name: 'demo.add', queue: 'high', sentAt: null }, count);

    const valuesOf = (field: keyof TaskCount): unknown[] =>
      totals.flatMap((one) => one[field] ?? []).sort();
    expect(valuesOf('state')).toEqual(['PROGRESS', 'RECEIVED', 'STARTED', 'STARTED', 'SUCCESS']);
    expect(valuesOf('runtime')).toEqual([0, 2]);
    expect(valuesOf('queueWait')).toEqual([0, 0.5]);
  });
});
