/** A task in a worker's hands, as the worker tells it when it is asked. */
import { isoTimeOrNull } from '../celery/iso-time.js';
import { argumentsRepr } from '../celery/python-repr.js';
import type { ScheduledTaskInfo, TaskInfo } from '../celery/inspect.js';
import { shadowNameOf, taskNameOf } from '../celery/shadow-name.js';
import { builder } from './builder.js';
import type { Ask } from './loaders.js';
import { TaskType } from './task-type.js';

const untold = 'Null when the worker did not tell.';

/** What a worker reported of a task, and how its operation asked: what hangs below is read in the same way. */
export interface WorkerTask {
  readonly info: TaskInfo;
  readonly ask: Ask;
}

export interface ScheduledWorkerTask {
  readonly info: ScheduledTaskInfo;
  readonly ask: Ask;
}

export const WorkerTaskType = builder.objectRef<WorkerTask>('WorkerTask');

WorkerTaskType.implement({
  description: 'A task in the hands of a worker.',
  fields: (t) => ({
    id: t.id({ resolve: ({ info }) => info.id }),
    name: t.string({
      nullable: true,
      description: 'What the worker runs; null if the worker did not report it.',
      resolve: ({ info }) => taskNameOf(info),
    }),
    shadow: t.string({
      nullable: true,
      description: 'What its sender has it shown as in logs; null if that is its name.',
      resolve: ({ info }) => shadowNameOf(info),
    }),
    args: t.string({
      nullable: true,
      description: `Positional arguments in the notation of Python. ${untold}`,
      resolve: ({ info: { args } }) => argumentsRepr(args),
    }),
    kwargs: t.string({
      nullable: true,
      description: `Keyword arguments in the notation of Python. ${untold}`,
      resolve: ({ info: { kwargs } }) => argumentsRepr(kwargs),
    }),
    startedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Null while it does not run.',
      resolve: ({ info: { time_start } }) => (typeof time_start === 'number' ? time_start * 1000 : null),
    }),
    acknowledged: t.boolean({
      nullable: true,
      description: untold,
      resolve: ({ info: { acknowledged } }) => acknowledged ?? null,
    }),
    exchange: t.string({
      nullable: true,
      description: untold,
      resolve: ({ info }) => info.delivery_info?.exchange ?? null,
    }),
    routingKey: t.string({
      nullable: true,
      description: untold,
      resolve: ({ info }) => info.delivery_info?.routing_key ?? null,
    }),
    priority: t.int({
      nullable: true,
      description: untold,
      resolve: ({ info }) => info.delivery_info?.priority ?? null,
    }),
    redelivered: t.boolean({
      nullable: true,
      description: untold,
      resolve: ({ info }) => info.delivery_info?.redelivered ?? null,
    }),
    workerPid: t.int({
      nullable: true,
      description: 'The process that runs it; null while none does.',
      resolve: ({ info: { worker_pid } }) => worker_pid ?? null,
    }),
    task: t.field({
      type: TaskType,
      nullable: true,
      description: 'What events told of it; null when nothing.',
      resolve: ({ info: { id }, ask }, _args, { celery }) => {
        const task = celery.state.task(id);
        return task && { task, path: `${ask.path}.task`, useCache: ask.useCache };
      },
    }),
  }),
});

export const ScheduledTaskType = builder.objectRef<ScheduledWorkerTask>('ScheduledTask').implement({
  description: 'A task that a worker holds until its time has come.',
  fields: (t) => ({
    eta: t.field({
      type: 'DateTime',
      nullable: true,
      description: untold,
      resolve: ({ info: { eta } }) => isoTimeOrNull(eta),
    }),
    priority: t.int({
      nullable: true,
      description: untold,
      resolve: ({ info: { priority } }) => priority ?? null,
    }),
    request: t.field({
      type: WorkerTaskType,
      resolve: ({ info, ask }) => ({ info: info.request, ask: { ...ask, path: `${ask.path}.request` } }),
    }),
  }),
});
