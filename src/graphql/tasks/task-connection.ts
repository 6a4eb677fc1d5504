/** Pages of tasks, of all of them and of the children of one. */
import type { TaskPage, TaskSlice } from '../../celery/tasks/task.js';
import type { ClusterView } from '../../cluster/cluster-view.js';
import { connectionType, itemAt, type Connection } from '../connection.js';
import { encodeTaskCursor, type TaskCursorScope } from '../cursor.js';
import { TaskType, type TaskParent } from '../type-refs.js';

export const TaskConnectionType = connectionType(TaskType, {
  description: 'A page of tasks. Cursors keep their position when new tasks arrive.',
  member: 'A task',
  totalCount:
    'Number of tasks that match the filter, on all pages; of the children of a task, the first 1,000. Cheap for a single ' +
    'condition; several conditions, and `search`, are counted only if this field is selected.',
});

export function taskConnection(
  { tasks, positions, hasPreviousPage, hasNextPage, totalCount }: TaskPage,
  view: ClusterView,
  { first, last, ...scope }: TaskCursorScope & Pick<TaskSlice, 'first' | 'last'>,
): Connection<TaskParent> {
  const isAsked = (first ?? last) !== 0;
  return {
    length: tasks.length,
    nodeAt: (index) => ({ task: itemAt(tasks, index), view }),
    cursorAt: (index) => encodeTaskCursor(itemAt(positions, index), scope),
    hasPreviousPage: isAsked && hasPreviousPage,
    hasNextPage: isAsked && hasNextPage,
    totalCount: totalCount ?? 0, // counted wherever it is selected
  };
}
