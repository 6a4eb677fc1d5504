/** Looking at what waits in Redis: none of it is taken, and what cannot be read is shown as what it is. */
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pythonOutput, sendTasks, startCluster, type Cluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { describeEachCelery } from '../support/matrix.js';

const separator = '\x06\x16';

/** A message in each of the ways that Celery can write it. */
const sendEach = (...ways: readonly string[]) => `
import cluster
cluster.declare()
for way in [${ways.map((way) => `dict(${way})`).join(', ')}]:
    print(cluster.echo.apply_async(('one', 2), {'k': True}, **way).id)
`;

interface Waiting {
  readonly taskId: string | null;
  readonly name: string | null;
}

// One file, one story: the tests below follow each other on one cluster without workers.
describeEachCelery('peek (Redis)', (version) => {
  let cluster: Cluster;
  let gateway: TestGateway;
  let redis: Redis;

  beforeAll(async () => {
    cluster = await startCluster({ version, workers: [] });
    redis = cluster.redis.client();
    gateway = await startTestGateway({ broker: cluster.broker });
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  async function peek(name: string, fields = 'taskId name', first = 100): Promise<Waiting[]> {
    const { data, errors } = await gateway.query<{ queue: { peek: Waiting[] } }>(
      `query ($name: ID!, $first: Int) {
        queue(name: $name, useCache: false) { peek(first: $first) { ${fields} } }
      }`,
      { name, first },
    );
    expect(errors).toBeUndefined();
    return data?.queue.peek ?? [];
  }

  const ranked = (priority: number, count: number) =>
    Array.from({ length: count }, (_, n) => ({
      ...{ name: 'demo.ranked', args: [n], options: { priority } },
    }));

  it('shows the order of service over the priorities, and takes nothing', async () => {
    const sent = await sendTasks(cluster.application, [...ranked(9, 5), ...ranked(0, 2)]);
    const lengths = async () => [
      await redis.llen('high'),
      await redis.llen(`high${separator}9`),
      await redis.dbsize(),
    ];
    const before = await lengths();
    expect(before.slice(0, 2)).toEqual([2, 5]);

    const served = [...sent.slice(5), ...sent.slice(0, 5)];
    await eventually(async () =>
      expect((await peek('high')).map(({ taskId }) => taskId)).toEqual(served),
    );
    expect((await peek('high', 'taskId', 3)).map(({ taskId }) => taskId)).toEqual(served.slice(0, 3));
    expect(await lengths()).toEqual(before);

    const { data } = await gateway.query(
      '{ queue(name: "high", useCache: false) { messages messagesByPriority { priority messages } orphaned } }',
    );
    expect(data?.['queue']).toEqual({
      messages: 7,
      messagesByPriority: [
        { priority: 0, messages: 2 },
        { priority: 9, messages: 5 },
      ],
      orphaned: true,
    });
  });

  it('reads both protocols, and never the body of a foreign content type', async () => {
    const send = async (protocol: string, ...ways: string[]) => {
      const env = { ...cluster.application.env, TASK_PROTOCOL: protocol };
      const output = await pythonOutput({ ...cluster.application, env }, ['-c', sendEach(...ways)]);
      return output.trim().split('\n');
    };
    const ids = [
      ...(await send('2', "serializer='pickle'", "compression='gzip'")),
      ...(await send('1', '', "serializer='pickle'")),
    ];
    const yaml = JSON.stringify({ body: 'a: 1', 'content-type': 'application/x-yaml', headers: {} });
    await redis.lpush('default', yaml, 'no message', '{"body": 7}');

    const json = 'application/json';
    const known = { name: 'demo.echo', args: "('one', 2)", kwargs: "{'k': True}" };
    const unknown = { taskId: null, name: null, args: null, kwargs: null };
    const waiting = await eventually(async () => {
      const found = await peek('default', 'taskId name args kwargs contentType');
      expect(found).toHaveLength(7);
      return found;
    });
    expect(waiting).toEqual([
      { ...known, taskId: ids[0], contentType: 'application/x-python-serialize' },
      { ...known, taskId: ids[1], contentType: json },
      { ...known, taskId: ids[2], contentType: json },
      { ...unknown, contentType: 'application/x-python-serialize' },
      { ...unknown, contentType: 'application/x-yaml' },
      { ...unknown, contentType: null },
      { ...unknown, contentType: null },
    ]);
  });

  it('is refused for more than a hundred, and the queue is answered nevertheless', async () => {
    const { data, errors } = await gateway.query(
      '{ queue(name: "default") { name peek(first: 101) { taskId } } }',
    );
    expect(data).toEqual({ queue: { name: 'default', peek: null } });
    expect(errors).toMatchObject([{ path: ['queue', 'peek'], extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('is not needed to find queues by what they hold', async () => {
    const found = async (filter: string) => {
      const { data, errors } = await gateway.query<{ queues: { nodes: { name: string }[] } }>(
        `{ queues(filter: ${filter}, useCache: false) { nodes { name } } }`,
      );
      expect(errors).toBeUndefined();
      return data?.queues.nodes.map(({ name }) => name);
    };
    expect(await found('{ hasMessages: true }')).toEqual(['default', 'high']);
    expect(await found('{ orphaned: true }')).toEqual(['default', 'high']);
    expect(await found('{ orphaned: false }')).toEqual(['media.video', 'slow']);
    expect(await found('{ search: "VIDEO" }')).toEqual(['media.video']);
    expect(await found('{ names: ["slow", "nope"], hasMessages: false }')).toEqual(['slow']);
  });
});
