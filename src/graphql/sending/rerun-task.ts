/** Sends a task once more. */
import { builder } from '../builder.js';
import { TaskType, type TaskParent } from '../task-type.js';
import { invalidating, sentParent, type SentParent } from './sent-task.js';

const RerunTaskPayload = builder
  .objectRef<SentParent & { readonly original: TaskParent }>('RerunTaskPayload')
  .implement({
    description: 'A task that was sent once more, and the one that there was.',
    fields: (t) => ({
      id: t.id({ description: 'Of the new task.', resolve: ({ sent }) => sent.id }),
      queue: t.string({ description: 'Where it waits.', resolve: ({ sent }) => sent.queue }),
      task: t.field({
        type: TaskType,
        nullable: true,
        description: 'The new task; null when the task store has no room for it.',
        resolve: ({ task }) => task,
      }),
      original: t.field({
        type: TaskType,
        description: 'The task as it was: the parent of the new one.',
        resolve: ({ original }) => original,
      }),
    }),
  });

builder.mutationFields((t) => ({
  rerunTask: t.field({
    type: RerunTaskPayload,
    authScopes: { operator: true },
    description:
      'Sends a finished or orphaned task once more: a new task of the same name in the same queue, whose parent is the ' +
      'old one. Refused with COMMAND_REJECTED and the reason unless its arguments are known in full: events show ' +
      '1,024 characters and three levels of them, the result backend all with `result_extended`.',
    args: {
      id: t.arg.id({ required: true }),
      args: t.arg({
        type: ['JSON'],
        required: { list: false, items: false },
        description: 'In place of the original positional arguments.',
      }),
      kwargs: t.arg({
        type: 'JSON',
        description: 'An object, in place of the original keyword arguments.',
      }),
      queue: t.arg.string({
        description: 'In place of the original queue, or where nobody told of that.',
      }),
    },
    resolve: async (_root, { id, ...options }, context) => {
      const rerun = await invalidating(context, context.celery.sender.rerun(id, options));
      const { sent, original } = rerun;
      const parent = sentParent('rerunTask', sent, context);
      return {
        ...parent,
        original: {
          task: context.celery.state.task(id) ?? original,
          path: 'rerunTask.original',
          useCache: false,
        },
        audit: { taskIds: [sent.id, id] },
      };
    },
  }),
}));
