/**
 * Several runs of one task, whose events come in any order, any of them lost or twice, and the result backend is asked at
 * any moment: what is known does not depend on the order, and no duration is negative or spans two runs. Every way of
 * reading is held to the same state in test/unit/graphql/readings.property.test.ts.
 *
 * Where the same process of a worker runs a task again, and no task-received of the later run arrives, nothing but a
 * start or an end after an end divides the runs: an event of each may then count as one run.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TaskMetrics } from '../../../../src/celery/metrics/task-metrics.js';
import { parseTaskMeta } from '../../../../src/celery/results/results.js';
import { isFinal } from '../../../../src/celery/states.js';
import { TaskTally } from '../../../../src/prometheus/task-tally.js';
import { createState, parse, start, type EventBody } from '../events/cluster.js';
import { ends, scenarios, type TimedRun } from './task-scenarios.js';

/** Only the end of a task stores these: REVOKED is also stored for a task that runs on. */
const certain: readonly string[] = ['SUCCESS', 'FAILURE'];
const now = start + 20_000_000;

function watch(events: readonly EventBody[]) {
  const { state, clock } = createState();
  clock.now = now;
  const metrics = new TaskMetrics({ clock: () => now });
  const limits = { byName: false, byQueue: false, maxSeries: 10, bounds: [1] };
  const tally = new TaskTally({ ...limits, clock: () => now });
  state.onTaskChange((changed, before, known) => {
    metrics.changed(known, changed);
    tally.changed(changed, before, known);
  });
  const apply = (bodies: readonly EventBody[]) => {
    for (const body of bodies) state.apply(parse(body), now);
  };
  apply(events);
  const settle = (stored: string | null) => {
    const meta = stored === null ? null : parseTaskMeta('a', stored);
    if (meta !== null) state.settleTask(meta);
  };
  const known = () => {
    const found = state.task('a');
    if (found === null) throw new Error('the task is unknown');
    return found;
  };
  return { state, metrics, tally, apply, settle, known };
}

type World = ReturnType<typeof watch>;

function timesOf({ known }: World) {
  const { state, worker, receivedAt, startedAt, finishedAt, runtimeSeconds, sentAt, attempts } = known();
  const shown = attempts.map((one) => [
    one.hostname,
    one.receivedAt,
    one.startedAt,
    one.state,
    one.stateAt,
  ]);
  return { state, worker, sentAt, receivedAt, startedAt, finishedAt, runtimeSeconds, attempts: shown };
}

describe.each([
  { title: 'each a process of its own', isOneProcess: false },
  { title: 'one process for all of a worker', isOneProcess: true },
])('runs, $title', ({ isOneProcess }) => {
  const options = { seed: 10, numRuns: 500 };
  const scenario = scenarios({ isOneProcess });

  it('are the same in whatever order the events come', () => {
    fc.assert(
      fc.property(scenario, ({ inOrder, anyOrder }) => {
        expect(timesOf(watch(anyOrder))).toEqual(timesOf(watch(inOrder)));
      }),
      options,
    );
  });

  it('come to one state, whenever the result backend is asked besides the end', () => {
    fc.assert(
      fc.property(scenario, fc.nat(), ({ inOrder, anyOrder, stored }, between) => {
        const [first, second] = [watch(inOrder), watch(anyOrder.slice(0, 1))];
        first.settle(stored);
        const rest = anyOrder.slice(1);
        const at = between % (rest.length + 1);
        second.apply(rest.slice(0, at));
        second.settle(stored);
        second.apply(rest.slice(at));
        second.settle(stored);

        expect(second.known().state).toBe(first.known().state);
      }),
      options,
    );
  });

  it('end as the last of them did, where an event of it arrived', () => {
    fc.assert(
      fc.property(scenario, ({ runs, anyOrder, stored }) => {
        const world = watch(anyOrder);
        world.settle(stored);
        const last = runs.at(-1);
        if (last === undefined || (isOneProcess && !last.isReceivedHeard)) return;
        const { state } = ends[last.end];
        const hasBegun = last.isReceivedHeard || last.isStartedHeard;
        if (last.isEndHeard || (hasBegun && certain.includes(state)))
          expect(world.known().state).toBe(state);
      }),
      options,
    );
  });

  it('have durations of one run', () => {
    fc.assert(
      fc.property(scenario, ({ runs, anyOrder, stored }) => {
        const world = watch(anyOrder);
        const allowed = durationsOf(runs, isOneProcess);
        for (const settled of [null, stored]) {
          world.settle(settled);
          const { attempts, finishedAt, ...latest } = world.known();
          expect(latest.startedAt ?? 0).toBeLessThanOrEqual(finishedAt ?? Infinity);
          for (const { runtimeSeconds, queueWaitSeconds } of [latest, ...attempts]) {
            expect(allowed.runtimes).toContain(runtimeSeconds);
            expect(allowed.waits).toContain(queueWaitSeconds);
          }
        }
      }),
      options,
    );
  });

  it('count their ends once each', () => {
    fc.assert(
      fc.property(scenario, ({ anyOrder, stored }) => {
        const world = watch(anyOrder);
        world.settle(stored);
        const { attempts, state } = world.known();
        const ended = [...attempts.map((one) => one.state), state].filter((one) => isFinal(one));
        expect(world.metrics.outcomes(86_400).finished).toBe(ended.length);
        const [figures] = world.tally;
        for (const end of certain)
          expect(figures?.states.get(end) ?? 0).toBe(ended.filter((one) => one === end).length);
      }),
      options,
    );
  });
});

/** What a duration may be: of one run, or null; of two where only a task-received could have separated them. */
function durationsOf(runs: readonly TimedRun[], isOneProcess: boolean) {
  const runtimes: (number | null)[] = [null];
  const waits: (number | null)[] = [null];
  for (const [at, run] of runs.entries()) {
    runtimes.push(run.duration);
    waits.push(run.wait, run.wait + 1);
    for (const former of runs.slice(0, at)) {
      const isSameProcess = isOneProcess && former.hostname === run.hostname && !run.isReceivedHeard;
      if (isSameProcess) runtimes.push(run.endedAt - former.startedAt);
      if (isSameProcess) waits.push(run.startedAt - former.receivedAt);
      if (!run.isSentHeard) waits.push(run.startedAt - former.sentAt);
    }
  }
  return { runtimes, waits };
}
