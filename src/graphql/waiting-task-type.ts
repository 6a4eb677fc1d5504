/** A message in a queue, as far as it tells of its task. */
import type { WaitingTask } from '../celery/task-message.js';
import { builder } from './builder.js';

const untold = 'Null when the message does not tell, or is not a task.';

export const WaitingTaskType = builder.objectRef<WaitingTask>('WaitingTask').implement({
  description:
    'A message that waits in a queue. Content that cannot be read is shown by its content type alone.',
  fields: (t) => ({
    id: t.exposeID('id', { nullable: true, description: untold }),
    name: t.exposeString('name', { nullable: true, description: untold }),
    shadow: t.exposeString('shadow', {
      nullable: true,
      description: 'What its sender has it shown as in logs; null if that is its name.',
    }),
    args: t.exposeString('args', {
      nullable: true,
      description: `Positional arguments in the notation of Python. ${untold}`,
    }),
    kwargs: t.exposeString('kwargs', {
      nullable: true,
      description: `Keyword arguments in the notation of Python. ${untold}`,
    }),
    eta: t.expose('eta', {
      type: 'DateTime',
      nullable: true,
      description: 'Null when it may run at once.',
    }),
    expires: t.expose('expires', {
      type: 'DateTime',
      nullable: true,
      description: 'Null when it never expires.',
    }),
    retries: t.exposeInt('retries', { nullable: true, description: untold }),
    priority: t.exposeInt('priority', { nullable: true, description: untold }),
    rootId: t.exposeID('rootId', { nullable: true, description: untold }),
    parentId: t.exposeID('parentId', { nullable: true, description: untold }),
    groupId: t.exposeID('groupId', {
      nullable: true,
      description: `Group or chord that it is a member of; null for any other. ${untold}`,
    }),
    contentType: t.exposeString('contentType', {
      nullable: true,
      description: 'Null when it is not a message of Celery at all.',
    }),
  }),
});
