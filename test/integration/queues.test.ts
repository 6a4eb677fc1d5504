/** What waits in the broker, held against the broker itself and against the workers that consume it. */
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { priorityLengths } from '../support/rabbitmq.js';
import { celeryInspect, sendTasks, startCluster, type Call, type Cluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { describeEachCelery } from '../support/matrix.js';
import { watching } from '../support/watch.js';

const separator = '\x06\x16';

interface Queue {
  readonly name: string;
  readonly messages: number;
  readonly messagesByPriority: readonly { readonly priority: number; readonly messages: number }[];
  readonly unacknowledged: number;
  readonly consumers: number;
  readonly workers: readonly { readonly hostname: string }[];
  readonly orphaned: boolean;
  readonly oldestMessageAgeSeconds: number | null;
}

const fields = `name kind messages messagesByPriority { priority messages } unacknowledged consumers
  workers { hostname } orphaned oldestMessageAgeSeconds`;

const ranked = (priority: number): Call => ({
  name: 'demo.ranked',
  args: [priority],
  options: { priority },
});

// One file, one story: the tests below follow each other on one cluster.
describeEachCelery('queues (Redis)', (version) => {
  let cluster: Cluster;
  let gateway: TestGateway;
  let redis: Redis;

  beforeAll(async () => {
    cluster = await startCluster({ version, workers: [] });
    redis = cluster.redis.client();
    gateway = await startTestGateway({ broker: cluster.broker });
    await eventually(() => queues());
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await Promise.all(cluster.workers.map((worker) => worker.kill()));
    await cluster[Symbol.asyncDispose]();
  });

  async function queues(): Promise<Queue[]> {
    const { data, errors } = await gateway.query<{ queues: { nodes: Queue[] } }>(
      `{ queues(useCache: false) { nodes { ${fields} } } }`,
    );
    expect(errors).toBeUndefined();
    return data?.queues.nodes ?? [];
  }

  const lengths = async (name: string): Promise<Queue['messagesByPriority']> => {
    const steps = [0, 3, 6, 9].map(async (priority) => ({
      priority,
      messages: await redis.llen(priority === 0 ? name : `${name}${separator}${priority}`),
    }));
    return (await Promise.all(steps)).filter(({ messages }) => messages > 0);
  };

  it('are none before an application has bound one', async () => {
    expect(await queues()).toEqual([]);
    expect((await gateway.query('{ queue(name: "default") { name } }')).data).toEqual({ queue: null });
  });

  it('are those of the bindings, though no worker ever ran', async () => {
    const started = performance.now();
    await sendTasks(cluster.application, [
      ...Array.from({ length: 3 }, () => ({ name: 'demo.add', args: [1, 2] })),
      ...[0, 3, 3, 5, 6, 9, 9, 9].map(ranked),
      { name: 'demo.encode', args: ['a.mov'] },
    ]);
    const listed = await queues();

    const orphan = { kind: 'LIST', unacknowledged: 0, consumers: 0, workers: [], orphaned: true };
    expect(listed).toMatchObject([
      { ...orphan, name: 'default', messages: 3, messagesByPriority: [{ priority: 0, messages: 3 }] },
      {
        ...orphan,
        name: 'high',
        messages: 8,
        messagesByPriority: [
          { priority: 0, messages: 1 },
          { priority: 3, messages: 3 },
          { priority: 6, messages: 1 },
          { priority: 9, messages: 3 },
        ],
      },
      { ...orphan, name: 'media.video', messages: 1 },
      {
        ...orphan,
        name: 'slow',
        messages: 0,
        messagesByPriority: [],
        orphaned: false,
        oldestMessageAgeSeconds: null,
      },
    ]);
    for (const { name, messagesByPriority, messages, oldestMessageAgeSeconds: age } of listed) {
      expect(messagesByPriority).toEqual(await lengths(name));
      if (messages === 0) continue;
      expect(age).toBeGreaterThan(0);
      expect(age).toBeLessThan((performance.now() - started) / 1000);
    }
  });

  it('are consumed by the workers that say so, and show what these hold unacknowledged', async () => {
    await cluster.startWorker({ hostname: 'w1', queues: ['slow', 'media.video'], concurrency: 1 });
    await cluster.startWorker({ hostname: 'w2', queues: ['slow'], pool: 'solo' });
    const later = { countdown: 600 };
    await sendTasks(cluster.application, [
      { name: 'demo.encode', args: ['b.mov'], options: later },
      { name: 'demo.encode', args: ['c.mov'], options: later },
      { name: 'demo.sleep', args: [0.01], options: later },
    ]);
    const listed = await eventually(async () => {
      const found = await queues();
      const unacknowledged = found.map((queue) => queue.unacknowledged);
      expect(unacknowledged.reduce((sum, count) => sum + count, 0)).toBe(await redis.hlen('unacked'));
      expect(unacknowledged).toEqual([0, 0, 2, 1]);
      return found;
    }, 10_000);

    const workers = (name: string) => listed.find((queue) => queue.name === name)?.workers;
    expect(workers('default')).toEqual([]);
    expect(workers('media.video')).toEqual([{ hostname: 'w1@test' }]);
    expect(workers('slow')).toEqual([{ hostname: 'w1@test' }, { hostname: 'w2@test' }]);
    expect(listed).toMatchObject([
      { name: 'default', messages: 3, consumers: 0, orphaned: true },
      { name: 'high', messages: 8, consumers: 0, orphaned: true },
      { name: 'media.video', messages: 0, consumers: 1, orphaned: false },
      { name: 'slow', messages: 0, consumers: 2, orphaned: false },
    ]);

    const consumed = (await celeryInspect(cluster.application, 'active_queues')) as Record<
      string,
      { name: string }[]
    >;
    for (const { name, workers } of listed) {
      const theirs = Object.keys(consumed).filter((hostname) =>
        consumed[hostname]?.some((queue) => queue.name === name),
      );
      expect(workers.map(({ hostname }) => hostname)).toEqual(theirs.sort());
    }
  });

  it('keep what is sent while the workers are stopped, and say so of one by its name', async () => {
    for (const worker of cluster.workers) worker.pause();
    await sendTasks(
      cluster.application,
      Array.from({ length: 12 }, () => ({ name: 'demo.sleep', args: [0.01] })),
    );

    const { data, errors } = await gateway.query<{ queue: Queue }>(
      `{ queue(name: "slow", useCache: false) { ${fields} } }`,
    );
    // A blocked worker still waits for a message, and Redis hands it over without asking.
    expect(errors).toBeUndefined();
    expect(data?.queue.messagesByPriority).toEqual(await lengths('slow'));
    expect(data?.queue.messages).toBeGreaterThanOrEqual(10);
    // They hold their consumers' places, but the broker does not report how many they are.
    expect(data?.queue).toMatchObject({ consumers: null, workers: null, orphaned: null });

    for (const worker of cluster.workers) worker.resume();
    await eventually(async () => expect(await lengths('slow')).toEqual([]), 15_000);
  });

  it('stay listed, orphaned, when the last worker is gone', async () => {
    await Promise.all(cluster.workers.map((worker) => worker.kill()));
    await sendTasks(cluster.application, [{ name: 'demo.sleep', args: [0.01] }]);

    await eventually(async () => {
      const listed = await queues();
      expect(listed.map(({ name }) => name)).toEqual(['default', 'high', 'media.video', 'slow']);
      expect(listed.at(-1)).toMatchObject({
        messages: 1,
        consumers: 0,
        workers: [],
        orphaned: true,
      });
    }, 15_000);
  });
});

describeEachCelery(
  'queues',
  (version) => {
    it('are orphaned until a worker comes, and show priorities and what it holds', async () => {
      await using cluster = await startCluster({ version, broker: 'rabbitmq', workers: [] });
      await using gateway = await startTestGateway({
        ...watching(cluster),
        args: ['--management-url', cluster.vhost.managementUrl],
      });
      const listed = async (): Promise<readonly Queue[] | undefined> =>
        (
          await gateway.query<{ queues: { nodes: Queue[] } }>(
            `{ queues(useCache: false) { nodes { ${fields} } } }`,
          )
        ).data?.queues.nodes;
      await eventually(async () => expect(await listed()).toEqual([]));

      await sendTasks(cluster.application, [
        ...[9, 9, 9, 9, 9, 0, 0].map(ranked),
        { name: 'demo.encode', args: ['a.mov'], options: { countdown: 600 } },
      ]);
      const orphan = { kind: 'CLASSIC', unacknowledged: 0, consumers: 0, workers: [], orphaned: true };
      const high = {
        messages: 7,
        messagesByPriority: priorityLengths([
          { priority: 0, messages: 2 },
          { priority: 9, messages: 5 },
        ]),
      };
      await eventually(async () => {
        expect(await listed()).toMatchObject([
          { name: 'default', messages: 0, orphaned: false },
          { ...orphan, name: 'high', ...high },
          { ...orphan, name: 'media.video', messages: 1 },
          { name: 'slow', messages: 0, orphaned: false },
        ]);
      }, 15_000);

      const worker = await cluster.startWorker({
        ...{ hostname: 'w1', queues: ['media.video'], concurrency: 1 },
      });
      await eventually(async () => {
        const [, still, held] = (await listed()) ?? [];
        expect(still).toMatchObject({ ...orphan, name: 'high', ...high });
        expect(held, worker.log()).toMatchObject({
          ...{ name: 'media.video', messages: 0, unacknowledged: 1, consumers: 1, orphaned: false },
          workers: [{ hostname: 'w1@test' }],
        });
      }, 20_000);
    });
  },
  'rabbitmq',
);
