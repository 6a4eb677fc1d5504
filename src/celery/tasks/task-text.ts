/** The long texts of a task: how they are cut, and what they weigh. */
import { flatCopy } from '../events/event-fields.js';
import type { TaskText } from './task.js';

/** What some `task-failed` events show instead of the error: see wrapped-errors.ts. */
export const wrappedError = 'ExceptionWithTraceback()';

/** Python representations have dangling quotes and brackets after the dots: `(1, 'aaa...',)`. */
const cutAtEnd = /\.\.\.['"]?,?[)\]}>]*$/;
/** Celery's limit is 1,024 characters unless a task sets its own; a short text with dots is just a text with dots. */
const shortestCut = 500;
const wide = /[^\0-\xff]/;

/** Whether the worker cut it before it was sent. */
export function isCutByWorker(text: string): boolean {
  return text.length >= shortestCut && cutAtEnd.test(text.slice(-16));
}

/** At most `maxLength` characters. Of a traceback the end stays, since that is where the error is. */
export function cutText(field: TaskText, text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  if (field !== 'traceback') return flatCopy(`${text.slice(0, Math.max(0, maxLength - 3))}...`);
  const mark = '\n...\n';
  const room = Math.max(0, maxLength - mark.length);
  const head = Math.floor(room / 4);
  return flatCopy(`${text.slice(0, head)}${mark}${text.slice(text.length - (room - head))}`);
}

/** Memory of a string: V8 spends one byte a character while all are Latin-1, else two. */
export function bytesOf(text: string | null): number {
  if (text === null || text === '') return 0;
  return 16 + (wide.test(text) ? 2 * text.length : text.length);
}
