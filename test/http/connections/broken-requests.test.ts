/** What is no HTTP, or asks for what there is not: a status, a code and a reason, and never an empty body. */
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer } from '../test-server.js';
import type { TestServer } from '../test-server.js';
import { connectTcp } from '../../support/connect-tcp.js';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server[Symbol.asyncDispose]());

interface Raw {
  readonly status: number;
  readonly code: unknown;
}

async function raw(request: string): Promise<Raw> {
  const socket = connectTcp(Number(new URL(server.origin).port), '127.0.0.1');
  socket.write(request);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  const { errors } = JSON.parse(body) as { errors: { extensions: { code: unknown } }[] };
  expect(head).toMatch(/^connection: close$/im);
  return { status: Number(head.split(' ')[1]), code: errors[0]?.extensions.code };
}

const upgrade = 'Host: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';

it.each([
  ['text that is no HTTP', 'hello\r\n\r\n', 400, 'BAD_REQUEST'],
  ['a TLS greeting', '\x16\x03\x01\x02\x00\x01', 400, 'BAD_REQUEST'],
  ['a header without a colon', 'GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n', 400, 'BAD_REQUEST'],
  [
    'two lengths',
    'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    ...([400, 'BAD_REQUEST'] as const),
  ],
  [
    'headers of 20 kB',
    `GET /graphql HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
    ...([431, 'LIMIT_EXCEEDED'] as const),
  ],
  [
    'a host that is none',
    'GET /graphql HTTP/1.1\r\nHost: a b[\r\nConnection: close\r\n\r\n',
    ...([400, 'BAD_REQUEST'] as const),
  ],
  [
    'a target that is no path',
    'GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    ...([400, 'BAD_REQUEST'] as const),
  ],
  [
    'an unknown expectation',
    'POST /graphql HTTP/1.1\r\nHost: x\r\nExpect: the-best\r\nContent-Length: 0\r\n\r\n',
    ...([417, 'BAD_REQUEST'] as const),
  ],
  [
    'a WebSocket to two hosts',
    `GET /graphql HTTP/1.1\r\n${upgrade}Host: other\r\n\r\n`,
    ...([400, 'BAD_REQUEST'] as const),
  ],
  [
    'an upgrade to h2c at two hosts',
    'GET /graphql HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
    ...([400, 'BAD_REQUEST'] as const),
  ],
  ['a WebSocket elsewhere', `GET /socket HTTP/1.1\r\n${upgrade}\r\n`, 404, 'NOT_FOUND'],
  [
    'a WebSocket from a foreign page',
    `GET /graphql HTTP/1.1\r\n${upgrade}Origin: https://evil.example\r\n\r\n`,
    ...([403, 'FORBIDDEN'] as const),
  ],
])('%s is refused with a code', async (_, request, status, code) => {
  expect(await raw(request)).toEqual({ status, code });
});

describe.each([
  '/graphql?query=%7B__typename%7D',
  '/health/live',
  '/metrics',
  '/api/v1/celery/health',
  '/',
])('%s is refused', (path) => {
  it.each([
    ['two hosts', '1.1', 'Host: a\r\nhost: a\r\n'],
    ['no host', '1.1', ''],
    ['two hosts in HTTP/1.0', '1.0', 'Host: a\r\nHost: b\r\n'],
  ])('to %s', async (_name, version, headers) => {
    const request = `GET ${path} HTTP/${version}\r\n${headers}\r\n`;
    expect(await raw(request)).toEqual({ status: 400, code: 'BAD_REQUEST' });
  });
});

it('a client of HTTP/1.0 need not say which host it means', async () => {
  const socket = connectTcp(Number(new URL(server.origin).port), '127.0.0.1');
  socket.write('GET /health/live HTTP/1.0\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 [^]*\{"status":"ok"\}$/);
});

it.each([
  ['/graphql?query=%', 200],
  ['/graphql?query=%7B__typename%7D&variables=%', 400],
  ['/%', 404],
  ['/nothing', 404],
  ['/health/nothing', 404],
  ['/api/v1/nothing', 404],
])('%s is answered with %d and a code', async (path, status) => {
  const response = await server.fetch(path);
  expect(response.status).toBe(status);
  const body = (await response.json()) as { error?: object; errors?: object[] };
  expect(body.error ?? { ...body.errors?.[0] }).toMatchObject(
    body.error ? { code: 'NOT_FOUND' } : { extensions: { code: expect.any(String) as string } },
  );
});

it('a request that is no HTTP is not logged, since anyone can send it', async () => {
  await raw('hello\r\n\r\n');
  expect(server.log.filter((line) => line.includes('"error"'))).toEqual([]);
});
