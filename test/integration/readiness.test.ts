/** What readiness says while the broker comes, dies, falls silent and comes back. */
import { expect, it } from 'vitest';
import { brokerNames } from '../support/broker.js';
import { startCluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { describeEachBroker, describeEachCluster } from '../support/matrix.js';
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

describeEachBroker('a gateway that is ready', (on) => {
  it('has what the first readers ask for, and asks nothing more of the workers for its probes', async () => {
    await using cluster = await startCluster({
      ...on,
      workers: ['w1', { hostname: 'w2', pool: 'solo' }],
    });
    await using gateway = await startTestGateway(watching(cluster));
    await untilReady(gateway);
    const first = await gateway.query(`{
      workers { nodes { hostname stats { pid } } } queues { nodes { name } } metricsSummary { poolSlots }
    }`);
    expect(first.data).toMatchObject({
      workers: {
        nodes: cluster.workers.map(({ hostname, pid }) => ({ hostname, stats: { pid } })),
      },
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

const pickledEvents = {
  MORE_CONF: '{"event_serializer": "pickle", "accept_content": ["json", "pickle"]}',
  C_FORCE_ROOT: '1',
};

describeEachCluster('a gateway whose workers send events that it cannot read', (on) => {
  it('is not ready, says why, and is ready again when some can be read', async () => {
    await using cluster = await startCluster({ ...on, workers: ['w1'], env: pickledEvents });
    await using gateway = await startTestGateway(watching(cluster));
    await eventually(async () => {
      const { code, status, reasons } = await probe(gateway);
      expect([code, status]).toEqual([503, 'not_ready']);
      expect(reasons['event_stream']).toMatch(
        /no event can be read \(.*python-serialize.*event_serializer/,
      );
    }, 15_000);
    await cluster.startWorker({ hostname: 'w2', env: { MORE_CONF: '{}' } });
    await untilReady(gateway);
  });
});

describeEachCluster('a worker whose settings differ', (on) => {
  it('is in the health when it has answered, however long an earlier answer counts', async () => {
    await using cluster = await startCluster({ ...on, workers: ['w1'] });
    await using gateway = await startTestGateway({
      ...watching(cluster),
      args: ['--cache-health-check-ttl', '3600'],
    });
    await untilReady(gateway);
    const configuration = async (): Promise<string> => {
      const { data } = await gateway.query<{
        health: { checks: { name: string; message: string }[] };
      }>('{ health { checks { name message } } }');
      return data?.health.checks.find(({ name }) => name === 'configuration')?.message ?? '';
    };
    await eventually(async () => expect(await configuration()).not.toContain('no worker'));
    expect(await configuration()).not.toContain('w2@test');

    const MORE_CONF = '{"task_default_queue": "other"}';
    await cluster.startWorker({ hostname: 'w2', env: { MORE_CONF } });
    await eventually(async () => expect(await configuration()).toContain('w2@test'), 15_000);
  });
});
