/** What may be told to the cluster, whoever asks. */
import { nonEmpty, patterns } from './parsers.js';
import { setting } from './setting.js';

export const controlSettings = {
  defaultQueue: setting(
    'default-queue',
    'DEFAULT_QUEUE',
    nonEmpty,
    'celery',
    'celery',
    "where a task is sent that names no queue: Celery's `task_default_queue`",
  ),
  allowedTasks: setting<readonly string[]>(
    'allowed-tasks',
    'ALLOWED_TASKS',
    patterns,
    ['*'],
    '*',
    'names of tasks that may be sent, separated by commas; `*` stands for any characters and `?` for one',
  ),
  allowedQueues: setting<readonly string[]>(
    'allowed-queues',
    'ALLOWED_QUEUES',
    patterns,
    ['*'],
    '*',
    'names of queues that tasks may be sent to and that may be purged, in the same way',
  ),
} as const;
