/** Connections: so many from one address, none that is left idle, and messages no larger than a body may be. */
import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { webSocketUrl } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';
import { connectTcp } from '../support/connect-tcp.js';
import { WebSocket } from '../support/web-socket.js';

let server: TestServer;
afterEach(() => server[Symbol.asyncDispose]());

/** On a connection of its own, which is closed after it. */
function ask(): Promise<{ status: number | undefined; body: unknown }> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({ keepAlive: false });
    request(
      `${server.origin}/graphql?query=%7B__typename%7D`,
      { agent },
      (response: IncomingMessage) => {
        text(response).then(
          (body) => resolve({ status: response.statusCode, body: JSON.parse(body) as unknown }),
          reject,
        );
      },
    )
      .on('error', reject)
      .end();
  });
}

async function open(): Promise<Socket> {
  const socket = connectTcp(Number(new URL(server.origin).port), '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

it('one too many from an address is refused with 429, and served when another has closed', async () => {
  server = await startTestServer({ args: ['--max-connections', '2'] });
  const sockets = [await open(), await open()];
  expect(await ask()).toEqual({
    status: 429,
    body: {
      errors: [
        {
          message: 'No more than 2 connections from one address are open at once',
          extensions: { code: 'LIMIT_EXCEEDED' },
        },
      ],
    },
  });
  sockets[0]?.destroy();
  await expect.poll(async () => (await ask()).status, { timeout: 10_000 }).toBe(200);
  sockets[1]?.destroy();
});

it('a WebSocket too many is refused with 429', async () => {
  server = await startTestServer({ args: ['--max-connections', '1'] });
  const first = new WebSocket(webSocketUrl(server), 'graphql-transport-ws');
  await new Promise((resolve) => first.once('open', resolve));
  const second = new WebSocket(webSocketUrl(server), 'graphql-transport-ws');
  const status = await new Promise((resolve) =>
    second.once('unexpected-response', (_request, response) => resolve(response.statusCode)),
  );
  expect(status).toBe(429);
  first.terminate();
});

it('one that asks and does not read the answers is cut off', async () => {
  server = await startTestServer({ args: ['--max-connections', '1', '--idle-timeout', '1'] });
  const query = `{ ${Array.from({ length: 400 }, (_, n) => `${'a'.repeat(250)}${n}: __typename`).join(' ')} }`;
  const body = JSON.stringify({ query });
  const socket = await open();
  socket.on('error', () => undefined);
  socket.pause();
  const post =
    'POST /graphql HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n' +
    `Content-Length: ${body.length}\r\n\r\n${body}`;
  for (let time = 0; time < 160; time++) socket.write(post); // 17 MB of answers: more than systems buffer
  await expect.poll(async () => (await ask()).status, { timeout: 14_000 }).toBe(200);
  socket.destroy();
});

it('a WebSocket that never sends connection_init is closed with 4408', async () => {
  server = await startTestServer();
  const socket = new WebSocket(webSocketUrl(server), 'graphql-transport-ws');
  expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(4408);
});

it('bodies and messages of another size are taken where the settings say so', async () => {
  server = await startTestServer({ args: ['--max-body-kilobytes', '1'] });
  const { status } = await server.query(`{ __typename #${'x'.repeat(1024)}\n }`);
  expect(status).toBe(413);
  const socket = new WebSocket(webSocketUrl(server), 'graphql-transport-ws');
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(`{"type":"ping","payload":{"x":"${'x'.repeat(1024)}"}}`);
  expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(1009);
});
