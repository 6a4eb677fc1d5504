/** What a dashboard sees that was open before the gateway was started. */
import { expect, it } from 'vitest';
import { startCluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway } from '../support/gateway.js';
import { describeEachCluster } from '../support/matrix.js';
import { watching } from '../support/watch.js';

describeEachCluster('a gateway that is asked from its first moment on', (on) => {
  it('does not keep what it has read before the workers have reported', async () => {
    await using cluster = await startCluster({ ...on, workers: [{ pool: 'solo' }] });
    const args = ['--cache-worker-status-ttl', '600', '--cache-metrics-summary-ttl', '600'];
    await using gateway = await startTestGateway({ ...watching(cluster), args });
    await eventually(async () => {
      const { data } = await gateway.query(
        '{ workers { hostname status stats { concurrency } } metricsSummary { workersOnline poolSlots } }',
      );
      expect(data).toEqual({
        workers: [{ hostname: cluster.hostnames[0], status: 'ONLINE', stats: { concurrency: 1 } }],
        metricsSummary: { workersOnline: 1, poolSlots: 1 },
      });
    }, 20_000);
  });
});
