import { describe, expect, it } from 'vitest';
import { goalRow, judge } from '../../../bench/support/goals.mjs';
import { formatNumber, table } from '../../../bench/support/table.mjs';

describe('table', () => {
  it('shows a summary as its median and spread, and leaves a missing cell empty', () => {
    const rows = [
      { of: 'gateway', rate: { median: 1234.4, min: 1_000, max: 2_000 }, ratio: 0.7 },
      { of: 'bare', rate: 50 },
    ];
    expect(table(rows).split('\n')).toEqual([
      '| of      | rate                | ratio |',
      '| ------- | ------------------- | ----- |',
      '| gateway | 1,234 (1,000–2,000) | 0.70  |',
      '| bare    | 50.0                |       |',
    ]);
  });

  it('shows what is not a number as a dash', () => {
    expect([formatNumber(NaN), formatNumber(null), formatNumber(99.96)]).toEqual(['-', '-', '100.0']);
  });
});

describe('judge', () => {
  const goals = [
    { id: 'ratio', what: 'of bare', atLeast: 0.7 },
    { id: 'wait', what: 'p99', unit: 'ms', atMost: 3 },
  ];

  it('reaches a bound at its edge', () => {
    const judged = judge(goals, { ratio: 0.7, wait: 3 });
    expect(judged.map(({ reached }) => reached)).toEqual([true, true]);
  });

  it('does not reach one beyond it', () => {
    const judged = judge(goals, { ratio: 0.69, wait: 3.01 });
    expect(judged.map(goalRow)).toEqual([
      { goal: 'of bare', aim: 'at least 0.7', measured: '0.69', result: 'not reached' },
      { goal: 'p99', aim: 'at most 3 ms', measured: '3.01 ms', result: 'not reached' },
    ]);
  });

  it('does not judge what was not measured', () => {
    const [ratio, wait] = judge(goals, { ratio: NaN });
    expect([ratio?.reached, ratio?.value, wait?.reached]).toEqual([null, null, null]);
    expect(ratio && goalRow(ratio)['result']).toBe('not measured');
  });
});
