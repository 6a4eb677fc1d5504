import { describe, expect, it } from 'vitest';
import { createState, start, task } from '../events/cluster.js';

const at = (seconds: number): number => start + seconds * 1000;

describe('the state of a task', () => {
  // Within one run the strongest state stays, in whatever order its events come.
  it.each([
    ['sent', 'PENDING'],
    ['sent received', 'RECEIVED'],
    ['received sent', 'RECEIVED'],
    ['received started', 'STARTED'],
    ['started received', 'STARTED'],
    ['started succeeded', 'SUCCESS'],
    ['succeeded started', 'SUCCESS'],
    ['succeeded received', 'SUCCESS'],
    ['failed started', 'FAILURE'],
    ['started revoked', 'REVOKED'],
    ['revoked started', 'REVOKED'],
    ['revoked succeeded', 'SUCCESS'],
    ['succeeded revoked', 'SUCCESS'],
    ['rejected failed', 'FAILURE'],
    ['failed rejected', 'FAILURE'],
    ['received rejected', 'REJECTED'],
    ['rejected received', 'REJECTED'],
    ['started rejected', 'REJECTED'],
    ['rejected started', 'REJECTED'],
    ['sent rejected', 'REJECTED'],
    ['started progress', 'PROGRESS'],
    ['progress started', 'PROGRESS'],
    ['progress revoked', 'REVOKED'],
    ['revoked progress', 'REVOKED'],
    ['progress failed', 'FAILURE'],
    ['failed progress', 'FAILURE'],
    ['progress half-done', 'HALF-DONE'],
    ['half-done progress', 'HALF-DONE'],
    ['started retried', 'RETRY'],
    ['retried started', 'RETRY'],
    ['started cancelled', 'RETRY'],
    ['cancelled started', 'RETRY'],
  ])('after %s of one run is %s', (verbs, expected) => {
    const order =
      'sent received started progress half-done cancelled retried revoked failed rejected succeeded';
    const { state, apply } = createState();

    for (const verb of verbs.split(' ')) apply(task(verb, 'a', order.split(' ').indexOf(verb)));

    expect(state.task('a')).toMatchObject({ state: expected, attempts: [] });
  });

  it('keeps the time of every event, also of the late ones', () => {
    const { state, apply } = createState();

    apply(
      task('succeeded', 'a', 5),
      task('started', 'a', 3),
      task('received', 'a', 2),
      task('sent', 'a', 1),
    );

    expect(state.task('a')).toMatchObject({
      state: 'SUCCESS',
      sentAt: at(1),
      receivedAt: at(2),
      startedAt: at(3),
      succeededAt: at(5),
      finishedAt: at(5),
    });
  });

  it('merges the fields of late events, and of a late task-received only its own', () => {
    const { state, apply } = createState();

    apply(task('succeeded', 'a', 5, { result: '3', runtime: 0.5, clock: 9 }));
    apply(
      task('received', 'a', 2, { name: 'demo.add', args: '(1, 2)', result: 'x', queue: 'x', clock: 7 }),
    );
    apply(
      task('sent', 'a', 1, { hostname: 'gen1@host', queue: 'high', exchange: '', routing_key: 'high' }),
    );

    expect(state.task('a')).toMatchObject({
      name: 'demo.add',
      args: '(1, 2)',
      result: '3',
      runtimeSeconds: 0.5,
      queue: 'high',
      exchange: '',
      routingKey: 'high',
      client: 'gen1@host',
      worker: 'w1@host',
      clock: 9,
    });
  });

  it('does not take the client for a worker', () => {
    const { state, apply } = createState();

    apply(task('sent', 'a', 0, { hostname: 'gen1@host' }));

    expect(state.task('a')).toMatchObject({ client: 'gen1@host', worker: null, clock: null });
    expect(state.workers()).toEqual([]);
  });

  it('takes the end back when a retry follows', () => {
    const { state, apply } = createState();

    apply(task('started', 'a', 1), task('failed', 'a', 2, { exception: 'E()' }));
    expect(state.task('a')?.finishedAt).toBe(at(2));

    apply(task('retried', 'a', 3), task('received', 'a', 4, { retries: 1 }));
    expect(state.task('a')).toMatchObject({
      state: 'RECEIVED',
      finishedAt: null,
      retries: 1,
      failedAt: null,
      retriedAt: at(3),
    });

    apply(task('started', 'a', 5), task('succeeded', 'a', 6));
    expect(state.task('a')).toMatchObject({ state: 'SUCCESS', startedAt: at(5), finishedAt: at(6) });
  });

  it('counts the retries of the last attempt, also when the event of the first one arrives last', () => {
    const { state, apply } = createState();

    apply(task('received', 'a', 4, { retries: 1 }), task('started', 'a', 5), task('succeeded', 'a', 6));
    apply(task('received', 'a', 1, { retries: 0 }), task('started', 'a', 2), task('retried', 'a', 3));

    expect(state.task('a')).toMatchObject({
      state: 'SUCCESS',
      retries: 1,
      receivedAt: at(4),
      retriedAt: at(3),
      finishedAt: at(6),
    });
  });

  it('counts them also when task-sent arrives after the first attempt', () => {
    const { state, apply } = createState();
    apply(task('received', 'a', 1, { retries: 0 }), task('started', 'a', 2));
    apply(task('sent', 'a', 3, { retries: 1 }), task('received', 'a', 4, { retries: 1 }));
    apply(task('sent', 'a', 5, { retries: 0 }), task('retried', 'a', 6));
    apply(task('started', 'a', 7), task('succeeded', 'a', 8));

    expect(state.task('a')).toMatchObject({ state: 'SUCCESS', retries: 1, sentAt: at(3) });
  });

  it('counts anew when a worker has received it once more', () => {
    const { state, apply } = createState();
    apply(task('received', 'a', 2, { retries: 1 }), task('succeeded', 'a', 3));
    apply(task('received', 'a', 4, { retries: 0 }));

    expect(state.task('a')).toMatchObject({ retries: 0, receivedAt: at(4) });
  });

  it('forgets what an earlier attempt raised when the last one succeeds', () => {
    const { state, apply } = createState();

    apply(task('started', 'a', 1), task('retried', 'a', 2, { exception: 'E()', traceback: 'at' }));
    expect(state.task('a')).toMatchObject({ exception: 'E()', traceback: 'at' });

    apply(task('started', 'a', 3), task('succeeded', 'a', 4));
    expect(state.task('a')).toMatchObject({ state: 'SUCCESS', exception: null, traceback: null });
  });

  it('forgets an ETA when a later message has none', () => {
    const { state, apply } = createState();

    apply(task('received', 'a', 1, { eta: '2026-11-18T00:00:00+00:00' }), task('started', 'a', 2));
    expect(state.task('a')?.eta).toBe(Date.UTC(2026, 10, 18));

    apply(task('received', 'a', 3, { eta: null }));
    expect(state.task('a')?.eta).toBeNull();
  });

  it.each([
    ['from sent', [task('sent', 'a', 1), task('received', 'a', 2), task('started', 'a', 4)], 3],
    ['from received', [task('received', 'a', 2), task('started', 'a', 4)], 2],
    ['whatever comes first', [task('started', 'a', 4), task('sent', 'a', 1)], 3],
    [
      'without the ETA',
      [task('sent', 'a', 1, { eta: new Date(at(3)).toISOString() }), task('started', 'a', 4)],
      1,
    ],
    ['never below zero', [task('sent', 'a', 5), task('started', 'a', 4)], 0],
    ['not before the start', [task('sent', 'a', 1)], null],
    ['not without a beginning', [task('started', 'a', 4)], null],
    [
      'not while a retry waits',
      [task('sent', 'a', 1), task('started', 'a', 2), task('retried', 'a', 3)],
      null,
    ],
  ])('counts the wait in the queue %s', (_, events, expected) => {
    const { state, apply } = createState();

    apply(...events);

    expect(state.task('a')?.queueWaitSeconds).toBe(expected);
  });

  it('links parents and children in any order', () => {
    const { state, apply } = createState();

    apply(
      task('received', 'b', 0, { parent_id: 'a', root_id: 'a' }),
      task('received', 'a', 1, { root_id: 'a' }),
    );
    apply(task('received', 'c', 2, { parent_id: 'a', root_id: 'a' }));

    expect(state.task('a')).toMatchObject({ rootId: 'a', parentId: null, childIds: ['b', 'c'] });
    expect(state.task('c')).toMatchObject({ rootId: 'a', parentId: 'a', childIds: [] });
  });

  it('does not make a retried task its own parent', () => {
    const { state, apply } = createState();

    apply(
      task('received', 'a', 0, { parent_id: 'p' }),
      task('sent', 'a', 1, { parent_id: 'a', retries: 1 }),
    );

    expect(state.task('a')).toMatchObject({ parentId: 'p', childIds: [] });
  });

  it('shows a thousand children at most', () => {
    const { state, apply } = createState();

    apply(task('received', 'a', 0));
    for (let child = 0; child < 1_100; child++)
      apply(task('received', `c${child}`, 1, { parent_id: 'a' }));

    expect(state.task('a')?.childIds).toHaveLength(1_000);
  });
});

describe('the texts of a task', () => {
  it('are cut at the limit, and say so', () => {
    const { state, apply } = createState({ maxTextLength: 20 });

    apply(
      task('failed', 'a', 0, {
        args: 'x'.repeat(21),
        kwargs: 'y'.repeat(20),
        traceback: `${'t'.repeat(50)} the end`,
      }),
    );

    expect(state.task('a')).toMatchObject({
      args: `${'x'.repeat(17)}...`,
      kwargs: 'y'.repeat(20),
      traceback: 'ttt\n...\ntttt the end',
      truncated: ['args', 'traceback'],
    });
  });

  it('say so too when the worker has cut them', () => {
    const { state, apply } = createState();

    apply(
      task('received', 'a', 0, {
        args: `('${'x'.repeat(1_020)}...', ...)`,
        kwargs: "{'note': 'wait...'}",
      }),
    );

    expect(state.task('a')?.truncated).toEqual(['args']);
  });
});

describe('counts', () => {
  it('counts tasks by the state they were last seen in', () => {
    const { state, apply } = createState();

    apply(
      task('sent', 'a', 0),
      task('received', 'a', 1),
      task('started', 'b', 1),
      task('progress', 'c', 1),
    );

    expect(state.counts()).toEqual({
      PENDING: 0,
      RECEIVED: 1,
      STARTED: 1,
      SUCCESS: 0,
      FAILURE: 0,
      RETRY: 0,
      REVOKED: 0,
      REJECTED: 0,
      PROGRESS: 1,
    });
  });

  it('goes on counting tasks that have left the store', () => {
    const { state, apply } = createState({ maxTasks: 2 });

    for (const id of ['a', 'b', 'c', 'd']) apply(task('succeeded', id, 0));

    expect(state.stats()).toMatchObject({ tasks: 2, evicted: 2 });
    expect(state.counts()['SUCCESS']).toBe(4);
  });

  it('gathers custom states beyond the hundredth', () => {
    const { state, apply } = createState();

    for (let custom = 0; custom < 300; custom++) apply(task(`step${custom}`, `t${custom}`, 0));
    expect(Object.keys(state.counts())).toHaveLength(101);
    expect(state.counts()['OTHER']).toBe(208);

    apply(task('succeeded', 't299', 1));
    expect(state.counts()).toMatchObject({ OTHER: 207, SUCCESS: 1 });
  });
});

describe('unfinished', () => {
  it('leaves out tasks in a final state', () => {
    const { state, apply } = createState();

    apply(
      task('started', 'a', 0),
      task('received', 'b', 0),
      task('received', 'c', 0),
      task('progress', 'd', 0),
    );
    apply(task('succeeded', 'e', 1, { runtime: 0.25 }), task('failed', 'f', 2), task('started', 'g', 2));
    apply(task('rejected', 'g', 3), task('retried', 'h', 3));

    expect([...state.unfinished()].map(({ id, isRunning }) => [id, isRunning]).sort()).toEqual([
      ['a', true],
      ['b', false],
      ['c', false],
      ['d', true],
      ['h', false],
    ]);
  });
});
