/**
 * Documents that ask for much, at a gateway with 100,000 tasks of 10,000 names and 2,000 workers: each is answered or
 * refused, none with more than the bound, and what they took is given back. CELERYQL_FUZZ_SEED repeats a run,
 * CELERYQL_FUZZ_COUNT=10000 makes it longer. How long the event loop was stopped at most is printed.
 */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.js';
import { envelope, eventChannel } from '../support/event-messages.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { sendFuzz } from '../support/fuzz-client.js';
import { FuzzRequests } from '../support/fuzz-requests.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { startRedis } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';
import type { RedisServer } from '../support/redis.js';

const count = Number(process.env['CELERYQL_FUZZ_COUNT'] ?? 3_000);
const seed = Number(process.env['CELERYQL_FUZZ_SEED'] ?? Date.now() % 1e9);
const tasks = 100_000;
const names = 10_000;
const workers = 2_000;
const maxBytes = 16 * 1024 * 1024;
/** Beside the answer: status of caches and errors, headers of parts. */
const besideBytes = 256 * 1024;

/** Events in one message, and messages that may be under way. */
const eventsPerMessage = 500;
const eventsAhead = 10_000;

async function fill(redis: RedisServer, gateway: GatewayProcess): Promise<void> {
  const client = redis.client();
  const common = { clock: 1, pid: 1, utcoffset: 0 };
  const publish = async (events: readonly object[]): Promise<void> => {
    const now = Date.now() / 1000;
    const body = events.map((event) => ({ ...common, timestamp: now, ...event }));
    await client.publish(eventChannel, envelope(JSON.stringify(body)));
  };
  const hosts = Array.from({ length: workers }, (_, n) => `celery@pod-${n}`);
  try {
    for (let from = 0; from < workers; from += eventsPerMessage)
      await publish(
        hosts.slice(from, from + eventsPerMessage).map((hostname) => ({
          type: 'worker-online',
          hostname,
          freq: 3_600,
          active: 1,
          processed: 5,
          loadavg: [0.1, 0.2, 0.3],
        })),
      );
    for (let from = 0; from < tasks; from += eventsPerMessage) {
      await publish(
        Array.from({ length: eventsPerMessage }, (_, n) => ({
          type: 'task-received',
          uuid: randomUUID(),
          hostname: hosts[(from + n) % workers],
          name: `app.task${(from + n) % names}`,
          args: `(${from + n}, 'x')`,
          kwargs: '{}',
        })),
      );
      if (from % eventsAhead === 0)
        await eventually(() => hasTasks(gateway, from - eventsAhead), 60_000);
    }
    await eventually(() => hasTasks(gateway, tasks), 60_000);
  } finally {
    client.disconnect();
  }
}

async function hasTasks(gateway: GatewayProcess, least: number): Promise<void> {
  const { taskStatus } = await gateway.query<{ taskStatus: { total: number } }>(
    '{ taskStatus(useCache: false) { total } }',
  );
  if (taskStatus.total < least) throw new Error(`${taskStatus.total} tasks are known`);
}

async function measure(gateway: GatewayProcess): Promise<{ heapMegabytes: number; stallMs: number }> {
  const text = await (await gateway.fetch('/metrics')).text();
  const value = (name: string): number =>
    Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(text)?.[1]);
  return {
    heapMegabytes: value('nodejs_heap_size_used_bytes') / 1024 / 1024,
    stallMs: value('nodejs_eventloop_lag_max_seconds') * 1000,
  };
}

describeWith(['redis'], 'Documents that ask for much', () => {
  it(`are answered or refused (seed ${seed})`, { timeout: 900_000 }, async () => {
    await using redis = await startRedis();
    const port = await freePort();
    const flags = ['--port', String(port), '--broker', redis.url(), '--rate-limit', '0'];
    const more = ['--inspect-timeout', '0.05', '--log-level', 'error'];
    // What an answer leaves behind is given back, or the process dies of it.
    const nodeArgs = ['--max-old-space-size=1024'];
    await using gateway = new GatewayProcess(port, [...flags, ...more], nodeArgs);
    await eventually(() => hasTasks(gateway, 0), 30_000);
    await fill(redis, gateway);
    const before = await measure(gateway);

    const requests = new FuzzRequests(schema, seed, {
      numbers: ['1', '7', '100', '1000', '20000', '86400'],
      texts: ['"app"', '"task1 -task2"', '"celery@pod-7"', '"app.task7"', '"name:task OR 99999"'],
      fields: 12,
      isMutating: false,
    });
    const stalls: number[] = [];
    const sampling = setInterval(() => {
      void measure(gateway).then(
        ({ stallMs }) => stalls.push(stallMs),
        () => undefined,
      );
    }, 2_000);
    const startedAt = performance.now();
    const report = await sendFuzz(port, requests, { count, maxBytes: maxBytes + besideBytes });
    const seconds = (performance.now() - startedAt) / 1000;
    clearInterval(sampling);
    const { wrong, ...figures } = report;
    console.log(
      `seed ${seed}: ${JSON.stringify(figures)} in ${seconds.toFixed(1)} s, longest stall ${Math.max(...stalls).toFixed(0)} ms`,
    );
    expect(wrong).toEqual([]);
    expect(report.sent).toBe(count);
    expect(report.withData).toBeGreaterThan(count / 10);
    expect(report.refused).toBeGreaterThan(0);
    expect(report.largestBytes).toBeGreaterThan(100_000);

    expect(gateway.child.running).toBe(true);
    expect(gateway.child.log()).not.toMatch(/unexpected error|request failed|Unhandled|heap/);
    // Garbage is collected when there is a reason to.
    await eventually(async () => {
      const { heapMegabytes } = await measure(gateway);
      if (heapMegabytes > 1.5 * before.heapMegabytes + 100)
        throw new Error(`${heapMegabytes} MB of heap, ${before.heapMegabytes} MB before`);
    }, 60_000);
  });
});
