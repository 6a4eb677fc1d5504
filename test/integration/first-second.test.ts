/** What a dashboard sees that was open before the gateway was started. */
import { expect, it } from 'vitest';
import { celeryInspect, startCluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway } from '../support/gateway.js';
import { describeEachBroker } from '../support/matrix.js';
import { watching } from '../support/watch.js';

describeEachBroker('a gateway that is asked from its first moment on', (on) => {
  it('does not keep what it has read before the workers have reported', async () => {
    await using cluster = await startCluster({ ...on, workers: [{ pool: 'solo' }] });
    const [worker] = cluster.workers;
    // A worker that is ready may not listen yet: the gateway would not wait for its reply.
    await eventually(async () => {
      const replies = await celeryInspect(cluster.application, 'ping', { timeout: 0.5 });
      expect(replies).not.toEqual({});
    }, 10_000);
    worker?.pause(); // so that it is read before the worker reports
    const ttls = ['--cache-worker-status-ttl', '600', '--cache-metrics-summary-ttl', '600'];
    const args = [...ttls, '--inspect-timeout', '10', '--warm-up', 'none'];
    await using gateway = await startTestGateway({ ...watching(cluster), args });
    const figures = '{ workers { nodes { hostname status } } metricsSummary { workersOnline } }';
    await eventually(async () => {
      const { data, extensions } = await gateway.query(figures);
      expect(data).toEqual({ workers: { nodes: [] }, metricsSummary: { workersOnline: 0 } });
      expect(extensions?.cache?.status).toBe('HIT');
    }, 10_000);

    worker?.resume();
    await eventually(async () => {
      expect((await gateway.query(figures)).data).toEqual({
        workers: { nodes: [{ hostname: cluster.hostnames[0], status: 'ONLINE' }] },
        metricsSummary: { workersOnline: 1 },
      });
    }, 20_000);
  });
});
