/** A database and a key prefix, or a virtual host, of its own: a cluster is seen whole, and nothing of its neighbours. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  sendTasks,
  startCluster,
  startWorker,
  type Application,
  type CeleryWorker,
  type Cluster,
} from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { describeOneCelery } from '../support/matrix.js';
import { onlineWorkers, watching } from '../support/watch.js';

const prefix = '{team}:';

describeOneCelery('clusters that share a Redis', (version) => {
  let cluster: Cluster;
  const workers: CeleryWorker[] = [];
  const gateways: TestGateway[] = [];
  let neighbours: { name: string; application: Application; args: readonly string[] }[];

  beforeAll(async () => {
    cluster = await startCluster({ version, workers: [] });
    const { python } = version;
    const own = (db: number, args: readonly string[], env: Application['env'] = {}) => ({
      application: { python, broker: cluster.redis.url(db), env },
      args,
    });
    neighbours = [
      { name: 'plain', ...own(0, []) },
      { name: 'database', ...own(3, []) },
      { name: 'prefixed', ...own(0, ['--global-keyprefix', prefix], { KEYPREFIX: prefix }) },
      {
        name: 'both',
        ...own(3, ['--global-keyprefix', prefix], { KEYPREFIX: prefix }),
      },
    ];
    workers.push(
      ...(await Promise.all(
        neighbours.map(({ name, application }) =>
          startWorker({
            ...application,
            hostname: name,
            pool: 'solo',
            queues: ['default', 'media.video'],
          }),
        ),
      )),
    );
    for (const { application, args } of neighbours)
      gateways.push(await startTestGateway({ broker: application.broker, args }));
  });

  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway[Symbol.asyncDispose]()));
    await Promise.all(workers.map((worker) => worker.stop()));
    await cluster[Symbol.asyncDispose]();
  });

  it('are kept apart: workers, queues and tasks', async () => {
    const sent = new Map<string, string>();
    for (const [n, { name, application }] of neighbours.entries()) {
      const [id = ''] = await sendTasks(application, [
        { name: 'demo.echo', args: [name] },
        { name: 'demo.encode', args: [name], options: { countdown: 600 } },
        ...Array.from({ length: n + 1 }, () => ({ name: 'demo.sleep', args: [1] })), // no worker takes these
      ]);
      sent.set(name, id);
    }

    for (const [n, { name }] of neighbours.entries()) {
      const gateway = gateways[n];
      if (!gateway) throw new Error(`no gateway for ${name}`);
      const { data } = await eventually(async () => {
        const answer = await gateway.query(
          `query ($id: ID!) {
            workers(useCache: false) { nodes { hostname unresponsive scheduledTasks { request { args } } } }
            queues(useCache: false) { nodes { name messages unacknowledged consumers } }
            tasks(useCache: false, filter: { states: [SUCCESS] }) { nodes { taskId state args } }
            task(taskId: $id, useCache: false) { state hostname }
          }`,
          { id: sent.get(name) },
        );
        expect(answer.errors).toBeUndefined();
        expect(answer.data?.['task']).toEqual({ state: 'SUCCESS', hostname: `${name}@test` });
        return answer;
      }, 10_000);

      expect(data).toMatchObject({
        workers: {
          nodes: [
            {
              hostname: `${name}@test`,
              unresponsive: false,
              scheduledTasks: [{ request: { args: `('${name}',)` } }],
            },
          ],
        },
        queues: {
          nodes: [
            { name: 'default', messages: 0, unacknowledged: 0, consumers: 1 },
            { name: 'high', messages: 0, consumers: 0 },
            { name: 'media.video', messages: 0, unacknowledged: 1, consumers: 1 },
            { name: 'slow', messages: n + 1, unacknowledged: 0, consumers: 0 },
          ],
        },
        tasks: { nodes: [{ taskId: sent.get(name), args: `['${name}']` }] },
      });
    }
  });

  it('share nothing of a result backend that has no prefix', async () => {
    const [plain, database] = gateways;
    const { data } = (await plain?.query<{ tasks: { nodes: { taskId: string }[] } }>(
      '{ tasks(useCache: false) { nodes { taskId } } }',
    )) ?? { data: null };
    const [{ taskId } = { taskId: '' }] = data?.tasks.nodes ?? [];

    const elsewhere = await database?.query(`{ task(taskId: "${taskId}", useCache: false) { state } }`);
    expect(elsewhere?.data).toEqual({ task: null });
  });
});

describeOneCelery(
  'clusters that share a RabbitMQ',
  (version) => {
    it('are kept apart by their virtual hosts: workers, queues and tasks', async () => {
      const on = { version, broker: 'rabbitmq' } as const;
      const worker = { hostname: 'w1', pool: 'solo', queues: ['default'] } as const;
      await using here = await startCluster({ ...on, workers: [worker] });
      await using there = await startCluster({
        ...on,
        workers: [worker, { ...worker, hostname: 'w2' }],
      });
      await using gateway = await startTestGateway({
        ...watching(here),
        args: ['--management-url', here.vhost.managementUrl],
      });
      await using neighbour = await startTestGateway({
        ...watching(there),
        args: ['--management-url', there.vhost.managementUrl],
      });
      await eventually(async () => {
        expect(await onlineWorkers(gateway)).toEqual(['w1@test']);
        expect(await onlineWorkers(neighbour)).toEqual(['w1@test', 'w2@test']);
      }, 10_000);

      const [id = ''] = await sendTasks(here.application, [{ name: 'demo.echo', args: ['here'] }]);
      await sendTasks(
        there.application,
        [1, 2, 3].map((n) => ({ name: 'demo.sleep', args: [n] })), // no worker takes these
      );

      const one = `query ($id: ID!) {
        task(taskId: $id, useCache: false) { state }
        tasks(useCache: false) { totalCount }
        queue(name: "slow", useCache: false) { messages consumers }
      }`;
      await eventually(async () => {
        expect((await gateway.query(one, { id })).data).toEqual({
          task: { state: 'SUCCESS' },
          tasks: { totalCount: 1 },
          queue: { messages: 0, consumers: 0 },
        });
        expect((await neighbour.query(one, { id })).data).toEqual({
          task: null,
          tasks: { totalCount: 3 },
          queue: { messages: 3, consumers: 0 },
        });
      }, 15_000);
      expect(await onlineWorkers(gateway)).toEqual(['w1@test']);
    });
  },
  'rabbitmq',
);
