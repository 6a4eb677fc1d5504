import { describe, expect, it } from 'vitest';
import { createState, start, task } from '../events/cluster.js';

describe('onTaskChange', () => {
  it('reports with every event what the task was before', () => {
    const { state, apply } = createState();
    const reported: unknown[] = [];
    const stop = state.onTaskChange(({ id, state: now, runtimeSeconds }, before) =>
      reported.push([id, before, now, runtimeSeconds]),
    );

    apply(task('received', 'a', 0), task('started', 'a', 1), task('received', 'a', 1));
    apply(task('succeeded', 'a', 2, { runtime: 1.5 }));
    stop();
    apply(task('received', 'b', 3));

    expect(reported).toEqual([
      ['a', null, 'RECEIVED', null],
      ['a', 'RECEIVED', 'STARTED', null],
      ['a', 'STARTED', 'STARTED', null],
      ['a', 'STARTED', 'SUCCESS', 1.5],
    ]);
  });

  it('reports replies too, and goes on after a listener that throws', () => {
    const { state } = createState();
    const reported: unknown[] = [];
    state.onTaskChange(() => {
      throw new Error('mine');
    });
    state.onTaskChange(({ id, worker }, before) => reported.push([id, worker, before]));

    state.sawTask({
      ...{ id: 'a', name: null, args: null, kwargs: null, queue: null },
      ...{ worker: 'w1@host', state: 'STARTED', startedAt: start, eta: null },
    });

    expect(reported).toEqual([['a', 'w1@host', null]]);
  });
});

describe('unfinishedOf', () => {
  it('lists what a worker has and has not let go of', () => {
    const { state, apply } = createState();
    const of = (hostname: string) => [...state.unfinishedOf(hostname)].map(({ id }) => id).join(' ');

    apply(...['a', 'b', 'c', 'd', 'e'].map((id) => task('received', id, 0)));
    apply(task('started', 'b', 1), task('succeeded', 'b', 2), task('started', 'c', 2));
    apply(task('rejected', 'd', 3), task('received', 'e', 3, { hostname: 'w2@host' }));
    expect([of('w1@host'), of('w2@host'), of('__proto__')]).toEqual(['a c', 'e', '']);

    apply(task('received', 'd', 4), task('retried', 'b', 5));
    expect(of('w1@host')).toBe('a b c d');
  });

  it('forgets what leaves the store', () => {
    const { state, apply } = createState({ maxTasks: 2 });

    apply(task('received', 'a', 0), task('received', 'b', 0), task('received', 'c', 0));

    expect([...state.unfinishedOf('w1@host')].map(({ id }) => id)).toEqual(['b', 'c']);
  });
});

describe('waiting tasks', () => {
  it('are those that were sent and that no worker has taken', () => {
    const { state, apply } = createState();
    const oldestOf = (messages: number) => state.waiting.oldestSentAt('high', messages, start);
    const sent = (id: string, at: number) => task('sent', id, at, { queue: 'high' });

    expect(oldestOf(1)).toBeNull();
    apply(sent('b', 2), sent('a', 1), sent('c', 3), task('sent', 'd', 0, { queue: 'low' }));
    expect(oldestOf(3)).toBe(start + 1_000);

    apply(task('received', 'a', 4));
    expect(oldestOf(2)).toBe(start + 2_000);

    apply(task('revoked', 'b', 5), task('started', 'c', 5));
    expect(oldestOf(1)).toBeNull();
  });
});
