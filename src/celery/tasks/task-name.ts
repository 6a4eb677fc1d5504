/**
 * The name of a task is what its worker runs. A sender may give it a shadow name for logs and monitors: task-received
 * and inspect replies show that instead, without saying so; task-sent, the `type` of a reply and the result backend
 * have the name itself.
 */
import type { TaskRecord } from './task-record.js';

/** A name that cannot be a shadow. */
export function learnName(task: TaskRecord, name: string): void {
  if (!task.isNameCertain && task.name !== name) task.shadow ??= task.name;
  if (task.shadow === name) task.shadow = null;
  task.name = name;
  task.isNameCertain = true;
}

/** A name that a worker shows: the shadow name if there is one. */
export function learnShownName(task: TaskRecord, name: string): void {
  if (!task.isNameCertain) task.name = name;
  else if (name !== task.name) task.shadow = name;
}
