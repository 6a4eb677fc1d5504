/** The headers of an answer that a client may ask for again on a condition. */
import { formatHttpDate } from './http-date.js';
import type { Validators } from './preconditions.js';

/** How long the answer holds, as far as its caches say. */
export interface Freshness {
  /** Milliseconds for which all that was read counts as fresh; null when nothing cached was read. */
  readonly leastTtl: number | null;
  /** Milliseconds since the request arrived. */
  readonly elapsed: number;
  /** It must be asked for anew each time. */
  readonly isForOnce: boolean;
}

export function validatorHeaders(
  { tag, changedAt }: Validators,
  vary: string,
): (readonly [name: string, value: string])[] {
  const headers: (readonly [name: string, value: string])[] = [
    ['etag', tag],
    ['vary', vary],
  ];
  if (changedAt !== null) headers.push(['last-modified', formatHttpDate(changedAt)]);
  return headers;
}

/**
 * How long a browser may keep it without asking; null leaves what every answer says, which is not at all: figures that
 * come from no cache are those of the moment.
 */
export function cacheControl({ leastTtl, elapsed, isForOnce }: Freshness): string | null {
  if (leastTtl === null) return null;
  if (isForOnce) return 'private, no-cache';
  // What was read first has grown older while the rest was read.
  return `private, max-age=${Math.max(0, Math.floor(leastTtl / 1_000) - Math.round(elapsed / 1_000))}`;
}
