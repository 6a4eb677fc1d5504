/** A gateway that watches a real cluster, and has asked the workers all that it asks of its own accord. */
import { expect } from 'vitest';
import type { Cluster } from './cluster.js';
import { eventually } from './eventually.js';
import { readPidboxRequest } from './pidbox-request.js';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from './gateway.js';

/** The last of the commands by which a gateway learns what ran before it. */
const lastLearned = 'active_queues';

/** Resolves when every worker of the cluster is online and nothing more is asked of them. */
export async function watchCluster(
  cluster: Cluster,
  options: Omit<TestGatewayOptions, 'broker'> = {},
): Promise<TestGateway> {
  await using monitor = await cluster.redis.monitor();
  const gateway = await startTestGateway({ broker: cluster.broker, ...options });
  try {
    await monitor.until(({ args }) => isRequest(args, lastLearned));
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

function isRequest([command, channel, message]: readonly string[], method: string): boolean {
  if (command?.toLowerCase() !== 'publish' || channel?.endsWith('.pidbox') !== true) return false;
  return readPidboxRequest(message ?? '{}').method === method;
}
