import { describe, expect, it } from 'vitest';
import { TaskTally } from '../../../src/prometheus/task-tally.js';
import type { TaskTallyOptions } from '../../../src/prometheus/task-tally.js';
import { createState, task } from '../celery/events/cluster.js';

function watched(options: Partial<TaskTallyOptions> = {}, maxTasks = 1_000) {
  const { state, clock, apply, wait } = createState({ maxTasks });
  const tally = new TaskTally({
    ...{ byName: true, byQueue: true, maxSeries: 100, bounds: [1, 10], clock: () => clock.now },
    ...options,
  });
  state.onTaskChange((...change) => tally.changed(...change));
  const states = () =>
    [...tally].map(({ name, queue, states: counts }) => ({
      name,
      queue,
      ...Object.fromEntries(counts),
    }));
  return { tally, apply, wait, states };
}

const named = { name: 'shop.pay', queue: 'mail' };

describe('TaskTally', () => {
  it('counts each state that a task takes on, by name and queue', () => {
    const { apply, states } = watched();
    apply(
      task('sent', 'a', 0, named),
      task('received', 'a', 1, { name: 'shop.pay' }),
      task('started', 'a', 2),
      task('retried', 'a', 3),
      task('started', 'a', 4),
      task('succeeded', 'a', 5, { runtime: 1 }),
      task('sent', 'b', 6, { name: 'shop.pay', queue: 'slow' }),
    );

    expect(states()).toEqual([
      { ...named, PENDING: 1, RECEIVED: 1, STARTED: 2, RETRY: 1, SUCCESS: 1, FAILURE: 0 },
      { name: 'shop.pay', queue: 'slow', PENDING: 1, SUCCESS: 0, FAILURE: 0 },
    ]);
  });

  it('counts a task in its queue though the worker has it before its sender has reported it', () => {
    const { apply, states, wait } = watched();
    apply(task('received', 'b', 1, { name: 'shop.pay' }), task('started', 'b', 1.1));
    expect(states()).toEqual([]);
    apply(task('sent', 'b', 0.9, named), task('received', 'c', 1.2, { name: 'shop.pay' }));
    expect(states()).toEqual([{ ...named, RECEIVED: 1, STARTED: 1, SUCCESS: 0, FAILURE: 0 }]);
    wait(2.2); // no event has reported the queue of the last one
    expect(states()).toEqual([
      { ...named, RECEIVED: 1, STARTED: 1, SUCCESS: 0, FAILURE: 0 },
      { name: 'shop.pay', queue: null, RECEIVED: 1, SUCCESS: 0, FAILURE: 0 },
    ]);
  });

  it('waits for no queue where senders report none', () => {
    const { apply, states } = watched();
    apply(task('received', 'a', 61, { name: 'shop.pay' }));
    expect(states()).toEqual([{ name: 'shop.pay', queue: null, RECEIVED: 1, SUCCESS: 0, FAILURE: 0 }]);
  });

  it('measures the runtime once, and the wait once for each attempt', () => {
    const { tally, apply } = watched();
    apply(
      task('sent', 'a', 0, named),
      task('started', 'a', 5),
      task('succeeded', 'a', 25, { runtime: 20 }),
      task('succeeded', 'a', 25, { runtime: 20 }),
    );

    const [figures] = [...tally];
    expect(figures?.runtime.cumulative()).toEqual([0, 0, 1]);
    expect(figures?.queueWait.cumulative()).toEqual([0, 1, 1]);
    expect([figures?.runtime.sum, figures?.queueWait.sum]).toEqual([20, 5]);
  });

  it('goes on counting what has left the store', () => {
    const { apply, states } = watched({}, 1);
    for (const id of ['a', 'b', 'c'])
      apply(task('sent', id, 0, named), task('succeeded', id, 1, { runtime: 1 }));

    expect(states()).toEqual([{ ...named, PENDING: 3, SUCCESS: 3, FAILURE: 0 }]);
  });

  it('counts states that an application has made up as one', () => {
    const { apply, states } = watched();
    apply(task('sent', 'a', 0, named), task('progress', 'a', 1), task('uploading', 'a', 2));

    expect(states()).toMatchObject([{ ...named, OTHER: 2 }]);
  });

  it('counts names and queues beyond its bound together, and reports how many they are', () => {
    const { tally, apply, states } = watched({ maxSeries: 2 });
    for (const name of ['a', 'b', 'c', 'd', 'c'])
      apply(task('sent', `id-${Math.random()}`, 0, { name }));

    expect(states()).toEqual([
      { name: 'a', queue: null, PENDING: 1, SUCCESS: 0, FAILURE: 0 },
      { name: 'b', queue: null, PENDING: 1, SUCCESS: 0, FAILURE: 0 },
      { name: 'OTHER', queue: null, PENDING: 3, SUCCESS: 0, FAILURE: 0 },
    ]);
    expect(tally.folded).toBe(2);
  });

  it('has one series for names that are the same in UTF-8, and for a task that is named like the others', () => {
    const { apply, states } = watched({ maxSeries: 2 });
    for (const name of ['a\ud800', 'a\ud801', 'OTHER', 'b', 'c'])
      apply(task('sent', `id of ${name}`, 0, { name }));

    expect(states()).toEqual([
      { name: 'a\ufffd', queue: null, PENDING: 2, SUCCESS: 0, FAILURE: 0 },
      { name: 'b', queue: null, PENDING: 1, SUCCESS: 0, FAILURE: 0 },
      { name: 'OTHER', queue: null, PENDING: 2, SUCCESS: 0, FAILURE: 0 },
    ]);
  });

  it('lets a new name take the place of one that was idle for an hour', () => {
    const { tally, apply, states } = watched({ maxSeries: 2 });
    apply(task('sent', '1', 0, { name: 'old' }), task('sent', '2', 0, { name: 'busy' }));
    apply(task('sent', '3', 1_800, { name: 'busy' }), task('sent', '4', 1_800, { name: 'early' }));
    apply(task('sent', '5', 3_600, { name: 'new' }));

    expect(states().map(({ name }) => name)).toEqual(['busy', 'new', 'OTHER']);
    expect(tally.folded).toBe(0);
  });

  it('stays within its bound however many names come in however long a time', () => {
    const { tally, apply } = watched({ maxSeries: 10 });
    for (let at = 0; at < 20_000; at += 10) apply(task('sent', `id-${at}`, at, { name: `name-${at}` }));

    expect([...tally].length).toBeLessThanOrEqual(11);
  });

  it.each([
    [{ byName: false, byQueue: true }, [{ name: null, queue: 'mail' }]],
    [{ byName: true, byQueue: false }, [{ name: 'shop.pay', queue: null }]],
    [{ byName: false, byQueue: false }, [{ name: null, queue: null }]],
  ])('distinguishes tasks only by the configured labels: %j', (by, expected) => {
    const { apply, states } = watched(by);
    apply(task('sent', 'a', 0, named));

    expect(states()).toMatchObject(expected);
  });
});
