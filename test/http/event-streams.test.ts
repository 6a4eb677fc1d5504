/** The wire format of server-sent events, which clients of graphql-sse and `EventSource` read. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newClient, sseRequest } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

const watch = 'subscription { cacheStats { __typename } }';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server[Symbol.asyncDispose]());

/** What a stream has sent, by pieces. */
async function open(query: string): Promise<AsyncIterator<string, undefined>> {
  const response = await server.fetch('/graphql', sseRequest(query));
  if (response.body === null) throw new Error('no stream');
  return response.body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
}

async function readUntil(stream: AsyncIterator<string, undefined>, text: string): Promise<string> {
  let seen = '';
  while (!seen.includes(text)) {
    const { done, value } = await stream.next();
    if (done === true) throw new Error(`ended before ${text}:\n${seen}`);
    seen += value;
  }
  return seen;
}

async function readAll(stream: AsyncIterator<string, undefined>): Promise<string> {
  let seen = '';
  for (;;) {
    const { done, value } = await stream.next();
    if (done === true) return seen;
    seen += value;
  }
}

describe('a stream of server-sent events', () => {
  it('begins with the pause before a client connects again', async () => {
    const stream = await open(watch);
    expect(await readUntil(stream, '}\n\n')).toBe(
      'retry: 1000\n\nevent: next\ndata: {"data":{"cacheStats":{"__typename":"CacheStatsReport"}}}\n\n',
    );
    await stream.return?.();
  });

  it('is not held back by a proxy that buffers', async () => {
    const response = await server.fetch('/graphql', sseRequest(watch));
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    await response.body?.cancel();
  });

  it('ends without `complete` when the gateway stops, so that clients come back', async () => {
    const stream = await open(watch);
    await readUntil(stream, '}\n\n');
    const rest = readAll(stream);
    await server[Symbol.asyncDispose]();
    expect(await rest).toBe('');
  });

  it('ends with `complete` when the operation has ended', async () => {
    const stream = await open(watch);
    await readUntil(stream, '}\n\n');
    const rest = readAll(stream);
    server.services.caches[Symbol.dispose]();
    expect(await rest).toBe('event: complete\ndata:\n\n');
  });
});

describe('a subscription over WebSocket', () => {
  it('is not completed when the gateway stops: the socket closes before', async () => {
    const client = newClient(server);
    const seen: unknown[] = [];
    const ended = new Promise<unknown>((resolve) => {
      client.subscribe(
        { query: watch },
        {
          next: (item) => {
            seen.push(item.data);
            if (seen.length === 1) void server[Symbol.asyncDispose]();
          },
          error: (error) => resolve((error as { readonly code?: unknown }).code),
          complete: () => resolve('complete'),
        },
      );
    });
    expect(await ended).toBe(1001);
    await client.dispose();
  });
});

describe('a subscription that cannot be sent', () => {
  it.each(['application/json', 'image/png'])(
    'is refused where the client accepts only %s, with what would do',
    async (accept) => {
      const { method, body, headers } = sseRequest(watch);
      const response = await server.fetch('/graphql', { method, body, headers: { ...headers, accept } });
      expect([response.status, response.headers.get('accept'), await response.json()]).toEqual([
        406,
        'text/event-stream',
        {
          errors: [
            {
              message:
                'A subscription over HTTP is sent as text/event-stream: accept that, or subscribe over WebSocket',
              extensions: { code: 'NOT_ACCEPTABLE' },
            },
          ],
        },
      ]);
    },
  );

  it('takes no share of the client', async () => {
    const { method, body, headers } = sseRequest('subscription { taskEvents { type } }');
    await server.fetch('/graphql', {
      method,
      body,
      headers: { ...headers, accept: 'application/json' },
    });
    expect(server.services.subscriptions.stats.active).toBe(0);
  });
});
