/** What a platform is told while the broker comes, dies, falls silent and comes back. */
import { expect, it } from 'vitest';
import { brokerNames } from '../support/broker.js';
import { startCluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { describeEachCluster } from '../support/matrix.js';
import { describeWith } from '../support/requirements.js';
import { untilReady, watching } from '../support/watch.js';

interface Probe {
  readonly code: number;
  readonly status: string;
  /** Of the checks that failed, by their names. */
  readonly reasons: Record<string, string>;
  readonly body: string;
  readonly seconds: number;
}

async function probe(gateway: TestGateway): Promise<Probe> {
  const started = performance.now();
  const response = await gateway.fetch('/health/ready');
  const body = await response.text();
  const { status, checks } = JSON.parse(body) as {
    status: string;
    checks: { name: string; status: string; message: string }[];
  };
  const failed = checks.filter((check) => check.status === 'failed');
  return {
    code: response.status,
    status,
    reasons: Object.fromEntries(failed.map(({ name, message }) => [name, message])),
    body,
    seconds: (performance.now() - started) / 1000,
  };
}

const names = { redis: 'Redis', rabbitmq: 'RabbitMQ' } as const;

for (const broker of brokerNames) {
  describeWith(
    broker === 'redis' ? ['redis'] : ['redis', 'rabbitmq'],
    `a gateway on ${names[broker]}`,
    () => {
      it('is ready when its broker is there and answers, and only then', async () => {
        await using cluster = await startCluster({ broker, ownBroker: true, workers: [] });
        await cluster.server.stop();
        await using gateway = await startTestGateway(watching(cluster));
        const unready = async (): Promise<Probe> => {
          const answer = await probe(gateway);
          expect([answer.code, answer.status]).toEqual([503, 'not_ready']);
          return answer;
        };
        const { port } = new URL(cluster.broker);
        const away = { broker: 'not connected', event_stream: 'not subscribed', caches: 'not warm yet' };

        const before = await unready();
        expect(before.reasons).toEqual(away);
        expect(before.body).not.toContain(port);
        expect((await gateway.fetch('/health/live')).status).toBe(200);

        await cluster.server.restart();
        await untilReady(gateway);
        expect(await probe(gateway)).toMatchObject({ code: 200, status: 'ready', reasons: {} });

        await cluster.server.kill();
        await eventually(unready, 3_000);
        await eventually(async () => expect((await unready()).reasons).toEqual(away));

        await cluster.server.restart();
        await untilReady(gateway);

        cluster.server.pause();
        try {
          await eventually(unready, 3_000);
          for (let n = 0; n < 5; n++) {
            const { reasons, seconds } = await unready();
            expect(reasons['broker']).toMatch(/^(it does not answer|not connected)$/);
            expect(seconds).toBeLessThan(2.5);
          }
          expect((await gateway.fetch('/health/live')).status).toBe(200);
        } finally {
          cluster.server.resume();
        }
        await untilReady(gateway);
      });
    },
  );
}

describeEachCluster('a gateway that is ready', (on) => {
  it('has what the first readers ask for, and asks nothing more of the workers for its probes', async () => {
    await using cluster = await startCluster({
      ...on,
      workers: ['w1', { hostname: 'w2', pool: 'solo' }],
    });
    await using gateway = await startTestGateway(watching(cluster));
    await untilReady(gateway);
    const first = await gateway.query(`{
      workers { hostname stats { pid } } queues { name } metricsSummary { poolSlots }
    }`);
    expect(first.data).toMatchObject({
      workers: cluster.workers.map(({ hostname, pid }) => ({ hostname, stats: { pid } })),
      metricsSummary: { poolSlots: 3 },
    });
    expect(first.extensions?.cache?.entries.map(({ path, status }) => [path, status]).sort()).toEqual([
      ['metricsSummary', 'HIT'],
      ['metricsSummary.stats', 'HIT'],
      ['queues', 'HIT'],
      ['workers', 'HIT'],
      ['workers.stats', 'HIT'],
    ]);

    await using tap = await cluster.tap();
    for (let n = 0; n < 20; n++) expect((await probe(gateway)).status).toBe('ready');
    await tap.flush();
    expect(tap.broadcasts()).toEqual([]);
  });
});
