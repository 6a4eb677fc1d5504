/** A solo pool is silent while it works, and silent when it died: the gateway distinguishes the two. */
import { expect, it } from 'vitest';
import { sendTasks, startCluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { describeEachCluster } from '../support/matrix.js';
import { watchCluster } from '../support/watch.js';

const heartbeat = 2_000;
const slack = 1_500;

async function statuses(gateway: TestGateway): Promise<Record<string, string>> {
  const { data } = await gateway.query<{ workers: { nodes: { hostname: string; status: string }[] } }>(
    '{ workers(useCache: false) { nodes { hostname status } } }',
  );
  return Object.fromEntries(
    (data?.workers.nodes ?? []).map(({ hostname, status }) => [hostname, status]),
  );
}

describeEachCluster('a solo worker', (on) => {
  it('is late, not offline, while it works, and offline when it is killed at work', async () => {
    await using cluster = await startCluster({
      ...on,
      workers: [{ queues: ['default'] }, { hostname: 'w2', pool: 'solo', queues: ['slow'] }],
    });
    await using gateway = await watchCluster(cluster);
    await eventually(async () => {
      const { data } = await gateway.query('{ workers(useCache: false) { nodes { freqSeconds } } }');
      expect(data).toEqual({ workers: { nodes: [{ freqSeconds: 2 }, { freqSeconds: 2 }] } }); // at first they were called for
    });
    const busy = 4 * heartbeat;
    const [short = '', long = ''] = await sendTasks(cluster.application, [
      { name: 'demo.sleep', args: [busy / 1000] },
      { name: 'demo.sleep', args: [600] },
    ]);
    await cluster.worker('w2').waitForLine(new RegExp(`${short}\\] received`));
    const started = performance.now();

    const seen = new Set<string>();
    await eventually(async () => {
      const now = await statuses(gateway);
      seen.add(`${now['w1@test']} ${now['w2@test']}`);
      const { data } = await gateway.query(
        `{ task(taskId: "${short}", useCache: false) { state orphaned } }`,
      );
      expect(data).toEqual({ task: { state: 'SUCCESS', orphaned: false } });
    }, busy + 5_000);
    expect(performance.now() - started).toBeGreaterThan(busy - slack);
    expect([...seen]).toEqual(['ONLINE ONLINE', 'ONLINE STALE']);

    // It has begun with the other one by now, or will at once.
    await cluster.worker('w2').waitForLine(new RegExp(`${long}\\] received`));
    await eventually(async () => expect((await statuses(gateway))['w2@test']).toBe('STALE'), 10_000);
    await cluster.worker('w2').kill();
    await eventually(
      async () => expect(await statuses(gateway)).toEqual({ 'w1@test': 'ONLINE', 'w2@test': 'OFFLINE' }),
      5 * heartbeat + slack, // its pidbox is looked for every five seconds
    );
  });
});
