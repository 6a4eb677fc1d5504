/** Upgrades to what is no WebSocket are ignored (RFC 9110, section 7.8): the request is served over HTTP/1.1. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectTcp } from '../support/connect-tcp.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer({ args: ['--max-connections', '1'] });
});
afterEach(() => server[Symbol.asyncDispose]());

const h2c =
  'Host: test\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAA\r\n';
const closing = 'Host: test\r\nConnection: close\r\n';
const json = 'Content-Type: application/json\r\n';
const body = '{"query":"{ __typename }"}';
const answer = '{"data":{"__typename":"Query"}}';

function open(): Socket {
  return connectTcp(Number(new URL(server.origin).port), '127.0.0.1');
}

/** Status and body of each response. */
function responses(received: string): (readonly [status: number, body: string])[] {
  return received
    .split(/(?=HTTP\/1\.1 \d)/)
    .map((response) => [Number(response.split(' ')[1]), response.split('\r\n\r\n')[1] ?? ''] as const);
}

/** Everything that the server sends until it closes the connection. */
async function exchange(...parts: readonly string[]): Promise<ReturnType<typeof responses>> {
  const socket = open();
  const received = text(socket);
  await once(socket, 'connect');
  for (const part of parts) {
    await new Promise((resolve) => socket.write(part, resolve));
    await new Promise(setImmediate); // a segment of its own
  }
  return responses(await received);
}

const post = `POST /graphql HTTP/1.1\r\n${h2c}${json}`;
const last = `GET /health/live HTTP/1.1\r\n${closing}\r\n`;
const live = [200, '{"status":"ok"}'] as const;

describe.each(['h2c', 'TLS/1.0', 'websocket2', 'h2c, websocket'])('an upgrade to %s', (protocol) => {
  it.each([
    ['/health/live', 200],
    ['/graphql?query=%7B__typename%7D', 200],
    ['/nothing', 404],
  ])('is ignored at %s', async (path, status) => {
    const first = `GET ${path} HTTP/1.1\r\n${h2c.replace('h2c', protocol)}\r\n`;
    const [[seen] = [], second] = await exchange(first, last);
    expect([seen, second]).toEqual([status, live]);
  });
});

describe('a request with an upgrade', () => {
  it.each([
    ['of a known length', [`${post}Content-Length: ${body.length}\r\n\r\n${body}`]],
    ['that follows', [`${post}Content-Length: ${body.length}\r\n\r\n`, body.slice(0, 5), body.slice(5)]],
    [
      'in chunks',
      [
        `${post}Transfer-Encoding: chunked\r\n\r\n5\r\n${body.slice(0, 5)}\r\n`,
        `15\r\n${body.slice(5)}\r\n0\r\n\r\n`,
      ],
    ],
  ])('keeps its body %s', async (_name, parts) => {
    expect(await exchange(...parts, last)).toEqual([[200, answer], live]);
  });

  it('is followed by others on the same connection, with or without an upgrade', async () => {
    const upgrading = `${post}Content-Length: ${body.length}\r\n\r\n${body}`;
    const plain = `POST /graphql HTTP/1.1\r\nHost: test\r\n${json}Content-Length: ${body.length}\r\n\r\n${body}`;
    const warnings: unknown[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const answers = await exchange((upgrading + plain).repeat(15) + last);
    process.off('warning', note);
    expect(answers).toEqual([...Array.from({ length: 30 }, () => [200, answer]), live]);
    expect(warnings).toEqual([]);
  });

  it('is followed by others where each body arrives in pieces', async () => {
    const head = `${post}Content-Length: ${body.length}\r\n\r\n`;
    const warnings: unknown[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const socket = open();
    const received: Buffer[] = [];
    for (let n = 0; n < 15; n++) {
      socket.write(head + body.slice(0, 9));
      await new Promise((resolve) => setTimeout(resolve, 5)); // or both pieces arrive as one
      socket.write(body.slice(9));
      received.push(...((await once(socket, 'data')) as [Buffer]));
    }
    const rest = text(socket);
    socket.write(last);
    const answers = responses(Buffer.concat(received).toString() + (await rest));
    process.off('warning', note);
    expect(answers).toEqual([...Array.from({ length: 15 }, () => [200, answer]), live]);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['of a known length', 'Content-Length: 262145\r\n\r\n', ''],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n40001\r\n', `${' '.repeat(262_145)}\r\n0\r\n\r\n`],
  ])('has no larger body than others, %s', async (_name, rest, spaces) => {
    const [[status, text] = []] = await exchange(post + rest, spaces);
    expect([status, text]).toEqual([
      413,
      expect.stringContaining('The body is larger than 262144 bytes'),
    ]);
  });

  it('gets the leave to send its body that it waits for', async () => {
    const socket = open();
    socket.write(`${post}Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`);
    const [leave] = (await once(socket, 'data')) as [Buffer];
    expect(leave.toString()).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    const received = text(socket);
    socket.write(body + last);
    expect(responses(await received).filter(([status]) => status !== 100)).toEqual([
      [200, answer],
      live,
    ]);
  });

  it('disturbs no other when its client leaves in the middle of its body', async () => {
    const socket = open();
    socket.write(`${post}Content-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`);
    await once(socket, 'connect');
    await new Promise(setImmediate);
    socket.resetAndDestroy();
    expect(await exchange(last)).toEqual([live]);
  });

  it('closes the connection where it says so', async () => {
    const head = h2c.replace('Upgrade,', 'close, Upgrade,');
    expect(await exchange(`GET /health/live HTTP/1.1\r\n${head}\r\n`)).toEqual([live]);
  });

  it('is refused like any other', async () => {
    const foreign = `POST /graphql HTTP/1.1\r\n${h2c}Origin: https://evil.example\r\n${json}`;
    const [[status] = []] = await exchange(`${foreign}Content-Length: ${body.length}\r\n\r\n${body}`);
    expect(status).toBe(403);
  });
});

it('serves a WebSocket on a connection whose first request asked for h2c', async () => {
  const socket = open();
  socket.write(`GET /health/live HTTP/1.1\r\n${h2c}\r\n`);
  await once(socket, 'data');
  socket.write(
    'GET /graphql HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n' +
      'Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
  );
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  expect(chunk.toString()).toMatch(/^HTTP\/1\.1 101 /);
  socket.destroy();
});
