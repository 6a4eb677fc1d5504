import { describe, expect, it } from 'vitest';
import { createState, task, worker } from '../events/cluster.js';

type Created = ReturnType<typeof createState>;
const ids = ({ state }: Created): string => [...state.tasks({}, {}).tasks].map(({ id }) => id).join(' ');

describe('a full store', () => {
  it('lets the oldest finished task go first', () => {
    const created = createState({ maxTasks: 3 });

    created.apply(task('started', 'a', 0), task('started', 'b', 0), task('succeeded', 'c', 0));
    created.apply(task('succeeded', 'b', 1), task('received', 'd', 2));
    expect(ids(created)).toBe('d c a');

    created.apply(task('received', 'e', 3));
    expect(ids(created)).toBe('e d a');
  });

  it('lets a task go that has finished since it was passed over', () => {
    const created = createState({ maxTasks: 3 });

    created.apply(task('started', 'a', 0), task('succeeded', 'b', 0), task('succeeded', 'c', 0));
    created.apply(task('received', 'd', 1), task('succeeded', 'a', 2), task('received', 'e', 3));

    expect(ids(created)).toBe('e d c');
  });

  it('keeps a passed-over task that is retried', () => {
    const created = createState({ maxTasks: 4 });

    created.apply(
      task('started', 'a', 0),
      ...['b', 'c', 'd', 'e'].map((id) => task('succeeded', id, 0)),
    );
    created.apply(task('failed', 'a', 1), task('retried', 'a', 2), task('succeeded', 'f', 3));

    expect(ids(created)).toBe('f e d a');
  });

  it('lets the oldest go when nothing has finished', () => {
    const created = createState({ maxTasks: 3 });

    for (const id of 'abcdef') created.apply(task('received', id, 0));

    expect(ids(created)).toBe('f e d');
  });

  it('takes a task that returns for a new one', () => {
    const created = createState({ maxTasks: 1 });

    created.apply(task('received', 'a', 0), task('received', 'b', 0), task('succeeded', 'a', 1));

    expect(created.state.task('a')).toMatchObject({ sequence: 3, state: 'SUCCESS', receivedAt: null });
    expect(ids(created)).toBe('a');
  });

  it('counts bytes too, and gives them back', () => {
    const created = createState({ maxTaskBytes: 50_000, maxTextLength: 25_000 });
    const { state, apply } = created;

    for (const id of ['a', 'b', 'c']) apply(task('succeeded', id, 0, { result: 'x'.repeat(20_000) }));
    expect(ids(created)).toBe('c b');
    expect(state.stats().bytes).toBeGreaterThan(40_000);

    for (const id of ['b', 'c']) apply(task('succeeded', id, 0, { result: 'x' }));
    expect(state.stats().bytes).toBeLessThan(2_000);

    apply(task('succeeded', 'd', 2, { result: '✓'.repeat(24_200) }));
    expect(state.stats()).toMatchObject({ tasks: 2, evicted: 2 });
  });

  it('drops the children of the forgotten', () => {
    const { state, apply } = createState({ maxTasks: 2 });

    apply(task('succeeded', 'child', 0, { parent_id: 'a' }), task('received', 'a', 0));
    expect(state.task('a')?.childIds).toEqual(['child']);

    apply(task('received', 'b', 1));
    expect(state.task('a')?.childIds).toEqual([]);
  });

  it('stays within its bounds and in order under a long stream', () => {
    const { state, apply } = createState({ maxTasks: 500 });

    for (let n = 0; n < 20_000; n++) {
      apply(task('received', `t${n}`, n));
      // Every 16th never ends; of the others, each ends a while after it came.
      if (n >= 50 && n % 16 !== 0) apply(task('succeeded', `t${n - 50}`, n));
    }

    const all = state.tasks({}, {});
    const sequences = all.tasks.map(({ sequence }) => sequence);
    expect([all.totalCount, all.tasks.length]).toEqual([500, 500]);
    expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => b - a));
    expect(sequences[0]).toBe(20_000);
    expect(state.stats()).toMatchObject({ tasks: 500, evicted: 19_500 });
    expect(state.tasks({}, { last: 1 }).tasks[0]?.sequence).toBe(sequences.at(-1));
  });
});

describe('a crowd of workers', () => {
  it('is bounded, and keeps those last seen', () => {
    const { state, apply } = createState({ maxWorkers: 20 });

    for (let n = 0; n < 100; n++) apply(worker('heartbeat', n / 100, { hostname: `w${n}@host` }));

    expect(state.stats().workers).toBeLessThanOrEqual(20);
    expect(state.worker('w99@host')?.status).toBe('ONLINE');
    expect(state.worker('w0@host')).toBeNull();
  });

  it('may be ten thousand without any being dropped', () => {
    const { state, apply } = createState();

    for (let n = 0; n < 10_000; n++) apply(worker('heartbeat', 0, { hostname: `w${n}@host` }));

    expect(state.stats().workers).toBe(10_000);
    expect(state.worker('w0@host')?.status).toBe('ONLINE');
  });
});
