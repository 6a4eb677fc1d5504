/**
 * The CORS protocol of the Fetch standard: pages of the origins that the settings name may call the gateway and read its
 * answers, with the browser's own credentials (cookies, passwords, client certificates) if the settings say so.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerLimits } from './limits.js';

type CorsSettings = Pick<ServerLimits, 'corsOrigins' | 'corsCredentials'>;

const methods = 'GET, HEAD, POST';
const exposed = 'X-Cache, X-Cache-Age, Cache-Status, ETag, Retry-After, WWW-Authenticate';
/** Seconds for which a browser does not ask again. */
const maxAge = 600;

/** Headers that a page may send. None of them says who the user is or where the request comes from. */
const allowedHeaders: ReadonlySet<string> = new Set([
  // Of HTTP and of server-sent events.
  'accept',
  'authorization',
  'cache-control',
  'content-type',
  'if-modified-since',
  'if-none-match',
  'last-event-id',
  'pragma',
  'x-requested-with',
  // Of GraphQL clients.
  'apollo-require-preflight',
  'apollographql-client-name',
  'apollographql-client-version',
  'graphql-client-name',
  'graphql-client-version',
  'graphql-preflight',
  'x-apollo-operation-id',
  'x-apollo-operation-name',
  'x-apollo-operation-type',
  // Of tracing: W3C, Sentry, Zipkin, Jaeger, Datadog, New Relic, and clouds.
  'b3',
  'baggage',
  'newrelic',
  'sentry-trace',
  'traceparent',
  'tracestate',
  'uber-trace-id',
  'x-amzn-trace-id',
  'x-b3-flags',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-spanid',
  'x-b3-traceid',
  'x-cloud-trace-context',
  'x-correlation-id',
  'x-datadog-origin',
  'x-datadog-parent-id',
  'x-datadog-sampling-priority',
  'x-datadog-tags',
  'x-datadog-trace-id',
  'x-request-id',
]);

/** To be called for every answer, refusals included: without it a page cannot even read why. */
export function allowOrigin(
  { headers: { origin } }: IncomingMessage,
  response: ServerResponse,
  { corsOrigins, corsCredentials }: CorsSettings,
): void {
  if (corsOrigins.length === 0) return;
  response.setHeader('vary', 'Origin'); // also for those who named none: a cache must not mix them up
  if (origin === undefined || !corsOrigins.includes(origin)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', exposed);
  if (corsCredentials) response.setHeader('access-control-allow-credentials', 'true');
}

export function isPreflight(
  { method, headers }: IncomingMessage,
  { corsOrigins }: CorsSettings,
): boolean {
  return (
    method === 'OPTIONS' &&
    headers['access-control-request-method'] !== undefined &&
    corsOrigins.includes(headers.origin ?? '')
  );
}

/** Allows what is requested and on the list: a browser names the header that is missing. */
export function answerPreflight({ headers }: IncomingMessage, response: ServerResponse): void {
  const requested = headers['access-control-request-headers'] ?? '';
  const names = new Set(requested.split(',').map((name) => name.trim().toLowerCase()));
  const allowed = [...names].filter((name) => allowedHeaders.has(name));
  response.setHeader('access-control-allow-methods', methods);
  if (allowed.length > 0) response.setHeader('access-control-allow-headers', allowed.join(', '));
  response.setHeader('access-control-max-age', String(maxAge));
  response.setHeader('vary', 'Origin, Access-Control-Request-Headers');
  response.writeHead(204).end();
}
