import { describe, expect, it } from 'vitest';
import type { TaskFilter } from '../../../../src/celery/tasks/task-filter.js';
import type { TaskPosition, TaskSlice } from '../../../../src/celery/tasks/task.js';
import type { EventBody } from '../events/cluster.js';
import { createState, task } from '../events/cluster.js';

/** The place of a task in the order of first sight. */
const seen = (sequence: number): TaskPosition => ({ key: null, sequence });

/** Tasks t1 to t10, with these sequence numbers; the even ones have succeeded. */
function tenTasks() {
  const created = createState();
  for (let n = 1; n <= 10; n++) {
    created.apply(
      task('received', `t${n}`, n, {
        name: n <= 5 ? 'demo.add' : 'demo.mul',
        hostname: n === 3 ? 'w2@host' : 'w1@host',
        root_id: 't1',
        ...(n === 4 && { parent_id: 't1' }),
      }),
    );
    if (n % 2 === 0) created.apply(task('succeeded', `t${n}`, n, { hostname: 'w1@host' }));
  }
  created.apply(task('sent', 't7', 11, { queue: 'high' }));
  const page = (slice: TaskSlice, filter: TaskFilter = {}) => {
    const { tasks, totalCount, hasPreviousPage, hasNextPage } = created.state.tasks(filter, slice);
    return [tasks.map(({ id }) => id).join(' '), totalCount, hasPreviousPage, hasNextPage];
  };
  return { ...created, page };
}

describe('a page of tasks', () => {
  it.each<[TaskSlice, string, boolean, boolean]>([
    [{}, 't10 t9 t8 t7 t6 t5 t4 t3 t2 t1', false, false],
    [{ first: 3 }, 't10 t9 t8', false, true],
    [{ first: 3, after: seen(8) }, 't7 t6 t5', true, true],
    [{ first: 3, after: seen(3) }, 't2 t1', true, false],
    [{ first: 3, after: seen(1) }, '', true, false],
    [{ first: 3, after: seen(99) }, 't10 t9 t8', false, true],
    [{ first: 10 }, 't10 t9 t8 t7 t6 t5 t4 t3 t2 t1', false, false],
    [{ last: 3 }, 't3 t2 t1', true, false],
    [{ last: 3, before: seen(3) }, 't6 t5 t4', true, true],
    [{ last: 3, before: seen(8) }, 't10 t9', false, true],
    [{ last: 3, before: seen(10) }, '', false, true],
    [{ after: seen(8), before: seen(5) }, 't7 t6', true, true],
    [{ after: seen(5), before: seen(8) }, '', true, true],
    [{ first: 4, last: 2 }, 't8 t7', true, true],
    [{ first: 0 }, '', false, true],
    [{ last: 0 }, '', true, false],
  ])('for %j is right', (slice, ids, previous, next) => {
    const { page } = tenTasks();

    expect(page(slice)).toEqual([ids, 10, previous, next]);
    expect(page(slice, { rootId: 't1' })).toEqual([ids, 10, previous, next]);
  });

  it.each<[TaskFilter, string]>([
    [{ states: ['success'] }, 't10 t8 t6 t4 t2'],
    [{ states: ['SUCCESS'], names: ['demo.add'] }, 't4 t2'],
    [{ names: ['demo.add', 'demo.none'] }, 't5 t4 t3 t2 t1'],
    [{ hostnames: ['w2@host'] }, 't3'],
    [{ queues: ['high'] }, 't7'],
    [{ parentId: 't1' }, 't4'],
    [{ taskIds: ['t2', 't9', 'unknown', 't2'] }, 't9 t2'],
    [{ taskIds: ['t2', 't9'], states: ['SUCCESS'] }, 't2'],
    [{ taskIds: [], states: [], names: [], search: ' ' }, 't10 t9 t8 t7 t6 t5 t4 t3 t2 t1'],
    [{ rootId: 'unknown' }, ''],
  ])('holds what passes %j', (filter, ids) => {
    const { page } = tenTasks();

    const total = ids === '' ? 0 : ids.split(' ').length;
    expect(page({}, filter)).toEqual([ids, total, false, false]);
  });

  it('knows its neighbours within the filter', () => {
    const { page } = tenTasks();

    expect(page({ first: 2, after: seen(8) }, { states: ['SUCCESS'] })).toEqual([
      't6 t4',
      5,
      true,
      true,
    ]);
    expect(page({ first: 2, after: seen(4) }, { states: ['SUCCESS'] })).toEqual(['t2', 5, true, false]);
  });

  it('neither repeats nor skips a task while new ones come in', () => {
    const { state, apply, page } = tenTasks();
    const seen: string[] = [];
    let after: TaskPosition | undefined;

    for (let round = 0; round < 4; round++) {
      const { tasks, positions } = state.tasks({}, { first: 3, after });
      seen.push(...tasks.map(({ id }) => id));
      after = positions.at(-1);
      apply(task('received', `new${round}`, 20), task('started', 't1', 21));
    }

    expect(seen.join(' ')).toBe('t10 t9 t8 t7 t6 t5 t4 t3 t2 t1');
    expect(page({ first: 1 })).toEqual(['new3', 14, false, true]);
  });

  it('goes on where its cursor was after that task has left', () => {
    const { state, apply } = createState({ maxTasks: 5 });
    const succeed = (n: number): EventBody => task('succeeded', `t${n}`, n);

    for (let n = 1; n <= 8; n++) apply(succeed(n));
    expect(state.tasks({}, { first: 2, after: seen(6) }).tasks.map(({ id }) => id)).toEqual([
      't5',
      't4',
    ]);

    apply(succeed(9), succeed(10));
    expect(state.tasks({}, { first: 2, after: seen(7) })).toMatchObject({
      tasks: [{ id: 't6', sequence: 6 }],
      totalCount: 5,
      hasPreviousPage: true,
      hasNextPage: false,
    });
    expect(state.tasks({}, { first: 2, after: seen(3) })).toMatchObject({
      tasks: [],
      hasPreviousPage: true,
      hasNextPage: false,
    });
  });

  it('holds pictures that later events do not change', () => {
    const { state, apply } = tenTasks();
    const before = state.task('t1');

    apply(task('started', 't1', 30));

    expect(before?.state).toBe('RECEIVED');
    expect(state.task('t1')?.state).toBe('STARTED');
  });
});
