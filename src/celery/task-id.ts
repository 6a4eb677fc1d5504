/**
 * Ids of tasks as Celery prints them. Applications choose them (`apply_async(task_id=...)`), and nothing keeps them to
 * strings: integers and UUID objects come through kombu's JSON as well.
 */
import { isObject } from './events/event-fields.js';
import { numberRepr } from './python/python-json.js';
import { isTyped, plainTyped } from './python/python-types.js';

/** Longer ones are refused: a cut id would be another task's. */
export const maxIdLength = 255;

/** `42` for the integer, the dashed form of a UUID; null for what names no task. */
export function taskIdText(value: unknown): string | null {
  const text = textOf(value);
  return text !== null && text !== '' && text.length <= maxIdLength ? text : null;
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return numberRepr(value) ?? value;
  // A larger one has lost digits, and would name another task.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null;
  if (!isObject(value) || !isTyped(value)) return null;
  const text = plainTyped(value);
  return typeof text === 'string' ? text : null;
}
