/** Browsers send whatever a page asks them to: pages of other origins are refused. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isForeignOrigin } from '../../src/http/browser-policy.js';
import { webSocketUrl } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';
import { WebSocket } from '../support/web-socket.js';

describe('isForeignOrigin', () => {
  const host = 'celeryql.test:4000';

  it.each([
    ['no origin, as of a client that is no browser', { host }, false],
    ['the origin of the host', { host, origin: 'http://celeryql.test:4000' }, false],
    [
      'that of the host that a proxy serves',
      { host, origin: 'https://a.test', 'x-forwarded-host': 'a.test' },
      false,
    ],
    ['another host', { host, origin: 'https://evil.test' }, true],
    ['another port', { host, origin: 'http://celeryql.test:5173' }, true],
    ['a page without an origin', { host, origin: 'null' }, true],
  ])('of %s', (_name, headers, foreign) => {
    expect(isForeignOrigin(headers)).toBe(foreign);
  });
});

describe('A page of another origin', () => {
  let server: TestServer;
  beforeEach(async () => (server = await startTestServer()));
  afterEach(() => server[Symbol.asyncDispose]());

  const upgrade = (origin: string) =>
    new Promise<number | 'open'>((resolve, reject) => {
      const socket = new WebSocket(webSocketUrl(server), 'graphql-transport-ws', { origin });
      socket.once('open', () => (socket.terminate(), resolve('open')));
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.once('error', reject);
    });

  it('gets no WebSocket', async () => {
    expect(await upgrade('https://evil.test')).toBe(403);
    expect(await upgrade(server.origin)).toBe('open');
  });

  it.each(['/graphql', '/api/v1/celery/cache/invalidate'])('posts nothing to %s', async (path) => {
    const body = JSON.stringify({ query: 'mutation { invalidateCache { invalidated } }' });
    const headers = { origin: 'https://evil.test', 'content-type': 'application/json' };
    const response = await server.fetch(path, { method: 'POST', headers, body });

    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    const own = await server.fetch(path, {
      method: 'POST',
      headers: { ...headers, origin: server.origin },
      body,
    });
    expect(own.status).toBe(200);
  });
});
