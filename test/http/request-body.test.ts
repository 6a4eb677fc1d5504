/** Reading a request's body: whole, bounded, and handed on at a cost that does not grow with its length. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { ClientRequest, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBody } from '../../src/http/request-body.js';
import type { ReadBody } from '../../src/http/request-body.js';

const limit = 100_000;

let server: Server;
let outcome: Promise<ReadBody | null>;
beforeEach(async () => {
  outcome = new Promise((resolve) => {
    server = createServer((incoming, response) => {
      resolve(readBody(incoming, limit).finally(() => response.end()));
    });
  });
  outcome.catch(() => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function post(): ClientRequest {
  const { port } = server.address() as AddressInfo;
  return request({ port, host: '127.0.0.1', method: 'POST' }).on('error', () => undefined);
}

describe('readBody', () => {
  it('reads a body that comes in pieces', async () => {
    const client = post();
    client.write('{"query":');
    client.end('"{__typename}"}');

    expect((await outcome)?.bytes.toString()).toBe('{"query":"{__typename}"}');
  });

  it('reads a body that is empty', async () => {
    post().end();

    expect((await outcome)?.bytes.length).toBe(0);
  });

  it('gives a body that has one key, however long it is', async () => {
    post().end('x'.repeat(limit));
    const body = await outcome;

    expect(body?.bytes.length).toBe(limit);
    expect(Object.keys(body ?? {})).toEqual(['bytes']);
  });

  it('stops at the limit, whatever follows', async () => {
    const client = post();
    client.write('x'.repeat(limit));
    client.write('x'); // and no end

    expect(await outcome).toBeNull();
  });

  it('rejects when the client leaves before the end', async () => {
    const client = post();
    client.write('x');
    client.once('socket', (socket) =>
      socket.once('connect', () => setImmediate(() => client.destroy())),
    );

    await expect(outcome).rejects.toThrow(/aborted|left/);
  });
});
