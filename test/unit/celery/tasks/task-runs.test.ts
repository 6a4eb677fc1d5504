import { describe, expect, it } from 'vitest';
import { createState, start, task, worker } from '../events/cluster.js';

const at = (seconds: number): number => start + seconds * 1000;
const w2 = { hostname: 'w2@host', pid: 8 };

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}

describe('a second run', () => {
  it.each([
    ['received started succeeded received', 'RECEIVED', 'SUCCESS'],
    ['received started succeeded started', 'STARTED', 'SUCCESS'],
    ['succeeded failed', 'FAILURE', 'SUCCESS'],
    ['failed succeeded', 'SUCCESS', 'FAILURE'],
    ['failed started', 'STARTED', 'FAILURE'],
    ['received revoked received started', 'STARTED', 'REVOKED'],
    ['started rejected received', 'RECEIVED', 'REJECTED'],
    ['received started cancelled received started', 'STARTED', 'RETRY'],
    ['started progress received', 'RECEIVED', 'STARTED'],
    ['started progress started', 'STARTED', 'STARTED'],
    ['retried succeeded', 'SUCCESS', 'RETRY'],
    ['started retried received started succeeded', 'SUCCESS', 'RETRY'],
    ['succeeded retried', 'RETRY', 'SUCCESS'],
    ['started started', 'STARTED', 'STARTED'],
    ['received received', 'RECEIVED', 'RECEIVED'],
  ])('after %s is %s, after a run that came to %s', (verbs, latest, first) => {
    const { state, apply } = createState();

    for (const [second, verb] of verbs.split(' ').entries()) apply(task(verb, 'a', second));

    const found = state.task('a');
    expect([found?.state, ...(found?.attempts ?? []).map((run) => run.state)]).toEqual([latest, first]);
  });

  it('takes nothing over from the first, which remains as an attempt', () => {
    const { state, apply } = createState();
    apply(task('sent', 'a', 0), task('received', 'a', 1), task('started', 'a', 2));
    apply(task('failed', 'a', 4, { exception: 'E()', traceback: 'at' }));
    apply(task('received', 'a', 3_600, w2), task('started', 'a', 3_601, w2));

    expect(state.task('a')).toMatchObject({
      state: 'STARTED',
      worker: 'w2@host',
      sentAt: at(0),
      receivedAt: at(3_600),
      startedAt: at(3_601),
      failedAt: null,
      finishedAt: null,
      exception: null,
      traceback: null,
      runtimeSeconds: null,
      queueWaitSeconds: 1,
      attempts: [
        {
          hostname: 'w1@host',
          receivedAt: at(1),
          startedAt: at(2),
          state: 'FAILURE',
          stateAt: at(4),
          exception: 'E()',
          queueWaitSeconds: 2,
        },
      ],
    });
  });

  it('is not begun by what comes late of the first', () => {
    const { state, apply } = createState();
    apply(task('succeeded', 'a', 5), task('received', 'a', 1), task('started', 'a', 2));

    expect(state.task('a')).toMatchObject({ state: 'SUCCESS', startedAt: at(2), attempts: [] });
  });

  it('is not begun by an event that comes twice', () => {
    const { state, apply } = createState();
    const events = ['sent', 'received', 'started', 'retried'].map((verb, second) =>
      task(verb, 'a', second),
    );
    apply(...events, ...events, ...events);

    expect(state.task('a')).toMatchObject({ state: 'RETRY', attempts: [] });
  });

  it('is distinguished from the first only by the process of the worker', () => {
    const { state, apply } = createState();
    apply(task('started', 'a', 1), task('failed', 'a', 60, { pid: 9 }));

    expect(state.task('a')).toMatchObject({ startedAt: null, runtimeSeconds: null, failedAt: at(60) });
    expect(state.task('a')?.attempts).toMatchObject([{ state: 'STARTED', startedAt: at(1), pid: 7 }]);
  });

  it('is found when the event that divides two runs comes last', () => {
    const { state, apply } = createState();
    apply(task('started', 'a', 1), task('succeeded', 'a', 60));
    expect(state.task('a')?.attempts).toEqual([]);

    apply(task('received', 'a', 50));

    expect(state.task('a')).toMatchObject({ receivedAt: at(50), startedAt: null, state: 'SUCCESS' });
    expect(state.task('a')?.attempts).toMatchObject([{ state: 'STARTED', startedAt: at(1) }]);
  });

  it.each([
    ['revoked', 'REVOKED', 'revokedAt'],
    ['rejected', 'REJECTED', 'rejectedAt'],
  ])('that was %s is found when its start comes last', (verb, state, field) => {
    const { state: store, apply } = createState();
    apply(task(verb, 'a', 20), task('succeeded', 'a', 3), task('started', 'a', 19));

    expect(store.task('a')).toMatchObject({ state, startedAt: at(19), [field]: at(20) });
    expect(store.task('a')).toMatchObject({ succeededAt: null, finishedAt: at(20) });
    expect(store.task('a')?.attempts).toMatchObject([{ state: 'SUCCESS', stateAt: at(3) }]);
  });

  it('leaves what the first was revoked for to the first', () => {
    const { state, apply } = createState();
    apply(task('succeeded', 'a', 20), task('revoked', 'a', 3), task('started', 'a', 19));

    expect(state.task('a')).toMatchObject({ state: 'SUCCESS', startedAt: at(19), revokedAt: null });
    expect(state.task('a')?.attempts).toMatchObject([{ state: 'REVOKED', stateAt: at(3) }]);
  });

  it('goes on while late events complete the first', () => {
    const { state, apply } = createState();
    apply(task('received', 'a', 1), task('received', 'a', 10, w2), task('started', 'a', 11, w2));
    apply(task('started', 'a', 2), task('failed', 'a', 5, { exception: 'E()' }));

    expect(state.task('a')).toMatchObject({ state: 'STARTED', worker: 'w2@host', exception: null });
    expect(state.task('a')?.attempts).toMatchObject([
      { state: 'FAILURE', startedAt: at(2), stateAt: at(5), exception: 'E()' },
    ]);
  });

  it('is that of the retry where the clock of its worker is behind', () => {
    const { state, apply } = createState();
    apply(task('received', 'a', 10, { retries: 0 }), task('started', 'a', 10), task('retried', 'a', 11));
    apply(task('received', 'a', 8, { ...w2, retries: 1 }), task('succeeded', 'a', 9, w2));

    expect(state.task('a')).toMatchObject({ state: 'SUCCESS', worker: 'w2@host', retries: 1 });
  });

  it('is not ended by the retry of the first, which is reported after its own reception', () => {
    // As Celery 5.2.6 and 5.7.0 report it under load: `Task.retry` sends the next message before it raises.
    const events = [
      task('received', 'a', 0.1, { retries: 0 }),
      task('started', 'a', 0.42),
      task('received', 'a', 0.421, { retries: 1 }),
      task('retried', 'a', 0.422),
      task('started', 'a', 0.629),
      task('failed', 'a', 0.632),
    ];
    for (const order of permutations(events)) {
      const { state, apply } = createState();
      apply(...order);

      expect(state.task('a')).toMatchObject({
        state: 'FAILURE',
        retries: 1,
        receivedAt: at(0.421),
        startedAt: at(0.629),
        finishedAt: at(0.632),
        attempts: [{ state: 'RETRY', receivedAt: at(0.1), startedAt: at(0.42), stateAt: at(0.422) }],
      });
    }
  });

  it('is ended by a retry that is reported long after its reception', () => {
    const { state, apply } = createState();
    apply(task('started', 'a', 0), task('received', 'a', 1, { retries: 1 }), task('retried', 'a', 60));

    expect(state.task('a')).toMatchObject({ state: 'RETRY', attempts: [{ state: 'STARTED' }] });
  });

  it('waits once it is sent again, until a worker receives it', () => {
    const { state, apply } = createState();
    apply(task('sent', 'a', 0), task('received', 'a', 1), task('started', 'a', 2));
    apply(task('succeeded', 'a', 3, { result: '1', runtime: 1 }));
    apply(task('sent', 'a', 100));
    expect(state.task('a')).toMatchObject({
      state: 'PENDING',
      sentAt: at(100),
      worker: null,
      result: null,
    });

    apply(task('received', 'a', 101), task('started', 'a', 105));
    expect(state.task('a')).toMatchObject({ state: 'STARTED', queueWaitSeconds: 5 });
    expect(state.task('a')?.attempts).toMatchObject([{ state: 'SUCCESS', runtimeSeconds: 1 }]);
  });

  it('does not wait when a sender with a clock that is ahead reports the first sending late', () => {
    const { state, apply } = createState();
    apply(task('received', 'a', 1), task('succeeded', 'a', 3), task('sent', 'a', 5));

    expect(state.task('a')).toMatchObject({ state: 'SUCCESS', sentAt: at(5), attempts: [] });
  });

  it('is not a process that is no worker, which reports on the task', () => {
    const { state, apply } = createState();
    apply(task('progress', 'a', 5, { hostname: 'gen9@host', pid: 9 }));
    apply(task('received', 'a', 1), task('started', 'a', 2));
    expect(state.task('a')).toMatchObject({ state: 'PROGRESS', worker: 'w1@host', attempts: [] });

    apply(task('half-done', 'a', 6, { hostname: 'gen9@host', pid: 9 }), task('succeeded', 'a', 7));
    expect(state.task('a')).toMatchObject({ state: 'SUCCESS', worker: 'w1@host', attempts: [] });
  });
});

describe('attempts', () => {
  const retryTimes = (count: number, apply: ReturnType<typeof createState>['apply']): void => {
    for (let run = 0; run < count; run++) {
      apply(task('received', 'a', 10 * run, { retries: run }), task('started', 'a', 10 * run + 1));
      apply(task('retried', 'a', 10 * run + 2, { exception: `E(${run})` }));
    }
  };

  it('are the first two and the last eight', () => {
    const { state, apply } = createState();
    retryTimes(15, apply);

    const found = state.task('a');
    expect(found?.attempts.map((run) => run.retries)).toEqual([0, 1, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(found).toMatchObject({ attemptsOmitted: 4, retries: 14, exception: 'E(14)' });
  });

  it('do not come back by late events', () => {
    const { state, apply } = createState();
    retryTimes(15, apply);
    apply(task('received', 'a', 40, { retries: 4 }), task('failed', 'a', 43));

    expect(state.task('a')).toMatchObject({ attemptsOmitted: 4, state: 'RETRY', retries: 14 });
  });

  it('count in the bytes of the task', () => {
    const { state, apply } = createState();
    apply(task('failed', 'a', 1, { exception: 'E'.repeat(1_000) }));
    const before = state.stats().bytes;
    apply(task('received', 'a', 2));
    const grown = state.stats().bytes - before;
    expect(grown).toBeGreaterThan(100);
    expect(grown).toBeLessThan(1_000);

    const first = state.stats().bytes;
    apply(task('started', 'a', 3));
    expect(state.stats().bytes).toBe(first);
  });

  it('take no room where there is one run', () => {
    const { state, apply } = createState();
    apply(
      task('sent', 'a', 0),
      task('received', 'a', 1),
      task('started', 'a', 2),
      task('succeeded', 'a', 3),
    );
    apply(task('sent', 'b', 0));

    expect(state.task('a')?.attempts).toBe(state.task('b')?.attempts);
  });
});

describe('cancelled when the connection was lost', () => {
  it('waits to be run again, and no worker runs it', () => {
    const { state, apply, wait } = createState();
    apply(
      worker('online', 0),
      task('received', 'a', 1),
      task('started', 'a', 2),
      task('cancelled', 'a', 3),
    );
    apply(worker('heartbeat', 3));
    wait(60);
    state.lookForSilence();

    expect(state.task('a')).toMatchObject({ state: 'RETRY', finishedAt: null, orphanedAt: null });
    expect(state.known('a')?.isRunning).toBe(false);
    expect(state.counts()).toMatchObject({ RETRY: 1, STARTED: 0 });
  });
});

describe('how long a run took', () => {
  it('is from its start to its end where the worker does not report it', () => {
    const { state, apply } = createState();
    apply(task('started', 'a', 1), task('failed', 'a', 3.5));

    expect(state.task('a')?.runtimeSeconds).toBe(2.5);
    expect(state.tasks({ runtimeSeconds: { min: 2, max: 3 } }, {}).tasks).toHaveLength(1);
  });

  it('is unknown while it runs, and where the start is', () => {
    const { state, apply } = createState();
    apply(task('started', 'a', 1), task('failed', 'b', 1));

    expect([state.task('a')?.runtimeSeconds, state.task('b')?.runtimeSeconds]).toEqual([null, null]);
  });
});
