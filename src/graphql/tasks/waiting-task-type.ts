/** A message in a queue, with what it says of its task. */
import type { WaitingTask } from '../../celery/queues/task-message.js';
import { shownJson } from '../../celery/python/shown-json.js';
import { builder } from '../builder.js';
import { jsonOfPython } from '../json-of-python.js';

const missing = 'Null if the message does not contain it, or is not a task.';

export const WaitingTaskType = builder.objectRef<WaitingTask>('WaitingTask').implement({
  description:
    'A message that waits in a queue. For unreadable content, only the content type is known.',
  fields: (t) => ({
    taskId: t.exposeID('id', { nullable: true, description: `Id of the task in Celery. ${missing}` }),
    name: t.exposeString('name', { nullable: true, description: `Name of the task. ${missing}` }),
    shadow: t.exposeString('shadow', {
      nullable: true,
      description: 'Shadow name: the name that the sender chose for logs; null if it is the task name.',
    }),
    args: t.exposeString('args', {
      nullable: true,
      description: `Positional arguments in Python notation. ${missing}`,
    }),
    argsJson: t.field({
      ...jsonOfPython('args'),
      resolve: ({ args }) => shownJson(args),
    }),
    kwargs: t.exposeString('kwargs', {
      nullable: true,
      description: `Keyword arguments in Python notation. ${missing}`,
    }),
    kwargsJson: t.field({
      ...jsonOfPython('kwargs'),
      resolve: ({ kwargs }) => shownJson(kwargs),
    }),
    eta: t.expose('eta', {
      type: 'DateTime',
      nullable: true,
      description: 'Earliest start; null if the task may start immediately.',
    }),
    expires: t.expose('expires', {
      type: 'DateTime',
      nullable: true,
      description: 'Latest start; null if the task does not expire.',
    }),
    retries: t.exposeInt('retries', { nullable: true, description: `Number of retries. ${missing}` }),
    priority: t.exposeInt('priority', {
      nullable: true,
      description: `Priority of the message. ${missing}`,
    }),
    rootId: t.exposeID('rootId', {
      nullable: true,
      description: `Id of the first task of the workflow. ${missing}`,
    }),
    parentId: t.exposeID('parentId', {
      nullable: true,
      description: `Id of the task that sent this one. ${missing}`,
    }),
    groupId: t.exposeID('groupId', {
      nullable: true,
      description: `Id of the group or chord of the task; null if it belongs to none. ${missing}`,
    }),
    contentType: t.exposeString('contentType', {
      nullable: true,
      description: 'Content type of the message; null if it is not a Celery message.',
    }),
  }),
});
