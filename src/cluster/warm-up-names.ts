/** What can be loaded before the first readers come; apart from how, which the settings need not know. */
export const warmUpNames = [
  'workers',
  'worker_stats',
  'queues',
  'metrics_summary',
  'health',
  'task_status',
  'task_types',
  'tasks',
] as const;
export type WarmUpName = (typeof warmUpNames)[number];

/**
 * OFF: nothing is to be loaded. WAITING: for the broker, and for the workers to report what they have. LOADING. WARM: the
 * first readers find what they ask for. LATE: the deadline has passed, and what is missing is still loaded behind it.
 */
export const warmUpStates = ['OFF', 'WAITING', 'LOADING', 'WARM', 'LATE'] as const;
export type WarmUpState = (typeof warmUpStates)[number];
