/** How the gateway watches a cluster, and how much of it the gateway keeps in memory. */
import { defaultRedisOptions } from '../../celery/transport/redis/redis-names.js';
import { list, megabytes, seconds, wholeNumber } from '../parsers.js';
import { setting } from '../setting.js';

export const watchSettings = {
  inspectTimeout: setting({
    flag: 'inspect-timeout',
    parse: seconds(0.05, 60),
    default: 1_000,
    shown: '1',
    doc: 'seconds that the gateway waits for the replies of workers to one command',
  }),
  forgetWorkersAfter: setting({
    flag: 'forget-workers-after',
    parse: seconds(60, 31_536_000),
    default: 86_400_000,
    shown: '86400',
    doc: 'seconds that a worker stays listed after its events stopped; a worker that sent `worker-offline` stays at most ten minutes',
  }),
  queues: setting<readonly string[]>({
    flag: 'queues',
    parse: list,
    default: [],
    shown: 'none',
    doc: 'names of further queues to watch, such as queues that no worker consumes, separated by commas',
  }),
  maxTasks: setting({
    flag: 'max-tasks',
    formerly: ['TASK_STORE_MAX_TASKS'],
    parse: wholeNumber(1, 10_000_000),
    default: 100_000,
    doc: 'maximum number of tasks that are kept in memory',
  }),
  maxTaskBytes: setting({
    flag: 'max-task-megabytes',
    formerly: ['TASK_STORE_MAX_MEGABYTES'],
    parse: megabytes,
    default: 256 * 1024 * 1024,
    shown: '256',
    doc: 'maximum memory for these tasks, in megabytes',
  }),
  eventBacklogBytes: setting({
    flag: 'event-backlog-megabytes',
    parse: megabytes,
    default: defaultRedisOptions.eventBacklogBytes,
    shown: '256',
    doc: 'maximum memory for events that have arrived and are not processed yet, in megabytes',
  }),
  subscriptionBuffer: setting({
    flag: 'subscription-buffer',
    parse: wholeNumber(1, 1_000_000),
    default: 10_000,
    doc: 'maximum number of events that wait for a slow subscriber; further events replace the oldest, and the subscriber receives the number of dropped events',
  }),
} as const;
