/** What `/metrics` shows to Prometheus, and how many series that may be. */
import { taskLabels } from '../prometheus/task-labels.js';
import type { TaskLabels } from '../prometheus/task-labels.js';
import { ascendingSeconds, boolean, oneOf, wholeNumber } from './parsers.js';
import { setting } from './setting.js';

const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800] as const;

export const metricsSettings = {
  metrics: setting(
    'metrics',
    'METRICS',
    boolean,
    true,
    'true',
    'whether `/metrics` is served to Prometheus, for whoever may read: true or false',
  ),
  metricsTaskLabels: setting<TaskLabels>(
    'metrics-task-labels',
    'METRICS_TASK_LABELS',
    oneOf(taskLabels),
    'name,queue',
    'name,queue',
    '`/metrics`: by what tasks are told apart: `name,queue`, `name`, `queue` or `none`',
  ),
  metricsMaxTasks: setting(
    'metrics-max-tasks',
    'METRICS_MAX_TASKS',
    wholeNumber(0, 100_000),
    200,
    '200',
    '`/metrics`: names of tasks, with each of their queues, that are told apart; the others are OTHER',
  ),
  metricsMaxWorkers: setting(
    'metrics-max-workers',
    'METRICS_MAX_WORKERS',
    wholeNumber(0, 100_000),
    500,
    '500',
    '`/metrics`: workers that have series of their own',
  ),
  metricsMaxQueues: setting(
    'metrics-max-queues',
    'METRICS_MAX_QUEUES',
    wholeNumber(0, 100_000),
    500,
    '500',
    '`/metrics`: queues that have series of their own, the deepest first, unused ones last',
  ),
  metricsBuckets: setting<readonly number[]>(
    'metrics-buckets',
    'METRICS_BUCKETS',
    (value) => (value === 'standard' ? buckets : ascendingSeconds(value)),
    buckets,
    'standard',
    '`/metrics`: upper bounds of the histograms of tasks, in seconds, separated by commas; `standard` has 15 from 5 ms to 30 minutes',
  ),
} as const;
