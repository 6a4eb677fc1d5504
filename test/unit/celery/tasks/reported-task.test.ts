import { describe, expect, it } from 'vitest';
import type { ReportedTask } from '../../../../src/celery/tasks/reported-task.js';
import { createState, start, task } from '../events/cluster.js';

const at = (seconds: number): number => start + seconds * 1000;

function seed(changes: Partial<ReportedTask> = {}): ReportedTask {
  return {
    id: 'a',
    name: 'demo.add',
    args: '(1, 2)',
    kwargs: '{}',
    worker: 'w1@host',
    state: 'STARTED',
    startedAt: at(1),
    eta: null,
    queue: 'default',
    ...changes,
  };
}

describe('sawTask', () => {
  it('creates a task that no event has reported', () => {
    const { state } = createState();

    state.sawTask(seed({ startedAt: at(1) + 0.4 }));

    expect(state.task('a')).toMatchObject({
      name: 'demo.add',
      args: '(1, 2)',
      worker: 'w1@host',
      queue: 'default',
      state: 'STARTED',
      startedAt: at(1),
      source: 'INSPECT',
    });
    expect(state.counts()).toMatchObject({ STARTED: 1, PENDING: 0 });
  });

  it('gives way to events', () => {
    const { state, apply } = createState();

    state.sawTask(seed());
    apply(task('succeeded', 'a', 2));

    expect(state.task('a')).toMatchObject({ state: 'SUCCESS', name: 'demo.add', source: 'EVENTS' });
  });

  it('fills gaps, and contradicts no event', () => {
    const { state, apply } = createState();

    apply(task('started', 'a', 2, { hostname: 'w2@host' }), task('sent', 'a', 0, { args: '(3, 4)' }));
    state.sawTask(seed());

    expect(state.task('a')).toMatchObject({
      name: 'demo.add',
      args: '(3, 4)',
      queue: 'default',
      worker: 'w2@host',
      startedAt: at(2),
      source: 'EVENTS',
    });
  });

  it.each([
    ['received', 'STARTED', 'STARTED'],
    ['started', 'RECEIVED', 'STARTED'],
    ['sent', 'RECEIVED', 'RECEIVED'],
    ['succeeded', 'STARTED', 'SUCCESS'],
    ['rejected', 'RECEIVED', 'REJECTED'],
    ['progress', 'STARTED', 'PROGRESS'],
  ] as const)('after %s with %s leaves %s', (verb, seeded, expected) => {
    const { state, apply } = createState();

    apply(task(verb, 'a', 0));
    state.sawTask(seed({ state: seeded }));

    expect(state.task('a')?.state).toBe(expected);
  });

  it('leaves a retry only for a start after it', () => {
    const { state, apply } = createState();

    apply(task('retried', 'a', 2));
    state.sawTask(seed({ startedAt: at(1) }));
    expect(state.task('a')?.state).toBe('RETRY');

    state.sawTask(seed({ startedAt: at(3) }));
    expect(state.task('a')?.state).toBe('STARTED');
  });

  it('ignores an id that is none', () => {
    const { state } = createState();

    state.sawTask(seed({ id: '' }));

    expect(state.stats().tasks).toBe(0);
  });
});
