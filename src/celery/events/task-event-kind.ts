/** What a task event reports: the events of Celery by name, and one for those that an application sends itself. */

/** Event types by kind. Counterpart of the keys of `celery.events.state.TASK_EVENT_TO_STATE`. */
export const taskEventTypes = {
  SENT: 'task-sent',
  RECEIVED: 'task-received',
  STARTED: 'task-started',
  SUCCEEDED: 'task-succeeded',
  FAILED: 'task-failed',
  RETRIED: 'task-retried',
  REVOKED: 'task-revoked',
  REJECTED: 'task-rejected',
  CANCELLED: 'task-cancelled',
} as const;
export type TaskEventKind = keyof typeof taskEventTypes | 'CUSTOM';

const kinds: ReadonlyMap<string, TaskEventKind> = new Map(
  (Object.keys(taskEventTypes) as (keyof typeof taskEventTypes)[]).map((kind) => [
    taskEventTypes[kind],
    kind,
  ]),
);

/** `CUSTOM` for what Celery does not send itself. */
export function taskEventKind(type: string): TaskEventKind {
  return kinds.get(type) ?? 'CUSTOM';
}
