/** A page of another origin in a browser, with a gateway behind a proxy that signs users in with a cookie. */
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Disposal } from '../../src/disposal.js';
import { freePort } from '../support/free-port.js';
import { startTestGateway } from '../support/gateway.js';
import { chromiumPath, describeWith } from '../support/requirements.js';

const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const cookie = 'session=ada';

/** Browsers take each port of one host for an origin of its own. */
async function listen(server: Server, port = 0): Promise<string> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

/** As the docs say: preflights have no cookie and pass; all else needs one, and is sent on with the user's name. */
function forward(gateway: string): (incoming: IncomingMessage, response: ServerResponse) => void {
  return (incoming, response) => {
    if (incoming.url === '/login') {
      response.writeHead(204, { 'set-cookie': `${cookie}; HttpOnly; SameSite=Lax` }).end();
      return;
    }
    const isSignedIn = incoming.headers.cookie === cookie;
    if (!isSignedIn && incoming.method !== 'OPTIONS') {
      response.writeHead(401).end();
      return;
    }
    const headers = { ...incoming.headers, ...(isSignedIn && { 'x-forwarded-user': 'ada' }) };
    const outgoing = request(new URL(incoming.url ?? '/', gateway), {
      method: incoming.method,
      headers,
    });
    outgoing.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    response.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  };
}

describeWith(['chromium'], 'a page of another origin, behind a proxy that signs users in', () => {
  const opened = new Disposal();
  let browser: Browser;
  let dashboard: string;
  let strange: string;
  let api: string;

  const serve = async (server: Server, port?: number): Promise<string> => {
    const origin = await listen(server, port);
    opened.own({
      [Symbol.dispose]: () => {
        server.close();
        server.closeAllConnections();
      },
    });
    return origin;
  };
  const page = (): Server =>
    createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<title>dashboard</title>');
    });

  beforeAll(async () => {
    dashboard = await serve(page());
    strange = await serve(page());
    const gateway = await startTestGateway({
      args: [
        ...['--cors-origins', dashboard, '--cors-credentials', 'true'],
        ...['--trusted-proxies', '127.0.0.1', '--proxy-user-header', 'X-Forwarded-User'],
      ],
    });
    opened.own(gateway);
    api = await serve(createServer(forward(gateway.origin)), await freePort());
    browser = await chromium.launch({ executablePath: chromiumPath, args: flags });
  });
  afterAll(async () => {
    await browser.close();
    await opened[Symbol.asyncDispose]();
  });

  /** A page whose browser has signed in to the proxy. */
  async function open(origin: string): Promise<Page> {
    const context = await browser.newContext();
    const opening = await context.newPage();
    await opening.goto(`${api}/login`).catch(() => undefined); // 204 shows nothing
    await opening.goto(origin);
    return opening;
  }

  const post = (from: Page): Promise<unknown> =>
    from.evaluate(async (url) => {
      const response = await fetch(url, {
        method: 'POST',
        credentials: 'include',
        headers: {
          'content-type': 'application/json',
          'apollographql-client-name': 'dashboard',
          traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        },
        body: JSON.stringify({ query: '{ me { name } queues { nodes { __typename } } }' }),
      });
      const { data } = (await response.json()) as { data: { me: unknown } };
      return [data.me, response.headers.get('x-cache')];
    }, `${api}/graphql`);

  it('calls the API as the user who is signed in, and reads the cache headers', async () => {
    const from = await open(dashboard);
    expect(await post(from)).toEqual([{ name: 'ada' }, expect.stringMatching(/HIT|MISS|PARTIAL/)]);
    await from.context().close();
  });

  it('subscribes with an EventSource as this user', async () => {
    const from = await open(dashboard);
    const item: unknown = await from.evaluate(
      (url) =>
        new Promise((resolve, reject) => {
          const source = new EventSource(url, { withCredentials: true });
          source.addEventListener('next', (event) => {
            source.close();
            resolve(JSON.parse((event as MessageEvent<string>).data));
          });
          source.addEventListener('error', () => reject(new Error('no stream')));
        }),
      `${api}/graphql?query=${encodeURIComponent('subscription { cacheStats { __typename } }')}`,
    );
    expect(item).toEqual({ data: { cacheStats: { __typename: 'CacheStatsReport' } } });
    await from.context().close();
  });

  it('reaches nothing from an origin that the settings do not name', async () => {
    const from = await open(strange);
    await expect(post(from)).rejects.toThrow('Failed to fetch');
    await from.context().close();
  });
});
