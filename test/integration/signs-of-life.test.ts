/**
 * Signs of life of real workers, Celery 5.2 over Redis: what a worker without heartbeats, one whose heartbeats stop, a
 * solo pool at work and one that stopped listening are reported as. All of them run at the same time on one Redis.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  celeryInspect,
  celeryVersion,
  pythonOutput,
  sendTasks,
  startWorker,
  type Application,
  type CeleryWorker,
  type WorkerOptions,
} from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { FakeWorker } from '../support/fake-worker.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startRedis, type RedisServer } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';
import { scrape } from '../support/scrape.js';

/** Forced heartbeats say five seconds: a worker that is judged by those is offline after fifteen. */
const watchedMs = 18_000;
const databases = { before: 0, after: 1, stopping: 2, solo: 3, notListening: 4 } as const;
const flags = ['--default-queue', 'default', '--allowed-tasks', 'demo.*', '--allowed-queues', '*'];
const quiet = ['--without-heartbeat', '--without-gossip'];

/** One that runs, one that waits for the only process, one that waits for its time: each with a set. */
const sendSets = `
import cluster
cluster.declare()
spill = cluster.app.tasks['demo.spill']
for _ in range(2):
    spill.apply_async(('hang', {1, 2}), serializer='pickle', queue='default')
cluster.app.tasks['demo.echo'].apply_async(({3, 4},), countdown=3600, serializer='pickle', queue='default')
`;
import { WebSocket } from '../support/web-socket.js';

describeWith(['redis', 'celery:debian'], 'signs of life', () => {
  let redis: RedisServer;
  const started: AsyncDisposable[] = [];
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    await Promise.all(started.map((one) => one[Symbol.asyncDispose]()));
    await redis[Symbol.asyncDispose]();
  }, 60_000);

  function application(name: keyof typeof databases, env: Application['env'] = {}): Application {
    return { python: celeryVersion('debian').python, broker: redis.url(databases[name]), env };
  }

  async function worker(options: WorkerOptions): Promise<CeleryWorker> {
    const one = await startWorker(options);
    started.push(one);
    return one;
  }

  async function watch(name: keyof typeof databases): Promise<TestGateway> {
    const url = redis.url(databases[name]);
    const gateway = await startTestGateway({ broker: url, resultBackend: url, args: flags });
    started.unshift(gateway);
    return gateway;
  }

  async function workerOf(gateway: TestGateway, fields: string): Promise<unknown> {
    const { data } = await gateway.query<{ workers: { nodes: unknown[] } }>(
      `{ workers(useCache: false) { nodes { ${fields} } } }`,
    );
    expect(data?.workers.nodes).toHaveLength(1);
    return data?.workers.nodes[0];
  }

  /** Statuses of the worker, of its task and of a scrape, once a second. */
  async function observed(gateway: TestGateway, id: string): Promise<ReadonlySet<string>> {
    const seen = new Set<string>();
    const end = performance.now() + watchedMs;
    while (performance.now() < end) {
      const [{ data }, { values }] = await Promise.all([
        gateway.query<{ task: { orphaned: boolean }; workers: { nodes: { status: string }[] } }>(
          `{ task(taskId: "${id}", useCache: false) { orphaned } workers(useCache: false) { nodes { status } } }`,
        ),
        scrape(gateway),
      ]);
      const statuses = data?.workers.nodes.map(({ status }) => status).join();
      seen.add(`${statuses} orphaned ${data?.task.orphaned} up ${values('worker_up').join()}`);
      await delay(1_000);
    }
    return seen;
  }

  describe.concurrent('workers that live without heartbeats', () => {
    it.each(['before', 'after'] as const)(
      'stay online, and their task runs once: started %s the gateway',
      async (order) => {
        const app = application(order);
        const start = () => worker({ ...app, hostname: 'quiet', args: quiet });
        if (order === 'before') await start();
        const gateway = await watch(order);
        if (order === 'after') await start();
        const [id = ''] = await sendTasks(app, [{ name: 'demo.sleep', args: [600] }]);
        await eventually(async () => {
          const { data } = await gateway.query(`{ task(taskId: "${id}", useCache: false) { state } }`);
          expect(data).toEqual({ task: { state: 'STARTED' } });
          expect(await workerOf(gateway, 'status')).toEqual({ status: 'ONLINE' });
        }, 20_000);

        expect([...(await observed(gateway, id))]).toEqual(['ONLINE orphaned false up 1']);

        const { data, errors } = await gateway.query(
          `mutation { rerunTask(input: { taskId: "${id}" }) { taskId } }`,
        );
        expect([data, errors?.map(({ extensions }) => extensions?.['code'])]).toEqual([
          { rerunTask: null },
          ['COMMAND_REJECTED'],
        ]);
        expect(await workerOf(gateway, 'activeTasks { taskId }')).toEqual({
          activeTasks: [{ taskId: id }],
        });
        const { values } = await scrape(gateway);
        expect(values('orphaned_tasks')).toEqual([0]);
      },
      90_000,
    );
  });

  describe.concurrent('heartbeats that stop while replies go on', () => {
    it('are a late worker that lives, and orphan nothing', async () => {
      const active = [{ id: 'u6', name: 'demo.x', args: [1], kwargs: {}, hostname: 'w1@h' }];
      const fake = new FakeWorker({
        redis,
        db: databases.stopping,
        hostname: 'w1@h',
        replies: { active },
      });
      await fake.start();
      const gateway = await watch('stopping');
      await eventually(async () => {
        await fake.send('worker-online', { freq: 2 });
        await fake.beat({ freq: 2 });
        expect(await workerOf(gateway, 'freqSeconds')).toEqual({ freqSeconds: 2 });
      });
      const changes: string[] = [];
      const client = createClient({ url: gateway.url.replace('http', 'ws'), webSocketImpl: WebSocket });
      const query = 'subscription { workerEvents { type } }';
      client.subscribe<{ workerEvents: { type: string } }>(
        { query },
        {
          next: ({ data }) => changes.push(data?.workerEvents.type ?? ''),
          error: () => undefined,
          complete: () => undefined,
        },
      );
      await fake.send('task-received', { uuid: 'u6', name: 'demo.x' });
      await fake.send('task-started', { uuid: 'u6' });
      await fake.beat({ freq: 2, active: 1 });
      await eventually(async () =>
        expect(await workerOf(gateway, 'activeCount')).toEqual({ activeCount: 1 }),
      );

      await eventually(
        async () => expect(await workerOf(gateway, 'status')).toEqual({ status: 'STALE' }),
        10_000,
      );
      const seen = await observed(gateway, 'u6');
      expect([...seen]).toEqual(['STALE orphaned false up 1']);
      expect(await workerOf(gateway, 'status stats { pid } activeCount')).toEqual({
        status: 'STALE',
        stats: { pid: 500 },
        activeCount: null,
      });
      expect(changes.filter((type) => type === 'OFFLINE')).toEqual([]);
      expect(changes.filter((type) => type === 'STALE')).toHaveLength(1);
      expect(fake.asked.filter((method) => ['reserved', 'scheduled'].includes(method))).toEqual([]);
      await client.dispose();
    }, 90_000);
  });

  describe.concurrent('a solo pool at work', () => {
    it('has no count of running tasks while it is late: the last heartbeat was before the task', async () => {
      const app = application('solo');
      const solo = await worker({ ...app, hostname: 'solo', pool: 'solo' });
      const gateway = await watch('solo');
      await eventually(
        async () =>
          expect(await workerOf(gateway, 'freqSeconds activeCount')).toEqual({
            freqSeconds: 2,
            activeCount: 0,
          }),
        10_000,
      );
      const [id = ''] = await sendTasks(app, [{ name: 'demo.sleep', args: [15] }]);
      await solo.waitForLine(new RegExp(`${id}\\] received`));
      await eventually(
        async () =>
          expect(await workerOf(gateway, 'status activeCount loadAverage')).toEqual({
            status: 'STALE',
            activeCount: null,
            loadAverage: null,
          }),
        10_000,
      );
      const { values } = await scrape(gateway);
      expect([values('worker_active_tasks'), values('worker_up')]).toEqual([[], [1]]);
    }, 90_000);
  });

  describe.concurrent('workers that a request stops from listening', () => {
    it('do not get it from the gateway, and are reported when another client has sent it', async () => {
      const app = application('notListening', {
        MORE_CONF: '{"accept_content": ["json", "pickle"]}',
        C_FORCE_ROOT: '1',
      });
      await worker({ ...app, hostname: 'w1', concurrency: 1 });
      await pythonOutput(app, ['-c', sendSets]);
      const gateway = await watch('notListening');
      await eventually(async () => {
        const { data } = await gateway.query('{ taskStatus(useCache: false) { active { total } } }');
        expect(data).toEqual({ taskStatus: { active: { total: 1 } } });
      }, 20_000);
      await scrape(gateway);
      await gateway.fetch('/api/v1/celery/tasks/status');
      expect(await celeryInspect(app, 'ping', { timeout: 5 })).toEqual({ 'w1@test': { ok: 'pong' } });

      const { data } = await gateway.query(
        '{ workers(useCache: false) { nodes { stats { pid } registeredTasks activeTasks { name } reservedTasks { taskId } } } }',
      );
      expect(data).toEqual({
        workers: {
          nodes: [
            {
              stats: { pid: expect.any(Number) as number },
              registeredTasks: expect.arrayContaining(['demo.spill']) as string[],
              activeTasks: [{ name: 'demo.spill' }],
              reservedTasks: null,
            },
          ],
        },
      });
      // Only a heartbeat that comes after the missed answers shows that it was not killed.
      await eventually(
        async () =>
          expect(await workerOf(gateway, 'status listening')).toEqual({
            status: 'ONLINE',
            listening: false,
          }),
        20_000,
      );
      const { errors } = await gateway.query(
        '{ workers(useCache: false) { nodes { reservedTasks { taskId } } } }',
      );
      expect(errors?.map(({ message, path }) => [path?.join('.'), message])).toEqual([
        [
          'workers.nodes.0.reservedTasks',
          'w1@test did not answer reserved: it no longer listens to remote control and must be restarted',
        ],
      ]);
      const health = await gateway.query<{ health: { checks: { name: string }[] } }>(
        '{ health(useCache: false) { checks { name status message } } }',
      );
      expect(health.data?.health.checks).toContainEqual({
        name: 'remote_control',
        status: 'DEGRADED',
        message: 'workers that run and do not listen to remote control: w1@test; restart them',
      });
      const { values } = await scrape(gateway);
      expect(values('worker_listening')).toEqual([0]);

      const limited = await gateway.query(
        'mutation { setRateLimit(taskName: "demo.add", rateLimit: "10/m") { silent errors { code message } } }',
      );
      expect(limited.data).toEqual({
        setRateLimit: {
          silent: ['w1@test'],
          errors: [
            {
              code: 'NO_REPLY',
              message:
                'w1@test did not answer rate_limit: it no longer listens to remote control and must be restarted',
            },
          ],
        },
      });
    }, 90_000);
  });
});
