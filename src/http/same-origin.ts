/**
 * Browsers let any web page open a WebSocket here, or post without a body, and name the page's origin when they do.
 * Whoever names a foreign one is refused; clients that are no browsers name none.
 */
import type { IncomingHttpHeaders } from 'node:http';

/** Whether the request comes from a page that was not served from here (RFC 6454). */
export function isForeignOrigin({ origin, host, ...headers }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return false;
  // A proxy in front may rewrite Host; pages cannot set X-Forwarded-Host on the requests in question.
  const forwarded = headers['x-forwarded-host'];
  const ours = [
    host,
    ...(typeof forwarded === 'string' ? forwarded.split(',').map((name) => name.trim()) : []),
  ];
  return !URL.canParse(origin) || !ours.includes(new URL(origin).host);
}
