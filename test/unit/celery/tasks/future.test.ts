/** Clocks that are ahead of ours, by a little or by a century. */
import { describe, expect, it } from 'vitest';
import { createState, parse, start, task } from '../events/cluster.js';

const at = (seconds: number): number => start + seconds * 1000;

describe('an event from the future', () => {
  it.each([
    ['counts as of now when it is more than an hour ahead', 3_601, at(0)],
    ['counts as of then when clocks may differ by as much', 3_600, at(3_600)],
    ['counts as of now when it is of another age', 2_000_000_000, at(0)],
  ])('%s', (_, ahead, finishedAt) => {
    const { state } = createState();
    state.apply(parse(task('succeeded', 'a', ahead)), at(0));
    expect(state.task('a')).toMatchObject({ succeededAt: finishedAt, finishedAt });
  });
});
