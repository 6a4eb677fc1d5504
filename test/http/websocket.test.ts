/** GraphQL over WebSocket: the same answers as over HTTP, and no message that takes the gateway down. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MockInstance } from 'vitest';
import { newClient, runOnce, webSocketUrl } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';
import { WebSocket } from '../support/web-socket.js';

describe('GraphQL over WebSocket', () => {
  let server: TestServer;
  let stderr: MockInstance<typeof console.error>;
  beforeEach(async () => {
    server = await startTestServer();
    stderr = vi.spyOn(console, 'error').mockReturnValue();
  });
  afterEach(async () => {
    await server[Symbol.asyncDispose]();
    expect(stderr).not.toHaveBeenCalled(); // whatever a client sends, the log stays JSON
    stderr.mockRestore();
  });

  /** A socket that speaks for itself. */
  function open(path = '/graphql', protocol = 'graphql-transport-ws') {
    const socket = new WebSocket(webSocketUrl(server, path), protocol);
    const opened = new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    return { socket, opened, closed };
  }

  it('answers a query with its cache status', async () => {
    await server.query('{ taskStatus { total } }');
    server.clock.now = 300;
    expect(await runOnce(server, '{ taskStatus { total } }')).toMatchObject({
      extensions: { cache: { status: 'HIT', age: 0.3, entries: [{ path: 'taskStatus' }] } },
    });
  });

  it('runs a mutation', async () => {
    const query = 'mutation { invalidateCache(name: HEALTH_CHECK) { caches } }';
    expect(await runOnce(server, query)).toEqual({
      data: { invalidateCache: { caches: ['HEALTH_CHECK'] } },
    });
  });

  it.each([undefined, 'C'])(
    'refuses a document without the one operation %s, with a code',
    async (name) => {
      const client = newClient(server);
      const query = 'query A { __typename } query B { __typename }';
      const operation = { query, ...(name !== undefined && { operationName: name }) };
      await expect(client.iterate(operation).next()).rejects.toMatchObject([
        { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } },
      ]);
      await client.dispose();
    },
  );

  it.each([
    ['is not valid', 'subscription { nothing }', 'nothing'],
    ['is no GraphQL', 'subscription {', 'Syntax Error'],
  ])(
    'reports what is wrong with a document that %s, and keeps the socket',
    async (_name, query, words) => {
      const client = newClient(server);
      await expect(client.iterate({ query }).next()).rejects.toMatchObject([
        { message: expect.stringContaining(words) as string },
      ]);
      await client.dispose();
    },
  );

  it('reports what is wrong with an argument', async () => {
    const answer = await runOnce(
      server,
      'subscription { cacheStats(intervalSeconds: 0) { timestamp } }',
    );
    expect(answer).toMatchObject({
      errors: [
        {
          message: 'intervalSeconds must be from 0.1 to 3600',
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ],
    });
  });

  it('masks an unexpected error', async () => {
    vi.spyOn(server.services.celery.state, 'counts').mockImplementation(() => {
      throw new TypeError('secret of the machine');
    });
    const answer = await runOnce(server, '{ taskStatus { total } }');
    expect(answer.errors).toMatchObject([{ message: 'Unexpected error' }]);
  });

  it('closes with 1001, going away, when the gateway stops', async () => {
    const { opened, closed } = open();
    await opened;
    await server[Symbol.asyncDispose]();
    expect(await closed).toBe(1001);
  });

  it('does not wait long for a client that does not answer the close', async () => {
    const { socket, opened } = open();
    await opened;
    socket.pause();
    const start = performance.now();
    await server[Symbol.asyncDispose]();
    expect(performance.now() - start).toBeLessThan(3_000);
    socket.terminate();
  });

  it.each([
    ['a message that is not JSON', 'nonsense', 4400],
    ['a message of no known type', '{"type":"nothing"}', 4400],
    [
      'a subscription before the greeting',
      '{"type":"subscribe","id":"1","payload":{"query":"{a}"}}',
      4401,
    ],
    ['a binary message', Buffer.from([0xff, 0xfe]), 4400],
    ['a message over 256 KiB', 'x'.repeat(256 * 1024 + 1), 1009],
  ])('closes the socket upon %s, and serves the next', async (_name, message, code) => {
    const { socket, opened, closed } = open();
    await opened;
    socket.send(message);
    expect(await closed).toBe(code);
    expect((await server.query('{ __typename }')).data).toEqual({ __typename: 'Query' });
  });

  it.each(['/', '/graphql/', '/api/v1/celery/health', '/other?x=/graphql'])(
    'is not spoken at %s: 404',
    async (path) => {
      await expect(open(path).opened).rejects.toThrow('Unexpected server response: 404');
    },
  );
});
