/** With real workers: what is asked first after readiness is there, and an outage holds readiness up until the deadline. */
import { print } from 'graphql';
import { expect, it } from 'vitest';
import {
  GatewayDocument,
  HealthDocument,
  MetricsSummaryDocument,
  QueuesDocument,
  TasksDocument,
  TaskStatusDocument,
  TaskTypesDocument,
  WorkersStatusDocument,
} from '../../src/generated/operations.js';
import { startCluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { describeEachBroker } from '../support/matrix.js';
import { describeWith } from '../support/requirements.js';
import { untilReady, watching } from '../support/watch.js';

/** All at once, within the shortest TTL. */
async function missesOf(gateway: TestGateway, queries: readonly string[]): Promise<string[]> {
  const answers = await Promise.all(queries.map((query) => gateway.query(query)));
  return answers.flatMap(({ extensions }) =>
    (extensions?.cache?.entries ?? []).flatMap(({ path, status }) => (status === 'MISS' ? [path] : [])),
  );
}

describeEachBroker('a gateway that has just become ready', (on) => {
  it('answers every first question from its caches', async () => {
    await using cluster = await startCluster({ ...on, workers: ['w1', 'w2'] });
    await using gateway = await startTestGateway(watching(cluster));
    await untilReady(gateway);
    const documents = [
      ...[TaskStatusDocument, WorkersStatusDocument, QueuesDocument, MetricsSummaryDocument],
      ...[HealthDocument, TaskTypesDocument, TasksDocument],
    ].map((document) => print(document));
    const statistics =
      '{ workers { nodes { hostname stats { pid concurrency } activeQueues { name } } } }';
    expect(await missesOf(gateway, [...documents, statistics])).toEqual([]);

    const { data } = await gateway.execute(GatewayDocument);
    const statuses = data?.gateway?.warmUp.loads.map(({ status }) => status);
    expect([data?.gateway?.warmUp.state, new Set(statuses)]).toEqual(['WARM', new Set(['LOADED'])]);
  });
});

describeWith(['redis'], 'a gateway whose broker is down', () => {
  it('is ready at the deadline without warm caches, and warm when the broker is back', async () => {
    await using cluster = await startCluster({ broker: 'redis', ownBroker: true, workers: [] });
    await cluster.server.stop();
    const deadline = 700;
    const started = performance.now();
    await using gateway = await startTestGateway({
      ...watching(cluster),
      args: ['--warm-up-timeout', String(deadline / 1_000), '--warm-up-jitter', '0'],
    });
    const failed = async (): Promise<string[]> => {
      const response = await gateway.fetch('/health/ready');
      const { checks } = (await response.json()) as { checks: { name: string; status: string }[] };
      return checks.filter(({ status }) => status === 'failed').map(({ name }) => name);
    };
    expect(await failed()).toEqual(['broker', 'event_stream', 'caches']);
    await eventually(async () => expect(await failed()).toEqual(['broker', 'event_stream']));
    expect(performance.now() - started).toBeGreaterThanOrEqual(deadline);

    await cluster.server.restart();
    await untilReady(gateway);
    await eventually(async () => {
      const { data } = await gateway.execute(GatewayDocument);
      expect(data?.gateway?.warmUp.state).toBe('WARM');
    });
    expect(
      await missesOf(gateway, ['{ queues { nodes { name messages } } health { status } }']),
    ).toEqual([]);
  });
});
