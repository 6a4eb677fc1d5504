/** More events at once than a gateway can read at once, against brokers with their default limits. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { launchGateway, type GatewayProcess } from '../support/gateway-process.js';
import { Child } from '../support/process.js';
import { createVhost } from '../support/rabbitmq-vhost.js';
import { startRedis } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';

/** What the generator has sent, and how the tasks ended. */
interface Sent {
  readonly events: number;
  readonly bytes: number;
  readonly heard: number;
  readonly SUCCESS: number;
  readonly FAILURE: number;
}

interface Seen {
  readonly broker: { readonly connected: boolean };
  readonly events: {
    readonly received: number;
    readonly malformed: number;
    readonly dropped: number;
    readonly lost: number;
    readonly waiting: number;
    readonly reconnects: number;
  };
}

const generator = new URL('../fixtures/burst.mjs', import.meta.url).pathname;

interface Gap {
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string;
  readonly settledTasks: number;
  readonly filledAt: string | null;
}

/** @param broker the port of a Redis, or the URL of a RabbitMQ */
async function burst(broker: number | string, tasks: number, results = false): Promise<Sent> {
  const args = [generator, String(broker), String(tasks), ...(results ? ['results'] : [])];
  await using child = new Child(process.execPath, args, { name: 'the generator' });
  return JSON.parse(await child.waitForLine(/^\{/, 60_000)) as Sent;
}

async function look(gateway: GatewayProcess): Promise<Seen> {
  const { gateway: seen } = await gateway.query<{ gateway: Seen }>(
    '{ gateway { broker { connected } events { received malformed dropped lost waiting reconnects } } }',
  );
  return seen;
}

/** The newest gap when all are filled, and what `health` says of the event stream then. */
async function filledGap(gateway: GatewayProcess): Promise<{ gap: Gap; message: string }> {
  return eventually(async () => {
    const seen = await gateway.query<{
      gateway: { events: { gaps: readonly Gap[] } };
      health: { checks: readonly { name: string; message: string }[] };
    }>(
      `{ gateway { events { gaps { from to reason settledTasks filledAt } } }
         health(useCache: false) { checks { name message } } }`,
    );
    const [gap] = seen.gateway.events.gaps;
    const message = seen.health.checks.find(({ name }) => name === 'event_stream')?.message ?? '';
    expect(seen.gateway.events.gaps).toHaveLength(2);
    expect(message).toContain('filled with');
    return { gap: gap as Gap, message };
  }, 20_000);
}

/** Asks until `done`, and returns how long the slowest answer took, in milliseconds. */
async function askUntil(gateway: GatewayProcess, done: Promise<unknown>): Promise<number> {
  let slowest = 0;
  const over = done.then(() => true);
  do {
    const started = performance.now();
    await gateway.query('{ gateway { version } }');
    slowest = Math.max(slowest, performance.now() - started);
  } while (!(await Promise.race([over, delay(20, false)])));
  return slowest;
}

async function countOf(
  gateway: GatewayProcess,
  state: 'SUCCESS' | 'FAILURE' | 'RECEIVED, STARTED',
): Promise<number> {
  const { tasks } = await gateway.query<{ tasks: { totalCount: number } }>(
    `{ tasks(first: 1, useCache: false, filter: { states: [${state}] }) { totalCount } }`,
  );
  return tasks.totalCount;
}

describeWith(['redis'], 'a burst of events', () => {
  it('of 60,000 at once is received whole, while queries are answered', async () => {
    await using redis = await startRedis();
    await using gateway = await launchGateway(redis.url());

    const sending = burst(redis.port, 20_000);
    const heardAll = sending.then(() =>
      eventually(async () => expect((await look(gateway)).events.received).toBe(60_000), 60_000),
    );
    const slowest = await askUntil(gateway, heardAll);
    const sent = await sending;

    expect(sent).toMatchObject({ events: 60_000, heard: 60_000 });
    expect(sent.bytes).toBeGreaterThan(42_000_000);
    expect(await look(gateway)).toEqual({
      broker: { connected: true },
      events: { received: 60_000, malformed: 0, dropped: 0, lost: 0, waiting: 0, reconnects: 0 },
    });
    expect([await countOf(gateway, 'SUCCESS'), await countOf(gateway, 'FAILURE')]).toEqual([
      sent.SUCCESS,
      sent.FAILURE,
    ]);
    expect(slowest).toBeLessThan(5_000);
  });

  it('that Redis cuts off, because the gateway stood still, leaves what had arrived and says so', async () => {
    await using redis = await startRedis();
    await using gateway = await launchGateway(redis.url());

    gateway.child.pause();
    const sent = await burst(redis.port, 40_000, true);
    const sentAll = Date.now();
    gateway.child.resume();

    expect(sent.events).toBe(120_000);
    expect(sent.heard).toBeLessThan(sent.events); // from there on Redis had no subscriber
    const seen = await eventually(async () => {
      const now = await look(gateway);
      expect(now).toMatchObject({ broker: { connected: true }, events: { waiting: 0, reconnects: 1 } });
      return now;
    }, 20_000);
    expect(seen.events.received).toBeGreaterThan(1_000);
    expect(seen.events.received).toBeLessThanOrEqual(sent.heard);
    expect(seen.events).toMatchObject({ malformed: 0, dropped: 0, lost: 0 });
    expect(gateway.child.log()).toContain('Redis cut the event stream off');

    const { gap, message } = await filledGap(gateway);
    expect(gap.reason).toContain('Redis cut the event stream off');
    expect(message).toContain(`events were missed from ${gap.from} to ${gap.to} (${gap.reason})`);
    expect(Date.parse(gap.from ?? '')).toBeLessThan(sentAll);
    expect(Date.parse(gap.to ?? '')).toBeGreaterThan(sentAll);
    expect(gap.settledTasks).toBeGreaterThan(0);
    expect(await countOf(gateway, 'RECEIVED, STARTED')).toBe(0); // their ends were in the result backend
  });

  it('that is more than may wait is lost in one piece, which is counted', async () => {
    await using redis = await startRedis();
    await using gateway = await launchGateway(redis.url(), ['--event-backlog-megabytes', '4']);

    const sent = await burst(redis.port, 20_000);
    const { events, broker } = await eventually(async () => {
      const now = await look(gateway);
      expect(now.events.waiting).toBe(0);
      expect(now.events.received + now.events.lost).toBe(sent.events);
      return now;
    }, 60_000);

    expect(broker.connected).toBe(true);
    expect(events).toMatchObject({ malformed: 0, dropped: 0, reconnects: 0 });
    expect(events.lost).toBeGreaterThan(0);
  });
});

describeWith(['rabbitmq'], 'a burst of events on RabbitMQ', () => {
  it('of 60,000 at once is received whole, while queries are answered', async () => {
    await using vhost = await createVhost();
    await using gateway = await launchGateway(vhost.url);

    const sending = burst(vhost.url, 20_000);
    const heardAll = sending.then(() =>
      eventually(async () => expect((await look(gateway)).events.received).toBe(60_000), 60_000),
    );
    const slowest = await askUntil(gateway, heardAll);
    const sent = await sending;

    expect(await look(gateway)).toEqual({
      broker: { connected: true },
      events: { received: 60_000, malformed: 0, dropped: 0, lost: 0, waiting: 0, reconnects: 0 },
    });
    expect([await countOf(gateway, 'SUCCESS'), await countOf(gateway, 'FAILURE')]).toEqual([
      sent.SUCCESS,
      sent.FAILURE,
    ]);
    expect(slowest).toBeLessThan(5_000);
  });
});
