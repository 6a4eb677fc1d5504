/** Sends a new task. */
import type { TaskOptions } from '../../celery/task-options.js';
import { builder } from '../builder.js';
import { momentAt, parseMoment, type TimeText } from '../moment.js';
import { TaskType } from '../task-type.js';
import { invalidating, sentParent, type SentParent } from './sent-task.js';

const SendTaskOptionsInput = builder.inputType('SendTaskOptions', {
  description: "How a task is sent, as with Celery's `apply_async`.",
  fields: (t) => ({
    id: t.id({
      description:
        'A new uuid by default. Give one of your own to find the task after an error that leaves open whether it was sent.',
    }),
    queue: t.string({
      description:
        "The broker, a worker or the configuration must know it; the gateway's default queue by default.",
    }),
    eta: t.field({
      type: 'DateTime',
      description:
        "Not to be run before. On Redis a task that waits for longer than the workers' visibility timeout (an hour by default) runs more than once, whoever sent it.",
    }),
    countdownSeconds: t.float({ description: 'The same, from now on.' }),
    expires: t.field({
      type: 'DateTime',
      description: 'Not to be run after: a worker that gets it later revokes it.',
    }),
    expiresSeconds: t.float({
      description:
        'The same, from now on. RabbitMQ then drops it unseen when no worker takes it in time.',
    }),
    priority: t.int({
      description:
        '0 to 255, 0 by default. On Redis 0 is served first and 9 last; on RabbitMQ the highest that the queue knows is.',
    }),
    retries: t.int({ description: 'How often it counts as tried already, 0 by default.' }),
    timeLimitSeconds: t.float({ description: 'After which its process is killed.' }),
    softTimeLimitSeconds: t.float({ description: 'After which SoftTimeLimitExceeded is raised in it.' }),
    headers: t.field({
      type: 'JSON',
      description:
        'An object of texts, numbers, booleans and nulls, which the task gets with `self.request.get(name)`. Names that mean something to Celery or to the broker are refused.',
    }),
  }),
});

const SendTaskPayload = builder.objectRef<SentParent>('SendTaskPayload').implement({
  description: 'A task that the broker has taken.',
  fields: (t) => ({
    id: t.id({ resolve: ({ sent }) => sent.id }),
    queue: t.string({ description: 'Where it waits.', resolve: ({ sent }) => sent.queue }),
    task: t.field({
      type: TaskType,
      nullable: true,
      description: 'As `task(id)` shows it from now on; null when the task store has no room for it.',
      resolve: ({ task }) => task,
    }),
  }),
});

type WrittenOptions = typeof SendTaskOptionsInput.$inferInput;

/** With times in epoch milliseconds. */
function timed({ eta, expires, ...others }: WrittenOptions, now: number): TaskOptions {
  const at = (argument: string, time: TimeText | null | undefined) =>
    time && momentAt(parseMoment(argument, time), now);
  return { ...others, eta: at('options.eta', eta), expires: at('options.expires', expires) };
}

builder.mutationFields((t) => ({
  sendTask: t.field({
    type: SendTaskPayload,
    authScopes: { operator: true },
    description:
      'Sends a task to a queue. Refused with UNKNOWN_TASK if all workers have answered and none has registered the name. After TIMEOUT, and after a connection that was lost meanwhile, it may have been sent.',
    args: {
      name: t.arg.string({
        required: true,
        description: 'As workers have it registered, such as `app.tasks.add`.',
      }),
      args: t.arg({
        type: ['JSON'],
        required: { list: false, items: false },
        description: 'Positional arguments; none by default. At most 256 kB with `kwargs`.',
      }),
      kwargs: t.arg({ type: 'JSON', description: 'Keyword arguments, an object; none by default.' }),
      options: t.arg({ type: SendTaskOptionsInput }),
      force: t.arg.boolean({
        defaultValue: false,
        description:
          'Sends it even though no worker has a task of that name: such a message is dropped by every worker that gets it.',
      }),
    },
    resolve: async (_root, { name, args, kwargs, options, force }, context) => {
      const sending = context.celery.sender.send(
        name,
        { args, kwargs },
        timed(options ?? {}, context.operationAt),
        { force: force === true },
      );
      return sentParent('sendTask', await invalidating(context, sending), context);
    },
  }),
}));
