/** Tokens by their looks that are no service's own: signed and encrypted JSON, and what HTTP sends as credentials. */
import { isUtf8 } from 'node:buffer';
import { isInWord, runEnd } from './characters.js';
import { mask } from './mask.js';
import type { ScannedText } from './scanned-text.js';
import { isCutAt } from './service-keys.js';
import type { Span } from './spans.js';

const mostParts = 5;
const shortestHeader = 8;
const shortestPayload = 4;
const shortestCredential = 6;
const shortestToken = 16;

/** A JWS has three parts, a JWE five, of which some may be empty: `eyJ...` and dots between (RFC 7515, RFC 7516). */
export function jsonWebToken(scan: ScannedText, start: number): Span | null {
  const { text } = scan;
  if (text[start - 1] === '-' || isInWord(text, start)) return null;
  const header = runEnd(text, start, isBase64Url);
  scan.work.spend(header - start + 1);
  if (header - start < shortestHeader) return null;
  if (isCutAt(text, header)) return { start, end: header, shown: mask };
  if (text[header] !== '.') return null;
  let end = runEnd(text, header + 1, isBase64Url);
  const isEncrypted = end === header + 1 && text[end] === '.'; // the key is agreed on directly
  if (end - header - 1 < shortestPayload && !isEncrypted) return null;
  for (let parts = 2; parts < mostParts && text[end] === '.' && !isCutAt(text, end); parts++)
    end = runEnd(text, end + 1, isBase64Url);
  scan.work.spend(end - header);
  return { start, end, shown: mask };
}

/** `Bearer x`, `Token x`, `ApiKey x`, `Basic x`, wherever they stand. */
export function credential(scan: ScannedText, start: number, schemeEnd: number): Span | null {
  const { text } = scan;
  if (text[start - 1] === '-' || isInWord(text, start)) return null;
  const from = runEnd(text, schemeEnd, (code) => code === 32);
  if (from - schemeEnd > 4) return null;
  const end = runEnd(text, from, isCredentialCharacter);
  scan.work.spend(2 * (end - start) + 1);
  const isSecret =
    end - from >= shortestCredential &&
    isCredential(text.slice(start, schemeEnd), text.slice(from, end));
  return isSecret ? { start: from, end, shown: mask } : null;
}

/** `Bearer of bad news` and `Basic authentication` are none. */
function isCredential(scheme: string, secret: string): boolean {
  if (/^basic/i.test(scheme)) return decodesToPair(secret);
  if (/^token/i.test(scheme)) return secret.length >= shortestToken && /\d/.test(secret);
  if (/^\d{1,9}$/.test(secret)) return false;
  return /\d/.test(secret) || /[a-z][A-Z]|[._~+/=-]\w/.test(secret) || secret.length >= 20;
}

/** `user:password`. */
function decodesToPair(secret: string): boolean {
  const bytes = Buffer.from(secret, 'base64');
  return bytes.includes(58) && isUtf8(bytes) && bytes.every((byte) => byte >= 32);
}

function isBase64Url(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 45 ||
    code === 95
  );
}

function isCredentialCharacter(code: number): boolean {
  return isBase64Url(code) || code === 46 || code === 126 || code === 43 || code === 47 || code === 61;
}
