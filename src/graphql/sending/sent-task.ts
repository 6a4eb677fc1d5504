/** What the mutations that send a task have in common. */
import type { AuditedResult } from '../../access/audit-log.js';
import type { SentTask } from '../../celery/sending/task-sender.js';
import type { ClusterView } from '../../cluster/cluster-view.js';
import type { TaskParent } from '../type-refs.js';

export interface SentParent {
  readonly sent: SentTask;
  /** Null where the task store is full of others. */
  readonly task: TaskParent | null;
  /** For the record. */
  readonly audit: AuditedResult;
}

export function sentParent(view: ClusterView, sent: SentTask): SentParent {
  const task = view.cluster.celery.state.task(sent.id);
  return {
    sent,
    task: task && { task, view: view.fresh().below('task') },
    audit: { taskIds: [sent.id] },
  };
}
