/** A gateway that watches a real cluster, and has asked the workers all that it asks of its own accord. */
import { expect } from 'vitest';
import type { Cluster } from './cluster.js';
import { eventually } from './eventually.js';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from './gateway.js';

/** The settings that a gateway needs for a cluster: on Redis the results are where the broker is. */
export function watching(cluster: Cluster): TestGatewayOptions {
  const { broker, resultBackend } = cluster.application;
  return { broker, ...(resultBackend === undefined ? {} : { resultBackend }) };
}

/** Resolves when every worker of the cluster is online and nothing more is asked of them. */
export async function watchCluster(
  cluster: Cluster,
  options: Omit<TestGatewayOptions, 'broker'> = {},
): Promise<TestGateway> {
  const gateway = await startTestGateway({ ...watching(cluster), ...options });
  try {
    await untilReady(gateway);
    await eventually(
      async () => expect(await onlineWorkers(gateway)).toEqual(cluster.hostnames),
      10_000,
    );
    // Of a worker that has just come online it asks for stats: ours come after those.
    await gateway.query('{ workers(useCache: false) { nodes { stats { pid } } } }');
    await gateway.query('mutation { invalidateCache { invalidated } }');
    return gateway;
  } catch (error) {
    await gateway[Symbol.asyncDispose]();
    throw error;
  }
}

/** It has asked the workers what ran before it, and its caches are warm: nothing more is asked of its own accord. */
export async function untilReady(gateway: TestGateway, deadlineMs = 20_000): Promise<void> {
  await eventually(async () => {
    const response = await gateway.fetch('/health/ready');
    expect(await response.json()).toMatchObject({ status: 'ready' });
  }, deadlineMs);
}

export async function onlineWorkers(gateway: TestGateway): Promise<string[] | undefined> {
  const { data } = await gateway.query<{ workers: { nodes: { hostname: string }[] } | null }>(
    '{ workers(useCache: false, filter: { statuses: [ONLINE] }) { nodes { hostname } } }',
  );
  return data?.workers?.nodes.map(({ hostname }) => hostname);
}
