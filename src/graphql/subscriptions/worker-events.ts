/** The subscription to what happens to workers. */
import type { WorkerChangeCause } from '../../celery/events/worker-watch.js';
import { builder, clusterField } from '../builder.js';
import { WorkerStatusEnum } from '../enums.js';
import { selectedCommands } from '../selected-commands.js';
import { WorkerType } from '../worker-type.js';
import { droppedDescription } from './dropped.js';
import type { Delivery } from './subscriber-buffer.js';
import type { WorkerNotice } from './worker-feed.js';

/** Of a notice in memory, roughly: a picture of a worker. */
const noticeBytes = 1_000;

const WorkerEventTypeEnum = builder.enumType('WorkerEventType', {
  description: 'What happened to a worker.',
  values: {
    ONLINE: { description: 'It came, or is heard again.' },
    STALE: { description: 'Its heartbeat is late. It may be busy, if its pool is solo.' },
    OFFLINE: { description: 'It said goodbye, or missed more than three heartbeats: see the cause.' },
    RESTARTED: { description: 'Another process works under its name.' },
    FORGOTTEN: { description: 'It has been offline for so long that it is not listed any more.' },
    HEARTBEAT: { description: 'It is well. Told only to those who ask for this type.' },
  } as const,
});

const WorkerChangeCauseEnum = builder.enumType('WorkerChangeCause', {
  description: 'Why the status of a worker changed.',
  values: Object.fromEntries(
    Object.entries({
      APPEARED: 'It was seen for the first time.',
      RESTARTED: 'Another process began to work under its name.',
      RETURNED: 'It was heard again.',
      SAID_GOODBYE: 'It shut down in order.',
      FORGOTTEN: 'It has been offline for long.',
      FELL_SILENT: 'It missed its heartbeats: killed, stopped, cut off, or busy.',
    } satisfies Record<WorkerChangeCause, string>).map(([cause, description]) => [
      cause,
      { description },
    ]),
  ) as Record<WorkerChangeCause, { description: string }>,
});

const WorkerEventFilterInput = builder.inputType('WorkerEventFilter', {
  description:
    'All conditions must hold; a list is satisfied by any of its members, an empty one by everything.',
  fields: (t) => ({
    types: t.field({
      type: [WorkerEventTypeEnum],
      description: 'All but `HEARTBEAT` when none is given.',
    }),
    hostnames: t.idList({ description: 'Node names.' }),
    search: t.string({ description: 'Part of the node name, in any case.' }),
  }),
});

const WorkerEventType = builder.objectRef<Delivery<WorkerNotice>>('WorkerEvent').implement({
  description: 'Something that happened to a worker.',
  fields: (t) => ({
    cluster: t.id(clusterField),
    type: t.field({ type: WorkerEventTypeEnum, resolve: ({ value }) => value.type }),
    cause: t.field({
      type: WorkerChangeCauseEnum,
      nullable: true,
      description: 'Null for a heartbeat.',
      resolve: ({ value }) => value.cause,
    }),
    previousStatus: t.field({
      type: WorkerStatusEnum,
      nullable: true,
      description: 'What it was before; null when it was not known.',
      resolve: ({ value }) => value.previous,
    }),
    at: t.field({
      type: 'DateTime',
      description: "When it was noticed, by the gateway's clock.",
      resolve: ({ value }) => value.at,
    }),
    worker: t.field({
      type: WorkerType,
      description: 'The worker afterwards.',
      resolve: ({ value: { worker } }, _args, _context, info) => ({
        worker,
        ask: {
          path: 'workerEvents.worker',
          useCache: true,
          cache: 'worker_status' as const,
          scope: { hostname: worker.hostname },
        },
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
      'How workers come, go and fall silent, as it happens. An item with an error says that the broker was lost; the ' +
      'stream goes on when it is back.',
    args: { filter: t.arg({ type: WorkerEventFilterInput }) },
    subscribe: (_root, { filter }, { subscriptions }) => {
      const { types, hostnames, search } = filter ?? {};
      return subscriptions.open<WorkerNotice>(
        () => noticeBytes,
        (push) =>
          subscriptions.workers.listen(
            {
              types: types ?? undefined,
              hostnames: hostnames ?? undefined,
              search: search ?? undefined,
            },
            push,
          ),
      );
    },
    resolve: (item) => {
      if (item instanceof Error) throw item;
      return item;
    },
  }),
}));
