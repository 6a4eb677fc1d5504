/** Who is told of a task event, and what it costs. */
import { expect, it, vi } from 'vitest';
import type { TaskEventFilter, TaskNotice } from '../../../../src/celery/events/task-feed.js';
import { TaskRecord } from '../../../../src/celery/events/task-record.js';
import { createState, start, task } from './cluster.js';

function createFeed() {
  const { state, apply } = createState();
  const listen = (filter: TaskEventFilter) => {
    const heard: string[] = [];
    const stop = state.taskFeed.listen(filter, ({ event, task: { id } }) => {
      heard.push(`${id} ${event.subject}`);
    });
    return { heard, stop };
  };
  return { state, apply, listen };
}

const events = [
  task('received', 'a', 1, { name: 'demo.add', args: '(1, 2)' }),
  task('received', 'b', 2, { name: 'demo.sleep', root_id: 'a', parent_id: 'a' }),
  task('started', 'a', 3),
  task('failed', 'a', 4, { exception: "ValueError('boom')" }),
  task('succeeded', 'b', 5, { hostname: 'w2@host' }),
];

it.each<[string, TaskEventFilter, string[]]>([
  ['nothing', {}, ['a received', 'b received', 'a started', 'a failed', 'b succeeded']],
  ['types', { types: ['task-received', 'task-failed'] }, ['a received', 'b received', 'a failed']],
  ['ids', { ids: ['b'] }, ['b received', 'b succeeded']],
  ['names', { names: ['demo.add'] }, ['a received', 'a started', 'a failed']],
  ['states after the event', { states: ['FAILURE', 'started'] }, ['a started', 'a failed']],
  ['workers', { workers: ['w2@host'] }, ['b succeeded']],
  ['a root', { rootId: 'a' }, ['b received', 'b succeeded']],
  ['a parent', { parentId: 'a' }, ['b received', 'b succeeded']],
  ['a search', { search: 'boom' }, ['a failed']],
  ['several of them', { ids: ['a'], types: ['task-started', 'task-sent'] }, ['a started']],
])('tells whoever filters by %s', (_name, filter, expected) => {
  const { apply, listen } = createFeed();
  const { heard } = listen(filter);
  apply(...events);
  expect(heard).toEqual(expected);
});

it('shows the task after the event, with the time by our clock', () => {
  const { state, apply } = createFeed();
  const notices: TaskNotice[] = [];
  state.taskFeed.listen({}, (notice) => notices.push(notice));
  apply(task('succeeded', 'a', 2, { result: '3' }), task('started', 'a', 1));
  expect(notices).toMatchObject([
    { event: { state: 'SUCCESS' }, task: { state: 'SUCCESS', result: '3' }, receivedAt: start + 2_000 },
    { event: { state: 'STARTED' }, task: { state: 'SUCCESS', result: '3' }, receivedAt: start + 1_000 },
  ]);
});

it('makes one picture of the task for all, and none when nobody wants it', () => {
  const snapshot = vi.spyOn(TaskRecord.prototype, 'snapshot');
  const { apply, listen } = createFeed();
  listen({ names: ['demo.sleep'] });
  apply(task('received', 'a', 1, { name: 'demo.add' }));
  expect(snapshot).toHaveBeenCalledTimes(0);

  for (let index = 0; index < 10; index++) listen({ names: ['demo.add', 'other'] });
  listen({ search: 'add' });
  apply(task('started', 'a', 2));
  expect(snapshot).toHaveBeenCalledTimes(1);
  snapshot.mockRestore();
});

it('tells nobody who has stopped, and goes on for those who ask the same', () => {
  const { apply, listen } = createFeed();
  const first = listen({ ids: ['a', 'b'] });
  const second = listen({ ids: ['b', 'a'] });
  first.stop();
  first.stop();
  apply(task('received', 'a', 1));
  expect([first.heard, second.heard]).toEqual([[], ['a received']]);
});

it('lets no listener disturb the state or the others', () => {
  const { state, apply, listen } = createFeed();
  state.taskFeed.listen({}, () => {
    throw new Error('a fault');
  });
  const { heard } = listen({});
  apply(task('received', 'a', 1));
  expect([heard, state.task('a')?.state]).toEqual([['a received'], 'RECEIVED']);
});
