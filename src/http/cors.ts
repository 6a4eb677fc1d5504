/**
 * Lets pages of other origins in that the settings name (the CORS protocol of the Fetch standard). No credentials of
 * the browser's own: a page sends its token in a header.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

const methods = 'GET, HEAD, POST';
const headers = 'Accept, Authorization, Cache-Control, Content-Type, If-Modified-Since, If-None-Match';
const exposed = 'X-Cache, X-Cache-Age, Cache-Status, ETag, Retry-After, WWW-Authenticate';
/** Seconds that a browser need not ask again. */
const maxAge = 600;

/** To be called for every answer, refusals included: without it a page cannot even read why. */
export function allowOrigin(
  { headers: { origin } }: IncomingMessage,
  response: ServerResponse,
  allowed: readonly string[],
): void {
  if (allowed.length === 0) return;
  response.setHeader('vary', 'Origin'); // also for those who named none: a cache must not mix them up
  if (origin === undefined || !allowed.includes(origin)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', exposed);
}

export function isPreflight(request: IncomingMessage, allowed: readonly string[]): boolean {
  const { method, headers } = request;
  return (
    method === 'OPTIONS' &&
    headers['access-control-request-method'] !== undefined &&
    allowed.includes(headers.origin ?? '')
  );
}

export function answerPreflight(response: ServerResponse): void {
  response.setHeader('access-control-allow-methods', methods);
  response.setHeader('access-control-allow-headers', headers);
  response.setHeader('access-control-max-age', String(maxAge));
  response.writeHead(204).end();
}
