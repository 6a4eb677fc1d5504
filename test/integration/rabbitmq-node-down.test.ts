/**
 * A node of a RabbitMQ cluster ends, and with it the only copy of a classic queue and the leader of a quorum queue, which
 * has no majority then. What no node can count is unknown, and all else goes on.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Disposal } from '../../src/disposal.js';
import { celeryVersion } from '../support/celery-versions.js';
import { startWorker } from '../support/celery-worker.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startRabbitMQCluster } from '../support/rabbitmq-cluster.js';
import type { RabbitMQServer } from '../support/rabbitmq.js';
import { describeWith } from '../support/requirements.js';
import { scrape } from '../support/scrape.js';
import { connectAmqp } from '../support/connect-amqp.js';

interface Answer {
  readonly queues: {
    nodes: readonly {
      readonly name: string;
      readonly messages: number | null;
      readonly orphaned: boolean | null;
      readonly unknown: readonly { readonly figure: string; readonly reason: string }[];
    }[];
  };
  readonly workers: {
    nodes: readonly { readonly hostname: string; readonly registeredTasks: string[] | null }[];
  };
  readonly health: { readonly checks: readonly { readonly name: string }[] };
  readonly gateway: {
    readonly broker: { readonly connected: boolean };
    readonly events: { readonly reconnects: number; readonly gaps: readonly { reason: string }[] };
  };
}

/** On the node that ends: a classic queue, and a quorum queue whose leader is there. */
const lost = ['home', 'leaderless'] as const;
/** On the other one: a classic queue, and quorum queues whose leader lives and lacks its majority. */
const kept = ['local', 'led', 'stuck'] as const;
const messages = 5;

const depthsQuery = `{ queues(useCache: false) { nodes { name messages orphaned unknown { figure reason } } } }`;
const purge = `mutation ($name: ID!, $expectedMessages: Int!) {
  purgeQueue(name: $name, expectedMessages: $expectedMessages) { purged }
}`;

/** Durable, with messages in each; what is declared over a node is there. */
async function declare(node: RabbitMQServer, names: readonly string[]): Promise<void> {
  const connection = await connectAmqp(node.url());
  const channel = await connection.createConfirmChannel();
  for (const name of names) {
    const isClassic = name === 'home' || name === 'local';
    await channel.assertQueue(name, isClassic ? {} : { arguments: { 'x-queue-type': 'quorum' } });
    for (let n = 0; n < messages; n++)
      channel.sendToQueue(name, Buffer.from('[]'), { persistent: true });
  }
  await channel.waitForConfirms();
  await connection.close();
}

describeWith(['rabbitmq', 'celery:newest'], 'a node of a RabbitMQ cluster that ends', () => {
  const parts = new Disposal();
  let ending: RabbitMQServer;
  let gateway: TestGateway;
  /** Without the management API. */
  let blind: TestGateway;

  async function depths(of = gateway): Promise<ReadonlyMap<string, Answer['queues']['nodes'][number]>> {
    const { data } = await of.query<Pick<Answer, 'queues'>>(depthsQuery);
    return new Map(data?.queues.nodes.map((queue) => [queue.name, queue]));
  }

  async function counted(of: TestGateway, names: readonly string[]): Promise<void> {
    await eventually(async () => {
      const queues = await depths(of);
      for (const name of names) expect(queues.get(name)).toMatchObject({ messages, orphaned: true });
    }, 15_000);
  }

  async function goesOn(): Promise<void> {
    const { data } = await gateway.query<Answer>(
      `{ workers(useCache: false) { nodes { hostname registeredTasks } }
         gateway { broker { connected } events { reconnects gaps { reason } } } }`,
    );
    expect(data?.workers.nodes).toEqual([
      { hostname: 'w1@test', registeredTasks: expect.arrayContaining(['demo.add']) as string[] },
    ]);
    expect(data?.gateway.broker.connected).toBe(true);
    expect(data?.gateway.events.reconnects).toBe(0);
    expect((await gateway.fetch('/health/ready')).status).toBe(200);
  }

  beforeAll(async () => {
    const cluster = parts.own(await startRabbitMQCluster(2));
    const [first, second] = cluster.nodes;
    if (first === undefined || second === undefined) throw new Error('the cluster lacks a node');
    ending = first;
    await Promise.all([declare(first, lost), declare(second, kept)]);
    const url = second.url();
    parts.own(await startWorker({ python: celeryVersion('newest').python, broker: url, pool: 'solo' }));
    const listing = ['--management-url', second.managementUrl];
    gateway = parts.own(await startTestGateway({ broker: url, args: listing }));
    const naming = ['--management-url', 'none', '--queues', [...lost, ...kept].join(',')];
    blind = parts.own(await startTestGateway({ broker: url, args: naming }));
    await counted(gateway, [...lost, ...kept]);
    await counted(blind, [...lost, ...kept]);
    await eventually(goesOn, 15_000);
    await first.kill();
  }, 120_000);

  afterAll(async () => {
    await parts[Symbol.asyncDispose]();
  }, 60_000);

  it('makes the depths of its queues unknown, and never 0', async () => {
    const end = performance.now() + 6_000;
    const seen = new Map<string, Set<number | null>>();
    await eventually(async () => {
      const queues = await depths();
      for (const name of lost) {
        const depth = queues.get(name)?.messages;
        if (depth !== undefined) seen.set(name, (seen.get(name) ?? new Set()).add(depth));
      }
      expect(performance.now()).toBeGreaterThan(end);
    }, 10_000);
    for (const name of lost)
      expect([null, messages]).toEqual(expect.arrayContaining([...(seen.get(name) ?? [0])]));
    const queues = await depths();
    for (const name of lost) {
      expect(queues.get(name)).toMatchObject({ messages: null, orphaned: null });
      expect(queues.get(name)?.unknown).toContainEqual({
        figure: 'messages',
        reason: expect.stringMatching(/down|no leader/) as string,
      });
    }
  });

  it('leaves no sample of those queues in /metrics', async () => {
    const { samples } = await scrape(gateway);
    const queuesOf = (name: string) =>
      new Set(samples.filter((sample) => sample.name === name).map(({ labels }) => labels['queue']));
    for (const family of ['celeryql_queue_messages', 'celeryql_queue_orphaned']) {
      for (const name of lost) expect(queuesOf(family)).not.toContain(name);
      for (const name of kept) expect(queuesOf(family)).toContain(name);
    }
  });

  it.each(lost)('lets no client purge %s, with any expected number of messages', async (name) => {
    for (const expectedMessages of [0, messages]) {
      const { data, errors } = await gateway.query(purge, { name, expectedMessages });
      expect(data?.['purgeQueue'] ?? null).toBeNull();
      expect(errors?.[0]?.extensions?.['code']).toBe('COMMAND_REJECTED');
    }
    await goesOn();
  });

  it('leaves the depths known of queues whose leader lives', async () => {
    await counted(gateway, kept);
    await counted(blind, kept);
  });

  it('costs nothing but the purge that RabbitMQ cannot carry out', async () => {
    const { errors } = await gateway.query(purge, { name: 'stuck', expectedMessages: messages });
    expect(errors?.[0]?.extensions?.['code']).toBe('TIMEOUT');
    expect(errors?.[0]?.message).toMatch(/may still carry it out/);
    const end = performance.now() + 6_000; // RabbitMQ closes the connection of such a purge after 5 s
    await eventually(async () => {
      await goesOn();
      await counted(gateway, ['led', 'stuck']);
      expect(performance.now()).toBeGreaterThan(end);
    }, 15_000);
    const emptied = await gateway.query(purge, { name: 'local', expectedMessages: messages });
    expect(emptied.data).toEqual({ purgeQueue: { purged: messages } });
  });

  it('makes the classic queue unknown without the management API too, and says what else that costs', async () => {
    const queues = await depths(blind);
    expect(queues.get('home')).toMatchObject({ messages: null, orphaned: null });
    const { data } = await blind.query<Pick<Answer, 'health'>>(
      '{ health(useCache: false) { checks { name status message } } }',
    );
    expect(data?.health.checks.find(({ name }) => name === 'broker')).toMatchObject({
      status: 'OK',
      message: expect.stringContaining(
        'RabbitMQ reports 0 for a quorum queue without a leader',
      ) as string,
    });
  });

  describe('and returns', () => {
    beforeAll(() => ending.restart(), 60_000);

    it('brings all depths back, and was never 0', async () => {
      const seen = new Set<number | null | undefined>();
      await eventually(async () => {
        const queues = await depths();
        for (const name of lost) seen.add(queues.get(name)?.messages);
        for (const name of lost) expect(queues.get(name)).toMatchObject({ messages, orphaned: true });
      }, 30_000);
      expect(seen).not.toContain(0);
      await counted(blind, lost);
      await goesOn();
    });
  });
});
