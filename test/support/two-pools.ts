/** A cluster that takes whatever the ledger sends: a pool of processes for what takes time, a solo one for the rest. */
import { startCluster, type Cluster } from './cluster.js';
import type { TestGateway, TestGatewayOptions } from './gateway.js';
import type { ClusterKind } from './matrix.js';
import { watchCluster } from './watch.js';

export interface WatchedCluster extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly gateway: TestGateway;
}

/** Resolves when the gateway knows both workers. */
export async function startTwoPools(
  on: ClusterKind,
  options: Omit<TestGatewayOptions, 'broker'> = {},
): Promise<WatchedCluster> {
  const cluster = await startCluster({
    ...on,
    workers: [
      { hostname: 'w1', queues: ['slow', 'high'] },
      { hostname: 'w2', pool: 'solo', queues: ['default', 'media.video'] },
    ],
  });
  try {
    const gateway = await watchCluster(cluster, options);
    return {
      cluster,
      gateway,
      [Symbol.asyncDispose]: async () => {
        await gateway[Symbol.asyncDispose]();
        await cluster[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}
