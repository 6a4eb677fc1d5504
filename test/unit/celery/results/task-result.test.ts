/** What a stored result adds to what events reported. */
import { describe, expect, it } from 'vitest';
import { State } from '../../../../src/celery/events/state.js';
import { parseEvents } from '../../../../src/celery/events/event.js';
import { parseTaskMeta } from '../../../../src/celery/results/results.js';
import { taskWithResult } from '../../../../src/celery/results/task-result.js';
import type { TaskMeta } from '../../../../src/celery/transport/transport.js';

const at = Date.UTC(2026, 2, 1, 10);

/** A store that these events have reached. */
function stateAfter(...events: readonly object[]): State {
  const state = new State({ clock: () => at });
  for (const event of events) {
    const common = { hostname: 'w1@h', uuid: 't1', timestamp: at / 1000, clock: 1 };
    for (const parsed of parseEvents({ ...common, ...event }).events) state.apply(parsed, at);
  }
  return state;
}

/** What every reader then sees of the task: the list says the same. */
function withResult(state: State | null, meta: TaskMeta | null) {
  const known = state ?? new State();
  const task = taskWithResult(known, 't1', meta);
  if (state !== null) expect(known.tasks({}, {}).tasks).toEqual([task]);
  return task;
}

const stored = (fields: object) => parseTaskMeta('t1', JSON.stringify({ status: 'SUCCESS', ...fields }));
const extended = { name: 'add', args: [1, 2], kwargs: {}, worker: 'w2@h', queue: 'q', retries: 2 };
const doneAt = '2026-03-01T11:00:00';

const received = { type: 'task-received', name: 'add', args: '[1, 2]', kwargs: '{}' };
const succeeded = { type: 'task-succeeded', result: '3', runtime: 0.1 };

describe('a stored result', () => {
  it('is all that is known of a task that no event reported', () => {
    expect(withResult(null, stored({ result: 3, date_done: doneAt, ...extended }))).toMatchObject({
      ...{ id: 't1', state: 'SUCCESS', result: '3', source: 'RESULT_BACKEND', worker: 'w2@h' },
      ...{ name: 'add', args: '(1, 2)', kwargs: '{}', queue: 'q', retries: 2 },
      ...{ finishedAt: at + 3_600_000, succeededAt: at + 3_600_000, failedAt: null },
    });
  });

  it('ends a task whose end was not reported, and leaves what events reported', () => {
    const task = withResult(stateAfter(received), stored({ result: 3, date_done: doneAt, ...extended }));
    expect(task).toMatchObject({
      ...{ state: 'SUCCESS', result: '3', source: 'RESULT_BACKEND', finishedAt: at + 3_600_000 },
      ...{ args: '[1, 2]', worker: 'w1@h', queue: 'q', receivedAt: at, retries: 2 },
    });
  });

  it('fills what events have not reported of a task that is over, whose state stays theirs', () => {
    const task = withResult(stateAfter(succeeded), stored({ result: 4, ...extended }));
    expect(task).toMatchObject({
      ...{ state: 'SUCCESS', result: '3', source: 'EVENTS', finishedAt: at },
      ...{ name: 'add', args: '(1, 2)', kwargs: '{}', worker: 'w1@h', queue: 'q' },
    });
  });

  it('fills what events have not reported of a task that runs', () => {
    const started = { type: 'task-started' };
    const task = withResult(
      stateAfter(started),
      stored({ status: 'STARTED', result: { pid: 7, hostname: 'w1@h' }, ...extended }),
    );
    expect(task).toMatchObject({
      ...{ state: 'STARTED', result: null, source: 'EVENTS', finishedAt: null, startedAt: at },
      ...{ name: 'add', args: '(1, 2)', queue: 'q' },
    });
  });

  it('shows a task that runs without a result', () => {
    expect(withResult(null, stored({ status: 'STARTED', result: { pid: 7 } }))).toMatchObject({
      ...{ state: 'STARTED', result: null, finishedAt: null, source: 'RESULT_BACKEND' },
    });
  });

  it('has the progress of a task that runs, which no event has', () => {
    const progress = stored({ status: 'PROGRESS', result: { done: 7, of: 10 } });
    expect(withResult(stateAfter({ type: 'task-started' }), progress)).toMatchObject({
      ...{ state: 'PROGRESS', progress: { done: 7, of: 10 }, result: null, startedAt: at },
      ...{ finishedAt: null, source: 'RESULT_BACKEND' },
    });
    const retried = { type: 'task-retried', exception: 'OSError()' };
    const again = withResult(stateAfter({ type: 'task-started' }, retried), progress);
    expect(again).toMatchObject({ state: 'RETRY', source: 'EVENTS' });
  });

  it('names as cut what it brings, and not what events brought', () => {
    const long = 'x'.repeat(20_000);
    const cutByUs = stateAfter({ ...received, args: long });
    expect(cutByUs.task('t1')?.truncated).toEqual(['args']);
    expect(withResult(cutByUs, stored({ result: long, args: [1] }))?.truncated).toEqual([
      'args',
      'result',
    ]);
    expect(withResult(stateAfter(received), stored({ result: 1, args: [long] }))?.truncated).toEqual([]);
    expect(withResult(stateAfter(succeeded), stored({ result: long, args: [long] }))?.truncated).toEqual(
      ['args'],
    );
  });

  it('changes nothing where none is stored', () => {
    const state = stateAfter(received);
    expect(withResult(state, null)).toEqual(stateAfter(received).task('t1'));
    expect(withResult(null, null)).toBeNull();
  });
});

describe('mayHaveResult', () => {
  it('asks for what may bring news', () => {
    expect(stateAfter().mayHaveResult('t1')).toBe(true);
    expect(stateAfter(received).mayHaveResult('t1')).toBe(true);
    expect(stateAfter(succeeded).mayHaveResult('t1')).toBe(true);
    const sent = { type: 'task-sent', queue: 'q' };
    expect(stateAfter(sent, received, succeeded).mayHaveResult('t1')).toBe(false);
  });
});
