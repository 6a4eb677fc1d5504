/** The long texts of a task in the store: each is cut and weighed when it is set. */
import type { Interner } from './interner.js';
import type { TaskRecord } from './task-record.js';
import { bytesOf, cutText, isCutByWorker } from './task-text.js';
import { taskTexts, type TaskText } from './task.js';

export interface MergeOptions {
  readonly names: Interner;
  readonly maxTextLength: number;
}

export function clearText(task: TaskRecord, field: TaskText): void {
  task.truncated &= ~(1 << taskTexts.indexOf(field));
  task.bytes -= bytesOf(task[field]);
  task[field] = null;
}

/** The same for a text that null takes away. */
export function replaceText(
  task: TaskRecord,
  field: TaskText,
  text: string | null,
  options: MergeOptions,
  knownCut: readonly TaskText[] = [],
): void {
  if (text === null) clearText(task, field);
  else setText(task, field, text, options, knownCut);
}

export function setText(
  task: TaskRecord,
  field: TaskText,
  text: string | null,
  options: MergeOptions,
  knownCut: readonly TaskText[] = [],
): void {
  // Every event of a protocol repeats args and kwargs: nothing to weigh again.
  if (text === null || text === task[field]) return;
  const kept = cutText(field, text, options.maxTextLength);
  const bit = 1 << taskTexts.indexOf(field);
  if (kept !== text || isCutByWorker(text) || knownCut.includes(field)) task.truncated |= bit;
  else task.truncated &= ~bit;
  task.bytes += bytesOf(kept) - bytesOf(task[field]);
  task[field] = kept;
}

/** The next run has not ended, whatever the former one has come to. */
export function clearOutcome(task: TaskRecord): void {
  task.succeededAt = null;
  task.failedAt = null;
  task.revokedAt = null;
  task.rejectedAt = null;
  setProgress(task, null);
  for (const field of ['result', 'exception', 'traceback'] as const) clearText(task, field);
}

export function setProgress(task: TaskRecord, progress: unknown): void {
  task.bytes += progressBytes(progress) - progressBytes(task.progress);
  task.progress = progress;
}

/** A letter takes two bytes. */
function progressBytes(progress: unknown): number {
  return progress === null ? 0 : 2 * JSON.stringify(progress).length;
}
