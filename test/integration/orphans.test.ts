/** Tasks of workers that go away: lost with a worker that is killed, finished by one that shuts down, kept by one that stops. */
import { expect, it } from 'vitest';
import { sendTasks, startCluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { describeEachCluster } from '../support/matrix.js';
import { watchCluster } from '../support/watch.js';

const threeHeartbeats = 6_000;
const slack = 2_500;

interface Seen {
  readonly status: string | undefined;
  readonly state: string | undefined;
  readonly orphaned: boolean | undefined;
}

/** What is said of the worker `w1` and of a task. */
async function seen(gateway: TestGateway, id: string): Promise<Seen> {
  const { data } = await gateway.query<{
    worker: { status: string } | null;
    task: { state: string; orphaned: boolean } | null;
  }>(
    `{ worker(hostname: "w1@test", useCache: false) { status } task(taskId: "${id}", useCache: false) { state orphaned } }`,
  );
  return { status: data?.worker?.status, state: data?.task?.state, orphaned: data?.task?.orphaned };
}

async function orphans(gateway: TestGateway): Promise<unknown> {
  const { data } = await gateway.query('{ taskStatus(useCache: false) { orphaned } }');
  return data?.['taskStatus'];
}

describeEachCluster('a task that runs', (on) => {
  async function running(seconds: number) {
    const cluster = await startCluster({ ...on, workers: ['w1'] });
    const gateway = await watchCluster(cluster);
    const [id = ''] = await sendTasks(cluster.application, [{ name: 'demo.sleep', args: [seconds] }]);
    await eventually(async () =>
      expect(await seen(gateway, id)).toEqual({ status: 'ONLINE', state: 'STARTED', orphaned: false }),
    );
    await eventually(async () => {
      const { data } = await gateway.query('{ workers(useCache: false) { nodes { freqSeconds } } }');
      expect(data).toEqual({ workers: { nodes: [{ freqSeconds: 2 }] } }); // at first it was called for
    });
    return {
      ...{ cluster, gateway, id },
      async [Symbol.asyncDispose]() {
        await gateway[Symbol.asyncDispose]();
        await cluster[Symbol.asyncDispose]();
      },
    };
  }

  it('is an orphan three heartbeats after its worker was killed', async () => {
    await using test = await running(600);

    await test.cluster.worker('w1').kill();

    const lost = { status: 'OFFLINE', state: 'STARTED', orphaned: true };
    await eventually(
      async () => expect(await seen(test.gateway, test.id)).toEqual(lost),
      threeHeartbeats + slack,
    );
    expect(await orphans(test.gateway)).toEqual({ orphaned: 1 });
  });

  it('is an orphan while its worker is stopped, and ends as ever when that goes on', async () => {
    await using test = await running(8);

    test.cluster.worker('w1').pause();
    const lost = { status: 'OFFLINE', state: 'STARTED', orphaned: true };
    await eventually(
      async () => expect(await seen(test.gateway, test.id)).toEqual(lost),
      threeHeartbeats + slack,
    );

    test.cluster.worker('w1').resume();
    await eventually(async () => {
      const { status, orphaned } = await seen(test.gateway, test.id);
      expect([status, orphaned]).toEqual(['ONLINE', false]);
    }, 10_000);
    await eventually(
      async () => expect((await seen(test.gateway, test.id)).state).toBe('SUCCESS'),
      15_000,
    );
    expect(await orphans(test.gateway)).toEqual({ orphaned: 0 });
  });

  it('is finished by a worker that shuts down, which is offline at once', async () => {
    await using test = await running(4);

    const stopped = test.cluster.worker('w1').stop();
    await eventually(async () =>
      expect(await seen(test.gateway, test.id)).toEqual({
        ...{ status: 'OFFLINE', state: 'STARTED', orphaned: false },
      }),
    );
    await stopped;

    const ended = { status: 'OFFLINE', state: 'SUCCESS', orphaned: false };
    await eventually(async () => expect(await seen(test.gateway, test.id)).toEqual(ended));
  });

  it('is an orphan as soon as another process has the name of its worker', async () => {
    await using test = await running(600);
    await test.cluster.worker('w1').kill();

    await test.cluster.startWorker('w1');

    const replaced = { status: 'ONLINE', state: 'STARTED', orphaned: true };
    await eventually(async () => expect(await seen(test.gateway, test.id)).toEqual(replaced));
  });

  it('is settled by its result when its worker died before it could report the end', async () => {
    await using test = await running(600);
    await test.cluster.worker('w1').kill();
    const redis = test.cluster.redis.client();
    const meta = { task_id: test.id, status: 'SUCCESS', result: 42, traceback: null, children: [] };
    await redis.set(`celery-task-meta-${test.id}`, JSON.stringify(meta));

    await eventually(
      async () => {
        const { data } = await test.gateway.query(
          `{ tasks(filter: { taskIds: ["${test.id}"] }, useCache: false) { nodes { state result orphaned source } } }`,
        );
        const node = { state: 'SUCCESS', result: '42', orphaned: false, source: 'RESULT_BACKEND' };
        expect(data).toEqual({ tasks: { nodes: [node] } });
      },
      threeHeartbeats + slack + 5_000,
    );
  });
});
