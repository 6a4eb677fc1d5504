/**
 * Bounds a text that repeats what a client sent. The beginning and the end stay: an error names its place first and the
 * reason last.
 */

/** Characters of an error's message. */
const maxLength = 500;
const gap = ' ... ';
const kept = Math.floor((maxLength - gap.length) / 2);

export function cutMessage(text: string): string {
  if (text.length <= maxLength) return text;
  // A character of two code units is kept or left out whole.
  const start = text.slice(0, kept).replace(/[\uD800-\uDBFF]$/, '');
  const end = text.slice(-kept).replace(/^[\uDC00-\uDFFF]/, '');
  return start + gap + end;
}
