/** What the gateway writes into the headers of its requests, read by real workers: one that cannot read it, ends. */
import { expect, it } from 'vitest';
import { startCluster } from '../support/celery.js';
import { describeEachCelery } from '../support/matrix.js';
import { watchCluster } from '../support/watch.js';

/** The clock in the headers outgrows 8 bits, and the values beyond that py-amqp 5.1 happens to read rightly. */
const requests = 600;

describeEachCelery(
  'Many requests, one after the other,',
  (version) => {
    it('are all read and answered by a worker on RabbitMQ', async () => {
      await using cluster = await startCluster({ version, broker: 'rabbitmq', workers: ['w1'] });
      await using gateway = await watchCluster(cluster);

      for (let n = 0; n < requests; n++) {
        const { data } = await gateway.query('{ workers(useCache: false) { nodes { stats { pid } } } }');
        expect(data, `request ${n}\n${cluster.worker('w1').log(20)}`).toEqual({
          workers: { nodes: [{ stats: { pid: cluster.worker('w1').pid } }] },
        });
      }
      expect(cluster.worker('w1').running).toBe(true);
    });
  },
  'rabbitmq',
);
