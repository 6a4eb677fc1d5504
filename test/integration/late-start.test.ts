/** The event stream has no replay: what was before the gateway comes from the workers and the results. */
import { expect, it } from 'vitest';
import { celeryInspect, sendTasks, startCluster, type Cluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { describeEachCluster } from '../support/matrix.js';
import { watchCluster, watching } from '../support/watch.js';

const fields = 'taskId name state source result exception retries queue args worker { hostname status }';

interface TaskAnswer {
  readonly task: Record<string, unknown> | null;
}

async function task(
  gateway: TestGateway,
  id: string | undefined,
): Promise<TaskAnswer['task'] | undefined> {
  const { data, errors } = await gateway.query<TaskAnswer>(
    `query ($id: ID!) { task(taskId: $id, useCache: false) { ${fields} } }`,
    { id },
  );
  expect(errors).toBeUndefined();
  return data?.task;
}

/** Resolves when these have ended, and their worker has no events of them left to send. */
async function finished(cluster: Cluster, ids: readonly string[], keyprefix = ''): Promise<void> {
  const redis = cluster.redis.client();
  await eventually(async () => {
    const results = await redis.mget(ids.map((id) => `${keyprefix}celery-task-meta-${id}`));
    for (const text of results) expect(text).toMatch(/"status": "(SUCCESS|FAILURE)"/);
  }, 15_000);
  // A solo pool sends its events at the next turn of its loop, and answers after it.
  await celeryInspect(cluster.application, 'ping', { destination: cluster.hostnames });
}

describeEachCluster('a gateway that starts late', (on) => {
  it('answers from the result backend for what ended before', async () => {
    await using cluster = await startCluster({ ...on, workers: [{ pool: 'solo' }] });
    const ids = await sendTasks(cluster.application, [
      { name: 'demo.add', args: [1, 2] },
      { name: 'demo.fail', args: ["it's late", 408] },
      { name: 'demo.exhaust' },
    ]);
    await finished(cluster, ids);
    await using gateway = await watchCluster(cluster);

    const unknown = { name: null, args: null, queue: null, worker: null, retries: 0 };
    const [added, failed, exhausted] = ids;
    expect(await task(gateway, added)).toEqual({
      ...unknown,
      taskId: added,
      state: 'SUCCESS',
      source: 'RESULT_BACKEND',
      result: '3',
      exception: null,
    });
    expect(await task(gateway, failed)).toEqual({
      ...unknown,
      taskId: failed,
      state: 'FAILURE',
      source: 'RESULT_BACKEND',
      result: null,
      exception: `PaymentError("it's late", 408)`,
    });
    expect(await task(gateway, exhausted)).toMatchObject({
      state: 'FAILURE',
      exception: "TimeoutError('upstream never answered')",
    });
    expect(await task(gateway, 'no-such-task')).toBeNull();
  });

  it('finds results beside a broker whose keys have a prefix', async () => {
    const env = { KEYPREFIX: '{team}:' };
    await using cluster = await startCluster({ ...on, workers: [{ pool: 'solo' }], env });
    const [id = ''] = await sendTasks(cluster.application, [{ name: 'demo.add', args: [1, 2] }]);
    await finished(cluster, [id]);
    await using gateway = await watchCluster(cluster, { args: ['--global-keyprefix', '{team}:'] });

    expect(await task(gateway, id)).toMatchObject({
      state: 'SUCCESS',
      source: 'RESULT_BACKEND',
      result: '3',
    });
  });

  it('finds results that have a prefix of their own, which Celery 5.2 does not know', async () => {
    const env = { KEYPREFIX: '{team}:', RESULT_KEYPREFIX: 'team' };
    const isKnown = on.version.name === 'newest';
    await using cluster = await startCluster({ ...on, workers: [{ pool: 'solo' }], env });
    const [id = ''] = await sendTasks(cluster.application, [{ name: 'demo.add', args: [1, 2] }]);
    await finished(cluster, [id], isKnown ? 'team_' : ''); // Celery's underscore
    const flags = ['--global-keyprefix', '{team}:', '--result-keyprefix', isKnown ? 'team' : ''];
    await using gateway = await watchCluster(cluster, { args: flags });

    expect(await task(gateway, id)).toMatchObject({ source: 'RESULT_BACKEND', result: '3' });
  });

  it('shows results as events do, and none of a task that runs', async () => {
    await using cluster = await startCluster({ ...on, workers: [{ pool: 'solo', events: false }] });
    const env = { SENT_EVENT: '0' };
    const [echoed, running] = await sendTasks({ ...cluster.application, env }, [
      { name: 'demo.echo', args: ['a', null, true] },
      { name: 'demo.sleep', args: [600] },
    ]);
    const redis = cluster.redis.client();
    await eventually(async () =>
      expect(await redis.get(`celery-task-meta-${running}`)).toMatch(/"status": "STARTED"/),
    );
    await using gateway = await startTestGateway(watching(cluster));

    await eventually(async () =>
      expect(await task(gateway, echoed)).toMatchObject({
        state: 'SUCCESS',
        result: "{'args': ['a', None, True], 'kwargs': {}}",
      }),
    );
    expect(await task(gateway, running)).toMatchObject({
      ...{ state: 'STARTED', source: 'RESULT_BACKEND', result: null },
    });
    await cluster.worker('w1').kill(); // it would wait for its task
  });

  it('reports a result backend that is unavailable by its own code', async () => {
    await using cluster = await startCluster({ ...on, workers: [{ pool: 'solo' }] });
    await using gateway = await watchCluster(cluster, { resultBackend: 'redis://127.0.0.1:1/0' });

    const { data, errors } = await gateway.query('{ task(taskId: "no-such-task") { state } }');
    expect(data).toEqual({ task: null });
    expect(errors).toMatchObject([
      {
        message: 'Result backend at redis://127.0.0.1:1/0 is unavailable',
        extensions: { code: 'RESULT_BACKEND_UNAVAILABLE' },
      },
    ]);
  });

  it('shows all that extended results hold', async () => {
    const env = { RESULT_EXTENDED: '1' };
    await using cluster = await startCluster({ ...on, workers: [{ pool: 'solo' }], env });
    const [id = ''] = await sendTasks(cluster.application, [{ name: 'demo.flaky', args: [1] }]);
    await finished(cluster, [id]);
    await using gateway = await watchCluster(cluster);

    expect(await task(gateway, id)).toMatchObject({
      name: 'demo.flaky',
      state: 'SUCCESS',
      source: 'RESULT_BACKEND',
      result: '1',
      args: '(1,)',
      retries: 1,
      queue: 'default',
      worker: { hostname: 'w1@test', status: 'ONLINE' },
    });
  });

  it('learns from the workers what they run, and what they hold when a client selects that', async () => {
    await using cluster = await startCluster({ ...on, workers: [{ concurrency: 1 }] });
    const [running, reserved, waiting] = await sendTasks(cluster.application, [
      { name: 'demo.sleep', args: [600] },
      { name: 'demo.echo', args: ['next'] },
      { name: 'demo.ranked', args: [6], options: { countdown: 600, priority: 6 } },
    ]);
    await cluster.worker('w1').waitForLine(new RegExp(`${waiting}\\] received`));
    // Not before it runs: its start would be an event.
    const redis = cluster.redis.client();
    await eventually(async () =>
      expect(await redis.get(`celery-task-meta-${running}`)).toMatch(/"status": "STARTED"/),
    );
    // Nor before its loop has turned since, which is when a worker sends the events that it has gathered.
    await celeryInspect(cluster.application, 'ping');
    await using gateway = await watchCluster(cluster);

    const held = { source: 'INSPECT', worker: { hostname: 'w1@test', status: 'ONLINE' }, result: null };
    await eventually(async () =>
      expect(await task(gateway, running)).toMatchObject({
        ...held,
        name: 'demo.sleep',
        state: 'STARTED',
        args: '[600]', // as the sender gave them
        queue: 'slow',
      }),
    );
    // To ask for these can break a worker.
    expect(await task(gateway, reserved)).toBeNull();
    expect(await task(gateway, waiting)).toBeNull();
    await gateway.query('{ workers { nodes { reservedTasks { taskId } scheduledTasks { eta } } } }');
    expect(await task(gateway, reserved)).toMatchObject({
      ...held,
      state: 'RECEIVED',
      args: "('next',)",
      queue: 'default',
    });
    expect(await task(gateway, waiting)).toMatchObject({
      ...held,
      state: 'RECEIVED',
      args: '(6,)',
      queue: 'high',
    });
    const { data } = await gateway.query('{ tasks(useCache: false) { totalCount } }');
    expect(data).toEqual({ tasks: { totalCount: 3 } });

    await cluster.worker('w1').kill(); // it would wait for its tasks
  });

  it('takes a finished result for a task whose end event it missed', async () => {
    await using cluster = await startCluster({ ...on, workers: [{ events: false, pool: 'solo' }] });
    await using gateway = await watchCluster(cluster);
    const [id = ''] = await sendTasks(cluster.application, [{ name: 'demo.add', args: [20, 22] }]);

    // Only the sender reports it, by its task-sent event.
    await eventually(async () =>
      expect(await task(gateway, id)).toMatchObject({
        name: 'demo.add',
        state: 'SUCCESS',
        source: 'RESULT_BACKEND',
        args: '[20, 22]', // as the sender gave them
        queue: 'default',
        result: '42',
      }),
    );
  });
});
