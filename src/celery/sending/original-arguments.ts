/**
 * The arguments that a task was called with, as far as they are known in full. Events have them in a notation for people,
 * cut at 1,024 characters and three levels; the result backend has the values themselves, with `result_extended`.
 */
import { isObject } from '../events/event-fields.js';
import { isCutByWorker } from '../tasks/task-text.js';
import type { Task } from '../tasks/task.js';
import { readPythonLiteral, type LiteralFlaw, type Notation } from '../python/python-literal.js';
import type { TaskMeta } from '../transport/transport.js';

export type ArgumentsField = 'args' | 'kwargs';

/** The values, or why they are not known. */
export type Original<T> = { readonly value: T } | { readonly reason: string };

/** Maximum length of a sender's text that counts as whole: a longer one may have been cut. */
const longestWhole = 999;

const reasons: Readonly<Record<LiteralFlaw, string>> = {
  CUT: 'are known in part only',
  MASKED: 'hold masked secrets',
  AMBIGUOUS: "hold a backslash, which Celery's notation leaves ambiguous",
  NOT_JSON: 'are no JSON values',
};

/** The result backend is asked first: it has the values, where events have a text of the sender's choice. */
export function originalArgs(task: Task, meta: TaskMeta | null): Original<readonly unknown[]> {
  return original('args', task, meta, (value) => (Array.isArray(value) ? value : null));
}

export function originalKwargs(
  task: Task,
  meta: TaskMeta | null,
): Original<Readonly<Record<string, unknown>>> {
  return original('kwargs', task, meta, (value) => (isObject(value) ? value : null));
}

function original<T>(
  field: ArgumentsField,
  task: Task,
  meta: TaskMeta | null,
  shape: (value: unknown) => T | null,
): Original<T> {
  const stored = read(meta?.[field], meta?.truncated.includes(field) === true, 'python', shape);
  if (stored !== null && 'value' in stored) return stored;
  const text = task[field];
  const cut = task.truncated.includes(field) || (text?.length ?? 0) > longestWhole;
  const reported = read(text, cut, 'unknown', shape);
  if (reported !== null && 'value' in reported) return reported;
  const { reason } = stored ?? reported ?? { reason: 'are unknown' };
  return { reason: `its ${field} ${reason}` };
}

/** Null if unknown. */
function read<T>(
  text: string | null | undefined,
  cut: boolean,
  notation: Notation,
  shape: (value: unknown) => T | null,
): Original<T> | null {
  if (text === null || text === undefined || text === '') return null;
  if (cut || isCutByWorker(text)) return { reason: reasons.CUT };
  const literal = readPythonLiteral(text, notation);
  if ('flaw' in literal) return { reason: reasons[literal.flaw] };
  const value = shape(literal.value);
  return value === null ? { reason: reasons.NOT_JSON } : { value };
}
