/**
 * Real workers that write their replies and events with pickle, and that hold tasks with ids and arguments beyond JSON:
 * what can be read is shown, and what cannot is never taken for silence. On every broker and with every release.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pythonOutput, startCluster, type Cluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { describeEachCluster } from '../support/matrix.js';
import { watchCluster, watching } from '../support/watch.js';

const pickle = 'application/x-python-serialize';

async function check(gateway: TestGateway, name: string): Promise<unknown> {
  const { data } = await gateway.query<{ health: { checks: { name: string }[] } }>(
    '{ health(useCache: false) { checks { name status message } } }',
  );
  return data?.health.checks.find((each) => each.name === name);
}

describeEachCluster('a worker that writes its replies with pickle', (on) => {
  let cluster: Cluster;
  let gateway: TestGateway;
  beforeAll(async () => {
    const settings = { task_serializer: 'pickle', accept_content: ['pickle', 'json'] };
    const env = { MORE_CONF: JSON.stringify(settings), C_FORCE_ROOT: '1' };
    cluster = await startCluster({ ...on, workers: ['w1'], env });
    gateway = await watchCluster(cluster, { args: ['--inspect-timeout', '10'] });
  });
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  it('has answered: its fields are errors that name it, and the deadline is not waited for', async () => {
    const start = performance.now();
    const { data, errors } = await gateway.query(
      '{ workers(useCache: false) { nodes { hostname status unresponsive stats { pid } activeQueues { name } } } taskStatus(useCache: false) { active { total } } }',
    );
    expect(performance.now() - start).toBeLessThan(9_000);
    expect(data).toEqual({
      workers: {
        nodes: [
          {
            hostname: 'w1@test',
            status: 'ONLINE',
            unresponsive: false,
            stats: null,
            activeQueues: null,
          },
        ],
      },
      taskStatus: { active: null },
    });
    const reported = errors?.map(({ path, extensions }) => [path?.join('.'), extensions]) ?? [];
    const ofWorker = { code: 'UNREADABLE_REPLY', hostname: 'w1@test', contentType: pickle };
    expect(Object.fromEntries(reported)).toEqual({
      'workers.nodes.0.stats': ofWorker,
      'workers.nodes.0.activeQueues': ofWorker,
      'taskStatus.active': ofWorker,
    });
  });

  it('is not silent where it carries out a control', async () => {
    const { data } = await gateway.query(
      'mutation { setRateLimit(taskName: "demo.add", rateLimit: "10/m") { replies { hostname } silent errors { code hostname } } }',
    );
    expect(data).toEqual({
      setRateLimit: {
        replies: [],
        silent: [],
        errors: [{ code: 'UNREADABLE_REPLY', hostname: 'w1@test' }],
      },
    });
    await cluster.worker('w1').waitForLine(/New rate limit for tasks of type demo\.add: 10\/m/, 5_000);
  });

  it('is a finding of health that names the setting', async () => {
    expect(await check(gateway, 'configuration')).toMatchObject({
      status: 'DEGRADED',
      message: expect.stringMatching(
        /^replies of workers cannot be read \(\d+, application\/x-python-serialize\): set task_serializer to "json"/,
      ) as unknown,
    });
  });
});

describeEachCluster('a worker that writes its events with pickle', (on) => {
  it('is a finding of health, and cuts off no connection', async () => {
    const settings = { event_serializer: 'pickle', accept_content: ['pickle', 'json'] };
    const env = { MORE_CONF: JSON.stringify(settings), C_FORCE_ROOT: '1' };
    await using cluster = await startCluster({ ...on, workers: ['w1'], env });
    await using gateway = await startTestGateway(watching(cluster));
    await eventually(
      async () =>
        expect(await check(gateway, 'event_stream')).toMatchObject({
          status: 'DEGRADED',
          message: expect.stringContaining(`events cannot be read`) as unknown,
        }),
      20_000,
    );
    const { data } = await gateway.query<{
      gateway: { unreadable: { kind: string; total: number; lastContentType: string | null }[] };
    }>(
      '{ gateway { broker { connected } events { reconnects received } unreadable { kind total lastContentType } } }',
    );
    expect(data).toMatchObject({
      gateway: { broker: { connected: true }, events: { reconnects: 0, received: 0 } },
    });
    const [events] = data?.gateway.unreadable.filter(({ kind }) => kind === 'EVENT') ?? [];
    expect(events?.lastContentType).toBe(pickle);
    expect(events?.total).toBeGreaterThan(0);
  });
});

/**
 * A task whose id is a number (py-amqp cannot send one), with arguments beyond what JSON and JavaScript have, and revoked
 * ids of two types.
 */
const sendOdd = (id: string): string => `
import cluster
cluster.declare()
spill = cluster.app.tasks['demo.spill']
spill.apply_async(('hang', float('nan'), 12345678901234567890, 1.0), task_id=${id}, ignore_result=True, queue='default')
spill.apply_async(('hang', float('-inf')), queue='default', task_id='plain')
cluster.app.control.revoke([42, 'a'])
`;

describeEachCluster('a worker that holds tasks of odd ids and arguments', (on) => {
  it('is shown with all of them, to the last digit', async () => {
    // A result cannot be stored under an id that is a number, not even STARTED.
    await using cluster = await startCluster({ ...on, workers: ['w1'], env: { TRACK_STARTED: '0' } });
    await using gateway = await watchCluster(cluster);
    await pythonOutput(cluster.application, ['-c', sendOdd(on.broker === 'redis' ? '44' : '"44"')]);

    await eventually(async () => {
      const { data, errors } = await gateway.query<{
        workers: {
          nodes: { activeTasks: { taskId: string; args: string }[]; revokedTaskIds: string[] }[];
        };
        tasks: { nodes: { taskId: string; state: string }[] };
      }>(
        `{ workers(useCache: false) { nodes { activeTasks { taskId args } revokedTaskIds } }
           tasks(useCache: false) { nodes { taskId state } }
           taskStatus(useCache: false) { active { total } }
           metricsSummary(windowSeconds: 60, useCache: false) { activeTasks }
           gateway { events { malformed } } }`,
      );
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({
        taskStatus: { active: { total: 2 } },
        metricsSummary: { activeTasks: 2 },
        gateway: { events: { malformed: 0 } },
      });
      const [worker] = data?.workers.nodes ?? [];
      expect(worker?.activeTasks.toSorted((a, b) => (a.taskId < b.taskId ? -1 : 1))).toEqual([
        { taskId: '44', args: "('hang', nan, 12345678901234567890, 1.0)" },
        { taskId: 'plain', args: "('hang', -inf)" },
      ]);
      expect(worker?.revokedTaskIds.toSorted()).toEqual(['42', 'a']);
      expect(data?.tasks.nodes.toSorted((a, b) => (a.taskId < b.taskId ? -1 : 1))).toEqual([
        { taskId: '44', state: 'STARTED' },
        { taskId: 'plain', state: 'STARTED' },
      ]);
    }, 20_000);
  });
});
