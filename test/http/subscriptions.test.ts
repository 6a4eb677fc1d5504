/** Live statistics over WebSocket and server-sent events: at once, upon change, silent otherwise, and ended in order. */
import { request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newClient, serverSentEvents, sseRequest, webSocketUrl } from './subscribe.js';
import type { CacheStatsEvent } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';
import { WebSocket } from '../support/web-socket.js';

const watch = 'subscription { cacheStats(intervalSeconds: 0.1) { summary { totalRequests } } }';
const requests = ({ value }: IteratorResult<CacheStatsEvent>) =>
  (value as CacheStatsEvent).data.cacheStats.summary.totalRequests;

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server[Symbol.asyncDispose]());

describe.each([
  [
    'WebSocket',
    () => newClient(server).iterate({ query: watch }) as AsyncIterableIterator<CacheStatsEvent>,
  ],
  ['server-sent events', () => serverSentEvents<CacheStatsEvent>(server, watch)],
])('a cacheStats subscription over %s', (_name, subscribe) => {
  it('brings the figures at once, and again when they have changed', async () => {
    const reports = subscribe();
    expect(requests(await reports.next())).toBe(0);

    await server.query('{ taskStatus { total } }');
    server.clock.now = 100;
    expect(requests(await reports.next())).toBe(1);
    await reports.return?.(undefined);
  });

  it('is silent while nothing changes', async () => {
    const reports = subscribe();
    await reports.next();
    const report = vi.spyOn(server.services.caches, 'report');
    const version = vi.spyOn(server.services.caches.get('task_status'), 'version', 'get');
    const next = reports.next();

    server.clock.now = 100;
    await vi.waitFor(() => expect(version.mock.calls.length).toBeGreaterThan(3), 5_000);
    expect(report).not.toHaveBeenCalled();

    await server.query('{ taskStatus { total } }');
    expect(requests(await next)).toBe(1);
    await reports.return?.(undefined);
  });

  it('ends when the caches are closed, as they are first when the gateway stops', async () => {
    const reports = subscribe();
    await reports.next();
    const next = reports.next();
    server.services.caches[Symbol.dispose]();
    expect(await next).toMatchObject({ done: true });
  });
});

describe('a cacheStats subscription to one cache', () => {
  it('reports that an entry has expired', async () => {
    await server.query('{ taskStatus { total } }');
    const query =
      'subscription { cacheStats(names: [TASK_STATUS], intervalSeconds: 0.1) { caches { size expirations } } }';
    const reports = newClient(server).iterate({ query });
    await reports.next();
    server.clock.now = 2_000;
    const { value } = (await reports.next()) as { value: unknown };
    expect(value).toMatchObject({ data: { cacheStats: { caches: [{ size: 0, expirations: 1 }] } } });
    await reports.return?.(undefined);
  });
});

describe('a subscriber that does not read', () => {
  // A megabyte each, by names: a few fill what the kernel buffers between two processes.
  const aliases = Array.from({ length: 200 }, (_, index) => `${'a'.repeat(1_000)}${index}: size`);
  const large = `subscription { cacheStats(intervalSeconds: 0.1) { caches { ${aliases.join(' ')} } } }`;

  /**
   * Changes the figures, and lets the watch look at them, until it is not asked for a report any more. Its timer is
   * real, and that nothing happens takes a moment to see.
   */
  async function changeUntilIgnored(): Promise<number> {
    const report = vi.spyOn(server.services.caches, 'report');
    for (let idle = 0, seen = 0; idle < 3;) {
      server.services.caches.get('task_status').get('nothing');
      server.clock.now += 100;
      await setTimeout(110);
      idle = report.mock.calls.length === seen ? idle + 1 : 0;
      seen = report.mock.calls.length;
      if (seen > 40) break;
    }
    return report.mock.calls.length;
  }

  it('over WebSocket is waited for, and nothing is kept for it', async () => {
    const socket = new WebSocket(webSocketUrl(server), 'graphql-transport-ws');
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send('{"type":"connection_init"}');
    await new Promise((resolve) => socket.once('message', resolve));
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: large } }));
    await new Promise((resolve) => socket.once('message', resolve));
    socket.pause();

    expect(await changeUntilIgnored()).toBeLessThan(40);
    expect((await server.query('{ __typename }')).data).toEqual({ __typename: 'Query' });
    socket.terminate();
  });

  it('of server-sent events is waited for, and nothing is kept for it', async () => {
    const { method, headers, body } = sseRequest(large);
    const client = request(`${server.origin}/graphql`, { method, headers });
    await new Promise((resolve) => {
      client.on('response', resolve); // and is not read
      client.end(body);
    });

    expect(await changeUntilIgnored()).toBeLessThan(40);
    client.destroy();
  });
});
