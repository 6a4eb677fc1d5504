/** What a list of tasks can be sorted by, and the slice of the store that a page reads. */
import type { TaskOrder, TaskSlice } from '../../celery/tasks/task.js';
import {
  defaultPageSize,
  newestFirst,
  taskOrderFields,
  type TaskOrderField,
} from '../../celery/tasks/task.js';
import { builder } from '../builder.js';
import { pageSize, type PageArgs, type PageLimits } from '../connection.js';
import { decodeTaskCursor } from '../cursor.js';

const orderDescriptions: Readonly<Record<TaskOrderField, string>> = {
  SEEN: 'When the gateway first saw the task: this never changes, so pages never shift.',
  RECEIVED: 'When a worker took the task from the queue.',
  STARTED: 'When the latest run started.',
  FINISHED: 'When the task reached a final state.',
  RUNTIME: 'Run time, as measured by the worker.',
  QUEUE_WAIT: 'Time between sending and start.',
  NAME: 'Name of the task, in the order of character codes.',
  STATE: 'Name of the state.',
};

const TaskOrderFieldEnum = builder.enumType('TaskOrderField', {
  description: 'Fields by which tasks can be sorted.',
  values: Object.fromEntries(
    taskOrderFields.map((field) => [field, { value: field, description: orderDescriptions[field] }]),
  ) as { [K in TaskOrderField]: { value: K; description: string } },
});

const OrderDirectionEnum = builder.enumType('OrderDirection', {
  description: 'Direction of the order.',
  values: {
    ASC: {
      description: 'Ascending: the smallest, earliest, or alphabetically first value comes first.',
    },
    DESC: { description: 'Descending: the largest, latest, or alphabetically last value comes first.' },
  } as const,
});

export const TaskOrderInput = builder.inputType('TaskOrder', {
  description:
    'Tasks without a value come last in both directions; tasks with the same value are ordered by the time at which the gateway first ' +
    'saw them, in the same direction. Pages neither repeat nor skip a task whose value does not change; a task whose value ' +
    'changes while a client reads the pages moves to its new position, and may appear twice or not at all.',
  fields: (t) => ({
    field: t.field({
      type: TaskOrderFieldEnum,
      required: true,
      description: 'The field by which tasks are sorted.',
    }),
    direction: t.field({
      type: OrderDirectionEnum,
      required: true,
      defaultValue: 'DESC',
      description: 'Direction of the order.',
    }),
  }),
});

type OrderedSlice = TaskSlice & { readonly order: TaskOrder };

export const taskPages: PageLimits = { usual: defaultPageSize, max: 1_000 };

/**
 * @param epoch of the store that the cursors have to be of
 * @throws BadUserInputError for a size that is refused, or a cursor of something else
 * @throws CursorExpiredError for a cursor of another store
 */
export function sliceOf(
  { orderBy, after, before, ...size }: PageArgs & { readonly orderBy?: TaskOrder | null | undefined },
  epoch: string,
): OrderedSlice {
  const { field, direction } = orderBy ?? newestFirst;
  const order = { field, direction };
  return {
    order,
    ...pageSize(size, taskPages),
    after: decodeTaskCursor('after', after, { order, epoch }),
    before: decodeTaskCursor('before', before, { order, epoch }),
  };
}
