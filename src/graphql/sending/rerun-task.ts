/** Sends a task once more. */
import { builder } from '../builder.js';
import { formerArgs } from '../plugins/input-plugin.js';
import { TaskType, type TaskParent } from '../type-refs.js';
import { invalidating } from '../../cluster/control-invalidation.js';
import { sentParent, type SentParent } from './sent-task.js';

const RerunTaskPayload = builder
  .objectRef<SentParent & { readonly original: TaskParent }>('RerunTaskPayload')
  .implement({
    description: 'A task that was sent again, and the original task.',
    fields: (t) => ({
      taskId: t.id({ description: 'Id of the new task in Celery.', resolve: ({ sent }) => sent.id }),
      queue: t.string({
        description: 'Queue to which the task was sent.',
        resolve: ({ sent }) => sent.queue,
      }),
      task: t.field({
        type: TaskType,
        nullable: true,
        description: 'The new task; null if the task store has no room for it.',
        resolve: ({ task }) => task,
      }),
      original: t.field({
        type: TaskType,
        description: 'The original task, which is the parent of the new one.',
        resolve: ({ original }) => original,
      }),
    }),
  });

builder.mutationFields((t) => ({
  rerunTask: t.field({
    type: RerunTaskPayload,
    authScopes: { operator: true },
    description:
      'Sends a finished or orphaned task again: a new task with the same name in the same queue, whose parent is the ' +
      'original task. Rejected with COMMAND_REJECTED and the reason unless all arguments are completely known: events contain ' +
      'only 1,024 characters and three levels of them; the result backend contains all with `result_extended`.',
    extensions: formerArgs({ taskId: 'id' }),
    args: {
      taskId: t.arg.id({ required: true, description: 'Id of the original task in Celery.' }),
      args: t.arg({
        type: ['JSON'],
        required: { list: false, items: false },
        description: 'Positional arguments; default: those of the original task.',
      }),
      kwargs: t.arg({
        type: 'JSON',
        description: 'Keyword arguments, an object; default: those of the original task.',
      }),
      queue: t.arg.string({
        description: 'Queue; default: the queue of the original task. Required if that is unknown.',
      }),
    },
    resolve: async (view, { taskId: id, ...options }) => {
      const { celery, caches } = view.cluster;
      const rerun = await invalidating(caches, 'send_task', celery.sender.rerun(id, options));
      const { sent, original } = rerun;
      const parent = sentParent(view, sent);
      return {
        ...parent,
        original: {
          task: celery.state.task(id) ?? original,
          view: view.fresh().below('original'),
        },
        audit: { taskIds: [sent.id, id] },
      };
    },
  }),
}));
