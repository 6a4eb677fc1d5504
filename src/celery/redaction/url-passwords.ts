/**
 * Masks passwords in URLs: `scheme://user:password@` and `scheme://:password@`, up to the last `@`, since a password may
 * hold one that nobody encoded. A semicolon parts the URLs of a list.
 */
import { isMasked, mask } from './mask.js';
import { isQuote, isWordCharacter } from './quoting.js';

const mark = '://';
const credentials = /[^\s:/@'"]*:/y;
/** A host with its port, and no user. */
const hostAndPort = /[^\s:/@'"]+:\d{1,5}[/?#]/y;

export function maskUrlPasswords(text: string): string {
  let shown = '';
  let copied = 0;
  let runEnd = -1;
  let lastAt = -1;
  for (let found = text.indexOf(mark); found !== -1; found = text.indexOf(mark, found + 1)) {
    const start = found + mark.length;
    if (start < copied) continue;
    if (start > runEnd) ({ runEnd, lastAt } = runFrom(text, start));
    if (lastAt < start || !startsScheme(text, found)) continue;
    hostAndPort.lastIndex = credentials.lastIndex = start;
    if (hostAndPort.test(text) || !credentials.test(text)) continue;
    const from = credentials.lastIndex;
    if (from >= lastAt || isMasked(text.slice(from, lastAt))) continue;
    shown += text.slice(copied, from) + mask;
    copied = lastAt;
  }
  return copied === 0 ? text : shown + text.slice(copied);
}

function startsScheme(text: string, mark: number): boolean {
  return mark > 0 && isWordCharacter(text.charCodeAt(mark - 1));
}

/** To the end of the URL, or of what it was pasted into; and the last `@` in it. */
function runFrom(text: string, start: number): { runEnd: number; lastAt: number } {
  let lastAt = -1;
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code <= 32 || code === 59) break;
    if (isQuote(code) && !isWordCharacter(text.charCodeAt(at + 1))) break;
    if (code === 64) lastAt = at;
  }
  return { runEnd: at, lastAt };
}
