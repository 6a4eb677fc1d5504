/** The subscription to task events. */
import type { TaskNotice } from '../../celery/events/task-feed.js';
import { builder, clusterField } from '../builder.js';
import { assertKnownStates } from '../known-states.js';
import { filterAt, filterOf } from '../task-inputs.js';
import { TaskType } from '../task-type.js';
import { droppedDescription } from './dropped.js';
import type { Delivery } from './subscriber-buffer.js';

const TaskEventFilterInput = builder.inputType('TaskEventFilter', {
  description:
    'All conditions must hold; a list is satisfied by any of its members, an empty one by everything. They are held ' +
    'against the task as it is after the event.',
  fields: (t) => ({
    types: t.stringList({ description: 'Such as `task-received` or `task-failed`.' }),
    ids: t.idList({}),
    states: t.field({ type: ['TaskState'], description: 'As in `TaskFilter`.' }),
    names: t.stringList({}),
    workers: t.idList({ description: 'Node names.' }),
    queues: t.stringList({ description: 'Known of tasks whose senders publish task-sent events.' }),
    rootId: t.id({}),
    parentId: t.id({}),
    search: t.string({ description: 'As in `TaskFilter`.' }),
  }),
});

const TaskEventType = builder.objectRef<Delivery<TaskNotice>>('TaskEvent').implement({
  description: 'An event about a task, as a worker or a sender published it.',
  fields: (t) => ({
    cluster: t.id(clusterField),
    type: t.string({
      description: 'Such as `task-received`.',
      resolve: ({ value }) => value.event.type,
    }),
    state: t.field({
      type: 'TaskState',
      description:
        'What the event stands for. The task may be further already: events overtake each other.',
      resolve: ({ value }) => value.event.state,
    }),
    timestamp: t.field({
      type: 'DateTime',
      description: "When it happened, by the sender's clock.",
      resolve: ({ value }) => value.event.timestampMs,
    }),
    receivedAt: t.field({
      type: 'DateTime',
      description: "When it came, by the gateway's clock.",
      resolve: ({ value }) => value.receivedAt,
    }),
    hostname: t.string({
      description: 'Node name of the worker; for `task-sent` that of the sender.',
      resolve: ({ value }) => value.event.hostname,
    }),
    pid: t.int({
      nullable: true,
      description: 'Of the process that sent it; null when it did not tell.',
      resolve: ({ value }) => value.event.pid,
    }),
    clock: t.float({
      nullable: true,
      description: 'Logical clock of that process; null when it did not tell.',
      resolve: ({ value }) => value.event.clock,
    }),
    task: t.field({
      type: TaskType,
      description: 'The task after the event.',
      resolve: ({ value }) => ({ task: value.task, path: 'taskEvents', useCache: true }),
    }),
    dropped: t.float({ description: droppedDescription, resolve: ({ dropped }) => dropped }),
  }),
});

builder.subscriptionFields((t) => ({
  taskEvents: t.field({
    type: TaskEventType,
    description:
      'Task events as they come. An item with an error says that the broker was lost: what happens meanwhile is not ' +
      'heard. The stream goes on when it is back.',
    args: { filter: t.arg({ type: TaskEventFilterInput }) },
    subscribe: (_root, { filter: written }, { celery, subscriptions, operationAt }) => {
      const filter = filterAt(filterOf(written), operationAt);
      assertKnownStates(filter, celery);
      return subscriptions.open<TaskNotice>(
        ({ bytes }) => bytes,
        (push) => celery.state.taskFeed.listen(filter, push),
      );
    },
    resolve: (item) => {
      if (item instanceof Error) throw item;
      return item;
    },
  }),
}));
