/** The fields of a task that events bring beside its state: the newest event of the latest run decides. */
import type { TaskEvent, TaskFields } from '../events/event.js';
import { clearText, setText, type MergeOptions } from './record-text.js';
import { learnShownName } from './task-name.js';
import type { TaskRecord } from './task-record.js';

export function mergeTexts(
  task: TaskRecord,
  event: TaskEvent,
  options: MergeOptions,
  isNew: boolean,
): void {
  const { fields } = event;
  mergeReceived(task, fields, options);
  if (!isNew) return;
  mergeOthers(task, fields, options);
  // What an attempt raised before the one that succeeded is no error of the task's.
  if (task.state === 'SUCCESS')
    for (const field of ['exception', 'traceback'] as const) clearText(task, field);
  task.clock = event.clock ?? task.clock;
}

/** The fields that Celery takes from a task-received in whatever order it comes. */
export function mergeReceived(task: TaskRecord, fields: TaskFields, options: MergeOptions): void {
  const { names } = options;
  if (fields.name !== null) learnShownName(task, names.intern(fields.name));
  setText(task, 'args', fields.args, options, fields.cut);
  setText(task, 'kwargs', fields.kwargs, options, fields.cut);
  mergeLinks(task, fields);
  if (fields.retries !== null) task.retries = fields.retries;
  if (fields.eta !== undefined) task.eta = fields.eta;
  if (fields.expires !== undefined) task.expires = fields.expires;
}

function mergeLinks(task: TaskRecord, { rootId, parentId }: TaskFields): void {
  if (rootId !== null) task.rootId = rootId === task.id ? task.id : rootId;
  // A retry is published from within the task, and so names the task as its own parent: not a link to follow.
  if (parentId !== null && parentId !== task.id) task.parentId = parentId;
}

/** What an event of an earlier run says, where nothing is known. */
export function fillReceived(task: TaskRecord, fields: TaskFields, options: MergeOptions): void {
  if (fields.name !== null && task.name === null)
    learnShownName(task, options.names.intern(fields.name));
  if (task.args === null) setText(task, 'args', fields.args, options, fields.cut);
  if (task.kwargs === null) setText(task, 'kwargs', fields.kwargs, options, fields.cut);
  mergeLinks(task, fields);
}

export function mergeOthers(task: TaskRecord, fields: TaskFields, options: MergeOptions): void {
  const { names } = options;
  setText(task, 'result', fields.result, options, fields.cut);
  setText(task, 'exception', fields.exception, options, fields.cut);
  setText(task, 'traceback', fields.traceback, options, fields.cut);
  if (fields.runtimeSeconds !== null) task.runtimeSeconds = fields.runtimeSeconds;
  if (fields.queue !== null) task.queue = names.intern(fields.queue);
  if (fields.exchange !== null) task.exchange = names.intern(fields.exchange);
  if (fields.routingKey !== null) task.routingKey = names.intern(fields.routingKey);
}
