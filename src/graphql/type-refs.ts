/** The types that refer to each other, a task to its worker and a worker to its tasks; each is implemented in its own file. */
import type { Worker } from '../celery/events/worker.js';
import type { InspectCommand } from '../celery/inspect/inspect.js';
import type { InspectScope } from '../celery/inspect/inspect-loader.js';
import type { Task } from '../celery/tasks/task.js';
import type { ClusterView } from '../cluster/cluster-view.js';
import { builder } from './builder.js';

/** A task, and the view of its cluster in which what hangs below is read. */
export interface TaskParent {
  readonly task: Task;
  readonly view: ClusterView;
}

export interface WorkerParent {
  readonly worker: Worker;
  readonly view: ClusterView;
  /** Which workers are asked when a field needs a reply: this one, or all of them. */
  readonly scope: InspectScope;
  /** Inspect commands that the selected fields need. */
  readonly commands: readonly InspectCommand[];
}

export const TaskType = builder.objectRef<TaskParent>('Task');
export const WorkerType = builder.objectRef<WorkerParent>('Worker');
