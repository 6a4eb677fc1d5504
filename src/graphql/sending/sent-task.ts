/** What the mutations that send a task have in common. */
import type { AuditedResult } from '../../access/audit-log.js';
import type { CacheName } from '../../cache/cache-defaults.js';
import type { SentTask } from '../../celery/task-sender.js';
import type { Context } from '../context.js';
import type { TaskParent } from '../task-type.js';

/** What a task that was sent, or a message that is gone, makes out of date. */
const touched: readonly CacheName[] = ['task_status', 'queue_status', 'metrics_summary'];

export interface SentParent {
  readonly sent: SentTask;
  /** Null where the task store is full of others. */
  readonly task: TaskParent | null;
  /** For the record. */
  readonly audit: AuditedResult;
}

export function sentParent(path: string, sent: SentTask, { celery }: Context): SentParent {
  const task = celery.state.task(sent.id);
  return {
    sent,
    task: task && { task, path: `${path}.task`, useCache: false },
    audit: { taskIds: [sent.id] },
  };
}

/** Also when the work failed: it may have been done all the same. */
export async function invalidating<T>({ caches }: Context, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } finally {
    for (const name of touched) caches.invalidate({ name });
  }
}
