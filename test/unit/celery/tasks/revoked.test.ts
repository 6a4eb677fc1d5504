/** Tasks that workers hold, and have said they will not run. */
import { describe, expect, it } from 'vitest';
import { RevokedIds } from '../../../../src/celery/tasks/revoked-ids.js';
import type { ReportedTask } from '../../../../src/celery/tasks/reported-task.js';
import { createState, start, task, worker } from '../events/cluster.js';

/** A task as a reply to `scheduled` shows it. */
const scheduled: ReportedTask = {
  id: 'a',
  name: 'demo.add',
  args: '(1, 2)',
  kwargs: '{}',
  worker: 'w1@host',
  state: 'RECEIVED',
  startedAt: null,
  eta: null,
  queue: null,
};

function revokedFirst() {
  const cluster = createState();
  cluster.apply(worker('online', 1));
  cluster.state.sawRevoked(['a'], 'w1@host');
  return cluster;
}

describe('a task that its worker named as revoked before it was known', () => {
  it('is REVOKED from the first reply that has it, and never counts as RECEIVED', () => {
    const { state } = revokedFirst();
    const states: string[] = [];
    state.onTaskChange(({ state }) => void states.push(state));

    state.sawTask(scheduled);

    expect(state.task('a')).toMatchObject({
      state: 'REVOKED',
      source: 'INSPECT',
      name: 'demo.add',
      revokedAt: start + 1_000,
    });
    expect(states).toEqual(['REVOKED']);
    expect(state.counts()).toMatchObject({ REVOKED: 1, RECEIVED: 0 });
  });

  it('stays REVOKED when further replies have it', () => {
    const { state } = revokedFirst();
    state.sawTask(scheduled);
    state.sawTask(scheduled);
    expect(state.task('a')?.state).toBe('REVOKED');
  });

  it('is RECEIVED at another worker', () => {
    const { state } = revokedFirst();
    state.sawTask({ ...scheduled, worker: 'w2@host' });
    expect(state.task('a')?.state).toBe('RECEIVED');
  });

  it('is RECEIVED at a process that has replaced its worker', () => {
    const { state, apply } = revokedFirst();
    apply(worker('online', 5, { pid: 8 }));
    state.sawTask(scheduled);
    expect(state.task('a')?.state).toBe('RECEIVED');
  });

  it('is RECEIVED when the worker has forgotten it, after three hours', () => {
    const { state, clock } = revokedFirst();
    clock.now += 10_800_000;
    state.sawTask(scheduled);
    expect(state.task('a')?.state).toBe('RECEIVED');
  });

  it('is STARTED when its worker starts it all the same', () => {
    const { state, apply } = revokedFirst();
    state.sawTask(scheduled);
    apply(task('started', 'a', 2));
    expect(state.task('a')).toMatchObject({ state: 'STARTED', revokedAt: null });
  });
});

describe('RevokedIds', () => {
  it('keeps 50,000 ids, and forgets first what was named longest ago', () => {
    const revoked = new RevokedIds();
    revoked.add('w1', 'first', 0);
    revoked.add('w1', 'second', 0);
    revoked.add('w1', 'first', 1);
    for (let n = 0; n < 49_999; n++) revoked.add('w2', `${n}`, 2);
    expect([revoked.size, revoked.has('w1', 'first', 3), revoked.has('w1', 'second', 3)]).toEqual([
      50_000,
      true,
      false,
    ]);
  });

  it('keeps at most 4 Mi characters', () => {
    const revoked = new RevokedIds();
    for (let n = 0; n < 5; n++) revoked.add('w1', `${n}`.repeat(1024 * 1024), 0);
    expect(revoked.size).toBe(4);
  });

  it('forgets all ids of a worker', () => {
    const revoked = new RevokedIds();
    revoked.add('w1', 'a', 0);
    revoked.add('w2', 'a', 0);
    revoked.forget('w1');
    expect([revoked.size, revoked.has('w1', 'a', 0), revoked.has('w2', 'a', 0)]).toEqual([
      1,
      false,
      true,
    ]);
  });
});
