/** Every answer has headers that restrict browsers, and every refusal says why. */
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';
import { connectTcp } from '../support/connect-tcp.js';

const json = { 'content-type': 'application/json' };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

it.each<[string, string, RequestInit]>([
  ['an answer', '/graphql', { method: 'POST', headers: json, body: '{"query":"{__typename}"}' }],
  ['an answer by GET', '/graphql?query=%7B__typename%7D', {}],
  ['a REST route', '/api/v1/celery/cache/stats', {}],
  ['what there is not', '/nothing', {}],
  ['what is refused', '/graphql', { method: 'POST', headers: json, body: '{' }],
])('%s may not be kept, framed, embedded or taken for a page', async (_name, path, init) => {
  const { headers } = await server.fetch(path, init);
  expect(Object.fromEntries(headers)).toMatchObject({
    'cache-control': 'private, no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
});

it.each(['/graphql?query=%7Bqueues%7Bnodes%7Bname%7D%7D%7D', '/api/v1/celery/queues/status'])(
  'what was read through a cache may be kept by the browser that asked, and by no shared cache: %s',
  async (path) => {
    const { headers } = await server.fetch(path);
    expect(headers.get('cache-control')).toBe('private, max-age=3');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  },
);

it('GraphiQL has a policy of its own, and may not be framed either', async () => {
  const { headers } = await server.fetch('/graphql', { headers: { accept: 'text/html' } });
  expect(headers.get('content-security-policy')).toContain("script-src 'self'");
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(headers.get('referrer-policy')).toBe('no-referrer');
});

describe('a refusal has a body with a code', () => {
  const query = '/graphql?query=%7B__typename%7D';

  it.each<[number, string, string, RequestInit]>([
    [404, 'NOT_FOUND', '/nothing', {}],
    [404, 'NOT_FOUND', '/nothing', { headers: { accept: 'text/html' } }],
    [405, 'METHOD_NOT_ALLOWED', '/graphql', { method: 'PUT' }],
    [405, 'METHOD_NOT_ALLOWED', '/graphql', { method: 'DELETE' }],
    [405, 'METHOD_NOT_ALLOWED', '/graphql?query=mutation%7BinvalidateCache%7Binvalidated%7D%7D', {}],
    [406, 'NOT_ACCEPTABLE', query, { headers: { accept: 'image/png' } }],
    [415, 'UNSUPPORTED_MEDIA_TYPE', '/graphql', { method: 'POST', body: '{}' }],
    [400, 'BAD_REQUEST', `${query}&variables=%7B`, {}],
    [400, 'BAD_REQUEST', `${query}&extensions=%7B`, {}],
    [400, 'BAD_REQUEST', '/graphql', { method: 'POST', headers: json, body: '{"query":1}' }],
  ])('%i %s for %s with %j', async (status, code, path, init) => {
    const response = await server.fetch(path, init);
    const body: unknown = await response.json();
    expect([response.status, response.headers.get('content-type')?.includes('json')]).toEqual([
      status,
      true,
    ]);
    expect(body).toMatchObject({
      errors: [{ message: expect.any(String) as string, extensions: { code } }],
    });
  });

  it('says what is allowed where a method is not', async () => {
    const { headers } = await server.fetch('/graphql', { method: 'DELETE' });
    expect(headers.get('allow')).toBe('GET, POST');
  });

  it.each(['{"variables":{"password": hunter3}}', '{"password":"hunter3"', 'hunter3'])(
    'repeats nothing of a body that is no JSON: %s',
    async (body) => {
      const response = await server.fetch('/graphql', { method: 'POST', headers: json, body });
      expect([response.status, await response.json()]).toEqual([
        400,
        {
          errors: [{ message: 'POST body sent invalid JSON.', extensions: { code: 'BAD_REQUEST' } }],
        },
      ]);
    },
  );

  it.each([
    [404, 'NOT_FOUND', '/nothing', 'Upgrade: websocket\r\nSec-WebSocket-Version: 13'],
    [400, 'BAD_REQUEST', '/graphql', 'Upgrade: websocket\r\nSec-WebSocket-Version: 1'],
    [403, 'FORBIDDEN', '/graphql', 'Upgrade: websocket\r\nOrigin: https://evil.test'],
  ])('%i %s for an upgrade at %s with %j', async (status, code, path, headers) => {
    const socket = connectTcp(Number(new URL(server.origin).port), '127.0.0.1');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\n${headers}\r\n\r\n`);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code } }] });
  });
});
