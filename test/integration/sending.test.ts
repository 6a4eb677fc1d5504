/** Tasks that the gateway sends, run by real workers; sent once more; and queues that it empties. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  PurgeQueueDocument,
  RerunTaskDocument,
  SendTaskDocument,
  type SendTaskMutationVariables,
} from '../../src/generated/operations.js';
import { sendTasks, startCluster, type Cluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { describeEachBroker, describeEachCluster } from '../support/matrix.js';
import { watchCluster } from '../support/watch.js';

/** Generous: other suites run on the same machine. */
const patience = 20_000;

interface TaskAnswer {
  readonly state: string;
  readonly result: string | null;
  readonly eta: string | null;
  readonly receivedAt: string | null;
  readonly startedAt: string | null;
  readonly children: { nodes: readonly { readonly taskId: string }[] };
}

const flags = ['--default-queue', 'default', '--allowed-tasks', 'demo.*', '--allowed-queues', '*'];

async function send(gateway: TestGateway, variables: SendTaskMutationVariables): Promise<string> {
  const { data, errors } = await gateway.execute(SendTaskDocument, variables);
  expect(errors).toBeUndefined();
  return data?.sendTask?.taskId ?? '';
}

function finished(gateway: TestGateway, id: string, state = 'SUCCESS'): Promise<TaskAnswer> {
  return eventually(async () => {
    const { data } = await gateway.query<{ task: TaskAnswer }>(
      `query ($id: ID!) { task(taskId: $id, useCache: false) {
        state result eta receivedAt startedAt children { nodes { taskId } } } }`,
      { id },
    );
    expect(data?.task.state).toBe(state);
    return data?.task as TaskAnswer;
  }, patience);
}

/** What the worker stored, the value itself. */
async function stored({ redis }: Cluster, id: string): Promise<unknown> {
  const text = await redis.client().get(`celery-task-meta-${id}`);
  return (JSON.parse(text ?? '{}') as { result: unknown }).result;
}

describeEachCluster('a task that the gateway sends', (on) => {
  let cluster: Cluster;
  let gateway: TestGateway;

  beforeAll(async () => {
    cluster = await startCluster({
      ...on,
      env: { RESULT_EXTENDED: '1' },
      workers: [{ hostname: 'w1', queues: ['default', 'slow'], concurrency: 2 }],
    });
    await sendTasks(cluster.application, []); // declares the queues that no worker consumes
    gateway = await watchCluster(cluster, { args: flags });
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  it('is run by a worker with its arguments, and its result is read', async () => {
    const id = await send(gateway, { name: 'demo.add', args: [40, 2] });
    expect(await finished(gateway, id)).toMatchObject({ result: '42' });
    const kwargs = { nested: { list: [1.5, null, true], text: "it's naïve ✓\n" } };
    const echo = await send(gateway, { name: 'demo.echo', args: ['é', null], kwargs });
    await finished(gateway, echo);
    expect(await stored(cluster, echo)).toEqual({ args: ['é', null], kwargs });
  });

  it('brings the worker all that was said of it', async () => {
    const id = await send(gateway, {
      name: 'demo.request',
      options: {
        ...{ expiresSeconds: 600, priority: 5, retries: 300, headers: { tenant: 'acme', n: 70_000 } },
        ...{ timeLimitSeconds: 300, softTimeLimitSeconds: 200.5 },
      },
    });
    await finished(gateway, id);
    expect(await stored(cluster, id)).toEqual({
      ...{ id, root_id: id, parent_id: null, correlation_id: id, retries: 300, priority: 5 },
      ...{ eta: null, timelimit: [300, 200.5], tenant: 'acme', n: 70_000 },
      ...{ args: [], kwargs: {}, origin: `gen${process.pid}@celeryql` },
      expires: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
    });
  });

  it('is not begun before its time', async () => {
    const id = await send(gateway, {
      name: 'demo.add',
      args: [1, 2],
      options: { countdownSeconds: 1.5 },
    });
    // The result can arrive before the event of the start.
    const { eta, startedAt } = await eventually(async () => {
      const task = await finished(gateway, id);
      expect(task.startedAt).not.toBeNull();
      return task;
    }, patience);
    expect(Date.parse(startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(eta ?? ''));
  });

  it('is revoked when it comes too late', async () => {
    const id = await send(gateway, {
      name: 'demo.add',
      args: [1, 2],
      options: { expires: new Date(Date.now() - 60_000).toISOString() },
    });
    await finished(gateway, id, 'REVOKED');
  });

  it('ends at its time limits', async () => {
    const id = await send(gateway, {
      name: 'demo.sleep',
      args: [60],
      options: { queue: 'slow', softTimeLimitSeconds: 1 },
    });
    await finished(gateway, id, 'FAILURE');
    const { data } = await gateway.query(`{ task(taskId: "${id}", useCache: false) { exception } }`);
    expect(data).toEqual({
      task: { exception: expect.stringMatching(/^SoftTimeLimitExceeded/) as string },
    });
  });

  it('is sent once more with the same arguments, as a child of the first', async () => {
    const args = [1.5, 'C:\\new', 'x'.repeat(2_000)];
    const first = await send(gateway, { name: 'demo.echo', args, kwargs: { k: [null] } });
    await finished(gateway, first);
    const rerun = await gateway.execute(RerunTaskDocument, { taskId: first });
    expect(rerun.errors).toBeUndefined();
    const id = rerun.data?.rerunTask?.taskId ?? '';
    expect(rerun.data?.rerunTask?.task).toMatchObject({ parentId: first, rootId: first });
    await finished(gateway, id);
    expect(await stored(cluster, id)).toEqual({ args, kwargs: { k: [null] } });
    expect((await finished(gateway, first)).children).toEqual({ nodes: [{ taskId: id }] });
  });

  it('goes to no queue, and by no name, that is unknown or not allowed', async () => {
    const refused = async (variables: SendTaskMutationVariables) =>
      (await gateway.execute(SendTaskDocument, variables)).errors;
    expect(await refused({ name: 'demo.add', options: { queue: 'defualt' } })).toMatchObject([
      { message: 'There is no queue defualt', extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect(await refused({ name: 'os.system', args: ['true'] })).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
  });

  it('waits by its priority, and is gone when the queue is purged of what was expected', async () => {
    for (const priority of [9, 0, 5])
      await send(gateway, {
        name: 'demo.ranked',
        args: [priority],
        options: { queue: 'high', priority },
      });
    const count = async () => {
      const { data } = await gateway.query<{ queue: { messages: number } }>(
        '{ queue(name: "high", useCache: false) { messages } }',
      );
      return data?.queue.messages;
    };
    await eventually(async () => expect(await count()).toBe(3), patience);
    if (on.broker === 'redis') {
      const { data } = await gateway.query(
        '{ queue(name: "high", useCache: false) { peek { args priority } } }',
      );
      expect(data).toEqual({
        queue: {
          peek: [0, 5, 9].map((priority) => ({ args: `(${priority},)`, priority })),
        },
      });
    }
    const purge = (expectedMessages: number) =>
      gateway.execute(PurgeQueueDocument, { name: 'high', expectedMessages });
    expect((await purge(2)).errors).toMatchObject([
      {
        message: 'high was not purged: 3 messages wait in it, not 2',
        extensions: { code: 'COMMAND_REJECTED' },
      },
    ]);
    expect(await count()).toBe(3);
    expect((await purge(3)).data).toEqual({ purgeQueue: { name: 'high', purged: 3 } });
    expect(await count()).toBe(0);
  });

  it('is served by its priority', async () => {
    for (const priority of [0, 9, 5])
      await send(gateway, {
        name: 'demo.ranked',
        args: [priority],
        // Start times have millisecond precision: two tasks must not start in the same millisecond.
        kwargs: { seconds: 0.05 },
        options: { queue: 'high', priority },
      });
    await eventually(async () => {
      const { data } = await gateway.query('{ queue(name: "high", useCache: false) { messages } }');
      expect(data).toEqual({ queue: { messages: 3 } });
    }, patience);
    await cluster.startWorker({ hostname: 'w2', queues: ['high'], pool: 'solo' });
    const order = await eventually(async () => {
      const { data } = await gateway.query<{
        tasks: { nodes: { args: string; startedAt: string | null }[] };
      }>(
        `{ tasks(useCache: false, first: 3, filter: { names: ["demo.ranked"], states: [SUCCESS] },
          orderBy: { field: STARTED, direction: ASC }) { nodes { args startedAt } } }`,
      );
      const nodes = data?.tasks.nodes.filter(({ startedAt }) => startedAt !== null);
      expect(nodes).toHaveLength(3);
      return nodes?.map(({ args }) => args);
    }, patience);
    expect(order).toEqual(on.broker === 'redis' ? ['(0,)', '(5,)', '(9,)'] : ['(9,)', '(5,)', '(0,)']);
  });
});

describeEachBroker('a task whose arguments were cut', (on) => {
  it('is not sent once more, unless they are given', async () => {
    await using cluster = await startCluster({ ...on, workers: [{ hostname: 'w1', pool: 'solo' }] });
    await using gateway = await watchCluster(cluster, { args: flags });
    const [long = '', deep = '', whole = ''] = await sendTasks(cluster.application, [
      { name: 'demo.echo', args: ['x'.repeat(2_000)] },
      { name: 'demo.echo', args: [[[[[1]]]]] },
      { name: 'demo.echo', args: [1, "it's"], kwargs: { a: [null, 1.5] } },
    ]);
    for (const id of [long, deep, whole]) await finished(gateway, id);

    for (const id of [long, deep]) {
      expect((await gateway.execute(RerunTaskDocument, { taskId: id })).errors).toMatchObject([
        {
          message: `${id} was not rerun: its args are known in part only; give args`,
          extensions: { code: 'COMMAND_REJECTED' },
        },
      ]);
    }
    const given = await gateway.execute(RerunTaskDocument, { taskId: long, args: ['y'] });
    const short = given.data?.rerunTask?.taskId ?? '';
    await finished(gateway, short);
    expect(await stored(cluster, short)).toEqual({ args: ['y'], kwargs: {} });
    const again = await gateway.execute(RerunTaskDocument, { taskId: whole });
    expect(again.errors).toBeUndefined();
    const id = again.data?.rerunTask?.taskId ?? '';
    await finished(gateway, id);
    expect(await stored(cluster, id)).toEqual({ args: [1, "it's"], kwargs: { a: [null, 1.5] } });
  });
});

describeEachBroker('a broker that restarts between two tasks', (on) => {
  it('costs a typed error in time, and the next task runs', async () => {
    await using cluster = await startCluster({
      ...{ ...on, ownBroker: true },
      workers: [{ hostname: 'w1', pool: 'solo' }],
    });
    await using gateway = await watchCluster(cluster, { args: flags });
    await finished(gateway, await send(gateway, { name: 'demo.add', args: [1, 1] }));

    await cluster.server.kill();
    for (const attempt of [1, 2, 3]) {
      const started = performance.now();
      const { errors } = await gateway.execute(SendTaskDocument, {
        name: 'demo.add',
        args: [attempt, 0],
      });
      expect(errors).toMatchObject([{ extensions: { code: 'BROKER_UNAVAILABLE' } }]);
      expect(performance.now() - started).toBeLessThan(2_000);
    }
    expect(
      (await gateway.execute(PurgeQueueDocument, { name: 'default', expectedMessages: 0 })).errors,
    ).toMatchObject([{ extensions: { code: 'BROKER_UNAVAILABLE' } }]);

    await cluster.server.restart();
    const id = await eventually(async () => {
      const { data, errors } = await gateway.execute(SendTaskDocument, {
        name: 'demo.add',
        args: [2, 2],
      });
      expect(errors).toBeUndefined();
      return data?.sendTask?.taskId ?? '';
    }, patience);
    expect(await finished(gateway, id)).toMatchObject({ result: '4' });
  });
});
