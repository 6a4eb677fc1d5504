/** Tasks that their worker no longer runs: what is stored says how they ended, before that counts as unknown. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { parseTaskMeta } from '../../../../src/celery/results/results.js';
import { createState, start, task, worker } from '../events/cluster.js';

/** A task that was started at second 1, whose worker's replies lack it at seconds 5 and 9. */
async function missing(
  stored: string | null,
  meanwhile: (cluster: ReturnType<typeof createState>) => void = () => undefined,
) {
  const looked: (readonly string[])[] = [];
  const cluster = createState({
    settleFirst: async (ids) => {
      looked.push(ids);
      await nextTurn();
      const meta = stored === null ? null : parseTaskMeta('a', stored);
      if (meta !== null) cluster.state.settleTask(meta);
    },
  });
  const { state, apply, wait } = cluster;
  const states: string[] = [];
  state.onTaskChange(({ state }) => {
    if (states.at(-1) !== state) states.push(state);
  });
  apply(worker('online', 0), task('received', 'a', 0.5), task('started', 'a', 1));
  for (const at of [5, 9]) {
    apply(worker('heartbeat', at, { active: 0 }));
    wait(at);
    state.sawActive('w1@host', new Set(), start + at * 1_000);
  }
  meanwhile(cluster);
  await nextTurn();
  await nextTurn();
  return { ...cluster, states, looked };
}

const failure = JSON.stringify({
  status: 'FAILURE',
  result: { exc_type: 'ValueError', exc_message: ['boom'] },
  date_done: new Date(start + 2_000).toISOString(),
});

describe('a task that its worker no longer runs', () => {
  it('takes the stored failure, and is never END_UNKNOWN before', async () => {
    const { state, states, looked } = await missing(failure);
    expect(state.task('a')).toMatchObject({
      state: 'FAILURE',
      source: 'RESULT_BACKEND',
      finishedAt: start + 2_000,
    });
    expect([states, looked]).toEqual([['RECEIVED', 'STARTED', 'FAILURE'], [['a']]]);
  });

  it('takes a failure that the application has stored itself', async () => {
    const { states } = await missing(
      JSON.stringify({ status: 'FAILURE', result: 'no such customer', date_done: null }),
    );
    expect(states).toEqual(['RECEIVED', 'STARTED', 'FAILURE']);
  });

  it('is END_UNKNOWN where nothing is stored', async () => {
    const { states, looked } = await missing(null);
    expect([states, looked]).toEqual([['RECEIVED', 'STARTED', 'END_UNKNOWN'], [['a']]]);
  });

  it('has the end of an event that comes meanwhile', async () => {
    const { states } = await missing(null, ({ apply }) => apply(task('succeeded', 'a', 9.5)));
    expect(states).toEqual(['RECEIVED', 'STARTED', 'SUCCESS']);
  });

  it('goes on when a reply has it meanwhile', async () => {
    const { states } = await missing(null, ({ state }) =>
      state.sawActive('w1@host', new Set(['a']), start + 9_500),
    );
    expect(states).toEqual(['RECEIVED', 'STARTED']);
  });

  it('goes on when another run of it has started meanwhile', async () => {
    const { state } = await missing(null, ({ apply }) =>
      apply(task('received', 'a', 9.4), task('started', 'a', 9.5)),
    );
    expect(state.task('a')).toMatchObject({ state: 'STARTED', startedAt: start + 9_500 });
  });
});
