/** A cluster that writes msgpack or YAML is read like one that writes JSON: replies, events, results and messages. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  pythonOutput,
  sendTasks,
  startCluster,
  celeryVersion,
  type Cluster,
} from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { describeWith } from '../support/requirements.js';
import { watchCluster } from '../support/watch.js';

const rows = [
  { serializer: 'msgpack', broker: 'redis', release: 'newest' },
  { serializer: 'yaml', broker: 'redis', release: 'newest' },
  { serializer: 'msgpack', broker: 'redis', release: '5.6' },
  { serializer: 'msgpack', broker: 'rabbitmq', release: 'newest' },
  { serializer: 'yaml', broker: 'rabbitmq', release: '5.6' },
] as const;

const storeAndShow = `
from cluster import app
app.backend.store_result('stored', [2 ** 60 + 1, 1.0, float('inf'), 'ä', {'a': None}], 'SUCCESS')
print(app.AsyncResult('stored').result)
`;

for (const { serializer, broker, release } of rows) {
  const needs = [broker, 'redis', `celery:${release}`, `serializers:${release}`] as const;
  describeWith(needs, `a cluster that writes ${serializer} (${broker}, Celery ${release})`, () => {
    let cluster: Cluster;
    let gateway: TestGateway;

    beforeAll(async () => {
      const accepted = ['json', serializer];
      const settings = {
        accept_content: accepted,
        result_accept_content: accepted,
        task_serializer: serializer,
        result_serializer: serializer,
        event_serializer: serializer,
      };
      cluster = await startCluster({
        broker,
        version: celeryVersion(release),
        workers: [{ pool: 'threads', queues: ['default'] }],
        env: { TASK_PROTOCOL: '1', MORE_CONF: JSON.stringify(settings) },
      });
      gateway = await watchCluster(cluster);
    });

    afterAll(async () => {
      await gateway[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    });

    it('is asked, and understood', async () => {
      // PyYAML is slow: on a busy machine the first replies may miss the deadline. Celery cannot write `stats` in YAML.
      const stats = serializer === 'yaml' ? '' : 'stats { pid }';
      await eventually(async () => {
        const { data, errors } = await gateway.query(
          `{ workers(useCache: false) { nodes { unresponsive ${stats} activeQueues { name } conf } } }`,
        );
        expect(errors).toBeUndefined();
        expect(data).toMatchObject({
          workers: {
            nodes: [
              {
                unresponsive: false,
                ...(stats !== '' && { stats: { pid: expect.any(Number) as number } }),
                activeQueues: [{ name: 'default' }],
                conf: { event_serializer: serializer },
              },
            ],
          },
        });
      }, 20_000);
    });

    it('obeys', async () => {
      const { data } = await gateway.query(
        'mutation { setRateLimit(taskName: "demo.add", rateLimit: "100/s") { replies { ok } errors { code } } }',
      );
      expect(data).toEqual({ setRateLimit: { replies: [{ ok: true }], errors: [] } });
    });

    it('reports its tasks in events', async () => {
      const [id] = await sendTasks(cluster.application, [{ name: 'demo.add', args: [1.5, 2.5] }]);
      await eventually(async () => {
        // A list does not ask the result backend, which could answer before the events have arrived.
        const { data } = await gateway.query(
          '{ tasks(useCache: false, filter: { names: ["demo.add"] }) { nodes { taskId state result source } } }',
        );
        const node = { taskId: id, state: 'SUCCESS', result: '4.0', source: 'EVENTS' };
        expect(data).toEqual({ tasks: { nodes: [node] } });
      });
    });

    it('has its results shown as Python shows them', async () => {
      const shown = await pythonOutput(cluster.application, ['-c', storeAndShow]);
      const { data } = await gateway.query(
        '{ task(taskId: "stored", useCache: false) { state result } }',
      );
      expect(data).toEqual({ task: { state: 'SUCCESS', result: shown.trim() } });
    });

    // RabbitMQ shows none without the management API.
    it.skipIf(broker === 'rabbitmq')('has its waiting messages shown', async () => {
      const [id] = await sendTasks(cluster.application, [{ name: 'demo.sleep', args: [7.5] }]);
      const { data } = await gateway.query(
        '{ queue(name: "slow", useCache: false) { peek(first: 1) { taskId name args kwargs } } }',
      );
      const message = { taskId: id, name: 'demo.sleep', args: '(7.5,)', kwargs: '{}' };
      expect(data).toEqual({ queue: { peek: [message] } });
    });

    it('has written nothing that cannot be read', async () => {
      const { data } = await gateway.query<{ gateway: { unreadable: { total: number }[] } }>(
        '{ gateway { unreadable { total } } }',
      );
      expect(data?.gateway.unreadable.map(({ total }) => total)).toEqual([0, 0, 0, 0]);
    });
  });
}
