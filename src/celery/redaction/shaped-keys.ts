/** Keys of services that no prefix marks: by a mark in their middle or at their end, or by the shape of their parts. */
import { isDigit, isInWord, isLetter, isWordCharacter, runEnd } from './characters.js';
import { mask } from './mask.js';
import type { ScannedText } from './scanned-text.js';
import type { Span } from './spans.js';

/** A mark with so many characters before and behind it. */
export interface MarkedKey {
  readonly service: string;
  readonly mark: string;
  readonly before: number;
  readonly behind: number;
  /** What may be before and behind, besides letters and digits. */
  readonly others: string;
}

export const markedKeys: readonly MarkedKey[] = [
  { service: 'Azure Entra ID', mark: 'Q~', before: 4, behind: 31, others: '_~.-' },
  { service: 'Azure DevOps', mark: 'AZDO', before: 70, behind: 4, others: '' },
  { service: 'Azure Functions', mark: 'AzFu', before: 40, behind: 4, others: '_-=' },
  { service: 'Azure Storage', mark: '+ASt', before: 70, behind: 6, others: '+/=' },
  { service: 'New Relic', mark: 'NRAL', before: 30, behind: 0, others: '' },
  { service: 'OpenAI', mark: 'T3BlbkFJ', before: 20, behind: 20, others: '_-' },
];
const longestBefore = 200;

export function markedKey(
  scan: ScannedText,
  { before, behind, others }: MarkedKey,
  at: number,
  markEnd: number,
): Span | null {
  const { text } = scan;
  const isOwn = (code: number): boolean =>
    isLetter(code) || isDigit(code) || (others !== '' && others.includes(String.fromCharCode(code)));
  let start = at;
  while (at - start < before && start > scan.floor && isOwn(text.charCodeAt(start - 1))) start--;
  if (at - start < before) return null;
  while (at - start < longestBefore && start > scan.floor && isOwn(text.charCodeAt(start - 1))) start--;
  const end = runEnd(text, markEnd, isOwn);
  scan.work.spend(end - start + 1);
  return end - markEnd >= behind ? { start, end, shown: mask } : null;
}

const telegramSecret = 33;

/** `123456789:AAF...`: the number of the bot, and 35 characters; in URLs behind `bot`. */
export function telegramToken(scan: ScannedText, colon: number): Span | null {
  const { text } = scan;
  let start = colon;
  while (colon - start < 12 && isDigit(text.charCodeAt(start - 1))) start--;
  const end = runEnd(text, colon + 3, isBase64Url);
  scan.work.spend(end - start + 1);
  const isApart = !isWordCharacter(text.charCodeAt(start - 1)) || text.slice(start - 3, start) === 'bot';
  const isToken = isApart && colon - start >= 8 && colon - start <= 11;
  return isToken && end - colon - 3 >= telegramSecret - 1 ? { start, end, shown: mask } : null;
}

/** Three parts with points between; the first is the number of the bot, in base64. */
export function discordToken(scan: ScannedText, start: number): Span | null {
  const { text } = scan;
  if (text[start - 1] === '-' || text[start - 1] === '.' || isInWord(text, start)) return null;
  const id = runEnd(text, start, isBase64Url);
  scan.work.spend(id - start + 1);
  if (id - start < 22 || id - start > 28 || text[id] !== '.') return null;
  const time = runEnd(text, id + 1, isBase64Url);
  scan.work.spend(time - id);
  if (time - id !== 7 || text[time] !== '.') return null;
  const end = runEnd(text, time + 1, isBase64Url);
  scan.work.spend(end - time);
  const isNumber = /^\d+$/.test(Buffer.from(text.slice(start, id), 'base64').toString('latin1'));
  return isNumber && end - time > 27 ? { start, end, shown: mask } : null;
}

function isBase64Url(code: number): boolean {
  return isLetter(code) || isDigit(code) || code === 45 || code === 95;
}
