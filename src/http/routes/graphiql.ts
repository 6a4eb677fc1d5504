/**
 * GraphiQL, served by the gateway itself: no other host is asked for anything. The page is large, so it is rendered
 * and compressed once, and revalidated by its ETag (RFC 9110, section 8.8.3).
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { getOperationAST, parse } from 'graphql';
import Negotiator from 'negotiator';
import { keepTabs } from './graphiql-reload.js';
import type { StoredTab } from './graphiql-reload.js';
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

/**
 * GraphiQL limits how far a tab can be dragged by `dragConstraints`. With them, Motion moves every tab that has not been
 * dragged whenever the window or the row of tabs changes its width, as when a font arrives
 * (https://github.com/motiondivision/motion/issues/3823). GraphiQL's style hides that until a tab has the focus: pressing
 * the mouse on it moves it away, the button is released elsewhere, and there is no click. Without them tabs can still be
 * dragged.
 */
const dragLimit = /\bdragConstraints:[\w$]+,(?=value:)/g;

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

/** For a browser without tabs of GraphiQL. */
function toStoredTab(query: string, index: number): StoredTab {
  const name = getOperationAST(parse(query))?.name?.value ?? null;
  return {
    id: `celeryql-${index}`,
    title: name ?? '',
    query,
    variables: null,
    headers: null,
    operationName: name,
    response: null,
  };
}

function reloadScript(): string {
  const initial = JSON.stringify(graphiqlTabs.map(toStoredTab)).replaceAll('<', '\\u003c'); // no end of the script
  return `<script>(${keepTabs.toString()})(localStorage, location.search, ${initial});</script>`;
}

async function render(): Promise<Page> {
  // Nine megabytes of source: loaded when the first browser comes, not at every start.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const page = renderGraphiQL({
    title: 'celeryql',
    endpoint: graphqlPath,
    subscriptionsProtocol: 'SSE', // with the headers of its editor, which it does not send over WebSocket
    defaultTabs: graphiqlTabs.map((query) => ({ query })), // where scripts may not use `localStorage`
  });
  const html = page
    .replace(dragLimit, '')
    .replace('</head>', () => `${pageStyle}${reloadScript()}</head>`);
  const plain = Buffer.from(html);
  const compressed = await promisify(gzip)(plain);
  return { plain, compressed, etag: `W/"${createHash('sha256').update(plain).digest('base64url')}"` };
}
