/** The subscription to task events. */
import type { TaskNotice } from '../../celery/tasks/task-feed.js';
import { taskEventKind } from '../../celery/events/task-event-kind.js';
import { phaseOf } from '../../celery/states.js';
import { builder, clusterField } from '../builder.js';
import { TaskEventKindEnum, TaskPhaseEnum } from '../enums.js';
import { assertKnownStates } from '../tasks/known-states.js';
import { filterAt } from '../../cluster/moving-filter.js';
import { filterOf, TaskEventFilterInput } from '../tasks/task-filter-input.js';
import { TaskType } from '../type-refs.js';
import type { ClusterView } from '../../cluster/cluster-view.js';
import { afterArg, eventIdDescription } from './continuation.js';
import { droppedDescription } from './dropped.js';
import type { Delivery } from '../../cluster/subscriber-buffer.js';

interface EventParent extends Delivery<TaskNotice> {
  readonly view: ClusterView;
}

const TaskEventType = builder.objectRef<EventParent>('TaskEvent').implement({
  description: 'An event about a task, as a worker or a sender published it.',
  fields: (t) => ({
    cluster: t.id(clusterField),
    eventId: t.id({ description: eventIdDescription, resolve: ({ id }) => id }),
    kind: t.field({
      type: TaskEventKindEnum,
      description: 'What the event reports.',
      resolve: ({ value }) => taskEventKind(value.event.type),
    }),
    type: t.string({
      description:
        'Event type as Celery names it, such as `task-received`; applications may send their own.',
      resolve: ({ value }) => value.event.type,
    }),
    state: t.field({
      type: 'TaskState',
      description:
        'State that the event reports. The task may already have a later state: events can arrive out of order.',
      resolve: ({ value }) => value.event.state,
    }),
    phase: t.field({
      type: TaskPhaseEnum,
      description: 'The state as an enum.',
      resolve: ({ value }) => phaseOf(value.event.state),
    }),
    occurredAt: t.field({
      type: 'DateTime',
      description: 'When the event happened, by the clock of the sender.',
      resolve: ({ value }) => value.event.timestampMs,
    }),
    timestamp: t.field({
      type: 'DateTime',
      description: 'When the event happened, by the clock of the sender.',
      deprecationReason: 'Use `occurredAt`.',
      resolve: ({ value }) => value.event.timestampMs,
    }),
    receivedAt: t.field({
      type: 'DateTime',
      description: 'When the event arrived, by the clock of the gateway.',
      resolve: ({ value }) => value.receivedAt,
    }),
    hostname: t.string({
      description: 'Node name of the worker; for `task-sent`, of the sender.',
      resolve: ({ value }) => value.event.hostname,
    }),
    pid: t.int({
      nullable: true,
      description: 'Process id of the sender of the event; null if not reported.',
      resolve: ({ value }) => value.event.pid,
    }),
    clock: t.float({
      nullable: true,
      description: 'Logical clock of the sender of the event; null if not reported.',
      resolve: ({ value }) => value.event.clock,
    }),
    task: t.field({
      type: TaskType,
      description: 'The task after the event.',
      resolve: ({ value, view }) => ({ task: value.task, view }),
    }),
    dropped: t.float({ description: droppedDescription, resolve: ({ dropped }) => dropped }),
  }),
});

builder.subscriptionFields((t) => ({
  taskEvents: t.field({
    type: TaskEventType,
    description:
      'Task events when they arrive. An item with an error reports that the connection to the broker was lost: events in the meantime are not ' +
      'delivered. The stream continues when the broker is back.',
    args: {
      filter: t.arg({ type: TaskEventFilterInput, description: 'Only events that match.' }),
      after: t.arg.id(afterArg),
    },
    subscribe: ({ cluster: { celery, subscriptions } }, { filter: given, after }, { live }) => {
      const { operationAt, lastEventId } = live();
      const filter = filterAt(filterOf(given), operationAt);
      assertKnownStates(filter, () => celery);
      return subscriptions.taskEvents({ filter, after: lastEventId ?? after ?? null });
    },
    resolve: (item, _args, { views }, { fieldName }) => {
      if (item instanceof Error) throw item;
      return { ...item, view: views.subscribed(fieldName) };
    },
  }),
}));
