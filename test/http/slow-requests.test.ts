/** A client that sends its request byte by byte is cut off when its time is up, and holds up no other. */
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectTcp } from '../support/connect-tcp.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

const never = 3_600_000;
/** Long enough for the other client on a busy machine. */
const short = { headers: 1_000, request: 1_500 };

let server: TestServer | undefined;
let trickle: NodeJS.Timeout | undefined;
beforeEach(() => {
  server = undefined;
});
afterEach(async () => {
  clearInterval(trickle);
  await server?.[Symbol.asyncDispose]();
});

/** Sends the beginning at once and then one byte after the other, without end. */
function send({ origin }: TestServer, beginning: string): Socket {
  const socket = connectTcp(Number(new URL(origin).port), '127.0.0.1');
  socket.write(beginning);
  trickle = setInterval(() => socket.write('x'), 10);
  return socket;
}

const head = 'POST /graphql HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n';
const late =
  /^HTTP\/1\.1 408 [^]*\{"errors":\[\{"message":"The request did not arrive whole in time","extensions":\{"code":"REQUEST_TIMEOUT"\}\}\]\}$/;

it.each([
  ['a head', { ...short, request: never }, `${head}X-Slow: `],
  ['a request line', { ...short, request: never }, 'POST /'],
  ['a body', short, `${head}Content-Length: 100000\r\n\r\n{`],
  ['a body in chunks', short, `${head}Transfer-Encoding: chunked\r\n\r\n1;`],
  [
    'a body behind an upgrade',
    short,
    `${head}Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 100000\r\n\r\n{`,
  ],
])(
  '%s that trickles is answered with 408, and others are served meanwhile',
  async (_name, timeouts, beginning) => {
    server = await startTestServer({ timeouts: { ...timeouts, check: 20 } });
    const answer = text(send(server, beginning));
    expect((await server.fetch('/health/live')).status).toBe(200);
    expect(await answer).toMatch(late);
    expect((await server.query('{ __typename }')).data).toEqual({ __typename: 'Query' });
    expect(server.log.filter((line) => line.includes('"error"'))).toEqual([]);
  },
);

it('a client that is slow once is not cut off when it is quick again', async () => {
  server = await startTestServer({ timeouts: { headers: never, request: never, check: 20 } });
  const body = '{"query":"{ __typename }"}';
  const socket = connectTcp(Number(new URL(server.origin).port), '127.0.0.1');
  for (const byte of `${head}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    await new Promise((resolve) => socket.write(byte, resolve));
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 /);
});
