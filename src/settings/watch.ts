/** How the cluster is watched, and how much of it is remembered. */
import { defaultRedisOptions } from '../celery/transport/redis-names.js';
import { list, megabytes, seconds, wholeNumber } from './parsers.js';
import { setting } from './setting.js';

export const watchSettings = {
  inspectTimeout: setting(
    'inspect-timeout',
    'INSPECT_TIMEOUT',
    seconds(0.05, 60),
    1_000,
    '1',
    'seconds that workers have to answer, in all',
  ),
  forgetWorkersAfter: setting(
    'forget-workers-after',
    'FORGET_WORKERS_AFTER',
    seconds(60, 31_536_000),
    86_400_000,
    '86400',
    'seconds that a worker which went offline without a goodbye stays listed; with one it is ten minutes at most',
  ),
  queues: setting<readonly string[]>(
    'queues',
    'QUEUES',
    list,
    [],
    'none',
    'names of queues to watch though no worker ever bound them, separated by commas',
  ),
  maxTasks: setting(
    'max-tasks',
    'TASK_STORE_MAX_TASKS',
    wholeNumber(1, 10_000_000),
    100_000,
    '100000',
    'tasks to remember at most',
  ),
  maxTaskBytes: setting(
    'max-task-megabytes',
    'TASK_STORE_MAX_MEGABYTES',
    megabytes,
    256 * 1024 * 1024,
    '256',
    'memory for them at most, in megabytes',
  ),
  eventBacklogBytes: setting(
    'event-backlog-megabytes',
    'EVENT_BACKLOG_MEGABYTES',
    megabytes,
    defaultRedisOptions.eventBacklogBytes,
    '256',
    'events that have arrived may take this much memory until they are read',
  ),
  subscriptionBuffer: setting(
    'subscription-buffer',
    'SUBSCRIPTION_BUFFER',
    wholeNumber(1, 1_000_000),
    10_000,
    '10000',
    'events that wait for a slow subscriber at most; it misses the oldest and is told how many',
  ),
} as const;
