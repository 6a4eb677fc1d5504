/** Subscribers that do not read, and many that do: what they cost is bounded, and they are cut off with a reason. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseEvents } from '../../src/celery/events/event.js';
import { pausedStream, pausedWebSocket } from '../support/paused-subscribers.js';
import { WebSocket } from '../support/web-socket.js';
import { serverSentEvents } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

const query =
  'subscription { taskEvents(filter: { workers: ["w1@test"] }) { task { taskId exception traceback worker { hostname } } } }';
/** Characters of a text that the gateway keeps. */
const longest = 10_000;

let server: TestServer;
let sockets: (Socket | WebSocket)[];
beforeEach(async () => {
  sockets = [];
  server = await startTestServer({ args: ['--idle-timeout', '1'] });
});
afterEach(async () => {
  for (const socket of sockets)
    if (socket instanceof WebSocket) socket.terminate();
    else socket.destroy();
  await server[Symbol.asyncDispose]();
});

const stats = () => server.services.subscriptions.stats;
const subscribed = (count: number): Promise<void> =>
  vi.waitFor(() => expect(stats().active).toBe(count), 10_000);

/** Results that were made for subscribers: each looks its worker up. */
function countResults(): () => number {
  const worker = vi.spyOn(server.services.celery.state, 'worker');
  return () => worker.mock.calls.filter(([hostname]) => hostname === 'w1@test').length;
}

function publish(uuid: string, length = 100): void {
  const fields = { uuid, exception: 'E'.repeat(length), traceback: 'T'.repeat(length) };
  const event = { ...fields, type: 'task-failed', hostname: 'w1@test', clock: 1, pid: 1 };
  const timestamp = Date.now() / 1_000;
  for (const parsed of parseEvents({ ...event, timestamp }).events)
    server.services.celery.state.apply(parsed, Date.now());
}

describe.each([
  ['server-sent events', 'sse', pausedStream],
  ['WebSocket', 'websocket', pausedWebSocket],
] as const)('a client that does not read, over %s', (_name, transport, subscribe) => {
  it('gets no more results when its socket is full', async () => {
    sockets.push(await subscribe(server, query));
    await subscribed(1);
    const results = countResults();
    let before = -1;
    // More than systems buffer for one connection.
    for (let event = 0; results() > before && event < 2_000; event++) {
      before = results();
      publish(`full-${event}`, longest);
      for (let turn = 0; turn < 10; turn++) await nextTurn();
    }
    expect(results()).toBeGreaterThan(1);
    expect(results()).toBeLessThan(1_000);
    for (let event = 0; event < 100; event++) {
      publish(`late-${event}`);
      await nextTurn();
    }

    expect(results()).toBe(before);
  });

  it('is cut off after the idle timeout, counted, and named in the log', async () => {
    sockets.push(await subscribe(server, query));
    await subscribed(1);
    for (let event = 0; event < 500; event++) {
      publish(`stall-${event}`, longest);
      for (let turn = 0; turn < 5; turn++) await nextTurn();
    }

    await subscribed(0);
    const metrics = await (await server.fetch('/metrics')).text();
    const counted = metrics.split('\n').filter((line) => line.startsWith('celeryql_stalled_'));
    expect(counted).toContain(`celeryql_stalled_connections_total{transport="${transport}"} 1`);
    const lines = server.log.filter((line) => line.includes('client cut off: it does not read'));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 'warn', code: 'CLIENT_STALLED', transport, address: '127.0.0.1', afterSeconds: 1 },
    ]);
  });
});

it('a WebSocket that is cut off is closed with 1008 and a reason', async () => {
  const socket = await pausedWebSocket(server, query);
  sockets.push(socket);
  const closed = once(socket, 'close');
  await vi.waitFor(() => expect(server.log.join()).toContain('client cut off'), 10_000);
  socket.resume();

  const [code, reason] = (await closed) as [number, Buffer];
  expect([code, reason.toString()]).toEqual([1008, 'CLIENT_STALLED: the client does not read']);
});

it('a stream on which nothing happens goes on beyond the idle timeout', async () => {
  sockets.push(await pausedStream(server, query));
  await subscribed(1);
  await new Promise((resolve) => setTimeout(resolve, 1_500)); // the timeout is the system's clock's

  expect(stats().active).toBe(1);
  expect(server.log.filter((line) => line.includes('cut off'))).toEqual([]);
});

it('one event for many subscribers who ask differently is executed in several turns of the event loop', async () => {
  const streams = Array.from({ length: 200 }, (_, index) =>
    serverSentEvents<unknown>(server, query.replace('subscription', `subscription Watch${index}`)),
  );
  const items = Promise.all(streams.map((stream) => stream.next()));
  await subscribed(200);
  const results = countResults();
  publish('one');
  const perTurn: number[] = [];
  for (let before = 0; before < 200;) {
    await nextTurn();
    perTurn.push(results() - before);
    before = results();
  }

  expect(Math.max(...perTurn)).toBeLessThanOrEqual(64);
  expect(await items).toHaveLength(200);
  await Promise.all(streams.map((stream) => stream.return(undefined)));
}, 20_000);
