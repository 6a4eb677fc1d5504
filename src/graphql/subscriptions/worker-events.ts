/** The subscription to what happens to workers. */
import type { WorkerChangeCause } from '../../celery/events/worker-status-emitter.js';
import { builder, clusterField } from '../builder.js';
import { WorkerStatusEnum } from '../enums.js';
import type { ClusterView } from '../../cluster/cluster-view.js';
import { selectedCommands } from '../workers/selected-commands.js';
import { WorkerType } from '../type-refs.js';
import { afterArg, eventIdDescription } from './continuation.js';
import { droppedDescription } from './dropped.js';
import type { Delivery } from '../../cluster/subscriber-buffer.js';
import type { WorkerNotice } from '../../cluster/worker-feed.js';

const WorkerEventTypeEnum = builder.enumType('WorkerEventType', {
  description: 'What happened to a worker.',
  values: {
    ONLINE: { description: 'The worker appeared, or is active again.' },
    STALE: { description: 'The heartbeat is late. A worker with a solo pool may be busy.' },
    OFFLINE: {
      description:
        'The worker reported its shutdown, or missed more than three heartbeats: see the cause.',
    },
    RESTARTED: { description: 'Another process uses the same node name.' },
    FORGOTTEN: { description: 'The worker has been offline for so long that it is no longer listed.' },
    HEARTBEAT: {
      description: 'The worker sent a heartbeat. Only sent to subscribers that request this type.',
    },
  } as const,
});

const WorkerChangeCauseEnum = builder.enumType('WorkerChangeCause', {
  description: 'Why the status of a worker changed.',
  values: Object.fromEntries(
    Object.entries({
      APPEARED: 'The worker was seen for the first time.',
      RESTARTED: 'Another process started to use the same node name.',
      RETURNED: 'The worker sent events or replies again.',
      SAID_GOODBYE: 'The worker reported an orderly shutdown.',
      FORGOTTEN: 'The worker has been offline for a long time.',
      FELL_SILENT: 'The worker missed its heartbeats: it was killed, stopped, disconnected, or is busy.',
    } satisfies Record<WorkerChangeCause, string>).map(([cause, description]) => [
      cause,
      { description },
    ]),
  ) as Record<WorkerChangeCause, { description: string }>,
});

const WorkerEventFilterInput = builder.inputType('WorkerEventFilter', {
  description:
    'All conditions must match; a list matches any of its members, an empty list matches everything.',
  fields: (t) => ({
    types: t.field({
      type: [WorkerEventTypeEnum],
      description: 'Default: all except `HEARTBEAT`.',
    }),
    hostnames: t.idList({ description: 'Node names.' }),
    search: t.string({ description: 'Part of the node name, case-insensitive.' }),
  }),
});

interface EventParent extends Delivery<WorkerNotice> {
  readonly view: ClusterView;
}

const WorkerEventType = builder.objectRef<EventParent>('WorkerEvent').implement({
  description: 'A change of a worker, or a heartbeat.',
  fields: (t) => ({
    cluster: t.id(clusterField),
    eventId: t.id({ description: eventIdDescription, resolve: ({ id }) => id }),
    type: t.field({
      type: WorkerEventTypeEnum,
      description: 'What happened.',
      resolve: ({ value }) => value.type,
    }),
    cause: t.field({
      type: WorkerChangeCauseEnum,
      nullable: true,
      description: 'Cause of the change; null for a heartbeat.',
      resolve: ({ value }) => value.cause,
    }),
    previousStatus: t.field({
      type: WorkerStatusEnum,
      nullable: true,
      description: 'Status before the change; null if the worker was not known.',
      resolve: ({ value }) => value.previous,
    }),
    noticedAt: t.field({
      type: 'DateTime',
      description: 'When the gateway noticed the change, by its own clock.',
      resolve: ({ value }) => value.at,
    }),
    at: t.field({
      type: 'DateTime',
      description: 'When the gateway noticed the change, by its own clock.',
      deprecationReason: 'Use `noticedAt`.',
      resolve: ({ value }) => value.at,
    }),
    worker: t.field({
      type: WorkerType,
      description: 'The worker after the change.',
      resolve: ({ value: { worker }, view }, _args, _context, info) => ({
        worker,
        view: view.below('worker'),
        scope: { hostname: worker.hostname },
        commands: selectedCommands(info),
      }),
    }),
    dropped: t.float({ description: droppedDescription, resolve: ({ dropped }) => dropped }),
  }),
});

builder.subscriptionFields((t) => ({
  workerEvents: t.field({
    type: WorkerEventType,
    description:
      'Changes of workers when they happen. An item with an error reports that the connection to the broker was lost; the ' +
      'stream continues when the broker is back.',
    args: {
      filter: t.arg({ type: WorkerEventFilterInput, description: 'Only changes that match.' }),
      after: t.arg.id(afterArg),
    },
    subscribe: ({ cluster: { subscriptions } }, { filter: given, after }, { live }) => {
      const { types, hostnames, search } = given ?? {};
      const filter = {
        types: types ?? undefined,
        hostnames: hostnames ?? undefined,
        search: search ?? undefined,
      };
      const { lastEventId } = live();
      return subscriptions.workerEvents({
        filter,
        after: lastEventId ?? after ?? null,
      });
    },
    resolve: (item, _args, { views }, { fieldName }) => {
      if (item instanceof Error) throw item;
      return { ...item, view: views.subscribed(fieldName) };
    },
  }),
}));
