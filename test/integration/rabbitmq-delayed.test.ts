/** Tasks that RabbitMQ itself holds until their ETA: what Celery 5.5 and later do where queues are quorum queues. */
import { expect, it } from 'vitest';
import { celeryVersion, sendTasks, startCluster, type Call, type Cluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { describeWith } from '../support/requirements.js';
import { watchCluster } from '../support/watch.js';

/** Its worker is what makes the queues of the delays. */
const startQuorumCluster = (): Promise<Cluster> =>
  startCluster({
    version: celeryVersion('newest'),
    broker: 'rabbitmq',
    env: { QUEUE_TYPE: 'quorum' },
    workers: [{ hostname: 'w1', pool: 'solo' }],
  });

const watch = (cluster: Cluster, ...args: readonly string[]): Promise<TestGateway> =>
  watchCluster(cluster, { args: ['--management-url', cluster.vhost.managementUrl, ...args] });

const inAnHour = { eta: new Date(Date.now() + 3_600_000).toISOString() };
const add = (options: Call['options']): Call => ({ name: 'demo.add', args: [1, 2], options });

async function delayed(gateway: TestGateway): Promise<unknown> {
  const { data, errors } = await gateway.query(`{
    taskStatus(useCache: false) { delayed scheduled { total } }
    metricsSummary(useCache: false) { delayedMessages waitingMessages }
  }`);
  expect(errors).toBeUndefined();
  return data;
}

const held = (count: number) => ({
  taskStatus: { delayed: count, scheduled: { total: 0 } },
  metricsSummary: { delayedMessages: count, waitingMessages: 0 },
});

describeWith(['rabbitmq', 'redis', 'celery:newest'], 'tasks that RabbitMQ holds until their ETA', () => {
  it('are counted as delayed: they wait in no queue, and no worker has them', async () => {
    await using cluster = await startQuorumCluster();
    await using gateway = await watch(cluster);
    expect(await delayed(gateway)).toEqual(held(0));

    await sendTasks(cluster.application, [
      ...[60, 600, 6_000].map((countdown) => add({ countdown })),
      add(inAnHour),
      add({ countdown: 900, queue: 'slow' }),
    ]);
    // The broker's own statistics are some seconds old.
    await eventually(async () => expect(await delayed(gateway)).toEqual(held(5)), 20_000);

    const { data } = await gateway.query('{ queues(useCache: false) { nodes { name kind messages } } }');
    expect(data?.['queues']).toEqual({
      nodes: ['default', 'high', 'media.video', 'slow'].map((name) => ({
        name,
        kind: 'QUORUM',
        messages: 0,
      })),
    });
  });

  it('are delayed no longer when a worker has done them', async () => {
    await using cluster = await startQuorumCluster();
    await using gateway = await watch(cluster);
    const [id] = await sendTasks(cluster.application, [add({ countdown: 8 })]);
    await eventually(async () => expect(await delayed(gateway)).toEqual(held(1)), 7_500);
    await eventually(async () => {
      const { data } = await gateway.query(
        'query ($id: ID!) { task(taskId: $id, useCache: false) { state } }',
        {
          id,
        },
      );
      expect(data).toEqual({ task: { state: 'SUCCESS' } });
    }, 20_000);
    expect(await delayed(gateway)).toEqual(held(0));
  });

  it('are in queues that are not looked into, which does not keep the rest from being listed', async () => {
    await using cluster = await startQuorumCluster();
    await using gateway = await watch(cluster, '--amqp-peek', 'true');
    const { data, errors } = await gateway.query(`{
      queue(name: "default", useCache: false) { name kind messages peek { taskId } }
      workers { nodes { hostname } }
    }`);
    expect(data).toEqual({
      queue: { name: 'default', kind: 'QUORUM', messages: 0, peek: null },
      workers: { nodes: [{ hostname: 'w1@test' }] },
    });
    expect(errors).toMatchObject([
      { path: ['queue', 'peek'], extensions: { code: 'COMMAND_REJECTED' } },
    ]);
  });
});
