/** A task in a worker's hands, as the worker tells it when it is asked. */
import { isoTimeOrNull } from '../celery/iso-time.js';
import { argumentsRepr } from '../celery/python-repr.js';
import type { ScheduledTaskInfo, TaskInfo } from '../celery/inspect.js';
import { shadowNameOf, taskNameOf } from '../celery/shadow-name.js';
import { builder } from './builder.js';
import { TaskType } from './task-type.js';

const untold = 'Null when the worker did not tell.';

export const WorkerTaskType = builder.objectRef<TaskInfo>('WorkerTask');

WorkerTaskType.implement({
  description: 'A task in the hands of a worker.',
  fields: (t) => ({
    id: t.exposeID('id', {}),
    name: t.string({
      nullable: true,
      description: 'What the worker runs; null if the worker did not report it.',
      resolve: (info) => taskNameOf(info),
    }),
    shadow: t.string({
      nullable: true,
      description: 'What its sender has it shown as in logs; null if that is its name.',
      resolve: (info) => shadowNameOf(info),
    }),
    args: t.string({
      nullable: true,
      description: `Positional arguments in the notation of Python. ${untold}`,
      resolve: ({ args }) => argumentsRepr(args),
    }),
    kwargs: t.string({
      nullable: true,
      description: `Keyword arguments in the notation of Python. ${untold}`,
      resolve: ({ kwargs }) => argumentsRepr(kwargs),
    }),
    startedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Null while it does not run.',
      resolve: ({ time_start }) => (typeof time_start === 'number' ? time_start * 1000 : null),
    }),
    acknowledged: t.boolean({
      nullable: true,
      description: untold,
      resolve: ({ acknowledged }) => acknowledged ?? null,
    }),
    exchange: t.string({
      nullable: true,
      description: untold,
      resolve: (info) => info.delivery_info?.exchange ?? null,
    }),
    routingKey: t.string({
      nullable: true,
      description: untold,
      resolve: (info) => info.delivery_info?.routing_key ?? null,
    }),
    priority: t.int({
      nullable: true,
      description: untold,
      resolve: (info) => info.delivery_info?.priority ?? null,
    }),
    redelivered: t.boolean({
      nullable: true,
      description: untold,
      resolve: (info) => info.delivery_info?.redelivered ?? null,
    }),
    workerPid: t.int({
      nullable: true,
      description: 'The process that runs it; null while none does.',
      resolve: ({ worker_pid }) => worker_pid ?? null,
    }),
    task: t.field({
      type: TaskType,
      nullable: true,
      description: 'What events told of it; null when nothing.',
      resolve: ({ id }, _args, { celery }) => {
        const task = celery.state.task(id);
        return task && { task, path: 'workers.task', useCache: true };
      },
    }),
  }),
});

export const ScheduledTaskType = builder.objectRef<ScheduledTaskInfo>('ScheduledTask').implement({
  description: 'A task that a worker holds until its time has come.',
  fields: (t) => ({
    eta: t.field({
      type: 'DateTime',
      nullable: true,
      description: untold,
      resolve: ({ eta }) => isoTimeOrNull(eta),
    }),
    priority: t.int({
      nullable: true,
      description: untold,
      resolve: ({ priority }) => priority ?? null,
    }),
    request: t.field({ type: WorkerTaskType, resolve: ({ request }) => request }),
  }),
});
