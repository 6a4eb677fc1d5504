/** One task, one state: what the result backend and revocations add to the store. */
import { describe, expect, it } from 'vitest';
import { parseTaskMeta } from '../../../../src/celery/results/results.js';
import { createState, start, task, worker } from '../events/cluster.js';

const iso = (at: number) => new Date(start + at * 1000).toISOString();

function stored(id: string, status: string, at: number | null, result: unknown = null) {
  const text = JSON.stringify({ status, result, date_done: at === null ? null : iso(at) });
  const meta = parseTaskMeta(id, text);
  if (meta === null) throw new Error('no meta');
  return meta;
}

const revoked = { exc_type: 'TaskRevokedError', exc_message: ['revoked'] };

/** A worker that lives and has started a task at second 1. */
function running() {
  const cluster = createState();
  cluster.apply(worker('online', 0), task('received', 'a', 0), task('started', 'a', 1));
  const end = () => {
    cluster.apply(worker('heartbeat', 5));
    cluster.state.sawActive('w1@host', new Set(), start + 5_000);
    cluster.apply(worker('heartbeat', 9));
    cluster.state.sawActive('w1@host', new Set(), start + 9_000);
  };
  return { ...cluster, end };
}

describe('a stored REVOKED', () => {
  it('does not end a task that a worker runs', () => {
    const { state } = running();
    expect(state.settleTask(stored('a', 'REVOKED', 2, revoked))).toBe(false);
    expect(state.task('a')).toMatchObject({ state: 'STARTED', finishedAt: null, revokedAt: null });
  });

  it('ends a task that its worker no longer has', () => {
    const { state, end } = running();
    end();
    expect(state.settleTask(stored('a', 'REVOKED', 2, revoked))).toBe(true);
    expect(state.task('a')).toMatchObject({
      ...{ state: 'REVOKED', source: 'RESULT_BACKEND', revokedAt: start + 2_000 },
      exception: "TaskRevokedError('revoked')",
    });
  });

  it('ends a task whose worker is gone', () => {
    const { state, wait } = running();
    wait(60);
    state.lookForSilence();
    expect(state.settleTask(stored('a', 'REVOKED', 2, revoked))).toBe(true);
    expect(state.task('a')).toMatchObject({ state: 'REVOKED', orphanedAt: null });
  });

  it('ends a task that waits for its time, until a worker starts it', () => {
    const { state, apply } = createState();
    apply(task('received', 'a', 0));
    state.settleTask(stored('a', 'REVOKED', 2, revoked));
    expect(state.task('a')?.state).toBe('REVOKED');

    apply(task('started', 'a', 1.5));
    expect(state.task('a')).toMatchObject({ state: 'STARTED', source: 'EVENTS', revokedAt: null });
    apply(task('succeeded', 'a', 4, { result: '1', runtime: 1 }));
    expect(state.task('a')).toMatchObject({ state: 'SUCCESS', revokedAt: null });
  });

  it('is taken back when a worker has the task among its active ones', () => {
    const { state, apply } = createState();
    apply(task('received', 'a', 0));
    state.settleTask(stored('a', 'REVOKED', 2, revoked));
    state.sawTask({
      ...{ id: 'a', name: null, args: null, kwargs: null, worker: 'w1@host', state: 'STARTED' },
      ...{ startedAt: start + 1_000, eta: null, queue: null },
    });
    expect(state.task('a')).toMatchObject({ state: 'STARTED', finishedAt: null, revokedAt: null });
  });

  it.each(['SUCCESS', 'FAILURE'])('is corrected by a later %s', (status) => {
    const { state, end } = running();
    end();
    state.settleTask(stored('a', 'REVOKED', 2, revoked));
    expect(state.settleTask(stored('a', status, 21))).toBe(true);
    expect(state.task('a')).toMatchObject({
      ...{ state: status, finishedAt: start + 21_000, revokedAt: null, exception: null },
    });
  });

  it('is asked about for as long as no event confirms it', () => {
    const { state, apply } = createState();
    apply(task('received', 'a', 0));
    state.settleTask(stored('a', 'REVOKED', 2, revoked));
    expect(state.awaitsResult('a')).toBe(true);
    apply(task('revoked', 'a', 3, { terminated: false, expired: false }));
    expect(state.awaitsResult('a')).toBe(false);
    expect(state.settleTask(stored('a', 'SUCCESS', 1, 1))).toBe(false);
  });
});

describe('a stored end of an earlier run', () => {
  it.each([
    ['received', ['received']],
    ['started', ['received', 'started']],
    ['retried', ['received', 'started', 'retried']],
  ])('does not end a task that was %s later', (_, verbs) => {
    const { state, apply } = createState();
    apply(...verbs.map((verb, index) => task(verb, 'a', 10 + index)));
    expect(state.settleTask(stored('a', 'SUCCESS', 5, 1))).toBe(false);
    expect(state.task('a')?.finishedAt).toBeNull();
  });

  it('is not that of a task whose worker has let go of it', () => {
    const { state, apply, end } = running();
    apply(task('retried', 'a', 2), task('received', 'a', 3), task('started', 'a', 4));
    end();
    expect(state.settleTask(stored('a', 'FAILURE', 2, 'boom'))).toBe(false);
    expect(state.task('a')).toMatchObject({ state: 'END_UNKNOWN', exception: null });
    expect(state.settleTask(stored('a', 'SUCCESS', 8, 1))).toBe(true);
    expect(state.task('a')).toMatchObject({ state: 'SUCCESS', finishedAt: start + 8_000 });
  });
});

describe('stored fields that the store cannot take', () => {
  it.each(['name', 'queue', 'worker'])('are not news at every look: an empty %s', (field) => {
    const { state, apply } = createState();
    apply(task('sent', 'a', 0));
    let changes = 0;
    state.onTaskChange(() => {
      changes++;
    });
    const meta = { ...stored('a', 'STARTED', null), [field]: '' };
    state.settleTask(meta);
    expect(changes).toBe(0);
  });
});

describe('a stored failure of the application’s own shape', () => {
  it.each([
    ['no such customer', 'no such customer'],
    [{ reason: 'no such customer' }, "{'reason': 'no such customer'}"],
    [['no such customer', 7], "['no such customer', 7]"],
    [404, '404'],
  ])('shows %j', (meta, exception) => {
    const { state, end } = running();
    end();
    expect(state.settleTask(stored('a', 'FAILURE', 2, meta))).toBe(true);
    expect(state.task('a')).toMatchObject({ state: 'FAILURE', exception, progress: meta });
  });

  it('does not end a task that a worker runs', () => {
    const { state } = running();
    expect(state.settleTask(stored('a', 'FAILURE', 2, 'no such customer'))).toBe(false);
    expect(state.task('a')?.state).toBe('STARTED');
  });

  it('leaves the exception of Celery’s own shape as it is', () => {
    const { state } = running();
    const result = { exc_type: 'ValueError', exc_message: ['boom'] };
    expect(state.settleTask(stored('a', 'FAILURE', 2, result))).toBe(true);
    expect(state.task('a')).toMatchObject({ exception: "ValueError('boom')", progress: null });
  });
});

describe('stored progress', () => {
  it('is the state of the task in lists and counts too', () => {
    const { state } = running();
    expect(state.settleTask(stored('a', 'PROGRESS', null, { done: 1 }))).toBe(true);
    expect(state.settleTask(stored('a', 'PROGRESS', null, { done: 1 }))).toBe(false);
    expect(state.settleTask(stored('a', 'PROGRESS', null, { done: 2 }))).toBe(true);
    expect(state.tasks({ states: ['PROGRESS'] }, {}).tasks).toMatchObject([{ progress: { done: 2 } }]);
    expect(state.counts()).toMatchObject({ STARTED: 0, PROGRESS: 1 });
  });

  it('gives way to the events of the task', () => {
    const { state, apply } = running();
    state.settleTask(stored('a', 'PROGRESS', null, { done: 1 }));
    apply(task('revoked', 'a', 3, { terminated: true, expired: false }));
    expect(state.task('a')).toMatchObject({ state: 'REVOKED', progress: null });
  });

  it('returns its memory', () => {
    const [{ state, apply }, other] = [running(), running()];
    const { bytes } = state.stats();
    state.settleTask(stored('a', 'PROGRESS', null, { text: 'x'.repeat(1_000) }));
    expect(state.stats().bytes).toBeGreaterThan(bytes + 2_000);
    for (const world of [{ apply }, other]) world.apply(task('retried', 'a', 3));
    expect(state.stats().bytes).toBe(other.state.stats().bytes);
  });
});

describe('a revoked task that has not started', () => {
  const received = () => {
    const cluster = createState();
    cluster.apply(worker('online', 0), task('received', 'a', 1, { eta: iso(3_600) }));
    cluster.wait(2);
    return cluster;
  };

  it('is REVOKED when its worker has its id among the revoked ones', () => {
    const { state } = received();
    state.sawRevoked(['a', 'unheard-of'], 'w1@host');
    expect(state.task('a')).toMatchObject({
      ...{ state: 'REVOKED', source: 'INSPECT', revokedAt: start + 2_000, finishedAt: start + 2_000 },
    });
    expect(state.tasks({ states: ['RECEIVED'] }, {}).totalCount).toBe(0);
  });

  it('is left as it is when another worker has revoked it', () => {
    const { state } = received();
    state.sawRevoked(['a'], 'w2@host');
    expect(state.task('a')?.state).toBe('RECEIVED');
  });

  it('is RECEIVED again when a worker that has forgotten it takes it once more', () => {
    const { state, apply } = received();
    state.sawRevoked(['a'], 'w1@host');
    apply(task('received', 'a', 60, { eta: iso(3_600) }));
    expect(state.task('a')).toMatchObject({ state: 'RECEIVED', revokedAt: null, finishedAt: null });
  });

  it('is REVOKED in a queue only where all workers know of it', () => {
    const { state, apply } = createState();
    apply(worker('online', 0), task('sent', 'a', 1, { queue: 'q' }));
    state.sawRevoked(['a'], 'w1@host');
    expect(state.task('a')?.state).toBe('PENDING');
    state.sawRevoked(['a'], null);
    expect(state.task('a')?.state).toBe('REVOKED');
  });

  it('leaves a task that runs, and one that is over', () => {
    const { state, apply } = running();
    state.sawRevoked(['a'], null);
    expect(state.task('a')?.state).toBe('STARTED');
    apply(task('succeeded', 'a', 2, { result: '1' }));
    state.sawRevoked(['a'], null);
    expect(state.task('a')?.state).toBe('SUCCESS');
  });
});
