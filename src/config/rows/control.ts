/** What the gateway may send to the cluster, for every role. */
import { nonEmpty, patterns } from '../parsers.js';
import { setting } from '../setting.js';

export const controlSettings = {
  defaultQueue: setting({
    flag: 'default-queue',
    parse: nonEmpty,
    default: 'celery',
    doc: "queue of a task that is sent without a queue: Celery's `task_default_queue`",
  }),
  allowedTasks: setting<readonly string[]>({
    flag: 'allowed-tasks',
    parse: patterns,
    default: ['*'],
    doc: 'names of tasks that may be sent, separated by commas; `*` matches any characters and `?` one character',
  }),
  allowedQueues: setting<readonly string[]>({
    flag: 'allowed-queues',
    parse: patterns,
    default: ['*'],
    doc: 'names of queues that may be purged and may receive tasks, with the same wildcards',
  }),
} as const;
