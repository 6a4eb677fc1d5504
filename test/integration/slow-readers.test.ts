/**
 * Many subscribers of one gateway, the real process: those that read nothing cost little and are cut off, those that read
 * miss nothing, and health checks are answered meanwhile.
 */
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { afterEach, expect, it } from 'vitest';
import { envelope, eventChannel, taskEvent } from '../support/event-messages.js';
import { eventually } from '../support/eventually.js';
import { samplesOf, valuesOf } from '../support/exposition.js';
import { launchGateway, type GatewayProcess } from '../support/gateway-process.js';
import { pausedStream, pausedWebSocket } from '../support/paused-subscribers.js';
import { startRedis, type RedisServer } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';
import { WebSocket } from '../support/web-socket.js';

const clients = 100;
const query =
  'subscription { taskEvents(filter: { workers: ["bad@test"] }) { dropped task { taskId traceback } } }';

const opened: (Socket | WebSocket)[] = [];
afterEach(() => {
  for (const socket of opened.splice(0))
    if (socket instanceof WebSocket) socket.terminate();
    else socket.destroy();
});

function webSocketUrl({ origin }: GatewayProcess): string {
  return `${origin.replace('http', 'ws')}/graphql`;
}

/** So many events of 8 kB, in messages of fifty. */
async function publish(redis: RedisServer, events: number): Promise<void> {
  const client = redis.client();
  const timestamp = Date.now() / 1_000;
  for (let first = 0; first < events; first += 50) {
    const batch = Array.from({ length: Math.min(50, events - first) }, (_, index) =>
      taskEvent(`task-${first + index}`, {
        type: 'task-failed',
        exception: 'E',
        traceback: 'T'.repeat(8_000),
        timestamp,
      }),
    );
    await client.publish(eventChannel, envelope(JSON.stringify(batch)));
  }
}

interface Stats {
  readonly active: number;
  readonly delivered: number;
  readonly dropped: number;
}

async function statsOf(gateway: GatewayProcess): Promise<Stats> {
  const answer = await gateway.query<{ gateway: { subscriptions: Stats } }>(
    '{ gateway { subscriptions { active delivered dropped } } }',
  );
  return answer.gateway.subscriptions;
}

/** Asks for liveness while something runs; the longest wait is printed. */
async function whileAlive(
  gateway: GatewayProcess,
  name: string,
  run: () => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const waits: number[] = [];
  const check = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const startedAt = performance.now();
      const { status } = await gateway.fetch('/health/live');
      expect(status).toBe(200);
      waits.push(performance.now() - startedAt);
      await delay(20); // as often as a hasty probe
    }
  };
  await Promise.all([check(), run().finally(() => stop.abort())]);
  console.info(`${name}: ${waits.length} checks, the longest ${Math.round(Math.max(...waits))} ms`);
}

describeWith(['redis'], 'many subscribers', () => {
  it.each([
    ['server-sent events', 'sse', pausedStream],
    ['WebSocket', 'websocket', pausedWebSocket],
  ] as const)('that do not read, over %s, are cut off', async (name, transport, subscribe) => {
    await using redis = await startRedis();
    await using gateway = await launchGateway(redis.url(), ['--idle-timeout', '3']);
    const subscribing = Array.from({ length: clients }, () => subscribe(gateway, query));
    opened.push(...(await Promise.all<Socket | WebSocket>(subscribing)));
    await eventually(async () => expect((await statsOf(gateway)).active).toBe(clients));
    const events = 3_000;
    await whileAlive(gateway, `${clients} that do not read, over ${name}`, async () => {
      await publish(redis, events);
      await eventually(async () => expect((await statsOf(gateway)).active).toBe(0), 60_000);
    });

    // What was executed is what the sockets of the system took.
    expect((await statsOf(gateway)).delivered).toBeLessThan((clients * events) / 2);
    const samples = samplesOf(await (await gateway.fetch('/metrics')).text());
    expect(valuesOf(samples, 'celeryql_stalled_connections_total', { transport })).toEqual([clients]);
    await gateway.child.stop(); // which writes what was only counted
    const lines = gateway.child
      .log()
      .split('\n')
      .filter((line) => line.includes('client cut off: it does not read'))
      .map((line) => JSON.parse(line) as { code: string; count: number });
    expect(lines.length).toBeLessThanOrEqual(3);
    expect(lines.reduce((sum, { count }) => sum + count, 0)).toBe(clients);
    expect(new Set(lines.map(({ code }) => code))).toEqual(new Set(['CLIENT_STALLED']));
  });

  it('that read get every event, in order', async () => {
    await using redis = await startRedis();
    await using gateway = await launchGateway(redis.url());
    const [readers, events] = [50, 200];
    const seen = Array.from({ length: readers }, (): string[] => []);
    const sockets = seen.map((ids) => {
      const client = createClient({
        url: webSocketUrl(gateway),
        webSocketImpl: WebSocket,
        retryAttempts: 0,
      });
      client.subscribe<{ taskEvents: { dropped: number; task: { taskId: string } } }>(
        { query },
        {
          next: ({ data }) => ids.push(`${data?.taskEvents.dropped} ${data?.taskEvents.task.taskId}`),
          error: () => undefined,
          complete: () => undefined,
        },
      );
      return client;
    });
    await eventually(async () => expect((await statsOf(gateway)).active).toBe(readers));
    await whileAlive(gateway, `${readers} that read`, async () => {
      await publish(redis, events);
      await eventually(async () => {
        await Promise.resolve();
        expect(seen.map((ids) => ids.length)).toEqual(seen.map(() => events));
      }, 60_000);
    });

    const all = Array.from({ length: events }, (_, index) => `0 task-${index}`);
    expect(seen.every((ids) => ids.join() === all.join())).toBe(true);
    for (const client of sockets) await client.dispose();
  });

  it.each([
    'workerEvents { type }',
    'queues(intervalSeconds: 0.1) { name messages }',
    'metricsSummary(windowSeconds: 60, intervalSeconds: 0.1) { finished }',
    'cacheStats(intervalSeconds: 0.1) { summary { totalRequests } }',
  ])('that look leave time for others: %s', async (field) => {
    await using redis = await startRedis();
    await using gateway = await launchGateway(redis.url());
    const client = createClient({
      url: webSocketUrl(gateway),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    let items = 0;
    const ofWorkers = field.startsWith('workerEvents');
    for (let subscriber = 0; subscriber < 100; subscriber++)
      client.subscribe(
        { query: `subscription { ${field} }` },
        { next: () => items++, error: () => undefined, complete: () => undefined },
      );
    if (ofWorkers) await eventually(async () => expect((await statsOf(gateway)).active).toBe(100));
    await whileAlive(gateway, `100 that look at ${field}`, async () => {
      const hello = { ...taskEvent('unused'), type: 'worker-online', freq: 2, uuid: undefined };
      await redis.client().publish(eventChannel, envelope(JSON.stringify(hello)));
      await eventually(async () => {
        await Promise.resolve();
        expect(items).toBeGreaterThanOrEqual(100);
      });
    });
    await client.dispose();
  });
});
