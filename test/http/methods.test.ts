/** GET, HEAD and batches: the same answers, each with the cache status in its headers. */
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../support/gateway.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';
import { connectTcp } from '../support/connect-tcp.js';

const status = '/graphql?query=%7BtaskStatus%7Btotal%7D%7D';

describe('HTTP methods', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer();
  });
  afterEach(() => server[Symbol.asyncDispose]());

  /** The whole answer as it went over the wire. */
  async function raw(request: string): Promise<string> {
    const socket = connectTcp(Number(new URL(server.origin).port), '127.0.0.1');
    socket.end(`${request}\r\nHost: test\r\nConnection: close\r\n\r\n`);
    return text(socket);
  }

  async function batch(
    ...queries: string[]
  ): Promise<{ response: Response; members: Answer<unknown>[] }> {
    const response = await server.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(queries.map((query) => ({ query }))),
    });
    return { response, members: (await response.json()) as Answer<unknown>[] };
  }

  it('answers a query by GET, with its variables and its cache status', async () => {
    const query = encodeURIComponent(
      'query Q($names: [CacheName!]) { cacheStats(names: $names) { caches { name } } }',
    );
    const variables = encodeURIComponent('{"names":["TASK_STATUS"]}');
    const stats = await server.fetch(`/graphql?query=${query}&variables=${variables}`);
    expect(await stats.json()).toEqual({ data: { cacheStats: { caches: [{ name: 'TASK_STATUS' }] } } });

    const first = await server.fetch(status);
    const second = await server.fetch(status);
    expect([first, second].map(({ headers }) => headers.get('x-cache'))).toEqual(['MISS', 'HIT']);
    expect(await second.json()).toMatchObject({ extensions: { cache: { status: 'HIT', age: 0 } } });
  });

  it('runs no mutation by GET', async () => {
    const query = encodeURIComponent('mutation { invalidateCache { invalidated } }');
    expect((await server.fetch(`/graphql?query=${query}`)).status).toBe(405);
  });

  it.each([status, '/api/v1/celery/tasks/status'])(
    'answers HEAD %s with the headers of a GET and no body',
    async (path) => {
      await server.fetch(path);
      server.clock.now = 1_200;
      const get = await server.fetch(path);
      const answer = await raw(`HEAD ${path} HTTP/1.1\r\nAccept: */*`);

      const [head = '', body] = answer.split('\r\n\r\n');
      expect(head).toContain('HTTP/1.1 200 OK');
      expect(head).toMatch(/^x-cache: HIT$/im);
      expect(head).toMatch(/^x-cache-age: 1$/im);
      expect(head.toLowerCase()).toContain(`content-type: ${get.headers.get('content-type') ?? ''}`);
      expect(body).toBe('');
    },
  );

  it('ends HEAD of a subscription, which as a GET would go on', async () => {
    const query = encodeURIComponent('subscription { cacheStats { timestamp } }');
    const answer = await raw(`HEAD /graphql?query=${query} HTTP/1.1\r\nAccept: text/event-stream`);
    expect(answer).toMatch(/^HTTP\/1\.1 406 /);
  });

  it('gives each member of a batch its own status, and the worst of all to the response', async () => {
    await server.query('{ taskStatus { total } }');
    const { response, members } = await batch(
      '{ taskStatus { total } }',
      '{ workers { nodes { hostname } } }',
      '{ __typename }',
    );
    expect(members.map(({ extensions }) => extensions?.cache?.status)).toEqual([
      'HIT',
      'MISS',
      undefined,
    ]);
    expect(members.map(({ extensions }) => extensions?.cache?.entries.map(({ path }) => path))).toEqual([
      ['taskStatus'],
      ['workers'],
      undefined,
    ]);
    expect(response.headers.get('x-cache')).toBe('MISS');
  });

  it('calls a batch of hits as old as the oldest of them', async () => {
    await server.query('{ workers { nodes { hostname } } }');
    server.clock.now = 1_700;
    await server.query('{ taskStatus { total } }');
    server.clock.now = 3_100;
    const { response } = await batch('{ taskStatus { total } }', '{ workers { nodes { hostname } } }');
    expect([response.headers.get('x-cache'), response.headers.get('x-cache-age')]).toEqual(['HIT', '3']);
  });

  it('bypasses the caches for the whole batch', async () => {
    await server.query('{ taskStatus { total } }');
    const response = await server.fetch('/graphql?use_cache=False', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '[{"query":"{taskStatus{total}}"}]',
    });
    expect(response.headers.get('x-cache')).toBe('MISS');
  });

  it('takes ten operations in a batch and no more', async () => {
    const ten = await batch(...Array.from({ length: 10 }, () => '{ __typename }'));
    expect(ten.members).toHaveLength(10);
    const eleven = await batch(...Array.from({ length: 11 }, () => '{ __typename }'));
    expect(eleven.response.status).toBe(413);
    expect(eleven.members).toMatchObject({
      errors: [{ message: expect.stringContaining('10') as string }],
    });
  });

  it('loads once what several members of a batch ask for', async () => {
    const { members } = await batch('{ taskStatus { total } }', '{ taskStatus { total } }');
    expect(members.map(({ extensions }) => extensions?.cache?.entries[0]?.collapsed)).toEqual([
      false,
      true,
    ]);
    expect(server.services.caches.get('task_status').getStats()).toMatchObject({ loads: 1, misses: 2 });
  });
});
