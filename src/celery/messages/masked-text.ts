/**
 * Texts of tasks as they are kept: cut to what will be shown, then masked. A text may be as long as a message, and
 * masking all of it would take as long. A secret at the cut must not be shown in part, so the cut leaves a margin, and
 * does not part a word.
 */
import { flatCopy } from '../events/event-fields.js';
import type { Redaction } from '../redaction/redactor.js';
import type { TaskText } from '../tasks/task.js';

/** Characters of a text of a task that are kept; the rest is cut. */
export const maxKeptText = 10_000;
/** Characters beyond those that are kept, longer than any single secret. */
const margin = 16_384;
/** What parts the words of a text. */
const between = /[\s'",;:=(){}[\]<>]/;

export interface MaskedText {
  readonly text: string;
  /** Whether a part was left out. */
  readonly isCut: boolean;
}

/** @param maxLength characters that will be kept */
export function maskText(
  field: TaskText,
  text: string,
  redaction: Redaction,
  maxLength = maxKeptText,
): MaskedText {
  // Of a traceback the end stays, since that is where the error is: see `cutText`.
  const tailLength = field === 'traceback' ? Math.ceil((maxLength * 3) / 4) + margin : 0;
  const headLength = (field === 'traceback' ? Math.ceil(maxLength / 4) : maxLength) + margin;
  if (text.length <= headLength + tailLength) return { text: redaction.text(text), isCut: false };
  const head = redaction.text(headOf(text, headLength));
  if (tailLength === 0) return { text: head, isCut: true };
  return { text: `${head}\n${redaction.text(tailOf(text, tailLength))}`, isCut: true };
}

/** The first characters of a text, up to the end of a word, with dots. */
export function headOf(text: string, length: number): string {
  let end = length;
  while (end > length - margin && end > 0 && !between.test(text.charAt(end - 1))) end--;
  return flatCopy(`${text.slice(0, end > length - margin ? end : length)}...`);
}

/** The last lines of a text. The line that the cut is in may end with half of a secret: it is left out. */
function tailOf(text: string, length: number): string {
  const lineEnd = text.indexOf('\n', text.length - length);
  return lineEnd === -1 ? '' : flatCopy(text.slice(lineEnd + 1));
}
