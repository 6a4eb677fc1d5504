/** A task in a worker's hands, as the worker reports it when it is asked. */
import { parseIsoTimeOrNull } from '../../celery/parse-iso-time.js';
import { toPlainJson } from '../../celery/python/python-json.js';
import { shownJson } from '../../celery/python/shown-json.js';
import { argumentsRepr } from '../../celery/python/python-repr.js';
import type { ScheduledTaskInfo, TaskInfo } from '../../celery/inspect/inspect.js';
import { shadowNameOf, taskNameOf } from '../../celery/shadow-name.js';
import { builder } from '../builder.js';
import type { ClusterView } from '../../cluster/cluster-view.js';
import { jsonOfPython } from '../json-of-python.js';
import { TaskType } from '../type-refs.js';

const missing = 'Null if the worker did not report it.';

/** What a worker reported of a task, and the view of its cluster in which what hangs below is read. */
export interface WorkerTask {
  readonly info: TaskInfo;
  readonly view: ClusterView;
}

export interface ScheduledWorkerTask {
  readonly info: ScheduledTaskInfo;
  readonly view: ClusterView;
}

export const WorkerTaskType = builder.objectRef<WorkerTask>('WorkerTask');

WorkerTaskType.implement({
  description: 'A task that a worker holds.',
  fields: (t) => ({
    taskId: t.id({ description: 'Id of the task in Celery.', resolve: ({ info }) => info.id }),
    name: t.string({
      nullable: true,
      description: 'Name of the task that the worker runs; null if the worker did not report it.',
      resolve: ({ info }) => taskNameOf(info),
    }),
    shadow: t.string({
      nullable: true,
      description: 'Shadow name: the name that the sender chose for logs; null if it is the task name.',
      resolve: ({ info }) => shadowNameOf(info),
    }),
    args: t.string({
      nullable: true,
      description: `Positional arguments in Python notation. ${missing}`,
      resolve: ({ info: { args } }) => argumentsRepr(args),
    }),
    argsJson: t.field({
      ...jsonOfPython('args'),
      resolve: ({ info: { args } }) =>
        typeof args === 'string' ? shownJson(args) : toPlainJson(args ?? null),
    }),
    kwargs: t.string({
      nullable: true,
      description: `Keyword arguments in Python notation. ${missing}`,
      resolve: ({ info: { kwargs } }) => argumentsRepr(kwargs),
    }),
    kwargsJson: t.field({
      ...jsonOfPython('kwargs'),
      resolve: ({ info: { kwargs } }) =>
        typeof kwargs === 'string' ? shownJson(kwargs) : toPlainJson(kwargs ?? null),
    }),
    startedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the task started; null while it does not run.',
      resolve: ({ info: { time_start } }) => (typeof time_start === 'number' ? time_start * 1000 : null),
    }),
    acknowledged: t.boolean({
      nullable: true,
      description: `Whether the worker has acknowledged the message. ${missing}`,
      resolve: ({ info: { acknowledged } }) => acknowledged ?? null,
    }),
    exchange: t.string({
      nullable: true,
      description: `Exchange of the message. ${missing}`,
      resolve: ({ info }) => info.delivery_info?.exchange ?? null,
    }),
    routingKey: t.string({
      nullable: true,
      description: `Routing key of the message. ${missing}`,
      resolve: ({ info }) => info.delivery_info?.routing_key ?? null,
    }),
    priority: t.int({
      nullable: true,
      description: `Priority of the message. ${missing}`,
      resolve: ({ info }) => info.delivery_info?.priority ?? null,
    }),
    redelivered: t.boolean({
      nullable: true,
      description: `Whether the broker has delivered the message before. ${missing}`,
      resolve: ({ info }) => info.delivery_info?.redelivered ?? null,
    }),
    workerPid: t.int({
      nullable: true,
      description: 'Process id of the process that runs the task; null while none does.',
      resolve: ({ info: { worker_pid } }) => worker_pid ?? null,
    }),
    task: t.field({
      type: TaskType,
      nullable: true,
      description: 'The task as known from events; null if no event was seen.',
      resolve: ({ info: { id }, view }) => {
        const task = view.cluster.celery.state.task(id);
        return task && { task, view: view.below('task') };
      },
    }),
  }),
});

export const ScheduledTaskType = builder.objectRef<ScheduledWorkerTask>('ScheduledTask').implement({
  description: 'A task that a worker holds until its ETA.',
  fields: (t) => ({
    eta: t.field({
      type: 'DateTime',
      nullable: true,
      description: `When the worker will run the task. ${missing}`,
      resolve: ({ info: { eta } }) => parseIsoTimeOrNull(eta),
    }),
    priority: t.int({
      nullable: true,
      description: `Priority of the message. ${missing}`,
      resolve: ({ info: { priority } }) => priority ?? null,
    }),
    request: t.field({
      type: WorkerTaskType,
      description: 'The task.',
      resolve: ({ info, view }) => ({ info: info.request, view: view.below('request') }),
    }),
  }),
});
