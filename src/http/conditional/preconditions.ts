/** Whether the client has this very answer already (RFC 9110, section 13). */
import { namesTag } from './entity-tag.js';
import { parseHttpDate } from './http-date.js';

export interface Validators {
  readonly tag: string;
  /** Seconds since the epoch; null when the answer is too new to have a date. */
  readonly changedAt: number | null;
}

/** @param now epoch milliseconds */
export function isUnchanged(
  headers: Pick<Headers, 'get'>,
  { tag, changedAt }: Validators,
  now: number,
): boolean {
  const ifNoneMatch = headers.get('if-none-match');
  if (ifNoneMatch === tag) return true; // the most frequent, without a look at its parts
  if (ifNoneMatch !== null) return namesTag(ifNoneMatch, tag); // whatever the date says
  const since = parseHttpDate(headers.get('if-modified-since') ?? '', now);
  // What will have changed until a date in the future is unknown.
  if (since === null || since > now || changedAt === null) return false;
  return changedAt * 1_000 <= since;
}
