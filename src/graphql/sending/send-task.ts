/** Sends a new task. */
import type { TaskOptions } from '../../celery/sending/task-options.js';
import { builder } from '../builder.js';
import { momentAt } from '../../cluster/moment.js';
import { parseMoment, type TimeText } from '../moment.js';
import { renamed } from '../renamed.js';
import { TaskType } from '../type-refs.js';
import { invalidating } from '../../cluster/control-invalidation.js';
import { sentParent, type SentParent } from './sent-task.js';

const SendTaskOptionsInput = builder.inputType('SendTaskOptions', {
  description: "How a task is sent, as in Celery's `apply_async`.",
  fields: (t) => ({
    taskId: t.id({
      description:
        'Id of the task in Celery; default: a new UUID. With an id of your own you can find the task after an error that leaves open whether it was sent.',
    }),
    id: t.id({ description: 'Id of the task in Celery.', deprecationReason: 'Use `taskId`.' }),
    queue: t.string({
      description:
        'Name of a queue that the broker, a worker or the configuration knows; default: the default queue of the gateway.',
    }),
    eta: t.field({
      type: 'DateTime',
      description:
        'Earliest start. On Redis, a task that waits longer than the visibility timeout of the workers (one hour by default) runs more than once, regardless of how it was sent.',
    }),
    countdownSeconds: t.float({ description: 'Seconds from now to the earliest start.' }),
    expires: t.field({
      type: 'DateTime',
      description: 'Latest start: a worker that receives the task later revokes it.',
    }),
    expiresSeconds: t.float({
      description:
        'Seconds from now to the latest start. RabbitMQ then drops the task, without any event, if no worker takes it in time.',
    }),
    priority: t.int({
      description:
        'Priority from 0 to 255; default: 0. On Redis, 0 is served first and 9 last; on RabbitMQ, the highest priority of the queue is served first.',
    }),
    retries: t.int({ description: 'Number of retries that are counted as already made; default: 0.' }),
    timeLimitSeconds: t.float({
      description: 'Seconds after which the process that runs the task is killed.',
    }),
    softTimeLimitSeconds: t.float({
      description: 'Seconds after which SoftTimeLimitExceeded is raised in the task.',
    }),
    headers: t.field({
      type: 'JSON',
      description:
        'An object of strings, numbers, booleans and nulls, which the task reads with `self.request.get(name)`. Names that Celery or the broker uses are rejected.',
    }),
  }),
});

const SendTaskPayload = builder.objectRef<SentParent>('SendTaskPayload').implement({
  description: 'A task that the broker has accepted.',
  fields: (t) => ({
    taskId: t.id({ description: 'Id of the task in Celery.', resolve: ({ sent }) => sent.id }),
    queue: t.string({
      description: 'Queue to which the task was sent.',
      resolve: ({ sent }) => sent.queue,
    }),
    task: t.field({
      type: TaskType,
      nullable: true,
      description: 'The task, as returned by `task(taskId)`; null if the task store has no room for it.',
      resolve: ({ task }) => task,
    }),
  }),
});

type WrittenOptions = typeof SendTaskOptionsInput.$inferInput;

/** With times in epoch milliseconds. */
function timed({ taskId, id, eta, expires, ...others }: WrittenOptions, now: number): TaskOptions {
  const at = (argument: string, time: TimeText | null | undefined) =>
    time && momentAt(parseMoment(argument, time), now);
  return {
    ...others,
    id: renamed([
      ['options.taskId', taskId],
      ['options.id', id],
    ]),
    eta: at('options.eta', eta),
    expires: at('options.expires', expires),
  };
}

builder.mutationFields((t) => ({
  sendTask: t.field({
    type: SendTaskPayload,
    authScopes: { operator: true },
    description:
      'Sends a task to a queue. Rejected with UNKNOWN_TASK if all workers have answered and none has registered the name. After TIMEOUT, or if the connection was lost meanwhile, the task may have been sent.',
    args: {
      name: t.arg.string({
        required: true,
        description: 'Name under which workers have registered the task, such as `app.tasks.add`.',
      }),
      args: t.arg({
        type: ['JSON'],
        required: { list: false, items: false },
        description: 'Positional arguments; default: none. At most 256 kB together with `kwargs`.',
      }),
      kwargs: t.arg({ type: 'JSON', description: 'Keyword arguments, an object; default: none.' }),
      options: t.arg({ type: SendTaskOptionsInput, description: 'How the task is sent.' }),
      force: t.arg.boolean({
        defaultValue: false,
        description:
          'Sends the task even if no worker has registered its name: every worker that receives such a message drops it.',
      }),
    },
    resolve: async (view, { name, args, kwargs, options, force }, { live }) => {
      const { operationAt } = live();
      const { celery, caches } = view.cluster;
      const sending = celery.sender.send(name, { args, kwargs }, timed(options ?? {}, operationAt), {
        force: force === true,
      });
      return sentParent(view, await invalidating(caches, 'send_task', sending));
    },
  }),
}));
