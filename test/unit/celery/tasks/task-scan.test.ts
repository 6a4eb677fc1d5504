/** A search over many tasks is interrupted, and shows one moment all the same. */
import { expect, it, describe } from 'vitest';
import type { TaskFilter } from '../../../../src/celery/tasks/task-filter.js';
import type { TaskPage, TaskSlice } from '../../../../src/celery/tasks/task.js';
import type { SlicedWork } from '../../../../src/slices.js';
import { createState, task } from '../events/cluster.js';

const count = 5_000;

function createMany() {
  const created = createState();
  const { apply } = created;
  for (let n = 0; n < count; n++) {
    const name = n % 10 === 0 ? 'shop.bill' : 'shop.send';
    apply(task('received', `t${n}`, n / 100, { name, args: `(${n},)` }));
  }
  return created;
}

/** Runs the work to its end. `between` is called at each place where it can be interrupted. */
function run<T>(work: SlicedWork<T>, between: (step: number) => void = () => undefined): [T, number] {
  for (let step = 1; ; step++) {
    const { done, value } = work.next();
    if (done === true) return [value, step - 1];
    between(step);
  }
}

const search = (wanted: string): TaskFilter => ({ search: wanted });
const few: TaskSlice = { first: 3 };
const ids = ({ tasks }: TaskPage): string[] => tasks.map(({ id }) => id);

describe('State.queryTasks', () => {
  it('can be interrupted after every 256 tasks that a search looks at', () => {
    const { state } = createMany();
    const [page, steps] = run(state.queryTasks(search('bill'), few));
    expect(page.totalCount).toBe(500);
    expect(steps).toBe(Math.floor(count / 256));
  });

  it('is not interrupted where an index narrows the search to few', () => {
    const { state } = createMany();
    const [page, steps] = run(
      state.queryTasks({ taskIds: ['t10', 't20', 't21'], ...search('bill') }, few),
    );
    expect([page.totalCount, steps]).toEqual([2, 0]);
  });

  it('can be interrupted when its matches are too few for a short walk, and are not counted', () => {
    const { state } = createMany();
    const [page, steps] = run(state.queryTasks(search('nothing'), { ...few, totalCount: false }));
    expect(page.tasks).toEqual([]);
    expect(steps).toBe(Math.floor(count / 256));
  });

  it('shows a task that came, and one that has begun to pass, while it looked at others', () => {
    const { state, apply } = createMany();
    const [page] = run(
      state.queryTasks({ states: ['STARTED', 'RECEIVED'], ...search('state:started') }, few),
      (step) => {
        if (step !== 10) return;
        apply(task('started', 't4999', 60)); // looked at before
        apply(task('started', 'new', 61, { name: 'shop.bill' }));
      },
    );
    expect([ids(page), page.totalCount]).toEqual([['new', 't4999'], 2]);
  });

  it('leaves out a task that has ceased to pass after it was looked at', () => {
    const { state, apply } = createMany();
    const filter = { states: ['RECEIVED'], ...search('bill') };
    const [page] = run(state.queryTasks(filter, few), (step) => {
      if (step === 15) apply(task('succeeded', 't10', 60), task('succeeded', 't4990', 61));
    });
    expect([ids(page), page.totalCount]).toEqual([['t4980', 't4970', 't4960'], 498]);
  });

  it('shows what one look at its end shows, whatever changes between its steps', () => {
    const { state, apply } = createMany();
    const filter = { states: ['RECEIVED'], ...search('bill') };
    let at = 60;
    const [page] = run(state.queryTasks(filter, { first: 1_000 }), (step) => {
      for (let n = 0; n < 400; n++) {
        const id = `t${(step * 977 + n * 13) % count}`;
        apply(task(n % 3 === 0 ? 'succeeded' : 'started', id, (at += 0.001)));
      }
      apply(task('received', `late${step}`, (at += 0.001), { name: 'shop.bill' }));
    });
    expect(page).toEqual(state.tasks(filter, { first: 1_000 }));
  });
});

describe('State.tasksLookedAt', () => {
  it.each<[string, TaskFilter, number]>([
    ['no condition', {}, 0],
    ['one condition with an index', { names: ['shop.bill'] }, 0],
    ['a search alone', search('x'), 5_000],
    ['a search of one name', { names: ['shop.bill'], ...search('x') }, 500],
    ['a search of few ids', { taskIds: ['t1', 't2', 'none'], ...search('x') }, 2],
    ['two conditions', { names: ['shop.bill'], states: ['RECEIVED'] }, 500],
    ['a condition without an index', { orphaned: false }, 5_000],
  ])('is, of %s', (_name, filter, expected) => {
    expect(createMany().state.tasksLookedAt(filter)).toBe(expected);
  });
});
