/** Secret parameters of URLs whose names are secret nowhere else: `?sig=x`, `&key=x`, `?auth_code=x`. */
import { isNameCharacter, runEnd } from './characters.js';
import { isMasked, mask } from './mask.js';
import type { ScannedText } from './scanned-text.js';
import type { Span } from './spans.js';

/** Countries, products, tables and sorting keys have codes and keys, too. */
const parameter =
  /^(?:(?:[\w-]*[_-])?(?:sig|signature)|key|(?:auth|authorization|verification|activation|confirmation|invite|device|user|reset|login)[_-]?code)$/i;
const longestName = 64;

/** @param hitEnd behind the equals sign */
export function urlSignature(scan: ScannedText, hit: number, hitEnd: number): Span | null {
  const { text } = scan;
  let start = hit;
  while (start > scan.floor && hit - start < longestName && isNameCharacter(text.charCodeAt(start - 1)))
    start--;
  scan.work.spend(2 * (hitEnd - start) + 1);
  if (!/[?&]/.test(text.charAt(start - 1))) return null;
  const name = text.slice(start, hitEnd - 1);
  if (!parameter.test(name)) return null;
  const end = runEnd(text, hitEnd, isParameterCharacter);
  scan.work.spend(end - hitEnd + 1);
  if (end === hitEnd || isMasked(text.slice(hitEnd, end))) return null;
  return { start: hitEnd, end, shown: mask };
}

function isParameterCharacter(code: number): boolean {
  return code > 32 && !'&\'"<>;\\'.includes(String.fromCharCode(code));
}
