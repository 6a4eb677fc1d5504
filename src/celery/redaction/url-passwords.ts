/**
 * Masks passwords in URLs: `scheme://user:password@` and `scheme://:password@`, up to the last `@`, since a password may
 * hold one that is not encoded. A semicolon parts the URLs of a list. A user is masked, too, where it is a token:
 * `https://ghp_x@host`, `https://token:x-oauth-basic@host`, and the key in the address of Sentry.
 */
import { isQuote, isWordCharacter, runEnd } from './characters.js';
import { isMasked, mask } from './mask.js';
import type { ScannedText } from './scanned-text.js';
import { startsServiceKey } from './service-keys.js';
import type { Span } from './spans.js';

/** What stands for a password where the user is a token. */
const noPassword = /^(?:x-oauth-basic|x-oauth-token|x-token-auth|x-access-token|)$/;
const shortestToken = 20;
const port = /\d{1,5}[/?#]/y;

/** @param mark where `://` begins */
export function urlSecret(scan: ScannedText, mark: number): Span | null {
  const { text } = scan;
  const start = mark + 3;
  if (mark === 0 || !isWordCharacter(text.charCodeAt(mark - 1))) return null;
  if (start > scan.url.end) scan.url = urlFrom(scan, start);
  const host = scan.url.lastAt;
  if (host < start) return cutPassword(scan, start);
  const userEnd = runEnd(text, start, isUserCharacter);
  scan.work.spend(userEnd - start + 8);
  const user = text.slice(start, userEnd);
  if (text[userEnd] !== ':') {
    const isToken = userEnd === host && looksLikeToken(user);
    return isToken ? { start, end: host, shown: mask } : null;
  }
  port.lastIndex = userEnd + 1;
  if (user !== '' && port.test(text)) return null; // a host with its port, and no user
  const from = userEnd + 1;
  if (from > host) return null;
  const password = text.slice(from, host);
  if (user !== '' && !isMasked(user) && (noPassword.test(password) || looksLikeToken(user)))
    return { start, end: host, shown: password === '' ? `${mask}:` : `${mask}:${mask}` };
  return from === host || isMasked(password) ? null : { start: from, end: host, shown: mask };
}

/** `redis://bob:hunt...`: the text was cut in the password, or in a port. */
function cutPassword(scan: ScannedText, start: number): Span | null {
  const { text, url } = scan;
  if (!text.startsWith('...', url.end - 3)) return null;
  const userEnd = runEnd(text, start, isUserCharacter);
  scan.work.spend(userEnd - start + 8);
  const [from, end] = [userEnd + 1, url.end - 3];
  if (text[userEnd] !== ':' || from >= end || /^\d{1,5}(?:$|[/?#.])/.test(text.slice(from, end)))
    return null;
  return isMasked(text.slice(from, end)) ? null : { start: from, end, shown: mask };
}

/** `git` or `bob.smith` is none. */
function looksLikeToken(user: string): boolean {
  if (startsServiceKey(user)) return true;
  return (
    user.length >= shortestToken && /^[\w-]+$/.test(user) && /\d/.test(user) && /[A-Za-z]/.test(user)
  );
}

function isUserCharacter(code: number): boolean {
  return code > 32 && !isQuote(code) && code !== 58 && code !== 47 && code !== 64; // : / @
}

/** To the end of the URL, or of what it was pasted into; and the last `@` in it. */
function urlFrom(scan: ScannedText, start: number): { end: number; lastAt: number } {
  const { text } = scan;
  let lastAt = -1;
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code <= 32 || code === 59) break;
    if (isQuote(code) && !isWordCharacter(text.charCodeAt(at + 1))) break;
    if (code === 64) lastAt = at;
  }
  scan.work.spend(at - start);
  return { end: at, lastAt };
}
