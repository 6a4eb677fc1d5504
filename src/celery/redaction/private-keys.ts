/**
 * Private keys: PEM (RFC 7468), also within strings, with escaped line ends or in strings that Python joins; PEM and
 * DER in base64, as environment variables and Kubernetes have them.
 */
import { backslash, isDigit, isInWord, isLetter, isQuote, isSpaceEscape, runEnd } from './characters.js';
import { mask } from './mask.js';
import type { ScannedText } from './scanned-text.js';
import type { Span } from './spans.js';

const longestLabel = 64;
/** An RSA key of 16,384 bits has 12,000 characters. */
const longestKey = 20_000;
/** How a key in DER begins, in base64: PKCS #8 and PKCS #1, RSA and elliptic curves. */
const derStart =
  /^(?:MII[A-J][A-Za-z\d+/]{2}IB(?:ADAN|AAKC)|MI[GH][A-Za-z\d+/]AgEA|MHcCAQEE|MIGkAgEB|MC[4-9]CAQAw)/;
const shortestDer = 60;
/** Minimum length of a line of base64 that is not the last. */
const shortestLine = 40;

/** @param begin where the word `BEGIN` begins, behind its dashes */
export function privateKey(scan: ScannedText, begin: number): Span | null {
  const { text } = scan;
  const start = labelEnd(scan, begin);
  if (start === -1 || text.startsWith(mask, start)) return null;
  const close = scan.indexOf('-----END', start);
  const following = scan.indexOf('-----BEGIN', start);
  const isOwn = close !== -1 && close - start <= longestKey && (following === -1 || following > close);
  if (isOwn) return { start, end: close, shown: mask };
  let end = start;
  while (end < text.length && !isQuote(text.charCodeAt(end)) && !text.startsWith('-----', end)) end++;
  scan.work.spend(end - start);
  return end === start ? null : { start, end, shown: mask };
}

/** The rest of a key whose beginning was cut off. @param marker where the word `END` begins */
export function privateKeyRest(scan: ScannedText, marker: number): Span | null {
  const { text } = scan;
  if (labelEnd(scan, marker) === -1) return null;
  let start = marker - 5;
  while (start > scan.floor && isKeyText(text.charCodeAt(start - 1))) start--;
  scan.work.spend(marker - start);
  const isRest = marker - start > 20 && !/^[\s\\nr]*$/.test(text.slice(start, marker - 5));
  return isRest ? { start, end: marker - 5, shown: mask } : null;
}

/** The key in base64 that begins here; its lines may be parted by line ends. */
function encodedKey(scan: ScannedText, start: number): Span {
  const { text } = scan;
  let end = runEnd(text, start, isBase64);
  for (;;) {
    let next = end;
    while (text[next] === '\n' || text[next] === '\r') next++;
    while (text.charCodeAt(next) === backslash && isSpaceEscape(text.charCodeAt(next + 1))) next += 2;
    const lineEnd = runEnd(text, next, isBase64);
    if (next === end || (lineEnd - next < shortestLine && text[lineEnd - 1] !== '=')) break;
    end = lineEnd;
  }
  scan.work.spend(end - start + shortestLine);
  return { start, end, shown: mask };
}

export function derKey(scan: ScannedText, start: number): Span | null {
  if (isInWord(scan.text, start) || !derStart.test(scan.text.slice(start, start + 16))) return null;
  const span = encodedKey(scan, start);
  return span.end - start >= shortestDer ? span : null;
}

/** A key whose PEM marker, in base64, is at this place. */
export function pemInBase64(scan: ScannedText, hit: number): Span | null {
  const { text } = scan;
  // The run was read back once already, where it holds another marker.
  let start = hit;
  while (start > scan.base64.hit && isBase64(text.charCodeAt(start - 1))) start--;
  scan.work.spend(hit - start + 200);
  if (start === scan.base64.hit) start = scan.base64.start;
  scan.base64 = { start, hit };
  const group = start + Math.max(0, Math.floor((hit - start) / 4) - 2) * 4;
  const head = Buffer.from(text.slice(group, hit + 120), 'base64').toString('latin1');
  // A certificate is public.
  return head.includes('PRIVATE KEY') ? encodedKey(scan, start) : null;
}

/** Behind `-----BEGIN RSA PRIVATE KEY-----`; -1 for another label, or none. */
function labelEnd({ text, work }: ScannedText, word: number): number {
  if (text.slice(Math.max(0, word - 4), word).replace(/[- ]/g, '') !== '') return -1;
  const labelAt = runEnd(text, word, isLetter);
  let end = labelAt;
  while (end < labelAt + longestLabel && isLabel(text.charCodeAt(end))) end++;
  work.spend(end - word + 4);
  if (!text.slice(labelAt, end).includes('PRIVATE KEY')) return -1;
  return text.startsWith('----', end) ? runEnd(text, end, (code) => code === 45) : -1;
}

function isLabel(code: number): boolean {
  return (code >= 65 && code <= 90) || isDigit(code) || code === 32;
}

function isBase64(code: number): boolean {
  return isDigit(code) || isLetter(code) || code === 43 || code === 47 || code === 61;
}

function isKeyText(code: number): boolean {
  return isBase64(code) || code === 10 || code === 13 || code === 32 || code === backslash;
}
