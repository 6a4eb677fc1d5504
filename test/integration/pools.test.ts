/** Workers of every pool: what they answer, what becomes of their tasks, and whether they live. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendTasks, startCluster, type Cluster, type Pool } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { describeEachPool } from '../support/matrix.js';
import { expectReported } from '../support/reported-tasks.js';
import { expected, runTour, tourEnv } from '../support/tour.js';
import { watchCluster } from '../support/watch.js';

const heartbeat = 2_000;
const slack = 2_500;

/** What it says of its pool, with a concurrency of 3. */
const slots: Readonly<Record<Pool, number>> = { prefork: 3, threads: 3, gevent: 3, solo: 1 };

// The tests below follow each other on one cluster.
describeEachPool('a worker', (on, pool) => {
  const setting = { release: on.version.name, pool };
  let cluster: Cluster;
  let gateway: TestGateway;

  beforeAll(async () => {
    cluster = await startCluster({ ...on, workers: [{ pool, concurrency: 3 }], env: tourEnv });
    gateway = await watchCluster(cluster);
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  const worker = async (fields: string) => {
    const { data, errors } = await gateway.query<{ worker: Record<string, unknown> | null }>(
      `{ worker(hostname: "w1@test", useCache: false) { ${fields} } }`,
    );
    expect(errors).toBeUndefined();
    return data?.worker;
  };

  it('reports its own state', async () => {
    const reported = await worker(`status unresponsive registeredTasks activeQueues { name }
      activeTasks { taskId } stats { pid pool { maxConcurrency } }`);

    expect(reported).toMatchObject({
      ...{ status: 'ONLINE', unresponsive: false, activeTasks: [] },
      stats: { pid: cluster.worker('w1').pid, pool: { maxConcurrency: slots[pool] } },
      registeredTasks: expect.arrayContaining(['demo.add']) as unknown,
      activeQueues: expect.arrayContaining([{ name: 'default' }]) as unknown,
    });
  });

  it('ends 24 kinds of tasks as the result backend and their sender know it', async () => {
    const ledger = await runTour(cluster.application, { pool });

    for (const entry of ledger) {
      expect(entry.backend, entry.kind).toMatchObject(expected(entry, setting).stored);
    }
    await expectReported(gateway, ledger, setting);
  });

  it(pool === 'solo' ? 'does not answer while it works' : 'reports the tasks that it runs', async () => {
    const [id = ''] = await sendTasks(cluster.application, [{ name: 'demo.sleep', args: [4] }]);
    await cluster.worker('w1').waitForLine(new RegExp(`${id}\\] received`));

    const held = { unresponsive: false, activeTasks: [{ taskId: id }] };
    const silent = { unresponsive: true, activeTasks: null };
    await eventually(async () =>
      expect(await worker('unresponsive activeTasks { taskId }')).toEqual(
        pool === 'solo' ? silent : held,
      ),
    );
    await eventually(
      async () => expect(await worker('activeTasks { taskId }')).toEqual({ activeTasks: [] }),
      10_000,
    );
  });

  it('is offline three heartbeats after it was killed', async () => {
    await eventually(async () =>
      expect(await worker('status freqSeconds')).toEqual({ status: 'ONLINE', freqSeconds: 2 }),
    );
    await cluster.worker('w1').kill();

    await eventually(
      async () => expect(await worker('status')).toEqual({ status: 'OFFLINE' }),
      3 * heartbeat + slack,
    );
  });
});
