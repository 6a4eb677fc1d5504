/** Which listeners receive a task event, and what it costs. */
import { expect, it, vi } from 'vitest';
import type { TaskEventFilter, TaskNotice } from '../../../../src/celery/tasks/task-feed.js';
import { TaskRecord } from '../../../../src/celery/tasks/task-record.js';
import { createState, start, task } from '../events/cluster.js';

function createFeed() {
  const { state, apply } = createState();
  const listen = (filter: TaskEventFilter) => {
    const received: string[] = [];
    const stop = state.taskFeed.listen(filter, ({ event, task: { id } }) => {
      received.push(`${id} ${event.subject}`);
    });
    return { received, stop };
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
  ['kinds', { kinds: ['STARTED', 'SUCCEEDED'] }, ['a started', 'b succeeded']],
  ['taskIds', { taskIds: ['b'] }, ['b received', 'b succeeded']],
  ['names', { names: ['demo.add'] }, ['a received', 'a started', 'a failed']],
  ['states after the event', { states: ['FAILURE', 'started'] }, ['a started', 'a failed']],
  ['hostnames', { hostnames: ['w2@host'] }, ['b succeeded']],
  ['a root', { rootId: 'a' }, ['b received', 'b succeeded']],
  ['a parent', { parentId: 'a' }, ['b received', 'b succeeded']],
  ['a search', { search: 'boom' }, ['a failed']],
  ['several of them', { taskIds: ['a'], types: ['task-started', 'task-sent'] }, ['a started']],
])('delivers to a listener that filters by %s', (_name, filter, expected) => {
  const { apply, listen } = createFeed();
  const { received } = listen(filter);
  apply(...events);
  expect(received).toEqual(expected);
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

it('makes one snapshot of the task for all, and none without a matching listener', () => {
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

it('delivers nothing to a listener that has stopped, and goes on for those with the same filter', () => {
  const { apply, listen } = createFeed();
  const first = listen({ taskIds: ['a', 'b'] });
  const second = listen({ taskIds: ['b', 'a'] });
  first.stop();
  first.stop();
  apply(task('received', 'a', 1));
  expect([first.received, second.received]).toEqual([[], ['a received']]);
});

it('lets no listener disturb the state or the others', () => {
  const { state, apply, listen } = createFeed();
  state.taskFeed.listen({}, () => {
    throw new Error('a fault');
  });
  const { received } = listen({});
  apply(task('received', 'a', 1));
  expect([received, state.task('a')?.state]).toEqual([['a received'], 'RECEIVED']);
});
