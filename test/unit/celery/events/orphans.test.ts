/** Which tasks have lost their worker, and how they find one again. */
import { describe, expect, it } from 'vitest';
import type { TaskMeta } from '../../../../src/celery/transport/transport.js';
import { createState, start, task, worker } from './cluster.js';

const at = (seconds: number): number => start + seconds * 1000;

/** A worker that runs `a` and holds `b`, and the clock at one second. */
function running() {
  const created = createState();
  const { state, apply, wait } = created;
  const stop: unknown[] = [];
  state.onOrphaned((ids) => void stop.push(ids));
  apply(worker('heartbeat', 0), task('received', 'a', 0), task('started', 'a', 1));
  apply(task('received', 'b', 1));
  const silentAt = (seconds: number): void => {
    wait(seconds);
    state.lookForSilence();
  };
  /** Seconds at which `a` became an orphan, or null. */
  const orphanedAt = (id = 'a') => {
    const moment = state.task(id)?.orphanedAt ?? null;
    return moment === null ? null : (moment - start) / 1000;
  };
  return { ...created, silentAt, orphanedAt, reported: () => stop.splice(0) };
}

function stored(state: string, more: Partial<TaskMeta> = {}): TaskMeta {
  return {
    id: 'a',
    state,
    result: null,
    exception: null,
    traceback: null,
    doneAt: at(3),
    args: null,
    kwargs: null,
    name: null,
    worker: null,
    queue: null,
    retries: null,
    truncated: [],
    ...more,
  };
}

const seed = {
  ...{ id: 'a', name: 'x.y', args: null, kwargs: null, startedAt: at(1), eta: null, queue: null },
} as const;

describe('a task whose worker falls silent', () => {
  it('is an orphan when the worker is offline, not while it is late; its state stays', () => {
    const { state, silentAt, orphanedAt, reported } = running();

    silentAt(5.5);
    expect(state.worker('w1@host')?.status).toBe('STALE');
    expect(orphanedAt()).toBeNull();

    silentAt(7);
    expect(orphanedAt()).toBe(7);
    expect(state.task('a')).toMatchObject({ state: 'STARTED', worker: 'w1@host' });
    expect(reported()).toEqual([['a']]);
    expect(state.orphanCount).toBe(1);
  });

  it('is none when it was only held: the broker delivers it again', () => {
    const { silentAt, orphanedAt } = running();

    silentAt(7);

    expect(orphanedAt('b')).toBeNull();
  });

  it('is none any more when the same process sends again', () => {
    const { apply, silentAt, orphanedAt } = running();
    silentAt(7);

    apply(worker('heartbeat', 8));

    expect(orphanedAt()).toBeNull();
  });

  it.each([
    ['is delivered to another worker', () => task('received', 'a', 8, { hostname: 'w2@host' })],
    ['is started elsewhere', () => task('started', 'a', 8, { hostname: 'w2@host' })],
    ['ends after all', () => task('succeeded', 'a', 8)],
    ['is tried again', () => task('retried', 'a', 8)],
  ])('is none any more when it %s', (_name, event) => {
    const { apply, silentAt, orphanedAt } = running();
    silentAt(7);

    apply(event());

    expect(orphanedAt()).toBeNull();
  });

  it('is none any more when another worker says that it has it', () => {
    const { state, silentAt, orphanedAt } = running();
    silentAt(7);

    state.sawTask({ ...seed, worker: 'w2@host', state: 'RECEIVED' });

    expect(orphanedAt()).toBeNull();
    expect(state.task('a')?.worker).toBe('w2@host');
  });

  it('stays one when only its sender reports it late', () => {
    const { apply, silentAt, orphanedAt } = running();
    silentAt(7);

    apply(task('sent', 'a', 0, { hostname: 'web@host' }));

    expect(orphanedAt()).toBe(7);
  });
});

describe('a task whose worker is replaced by another process', () => {
  it('is an orphan at once, except what the new process has started', () => {
    const { apply, orphanedAt } = running();

    apply(worker('online', 3, { pid: 8 }), task('started', 'b', 4, { pid: 8 }));

    expect(orphanedAt()).toBe(3);
    expect(orphanedAt('b')).toBeNull();
  });

  it('is one also when its start is reported late', () => {
    const { apply, clock, state, orphanedAt } = running();
    apply(worker('online', 3, { pid: 8 }));

    apply(task('started', 'b', 2));
    expect(orphanedAt('b')).toBe(2);

    // An end counts, whichever worker reports it.
    apply(task('succeeded', 'b', 2.5));
    expect(state.task('b')).toMatchObject({ state: 'SUCCESS', orphanedAt: null });
    expect(clock.now).toBe(at(2.5));
  });

  it('is found by the uptime of the process, where all have the same pid', () => {
    const { state, orphanedAt } = running();

    state.sawWorker('w1@host', at(10), { pid: 7, uptimeSeconds: 600 });
    state.sawWorker('w1@host', at(20), { pid: 7, uptimeSeconds: 609 });
    expect(orphanedAt()).toBeNull();

    state.sawWorker('w1@host', at(30), { pid: 7, uptimeSeconds: 2 });
    expect(orphanedAt()).toBe(30);
  });

  it('is none when the worker only greets again, after a loss of the broker', () => {
    const { apply, orphanedAt } = running();

    apply(worker('offline', 2), worker('online', 3));

    expect(orphanedAt()).toBeNull();
  });

  it('is none any more when the two processes turn out to share the name', () => {
    const { state, apply, orphanedAt } = running();
    apply(worker('heartbeat', 3, { pid: 8 }));
    expect(state.worker('w1@host')?.duplicateNodename).toBe(false);

    apply(worker('heartbeat', 4, { pid: 7 }), worker('heartbeat', 5, { pid: 8 }));
    expect(state.worker('w1@host')?.duplicateNodename).toBe(true);

    apply(task('started', 'c', 5));
    apply(worker('heartbeat', 6, { pid: 7 }), worker('heartbeat', 7, { pid: 8 }));
    expect(orphanedAt('c')).toBeNull();
    expect(orphanedAt()).toBeNull();
  });
});

describe('a task whose worker says goodbye', () => {
  it('is finished by it, however long that takes', () => {
    const { state, apply, silentAt, orphanedAt } = running();

    apply(worker('offline', 2));
    silentAt(300);
    expect(orphanedAt()).toBeNull();

    apply(task('succeeded', 'a', 301));
    expect(state.task('a')?.state).toBe('SUCCESS');
    expect(state.worker('w1@host')?.status).toBe('OFFLINE');
  });

  it('is an orphan when the worker is forgotten, or comes back as another process', () => {
    const forgotten = running();
    forgotten.apply(worker('offline', 2));
    forgotten.silentAt(602);
    expect(forgotten.orphanedAt()).toBe(602);

    const replaced = running();
    replaced.apply(worker('offline', 2), worker('online', 9, { pid: 8 }));
    expect(replaced.orphanedAt()).toBe(9);
  });
});

describe('a result that is found', () => {
  it('ends a task whose end no event reported', () => {
    const { state, silentAt } = running();
    silentAt(7);

    const news = state.settleTask(stored('SUCCESS', { result: '42', queue: 'default', retries: 1 }));

    expect(news).toBe(true);
    expect(state.task('a')).toMatchObject({
      state: 'SUCCESS',
      result: '42',
      finishedAt: at(3),
      succeededAt: at(3),
      orphanedAt: null,
      queue: 'default',
      retries: 1,
      source: 'RESULT_BACKEND',
    });
    expect(state.counts()).toMatchObject({ SUCCESS: 1, STARTED: 0 });
    expect(state.orphanCount).toBe(0);
  });

  it.each([
    ['of a task that goes on', stored('STARTED')],
    ['of an attempt before this one', stored('FAILURE', { doneAt: at(-60) })],
    ['of an unknown task', { ...stored('SUCCESS'), id: 'unknown' }],
  ])('changes nothing when it is %s', (_name, meta) => {
    const { state } = running();
    const before = state.task('a');

    expect(state.settleTask(meta)).toBe(false);
    expect(state.task('a')).toEqual(before);
  });

  it('does not undo what events have reported', () => {
    const { state, apply } = running();
    apply(task('failed', 'a', 2, { exception: 'E()' }));

    expect(state.settleTask(stored('SUCCESS'))).toBe(false);
    expect(state.task('a')).toMatchObject({ state: 'FAILURE', source: 'EVENTS' });
  });
});

describe('while the broker is away', () => {
  it('no worker falls silent, and afterwards each has time to come back', () => {
    const { state, silentAt, orphanedAt, wait } = running();
    const status = (seconds: number) => (wait(seconds), state.worker('w1@host')?.status);

    wait(2);
    state.heard(false, at(2));
    silentAt(60);
    expect(status(60)).toBe('ONLINE');
    expect(orphanedAt()).toBeNull();

    wait(62);
    state.heard(true, at(62));
    expect([65, 66, 97].map(status)).toEqual(['ONLINE', 'STALE', 'STALE']);
    silentAt(98); // half a minute, and three heartbeats
    expect(orphanedAt()).toBe(98);
  });

  it('a worker that was gone before stays gone', () => {
    const { state, silentAt } = running();
    silentAt(8);
    state.heard(false, at(8));
    state.heard(true, at(9));

    silentAt(9);
    expect(state.worker('w1@host')?.status).toBe('OFFLINE');
  });
});
