/** Whether a worker is alive: by its heartbeats, its goodbye, or its silence. */
import { expect, it } from 'vitest';
import { sendTasks, startCluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { describeEachCluster } from '../support/matrix.js';
import { watchCluster } from '../support/watch.js';

const heartbeat = 2_000;
const slack = 1_500;

async function statuses(gateway: TestGateway): Promise<Record<string, string>> {
  const { data, errors } = await gateway.query<{
    workers: { nodes: { hostname: string; status: string }[] };
  }>('{ workers(useCache: false) { nodes { hostname status } } }');
  expect(errors).toBeUndefined();
  return Object.fromEntries(
    (data?.workers.nodes ?? []).map(({ hostname, status }) => [hostname, status]),
  );
}

async function task(gateway: TestGateway, id: string): Promise<unknown> {
  const { data } = await gateway.query<{ task: unknown }>(
    `{ task(taskId: "${id}", useCache: false) { state orphaned hostname } }`,
  );
  return data?.task;
}

async function frequencies(gateway: TestGateway): Promise<unknown> {
  const { data } = await gateway.query<{ workers: { nodes: { freqSeconds: number }[] } }>(
    '{ workers(useCache: false) { nodes { freqSeconds } } }',
  );
  return data?.workers.nodes.map(({ freqSeconds }) => freqSeconds);
}

describeEachCluster('a worker', (on) => {
  it('that is killed is offline after three heartbeats, and its task an orphan', async () => {
    await using cluster = await startCluster({
      ...on,
      workers: [
        { hostname: 'w1', queues: ['default'] },
        { hostname: 'w2', queues: ['slow'], pool: 'threads' },
        { hostname: 'w3', queues: ['high'], pool: 'solo' },
      ],
    });
    await using gateway = await watchCluster(cluster);
    const [custom = '', started = ''] = await sendTasks(cluster.application, [
      { name: 'demo.progress', args: [6000] },
      { name: 'demo.sleep', args: [600] },
    ]);
    await eventually(async () => {
      const held = { orphaned: false };
      expect(await task(gateway, custom)).toEqual({ ...held, state: 'PROGRESS', hostname: 'w1@test' });
      expect(await task(gateway, started)).toEqual({ ...held, state: 'STARTED', hostname: 'w2@test' });
      expect(await frequencies(gateway)).toEqual([2, 2, 2]); // the first ones were not in their rhythm
    });

    await Promise.all([cluster.worker('w1').kill(), cluster.worker('w2').kill()]);
    const killed = performance.now();
    expect(new Set(Object.values(await statuses(gateway)))).toEqual(new Set(['ONLINE']));
    await eventually(
      async () =>
        expect(await statuses(gateway)).toEqual({
          'w1@test': 'OFFLINE',
          'w2@test': 'OFFLINE',
          'w3@test': 'ONLINE',
        }),
      3 * heartbeat + slack,
    );
    expect(performance.now() - killed).toBeGreaterThan(2 * heartbeat - slack);

    await eventually(async () => {
      expect(await task(gateway, custom)).toMatchObject({ orphaned: true, hostname: 'w1@test' });
      expect(await task(gateway, started)).toMatchObject({ orphaned: true, hostname: 'w2@test' });
    });
  });

  it('that says goodbye is offline at once', async () => {
    await using cluster = await startCluster({
      ...on,
      workers: ['w1', { hostname: 'w2', pool: 'solo' }],
    });
    await using gateway = await watchCluster(cluster);

    await cluster.worker('w2').stop();
    await eventually(
      async () => expect(await statuses(gateway)).toEqual({ 'w1@test': 'ONLINE', 'w2@test': 'OFFLINE' }),
      500,
    );
    await cluster.worker('w1').stop();
    await eventually(
      async () =>
        expect(await statuses(gateway)).toEqual({ 'w1@test': 'OFFLINE', 'w2@test': 'OFFLINE' }),
      500,
    );

    await cluster.startWorker('w1');
    await eventually(async () => expect((await statuses(gateway))['w1@test']).toBe('ONLINE'));
  });
});
