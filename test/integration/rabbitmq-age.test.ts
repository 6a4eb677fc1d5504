/** How long messages of RabbitMQ have waited, where some that were sent before are not there any more. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { celeryVersion, sendTasks, startCluster, type Cluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { describeWith } from '../support/requirements.js';
import { scrape } from '../support/scrape.js';
import { untilReady, watching } from '../support/watch.js';

interface Ages {
  readonly queue: {
    readonly messages: number | null;
    readonly oldestMessageAgeSeconds: number | null;
  } | null;
  readonly metricsSummary: { readonly oldestWaitingAgeSeconds: number | null };
}

describeWith(['rabbitmq', 'redis', 'celery:debian'], 'the oldest age of a queue of RabbitMQ', () => {
  let cluster: Cluster;
  let gateway: TestGateway;
  /** Epoch milliseconds before the one message that is there was sent. */
  let sentAt = 0;

  beforeAll(async () => {
    cluster = await startCluster({ version: celeryVersion('debian'), broker: 'rabbitmq', workers: [] });
    const args = ['--management-url', cluster.vhost.managementUrl];
    gateway = await startTestGateway({ ...watching(cluster), args });
    await untilReady(gateway);
  });
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  const query =
    '{ queue(name: "default", useCache: false) { messages oldestMessageAgeSeconds } metricsSummary(windowSeconds: 60, useCache: false) { oldestWaitingAgeSeconds } }';

  async function ages(): Promise<Ages | undefined> {
    return (await gateway.query<Ages>(query)).data ?? undefined;
  }

  async function depth(expected: number): Promise<void> {
    await eventually(async () => expect((await ages())?.queue?.messages).toBe(expected), 20_000);
  }

  async function purge(expected: number): Promise<void> {
    const { data } = await gateway.query(
      `mutation { purgeQueue(name: "default", expectedMessages: ${expected}) { purged } }`,
    );
    expect(data).toEqual({ purgeQueue: { purged: expected } });
  }

  async function send(count: number, options: Readonly<Record<string, unknown>> = {}): Promise<void> {
    sentAt = Date.now();
    const call = { name: 'demo.add', args: [1, 2], options };
    await sendTasks(
      cluster.application,
      Array.from({ length: count }, () => call),
    );
    await depth(count);
  }

  /** No older than the messages that were sent last, and known or unknown everywhere alike. */
  async function expectYoung(messages: number): Promise<void> {
    await eventually(async () => {
      const { queue, metricsSummary } = (await ages()) ?? {};
      const { values } = await scrape(gateway);
      const seconds = (Date.now() - sentAt) / 1000;
      // A scrape may find the queue in a cache, as it was a few seconds before.
      expect(values('queue_messages', { queue: 'default' })).toEqual([messages]);
      const shown = [
        queue?.oldestMessageAgeSeconds ?? null,
        metricsSummary?.oldestWaitingAgeSeconds ?? null,
        values('queue_oldest_message_age_seconds', { queue: 'default' })[0] ?? null,
      ];
      const isKnown = shown[0] !== null;
      expect(shown.map((age) => age !== null)).toEqual([isKnown, isKnown, isKnown]);
      for (const age of shown) expect(age ?? 0).toBeLessThanOrEqual(seconds);
    }, 10_000);
  }

  it('is that of the messages that wait', async () => {
    await send(3);
    await eventually(async () =>
      expect((await ages())?.queue?.oldestMessageAgeSeconds).toEqual(expect.any(Number)),
    );
    await expectYoung(3);
  });

  it('is not that of messages that were purged', async () => {
    await purge(3);
    await depth(0);
    await send(1);
    await expectYoung(1);
  });

  it('is not that of messages that have expired', async () => {
    await purge(1);
    await depth(0);
    await send(3, { expires: 3 });
    await depth(0);
    await send(1);
    await expectYoung(1);
  });
});
