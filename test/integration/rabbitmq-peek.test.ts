/** Looking at what waits in RabbitMQ: only where that is allowed, and what was looked at still waits afterwards. */
import { expect, it } from 'vitest';
import { priorityLengths } from '../support/rabbitmq.js';
import { sendTasks, startCluster, type Cluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { describeEachCelery } from '../support/matrix.js';

const ranked = (priority: number, count: number) =>
  Array.from({ length: count }, (_, n) => ({
    ...{ name: 'demo.ranked', args: [n], options: { priority } },
  }));

const watch = (cluster: Cluster, amqpPeek: boolean): Promise<TestGateway> =>
  startTestGateway({
    broker: cluster.broker,
    args: ['--management-url', cluster.vhost.managementUrl, '--amqp-peek', String(amqpPeek)],
  });

describeEachCelery(
  'peek (RabbitMQ)',
  (version) => {
    it('shows the highest priority first when it is allowed, and gives back what it took', async () => {
      await using cluster = await startCluster({ version, broker: 'rabbitmq', workers: [] });
      await using gateway = await watch(cluster, true);
      const sent = await sendTasks(cluster.application, [...ranked(0, 2), ...ranked(9, 5)]);
      const served = [...sent.slice(2), ...sent.slice(0, 2)];

      const queue = async (fields: string): Promise<unknown> => {
        const { data } = await gateway.query(`{ queue(name: "high", useCache: false) { ${fields} } }`);
        return data?.['queue'];
      };
      const look = async () =>
        expect(await queue('peek { taskId name }')).toEqual({
          peek: served.map((taskId) => ({ taskId, name: 'demo.ranked' })),
        });
      await eventually(look);
      await look();
      expect(await queue('peek(first: 3) { taskId }')).toEqual({
        peek: served.slice(0, 3).map((taskId) => ({ taskId })),
      });

      const whole = 'kind messages unacknowledged orphaned messagesByPriority { priority messages }';
      await eventually(
        async () =>
          expect(await queue(whole)).toEqual({
            ...{ kind: 'CLASSIC', messages: 7, unacknowledged: 0, orphaned: true },
            messagesByPriority: priorityLengths([
              { priority: 0, messages: 2 },
              { priority: 9, messages: 5 },
            ]),
          }),
        15_000,
      );
    });

    it('is refused unless it is allowed, and the rest of the answer stands', async () => {
      await using cluster = await startCluster({ version, broker: 'rabbitmq', workers: [] });
      await using gateway = await watch(cluster, false);
      await sendTasks(cluster.application, ranked(9, 1));
      await eventually(async () => {
        const { data, errors } = await gateway.query(
          '{ queue(name: "high", useCache: false) { name messages peek { taskId } } workers { nodes { hostname } } }',
        );
        expect(data).toEqual({
          queue: { name: 'high', messages: 1, peek: null },
          workers: { nodes: [] },
        });
        expect(errors).toMatchObject([
          { path: ['queue', 'peek'], extensions: { code: 'COMMAND_REJECTED' } },
        ]);
      });
    });
  },
  'rabbitmq',
);
