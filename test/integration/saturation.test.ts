/** How loaded real pools are: slots of fixed and of autoscaled ones, and how many of them are taken. */
import { expect, it } from 'vitest';
import { startCluster, sendTasks } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { describeEachCluster } from '../support/matrix.js';
import { watchCluster } from '../support/watch.js';

describeEachCluster('The saturation of the pools', (on) => {
  it('counts an autoscaled pool at its largest', async () => {
    await using cluster = await startCluster({
      ...on,
      workers: [
        { hostname: 'fixed', concurrency: 2, queues: ['default'] },
        { hostname: 'growing', queues: ['slow'], args: ['--autoscale=3,1'] },
      ],
    });
    await using gateway = await watchCluster(cluster);
    const load = async () => {
      const { data } = await gateway.query(
        '{ metricsSummary(useCache: false) { poolSlots saturationPercent workersOnline } }',
      );
      return data?.['metricsSummary'];
    };
    expect(await load()).toEqual({ poolSlots: 5, saturationPercent: 0, workersOnline: 2 });

    await sendTasks(cluster.application, [{ name: 'demo.sleep', args: [5] }]);
    await eventually(async () =>
      expect(await load()).toEqual({ poolSlots: 5, saturationPercent: 20, workersOnline: 2 }),
    );
  });
});
