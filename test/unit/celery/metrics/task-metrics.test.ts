import { describe, expect, it } from 'vitest';
import type { TaskOutcome } from '../../../../src/celery/tasks/task-record.js';
import { TaskMetrics, type TaskMetricsOptions } from '../../../../src/celery/metrics/task-metrics.js';

const start = 1_795_000_000_000;

function createMetrics(options: Omit<TaskMetricsOptions, 'clock'> = {}) {
  const clock = { now: start };
  const metrics = new TaskMetrics({ ...options, clock: () => clock.now });
  /** Moves the clock, in seconds after the start. */
  const wait = (seconds: number): void => void (clock.now = start + seconds * 1000);
  return { metrics, clock, wait };
}

/** @param at seconds after the start; null for a task that is not finished */
const task = (
  name: string | null,
  state: string,
  at: number | null = null,
  durations: { readonly runtime?: number; readonly wait?: number } = {},
): TaskOutcome => ({
  ...{ name, state, finishedAt: at === null ? null : start + at * 1000 },
  ...{ runtimeSeconds: durations.runtime ?? null, queueWaitSeconds: durations.wait ?? null },
  ...{ attempts: [], attemptsOmitted: 0 },
});

it('counts the end of an earlier run under the name that is learned later', () => {
  const { metrics } = createMetrics();
  const run = { hostname: 'w1@host', pid: 1, retries: null, receivedAt: null, startedAt: null };
  const failed = {
    ...run,
    state: 'FAILURE',
    stateAt: start,
    exception: null,
    runtimeSeconds: null,
    queueWaitSeconds: null,
    custom: null,
    otherEnds: [],
    approximate: 0,
  };
  const attempts = [failed];
  const unnamed = { ...task(null, 'STARTED'), attempts };
  metrics.changed(null, task(null, 'FAILURE', 0));
  metrics.changed(task(null, 'FAILURE', 0), unnamed);
  metrics.changed(unnamed, { ...task('a', 'STARTED'), attempts });

  expect(metrics.taskTypes(null)).toMatchObject([{ name: 'a', finished: 1, failed: 1 }]);
  expect(metrics.outcomes(60)).toMatchObject({ finished: 1, failed: 1 });
});

describe('outcomes', () => {
  it('counts final states, and rates what was decided', () => {
    const { metrics, wait } = createMetrics();
    wait(10);
    metrics.changed(null, task('a', 'SUCCESS', 9, { runtime: 1, wait: 0.5 }));
    metrics.changed(null, task('a', 'SUCCESS', 9, { runtime: 3, wait: 1.5 }));
    metrics.changed(null, task('b', 'FAILURE', 9, { wait: 0.1 }));
    metrics.changed(null, task('b', 'REVOKED', 9));
    metrics.changed(null, task('b', 'STARTED', null, { wait: 9 }));
    expect(metrics.outcomes(10)).toMatchObject({
      ...{ finished: 4, succeeded: 2, failed: 1 },
      ...{ successRatePercent: 66.67, failureRatePercent: 33.33 },
      runtime: { count: 2, avgSeconds: 2, maxSeconds: 3 },
      queueWait: { count: 3, maxSeconds: 1.5 },
    });
  });

  it('has no rate where nothing succeeded or failed', () => {
    const { metrics } = createMetrics();
    expect(metrics.outcomes(60)).toMatchObject({
      ...{ finished: 0, successRatePercent: null, failureRatePercent: null },
    });
    metrics.changed(null, task('a', 'REVOKED', 0));
    expect(metrics.outcomes(60)).toMatchObject({ finished: 1, successRatePercent: null });
  });

  it('goes by the time of the event, whenever it arrives', () => {
    const { metrics, wait } = createMetrics();
    wait(1_000);
    metrics.changed(null, task('a', 'SUCCESS', 10));
    metrics.changed(null, task('a', 'SUCCESS', 950));
    expect(metrics.outcomes(60).finished).toBe(1);
    expect(metrics.outcomes(1_000).finished).toBe(2);
    wait(1_100);
    expect(metrics.outcomes(60).finished).toBe(0);
  });

  it('counts a task once: at its last final state', () => {
    const { metrics, wait } = createMetrics();
    wait(10);
    const failed = task('a', 'FAILURE', 5, { wait: 2 });
    metrics.changed(null, failed);
    metrics.changed(failed, task('a', 'SUCCESS', 6, { runtime: 1, wait: 2 }));
    expect(metrics.outcomes(60)).toMatchObject({
      ...{ finished: 1, succeeded: 1, failed: 0 },
      queueWait: { count: 1 },
      runtime: { count: 1 },
    });
  });

  it('takes back what a retry takes back', () => {
    const { metrics, wait } = createMetrics();
    wait(10);
    const failed = task('a', 'FAILURE', 5, { wait: 2 });
    metrics.changed(null, failed);
    metrics.changed(failed, task('a', 'RETRY'));
    expect(metrics.outcomes(60)).toMatchObject({ finished: 0, queueWait: { count: 0 } });
    expect(metrics.taskTypes(60)).toEqual([]);
    expect(metrics.taskTypes(null)).toMatchObject([{ name: 'a', counts: { RETRY: 1 }, total: 1 }]);
  });

  it('learns the wait of a finished task when its sending is reported late', () => {
    const { metrics } = createMetrics();
    const unsent = task('a', 'SUCCESS', 0, { runtime: 1 });
    metrics.changed(null, unsent);
    metrics.changed(unsent, { ...unsent, queueWaitSeconds: 4 });
    expect(metrics.outcomes(60)).toMatchObject({
      ...{ finished: 1, runtime: { count: 1 }, queueWait: { count: 1, maxSeconds: 4 } },
    });
  });
});

describe('taskTypes', () => {
  it('has the states since the start, and the final ones of a window', () => {
    const { metrics, wait } = createMetrics();
    const started = task('b', 'STARTED');
    metrics.changed(null, started);
    metrics.changed(null, task('a', 'STARTED'));
    wait(1);
    metrics.changed(started, task('b', 'SUCCESS', 1, { runtime: 0.5 }));
    metrics.changed(null, task('b', 'FAILURE', 1));
    wait(1_000);
    metrics.changed(null, task('b', 'SUCCESS', 1_000));
    expect(metrics.taskTypes(null)).toMatchObject([
      { name: 'a', counts: { STARTED: 1 }, total: 1, finished: 0 },
      {
        ...{ name: 'b', counts: { SUCCESS: 2, FAILURE: 1 }, total: 3 },
        ...{ succeeded: 2, failed: 1, failureRatePercent: 33.33, runtime: { count: 1 } },
      },
    ]);
    expect(metrics.taskTypes(60)).toMatchObject([
      { name: 'b', counts: { SUCCESS: 1 }, total: 1, runtime: { count: 0 } },
    ]);
  });

  it('gives a task its name as soon as it is known', () => {
    const { metrics } = createMetrics();
    const nameless = task(null, 'SUCCESS', 0, { runtime: 2 });
    metrics.changed(null, nameless);
    expect(metrics.taskTypes(null)).toEqual([]);
    expect(metrics.outcomes(60).finished).toBe(1);
    metrics.changed(nameless, { ...nameless, name: 'a' });
    expect(metrics.taskTypes(null)).toMatchObject([{ name: 'a', total: 1, runtime: { count: 1 } }]);
    expect(metrics.taskTypes(60)).toMatchObject([{ name: 'a', total: 1, runtime: { count: 1 } }]);
    expect(metrics.outcomes(60)).toMatchObject({ finished: 1, runtime: { count: 1 } });
  });

  it('lists the names that were last seen, and keeps every count', () => {
    const { metrics } = createMetrics({ maxNames: 2 });
    const started = task('a', 'STARTED');
    metrics.changed(null, started);
    for (const name of ['b', 'c', 'd']) metrics.changed(null, task(name, 'SUCCESS', 0));
    expect(metrics.taskTypes(null)).toMatchObject([
      { name: 'OTHER', counts: { STARTED: 1, SUCCESS: 1 }, total: 2, finished: 1 },
      { name: 'c', total: 1 },
      { name: 'd', total: 1 },
    ]);
    metrics.changed(started, task('a', 'SUCCESS', 0));
    expect(metrics.taskTypes(null)).toMatchObject([
      { name: 'OTHER', counts: { SUCCESS: 2 }, total: 2 },
      { name: 'a', counts: { SUCCESS: 1 }, total: 1 },
      { name: 'd', total: 1 },
    ]);
  });

  it('is no object of its own for names such as __proto__', () => {
    const { metrics } = createMetrics();
    metrics.changed(null, task('__proto__', 'SUCCESS', 0));
    metrics.changed(null, task('x', '__proto__'));
    expect(metrics.taskTypes(null).map(({ name, total }) => [name, total])).toEqual([
      ['__proto__', 1],
      ['x', 1],
    ]);
  });

  it('stays within its memory whatever names come: the oldest slices forget them, not their tasks', () => {
    const { metrics, wait } = createMetrics({ maxNames: 100, maxNameBytes: 320 * 1024 });
    for (let n = 0; n < 5_000; n++) {
      wait(n / 10);
      metrics.changed(null, task(`task.${n}`, 'SUCCESS', n / 10, { runtime: n / 1000, wait: 0.1 }));
    }
    const sinceStart = metrics.taskTypes(null);
    expect(sinceStart.length).toBeLessThanOrEqual(101);
    expect(sinceStart.reduce((sum, { total }) => sum + total, 0)).toBe(5_000);

    const window = metrics.taskTypes(86_400);
    expect(window.length).toBeLessThan(500);
    expect(window.reduce((sum, { total }) => sum + total, 0)).toBe(5_000);
    expect(window).toContainEqual(expect.objectContaining({ name: 'task.4999', total: 1 }));
    expect(metrics.outcomes(86_400)).toMatchObject({ finished: 5_000, runtime: { count: 5_000 } });
  });
});

describe('observedSeconds', () => {
  it('is the part of the window since the start', () => {
    const { metrics, wait } = createMetrics();
    wait(12.5);
    expect(metrics.observedSeconds(60)).toBe(12.5);
    expect(metrics.observedSeconds(10)).toBe(10);
  });
});

describe('queryTaskTypes', () => {
  const names = Array.from({ length: 500 }, (_, n) => `task.${n}`);

  function createNamed(options: Omit<TaskMetricsOptions, 'clock'> = {}) {
    const created = createMetrics(options);
    for (const name of names) {
      created.metrics.changed(null, task(name, 'STARTED'));
      created.metrics.changed(task(name, 'STARTED'), task(name, 'SUCCESS', 1, { runtime: 1 }));
    }
    created.wait(2);
    return created;
  }

  it.each([null, 60])('can be interrupted after every 32 names, over a window of %s', (window) => {
    const { metrics } = createNamed();
    const work = metrics.queryTaskTypes(window);
    let steps = 0;
    while (work.next().done !== true) steps++;
    expect(steps).toBeGreaterThanOrEqual(Math.floor(500 / 32));
  });

  it.each([
    [null, {}],
    [60, {}],
    [null, { maxNames: 520 }],
    [60, { maxNameBytes: 40_000 }],
  ])('has the figures of its end, whatever changes meanwhile: window %s, %o', (window, options) => {
    const { metrics, wait } = createNamed(options);
    const work = metrics.queryTaskTypes(window);
    let step = 0;
    for (;;) {
      const { done, value } = work.next();
      if (done === true) {
        expect(value).toEqual(metrics.taskTypes(window));
        return;
      }
      step++;
      wait(2 + step / 10);
      const known = `task.${(step * 37) % 500}`;
      metrics.changed(task(known, 'SUCCESS', 1, { runtime: 1 }), task(known, 'FAILURE', 2));
      metrics.changed(null, task(`new.${step}`, 'SUCCESS', 2));
      metrics.changed(task('task.7', 'SUCCESS', 1, { runtime: 1 }), task('learned', 'SUCCESS', 1));
    }
  });
});
