import { describe, expect, it } from 'vitest';
import { distribution, summarizeOutcomes } from '../../../src/celery/summary.js';
import { percent } from '../../../src/percent.js';
import type { FinishedTask } from '../../../src/celery/summary.js';

const oneTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const task = (
  state: string,
  runtimeSeconds: number | null,
  queueWaitSeconds: number | null = null,
): FinishedTask => ({
  ...{ name: 'add', state, finishedAt: 0, runtimeSeconds, queueWaitSeconds },
});

describe('distribution', () => {
  it('has nothing to say of nothing', () => {
    expect(distribution([])).toEqual({
      ...{ count: 0, avgSeconds: null, maxSeconds: null },
      ...{ p50Seconds: null, p95Seconds: null, p99Seconds: null },
    });
  });

  it('takes percentiles by nearest rank: each is a value that was measured', () => {
    expect(distribution(oneTo(100))).toEqual({
      ...{ count: 100, avgSeconds: 50.5, maxSeconds: 100 },
      ...{ p50Seconds: 50, p95Seconds: 95, p99Seconds: 99 },
    });
  });

  it.each([
    [[7], { avgSeconds: 7, p50Seconds: 7, p95Seconds: 7, p99Seconds: 7, maxSeconds: 7 }],
    [[1, 3], { avgSeconds: 2, p50Seconds: 1, p95Seconds: 3, p99Seconds: 3, maxSeconds: 3 }],
    // The example of nearest rank: 15, 20, 35, 40, 50.
    [[35, 15, 50, 20, 40], { avgSeconds: 32, p50Seconds: 35, p95Seconds: 50, maxSeconds: 50 }],
    [oneTo(20), { p50Seconds: 10, p95Seconds: 19, p99Seconds: 20 }],
    [oneTo(1_000), { p50Seconds: 500, p95Seconds: 950, p99Seconds: 990 }],
    [[2, 10, 1], { p50Seconds: 2, maxSeconds: 10 }], // by value, not by text
    [[0, 0, 0], { avgSeconds: 0, p50Seconds: 0, maxSeconds: 0 }],
  ])('of %j is %j', (values, expected) => {
    expect(distribution(values)).toMatchObject(expected);
  });

  it('leaves the list as it was', () => {
    const values = [3, 1, 2];
    distribution(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('summarizeOutcomes', () => {
  it('counts final states, and rates what was decided', () => {
    const tasks = [
      task('SUCCESS', 1, 0.5),
      task('SUCCESS', 3, 1.5),
      task('FAILURE', null, 0.1),
      task('REVOKED', null),
      task('STARTED', null, 9),
      task('RETRY', null, 9),
    ];
    expect(summarizeOutcomes(tasks, 10)).toMatchObject({
      ...{ finished: 4, succeeded: 2, failed: 1, throughputPerSecond: 0.4 },
      ...{ successRatePercent: 66.67, failureRatePercent: 33.33 },
      runtime: { count: 2, avgSeconds: 2, p50Seconds: 1, maxSeconds: 3 },
      queueWait: { count: 3, p50Seconds: 0.5, maxSeconds: 1.5 },
    });
  });

  it('has no rate where nothing succeeded or failed', () => {
    expect(summarizeOutcomes([task('REVOKED', null)], 60)).toMatchObject({
      ...{ finished: 1, succeeded: 0, failed: 0 },
      ...{ successRatePercent: null, failureRatePercent: null },
    });
    expect(summarizeOutcomes([], 60)).toMatchObject({ finished: 0, throughputPerSecond: 0 });
  });
});

describe('percent', () => {
  it.each([
    [1, 3, 33.33],
    [2, 3, 66.67],
    [0, 5, 0],
    [5, 5, 100],
    [0, 0, 0],
  ])('%i of %i is %d', (part, whole, expected) => {
    expect(percent(part, whole)).toBe(expected);
  });
});
