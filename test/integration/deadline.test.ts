/** A worker that does not answer costs the others nothing but the deadline, and is reported by name. */
import { expect, it } from 'vitest';
import { startCluster, type ClusterWorker } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { describeEachBroker } from '../support/matrix.js';
import { watchCluster } from '../support/watch.js';

const deadline = 1;
const slack = 0.5;
const query = `{ workers(useCache: false) {
  nodes {
    hostname unresponsive respondedAt stats { pid } activeTasks { taskId } conf
  }
} }`;

const pools: [string, ClusterWorker][] = [
  ['prefork', { hostname: 'w1', pool: 'prefork' }],
  ['solo', { hostname: 'w1', pool: 'solo' }],
];

describeEachBroker('the deadline of an answer', (on) => {
  it.each(pools)('keeps a stopped %s worker from holding up the other', async (_, stopped) => {
    await using cluster = await startCluster({ ...on, workers: [stopped, 'w2'] });
    await using gateway = await watchCluster(cluster);
    const w2 = { hostname: 'w2@test', unresponsive: false, activeTasks: [] };

    cluster.worker('w1').pause();
    const { data, errors, seconds } = await timed(gateway);

    expect(errors).toBeUndefined();
    expect(seconds).toBeGreaterThanOrEqual(deadline - 0.05);
    expect(seconds).toBeLessThan(deadline + slack);
    expect(data).toMatchObject({
      workers: {
        nodes: [
          {
            hostname: 'w1@test',
            unresponsive: true,
            respondedAt: null,
            stats: null,
            activeTasks: null,
            conf: null,
          },
          { ...w2, stats: { pid: cluster.worker('w2').pid }, conf: { task_default_queue: 'default' } },
        ],
      },
    });

    // Who asks for the other one alone does not wait for it.
    const alone = await timed(gateway, '{ worker(hostname: "w2@test") { unresponsive stats { pid } } }');
    expect(alone.data).toEqual({
      worker: { unresponsive: false, stats: { pid: cluster.worker('w2').pid } },
    });
    expect(alone.seconds).toBeLessThan(deadline / 2);

    cluster.worker('w1').resume();
    await eventually(async () => {
      const again = await timed(gateway);
      expect(again.data).toMatchObject({
        workers: {
          nodes: [
            {
              hostname: 'w1@test',
              unresponsive: false,
              activeTasks: [],
              stats: { pid: cluster.worker('w1').pid },
            },
            w2,
          ],
        },
      });
      expect(again.seconds).toBeLessThan(deadline / 2);
    });
  });
});

async function timed(gateway: TestGateway, text = query) {
  const started = performance.now();
  const answer = await gateway.query(text);
  return { ...answer, seconds: (performance.now() - started) / 1000 };
}
