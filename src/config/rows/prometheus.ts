/** What `/metrics` shows to Prometheus, and how many series that may be. */
import { taskLabels } from '../../prometheus/task-labels.js';
import type { TaskLabels } from '../../prometheus/task-labels.js';
import { ascendingSeconds, boolean, oneOf, wholeNumber } from '../parsers.js';
import { setting } from '../setting.js';

const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800] as const;

export const metricsSettings = {
  metrics: setting({
    flag: 'metrics',
    parse: boolean,
    default: true,
    doc: 'whether `/metrics` is served to clients that may read: true or false',
  }),
  metricsTaskLabels: setting<TaskLabels>({
    flag: 'metrics-task-labels',
    parse: oneOf(taskLabels),
    default: 'name,queue',
    doc: 'labels of the series of tasks: `name,queue`, `name`, `queue` or `none`',
  }),
  metricsMaxTasks: setting({
    flag: 'metrics-max-tasks',
    parse: wholeNumber(0, 100_000),
    default: 200,
    doc: 'maximum number of combinations of task name and queue that have their own series; the others are counted as OTHER',
  }),
  metricsMaxWorkers: setting({
    flag: 'metrics-max-workers',
    parse: wholeNumber(0, 100_000),
    default: 500,
    doc: 'maximum number of workers that have their own series',
  }),
  metricsMaxQueues: setting({
    flag: 'metrics-max-queues',
    parse: wholeNumber(0, 100_000),
    default: 500,
    doc: 'maximum number of queues that have their own series; the longest queues come first, unused queues last',
  }),
  metricsBuckets: setting<readonly number[]>({
    flag: 'metrics-buckets',
    parse: (value) => (value === 'standard' ? buckets : ascendingSeconds(value)),
    default: buckets,
    shown: 'standard',
    doc: 'upper bounds of the histogram buckets for tasks, in seconds, separated by commas; `standard` is 15 bounds from 5 ms to 30 minutes',
  }),
} as const;
