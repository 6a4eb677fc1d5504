import { describe, expect, it } from 'vitest';
import { createState, start, task } from '../events/cluster.js';

const seen = {
  id: 'a',
  name: 'shop.pay',
  args: '(1,)',
  kwargs: '{}',
  queue: 'high',
  eta: start + 60_000,
  expires: start + 120_000,
};

describe('State.sawWaiting', () => {
  it('fills what events have not reported of a task that waits, and leaves its state', () => {
    const { state, apply } = createState();
    apply(task('sent', 'a', 0, { name: 'shop.pay', queue: 'low' }));
    state.sawWaiting(seen);
    expect(state.task('a')).toMatchObject({
      state: 'PENDING',
      name: 'shop.pay',
      args: '(1,)',
      kwargs: '{}',
      queue: 'low',
      eta: start + 60_000,
      expires: start + 120_000,
    });
  });

  it('says nothing of a task that a worker has received meanwhile', () => {
    const { state, apply } = createState();
    apply(task('sent', 'a', 0, { name: 'shop.pay' }), task('received', 'a', 1, { name: 'shop.pay' }));
    state.sawWaiting(seen);
    expect(state.task('a')).toMatchObject({ state: 'RECEIVED', args: null, eta: null });
  });

  it('makes no task of a message whose task is not known', () => {
    const { state } = createState();
    state.sawWaiting(seen);
    expect(state.task('a')).toBeNull();
  });
});
