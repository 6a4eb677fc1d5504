/** A gateway that watches a real cluster, and has asked the workers all that it asks of its own accord. */
import { expect } from 'vitest';
import type { Cluster } from './cluster.js';
import { eventually } from './eventually.js';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from './gateway.js';

/** The last of the commands by which a gateway learns what ran before it. */
const lastLearned = 'active_queues';

/** What a gateway must be told of a cluster: on Redis the results are where the broker is. */
export function watching(cluster: Cluster): TestGatewayOptions {
  const { broker, resultBackend } = cluster.application;
  return { broker, ...(resultBackend === undefined ? {} : { resultBackend }) };
}

/** Resolves when every worker of the cluster is online and nothing more is asked of them. */
export async function watchCluster(
  cluster: Cluster,
  options: Omit<TestGatewayOptions, 'broker'> = {},
): Promise<TestGateway> {
  await using tap = await cluster.tap();
  const gateway = await startTestGateway({ ...watching(cluster), ...options });
  try {
    await tap.untilRequest(lastLearned);
    await eventually(
      async () => expect(await onlineWorkers(gateway)).toEqual(cluster.hostnames),
      10_000,
    );
    // Of a worker that has just come online it asks for stats: ours come after those.
    await gateway.query('{ workers(useCache: false) { stats { pid } } }');
    await gateway.query('mutation { invalidateCache { invalidated } }');
    return gateway;
  } catch (error) {
    await gateway[Symbol.asyncDispose]();
    throw error;
  }
}

export async function onlineWorkers(gateway: TestGateway): Promise<string[] | undefined> {
  const { data } = await gateway.query<{ workers: { hostname: string }[] | null }>(
    '{ workers(useCache: false, filter: { statuses: [ONLINE] }) { hostname } }',
  );
  return data?.workers?.map(({ hostname }) => hostname);
}
