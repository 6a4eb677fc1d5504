/** Which caches are out of date after a control, a task that was sent, or a queue that was purged. */
import type { CacheName } from '../cache/cache-defaults.js';
import type { CacheRegistry } from '../cache/cache-registry.js';
import type { ControlCommand } from '../celery/control/commands.js';

const ofWorkers = ['worker_status', 'metrics_summary'] as const;
const ofQueues = [...ofWorkers, 'queue_status'] as const;
const ofTasks = [...ofQueues, 'task_status'] as const;
const ofMessages = ['task_status', 'queue_status', 'metrics_summary'] as const;

/** A control, or a change of what waits in the queues. */
export type ClusterChange = ControlCommand | 'send_task' | 'purge_queue';

export const invalidates: Readonly<Record<ClusterChange, readonly CacheName[]>> = {
  ping: [],
  shutdown: ofTasks,
  pool_grow: ofWorkers,
  pool_shrink: ofWorkers,
  pool_restart: ofWorkers,
  autoscale: ofWorkers,
  add_consumer: ofQueues,
  cancel_consumer: ofQueues,
  rate_limit: ofWorkers,
  time_limit: ofWorkers,
  enable_events: ['health_check'],
  disable_events: ['health_check'],
  revoke: ofTasks,
  revoke_by_stamped_headers: ofTasks,
  send_task: ofMessages,
  purge_queue: ofMessages,
};

/**
 * To be called when the broker has taken a control, again when its effect shows, and once more when the effect comes
 * late, so that the next read is fresh.
 */
export function invalidate(caches: CacheRegistry, change: ClusterChange): void {
  for (const name of invalidates[change]) caches.invalidate({ name });
}

/** Also when the work failed: it may have been done all the same. */
export async function invalidating<T>(
  caches: CacheRegistry,
  change: ClusterChange,
  work: Promise<T>,
): Promise<T> {
  try {
    return await work;
  } finally {
    invalidate(caches, change);
  }
}
