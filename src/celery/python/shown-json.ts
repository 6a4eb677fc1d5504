/** The value of a text in Python's notation as JSON, for clients that want to show it. */
import { isCutByWorker } from '../tasks/task-text.js';
import { toPlainJson } from './python-json.js';
import { readPythonLiteral } from './python-literal.js';

/** Longer texts are not read: so many characters are the most that the store keeps of one. */
const longestText = 10_000;

/**
 * Tuples and sets are lists, integers that JavaScript cannot represent are texts. Null if the text is cut, or is the
 * notation of something that JSON does not have, such as bytes, `nan` or an object.
 * @param isCut whether it is known to be cut
 */
export function shownJson(text: string | null, isCut = false): unknown {
  if (text === null || isCut || text.length > longestText || isCutByWorker(text)) return null;
  const literal = readPythonLiteral(text, 'unknown', 'show');
  return 'flaw' in literal ? null : toPlainJson(literal.value);
}
