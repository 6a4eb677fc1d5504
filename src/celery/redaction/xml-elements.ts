/** Secrets in XML: `<password>x</password>`, with attributes, with a prefix, as CDATA, and with elements within. */
import { isWordCharacter, runEnd } from './characters.js';
import { isMasked, mask } from './mask.js';
import type { ScannedText } from './scanned-text.js';
import type { Span } from './spans.js';

const longestTag = 1_000;
const cdata = '<![CDATA[';
/** `<password` or `<ns:password`. */
const tagStart = /<(?:[\w-]{1,32}:)?$/;

/** What is in the element whose name stands here; null where none does. */
export function elementValue(scan: ScannedText, start: number, end: number): Span | null {
  const { text } = scan;
  const open = tagStart.exec(text.slice(Math.max(0, start - 34), start))?.[0];
  if (open === undefined) return null;
  const at = tagEnd(scan, end);
  if (at === -1 || text[at - 2] === '/') return null;
  const closing = scan.closingTag(open.slice(1) + text.slice(start, end), at);
  const first = runEnd(text, at, isBlank);
  scan.work.spend(first - at + 1);
  if (text.startsWith(cdata, first)) {
    const from = first + cdata.length;
    const found = scan.indexOf(']]>', from);
    return spanOf(scan, from, found === -1 ? text.length : found);
  }
  const child = scan.indexOf('<', at);
  const isNested = child !== -1 && text[child + 1] !== '/' && closing !== -1;
  return spanOf(scan, at, isNested ? closing : child === -1 ? text.length : child);
}

/** Behind the `>` of a tag; -1 when the tag does not end. */
function tagEnd(scan: ScannedText, from: number): number {
  const { text } = scan;
  if (text[from] === '>') return from + 1;
  if (isWordCharacter(text.charCodeAt(from)) || !/[\s/]/.test(text.charAt(from))) return -1;
  let at = from;
  while (at < from + longestTag && at < text.length && text[at] !== '>' && text[at] !== '<') at++;
  scan.work.spend(at - from);
  return text[at] === '>' ? at + 1 : -1;
}

function spanOf(scan: ScannedText, start: number, end: number): Span | null {
  scan.work.spend(end - start);
  const from = runEnd(scan.text, start, isBlank);
  if (from >= end || isMasked(scan.text.slice(start, end).trim())) return null;
  return { start, end, shown: mask };
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13;
}
