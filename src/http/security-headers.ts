/** What every answer tells a browser: data of the cluster is not to be kept, framed, embedded or taken for a page. */
import type { ServerResponse } from 'node:http';

const headers = {
  'cache-control': 'private, no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** To be called first: GraphiQL and event streams have some of their own. */
export function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}
