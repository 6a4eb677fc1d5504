/** The least rights of a Redis user, as the docs list them: with these every field has a value, and no other right is needed. */
import { expect, it } from 'vitest';
import { celeryVersion, sendTasks, startCluster } from '../support/celery.js';
import { redisRights, redisRightToSend } from '../support/documented-rights.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway } from '../support/gateway.js';
import { describeWith } from '../support/requirements.js';

interface Answer {
  readonly health: { readonly status: string; readonly checks: readonly { status: string }[] };
  readonly workers: { nodes: readonly { hostname: string; stats: { pid: number } | null }[] };
  readonly queues: {
    nodes: readonly { name: string; messages: number; unacknowledged: number | null }[];
  };
  readonly task: { readonly state: string; readonly result: string | null };
}

describeWith(['redis', 'celery:debian'], 'a gateway with the least rights on Redis', () => {
  it('reports of workers, queues and results what a gateway with all rights reports', async () => {
    await using cluster = await startCluster({
      broker: 'redis',
      version: celeryVersion('debian'),
      workers: [{ hostname: 'w1', queues: ['default'] }],
    });
    const admin = cluster.redis.client();
    await admin.call('ACL', 'SETUSER', 'monitor', 'reset', 'on', '>secret', '~*', '&*', ...redisRights);
    const broker = cluster.broker.replace('redis://', 'redis://monitor:secret@');
    await using gateway = await startTestGateway({ broker, args: ['--default-queue', 'default'] });
    await eventually(async () => {
      const { data } = await gateway.query<Pick<Answer, 'workers'>>(
        '{ workers(useCache: false) { nodes { hostname } } }',
      );
      expect(data?.workers.nodes).toEqual([{ hostname: 'w1@test' }]);
    }, 10_000);
    const [id] = await sendTasks(cluster.application, [{ name: 'demo.add', args: [2, 3] }]);

    await eventually(async () => {
      const { data, errors } = await gateway.query<Answer>(
        `query ($id: ID!) {
            health(useCache: false) { status checks { status } }
            workers(useCache: false) { nodes { hostname stats { pid } } }
            queues(useCache: false) { nodes { name messages unacknowledged } }
            task(taskId: $id, useCache: false) { state result }
          }`,
        { id },
      );
      expect(errors).toBeUndefined();
      expect(data?.health.status).toBe('OK');
      expect(data?.workers.nodes[0]?.stats?.pid).toBe(cluster.worker('w1').pid);
      expect(data?.queues.nodes.find(({ name }) => name === 'default')).toEqual({
        name: 'default',
        messages: 0,
        unacknowledged: 0,
      });
      expect(data?.task).toEqual({ state: 'SUCCESS', result: '5' });
    }, 15_000);
    const refused = () => admin.call('ACL', 'LOG') as Promise<unknown[]>;
    expect(await refused()).toEqual([]);

    const send = () =>
      gateway.query(
        `mutation { sendTask(name: "demo.ranked", options: { queue: "high" }) { queue }
          purgeQueue(name: "high", expectedMessages: 1) { purged } }`,
      );
    expect((await send()).errors).toMatchObject([
      {
        message: expect.stringContaining('NOPERM') as string,
        extensions: { code: 'BROKER_UNAVAILABLE' },
      },
      { path: ['purgeQueue'], extensions: { code: 'COMMAND_REJECTED' } }, // what it expects was not sent
    ]);
    await admin.call('ACL', 'LOG', 'RESET');
    await admin.call('ACL', 'SETUSER', 'monitor', redisRightToSend);
    expect((await send()).data).toEqual({ sendTask: { queue: 'high' }, purgeQueue: { purged: 1 } });
    expect(await refused()).toEqual([]);
  });
});
