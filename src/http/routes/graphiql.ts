/**
 * GraphiQL, served by the gateway itself: no other host is asked for anything. The page is large, so it is rendered
 * and compressed once, and revalidated by its ETag (RFC 9110, section 8.8.3).
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import Negotiator from 'negotiator';
import { keepTabs } from './graphiql-reload.js';
import { graphiqlTabs } from './graphiql-tabs.js';
import { graphqlPath } from '../yoga.js';

interface Page {
  readonly plain: Buffer;
  readonly compressed: Buffer;
  readonly etag: string;
}

/** Scripts are inline and editor workers are blobs; everything else must come from here, and nothing may frame it. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "worker-src 'self' blob:",
  "connect-src 'self' ws: wss:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** The editor is as high as the window: a margin of its parts must not make the window scroll into nothing. */
const pageStyle = '<style>html { overflow: hidden; }</style>';

const reloadScript = `<script>(${keepTabs.toString()})(localStorage, location.search);</script>`;

let rendered: Promise<Page> | undefined;

/** Whether a browser asks for the page rather than a client for an answer. */
export function wantsGraphiQL({ method, url, headers }: IncomingMessage): boolean {
  const path = (url ?? '').split('?', 1)[0];
  if ((method !== 'GET' && method !== 'HEAD') || path !== graphqlPath) return false;
  return new Negotiator({ headers }).mediaTypes().includes('text/html');
}

export async function serveGraphiQL(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { plain, compressed, etag } = await (rendered ??= render());
  const isGzip = new Negotiator(request).encoding(['gzip', 'identity']) === 'gzip';
  response.setHeader('etag', etag);
  response.setHeader('vary', 'Accept, Accept-Encoding');
  response.setHeader('cache-control', 'private, no-cache');
  response.setHeader('content-security-policy', contentSecurityPolicy);
  response.setHeader('x-content-type-options', 'nosniff');
  if ((request.headers['if-none-match'] ?? '').includes(etag)) {
    response.writeHead(304).end();
    return;
  }
  const body = isGzip ? compressed : plain;
  if (isGzip) response.setHeader('content-encoding', 'gzip');
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function render(): Promise<Page> {
  // Nine megabytes of source: loaded when the first browser comes, not at every start.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const page = renderGraphiQL({
    title: 'celeryql',
    endpoint: graphqlPath,
    subscriptionsProtocol: 'SSE', // with the headers of its editor, which it does not send over WebSocket
    defaultTabs: graphiqlTabs.map((query) => ({ query })),
  });
  const plain = Buffer.from(page.replace('</head>', () => `${pageStyle}${reloadScript}</head>`));
  const compressed = await promisify(gzip)(plain);
  return { plain, compressed, etag: `W/"${createHash('sha256').update(plain).digest('base64url')}"` };
}
