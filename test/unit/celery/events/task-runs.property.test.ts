/**
 * Several runs of one task, whose events come in any order, any of them lost or twice: what is known does not depend on
 * the order, every way of reading says the same, and no duration spans two runs.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TaskMetrics } from '../../../../src/celery/metrics/task-metrics.js';
import { parseTaskMeta } from '../../../../src/celery/results.js';
import { isFinal } from '../../../../src/celery/states.js';
import { TaskTally } from '../../../../src/prometheus/task-tally.js';
import { createState, parse, start, task, type EventBody } from './cluster.js';

const ends = {
  succeeded: 'SUCCESS',
  failed: 'FAILURE',
  revoked: 'REVOKED',
  rejected: 'REJECTED',
  retried: 'RETRY',
  cancelled: 'RETRY',
} as const;
/** Only the end of a task stores these: REVOKED is also stored for a task that runs on. */
const certain: readonly string[] = ['SUCCESS', 'FAILURE'];
type End = keyof typeof ends;

interface Run {
  readonly hostname: string;
  readonly end: End;
  /** Seconds since the end of the run before, in the queue of the worker, and of the run itself. */
  readonly gap: number;
  readonly wait: number;
  readonly duration: number;
  /** Whether received, started and the end are heard. */
  readonly heard: readonly boolean[];
}

const run: fc.Arbitrary<Run> = fc.record({
  hostname: fc.constantFrom('w1@host', 'w2@host', 'w3@host'),
  end: fc.constantFrom(...(Object.keys(ends) as End[])),
  gap: fc.integer({ min: 11, max: 4_000 }),
  wait: fc.integer({ min: 1, max: 9 }),
  duration: fc.integer({ min: 1, max: 100 }),
  heard: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
});

/** @param onePid whether the worker is the same process in all runs, so that only times tell them apart */
function eventsOf(runs: readonly Run[], onePid = false): EventBody[] {
  let now = 0;
  return runs.flatMap(({ hostname, end, gap, wait, duration, heard }, index) => {
    const from = { hostname, pid: onePid ? 100 : 100 + index };
    const receivedAt = now + gap;
    const startedAt = receivedAt + wait;
    now = startedAt + duration;
    const measured = end === 'succeeded' ? { runtime: duration } : {};
    return [
      task('received', 'a', receivedAt, { ...from, name: 'x.y' }),
      task('started', 'a', startedAt, from),
      task(end, 'a', now, { ...from, ...measured }),
    ].filter((_, event) => heard[event]);
  });
}

function watch() {
  const { state, clock } = createState();
  const end = start + 20_000_000;
  clock.now = end;
  const metrics = new TaskMetrics({ clock: () => end });
  const tally = new TaskTally({
    byName: false,
    byQueue: false,
    maxSeries: 10,
    bounds: [1],
    clock: () => end,
  });
  let fed: string | null = null;
  state.onTaskChange((changed, before, known) => {
    metrics.changed(known, changed);
    tally.changed(changed, before, known);
  });
  state.taskFeed.listen({}, (notice) => void (fed = notice.task.state));
  const apply = (events: readonly EventBody[]) => {
    for (const event of events) state.apply(parse(event), end);
  };
  return { state, metrics, tally, apply, fed: () => fed };
}

type World = ReturnType<typeof watch>;

/** What one reader after the other says. */
function statesOf({ state, fed }: World) {
  const counted = Object.entries(state.counts()).flatMap(([name, count]) => (count > 0 ? [name] : []));
  const known = state.task('a')?.state ?? '';
  const listed = state.tasks({ states: [known] }, {}).tasks.map((one) => one.state);
  return { known, listed, counted, fed: fed() };
}

function timesOf({ state }: World) {
  const { worker, receivedAt, startedAt, finishedAt, runtimeSeconds, attempts } = state.task('a') ?? {};
  const shown = attempts?.map((one) => [
    one.hostname,
    one.receivedAt,
    one.startedAt,
    one.state,
    one.stateAt,
  ]);
  return { worker, receivedAt, startedAt, finishedAt, runtimeSeconds, attempts: shown };
}

function endTimesOf({ state }: World) {
  const { succeededAt, failedAt, revokedAt, rejectedAt } = state.task('a') ?? {};
  return { succeededAt, failedAt, revokedAt, rejectedAt };
}

const scenario = fc
  .array(run, { minLength: 1, maxLength: 4 })
  .filter((runs) => runs.some(({ heard }) => heard.includes(true)))
  .chain((runs) => {
    const events = eventsOf(runs);
    const twice = [...events, ...events];
    const anyOrder = fc.shuffledSubarray(twice, { minLength: twice.length, maxLength: twice.length });
    return fc.record({ runs: fc.constant(runs), inOrder: fc.constant(events), anyOrder });
  });

it('does not depend on the order in which events come', () => {
  fc.assert(
    fc.property(scenario, ({ inOrder, anyOrder }) => {
      const [first, second] = [watch(), watch()];
      first.apply(inOrder);
      second.apply(anyOrder);

      expect(timesOf(second)).toEqual(timesOf(first));
      expect(statesOf(second).known).toBe(statesOf(first).known);
    }),
    { numRuns: 300 },
  );
});

const sameProcess = fc.array(run, { minLength: 1, maxLength: 5 }).chain((runs) => {
  const events = eventsOf(runs, true);
  const anyOrder = fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length });
  return fc.record({ inOrder: fc.constant(events), anyOrder });
});

it('does not depend on that order where one process has all runs of its worker', () => {
  fc.assert(
    fc.property(sameProcess, ({ inOrder, anyOrder }) => {
      const [first, second] = [watch(), watch()];
      first.apply(inOrder);
      second.apply(anyOrder);

      expect(timesOf(second)).toEqual(timesOf(first));
      expect(endTimesOf(second)).toEqual(endTimesOf(first));
      expect(statesOf(second)).toEqual({ ...statesOf(first), fed: statesOf(second).known || null });
    }),
    { numRuns: 500 },
  );
});

it('says the same by every way of reading, also after the result backend was asked', () => {
  fc.assert(
    fc.property(scenario, ({ runs, anyOrder }) => {
      const world = watch();
      world.apply(anyOrder);
      const { known, listed, counted, fed } = statesOf(world);
      expect([listed, counted, fed]).toEqual([[known], [known], known]);

      const last = runs.at(-1);
      const seconds = runs.reduce((sum, { gap, wait, duration }) => sum + gap + wait + duration, 0);
      const status = last === undefined ? '' : ends[last.end];
      const date_done = new Date(start + seconds * 1000 - 1).toISOString();
      const meta = parseTaskMeta('a', JSON.stringify({ status, date_done, result: null }));
      if (meta !== null) world.state.settleTask(meta);

      const settled = statesOf(world);
      expect([settled.listed, settled.counted]).toEqual([[settled.known], [settled.known]]);
      const isLatestKnown = last?.heard.includes(true) === true;
      if (isLatestKnown && certain.includes(status)) expect(settled.known).toBe(status);
    }),
    { numRuns: 300 },
  );
});

it('has durations of one run, and counts the end of each run once', () => {
  fc.assert(
    fc.property(scenario, ({ runs, anyOrder }) => {
      const { state, metrics, tally, apply } = watch();
      apply(anyOrder);
      const found = state.task('a');
      const durations = runs.map(({ duration }) => duration);
      const waits = runs.map(({ wait }) => wait);
      expect([null, ...durations]).toContain(found?.runtimeSeconds);
      expect([null, ...waits]).toContain(found?.queueWaitSeconds);
      expect(found?.startedAt ?? 0).toBeLessThanOrEqual(found?.finishedAt ?? Infinity);

      const heard = runs.filter((one) => one.heard[2]).map(({ end }) => ends[end]);
      const ended = heard.filter((end) => isFinal(end));
      expect(metrics.outcomes(86_400).finished).toBe(ended.length);
      const [figures] = tally;
      for (const end of ['SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED'])
        expect(figures?.states.get(end) ?? 0).toBe(ended.filter((one) => one === end).length);
      const longest = metrics.outcomes(86_400).queueWait.maxSeconds ?? 0;
      expect(longest).toBeLessThan(10);
    }),
    { numRuns: 300 },
  );
});
