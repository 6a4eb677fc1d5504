/** However many different names, workers and states there are, the store stays as large as its limit says. */
import { describe, expect, it } from 'vitest';
import { createState, task, worker } from '../events/cluster.js';

const many = 20_000;
const kept = 1_000;

describe('the store under a flood of values', () => {
  const { state, apply } = createState({ maxTasks: kept, maxWorkers: 500 });
  for (let n = 0; n < many; n++)
    apply(
      task(`custom${n % 5_000}`, `t${n}`, n / 1000, {
        ...{ name: `name${n}`, hostname: `w${n % 10_000}@host`, queue: `q${n}` },
        ...{ root_id: `r${n}`, parent_id: `p${n}` },
      }),
    );

  it('holds as many tasks and workers as it may, and counts who left', () => {
    expect(state.stats()).toMatchObject({ tasks: kept, evicted: many - kept, workers: 500 });
    expect(Object.keys(state.counts()).length).toBeLessThanOrEqual(101);
    expect(Object.values(state.counts()).reduce((sum, count) => sum + count, 0)).toBe(many);
  });

  it.each([
    ['state', { states: ['CUSTOM4999'] }, { states: ['CUSTOM3999'] }],
    ['name', { names: ['name19999'] }, { names: ['name0'] }],
    ['worker', { hostnames: ['w9999@host'] }, { hostnames: ['w0@host'] }],
    ['queue', { queues: ['q19999'] }, { queues: ['q0'] }],
    ['root', { rootId: 'r19999' }, { rootId: 'r0' }],
    ['parent', { parentId: 'p19999' }, { parentId: 'p0' }],
  ])('finds by %s a task that is kept, and none that was dropped', (_by, there, gone) => {
    expect(state.tasks(there, {}).tasks.map(({ id }) => id)).toEqual(['t19999']);
    expect(state.tasks(gone, {})).toMatchObject({ tasks: [], totalCount: 0 });
  });

  it('lists them by name and by state, each once', () => {
    for (const field of ['NAME', 'STATE'] as const) {
      const { tasks } = state.tasks({}, { order: { field, direction: 'ASC' } });
      expect(new Set(tasks.map(({ id }) => id)).size).toBe(kept);
    }
  });
});

describe('the filter by orphans', () => {
  it('separates the tasks whose worker is gone from the others', () => {
    const { state, apply, wait } = createState();
    apply(worker('heartbeat', 0), task('started', 'a', 1), task('succeeded', 'c', 1));
    apply(worker('heartbeat', 60, { hostname: 'w2@host' }));
    apply(task('started', 'b', 60, { hostname: 'w2@host' }));
    wait(61);
    state.lookForSilence();
    const ids = (orphaned: boolean) => state.tasks({ orphaned }, {}).tasks.map(({ id }) => id);
    expect([ids(true), ids(false)]).toEqual([['a'], ['b', 'c']]);
    expect(state.tasks({ orphaned: true }, { first: 0 }).totalCount).toBe(1);
    expect(state.tasks({ orphaned: false }, { first: 0 }).totalCount).toBe(2);
  });
});
