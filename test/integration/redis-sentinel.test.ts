/** A cluster whose Redis is found through Sentinels, before and after they have made another the master. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendTasks, startWorker, type Application, type CeleryWorker } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startRedis, type RedisServer } from '../support/redis.js';
import { startSentinel, type SentinelServer } from '../support/redis-sentinel.js';
import { describeOneCelery } from '../support/matrix.js';

const masterName = 'lab';
const masterPassword = 'hunter3';
const password = 'hunter4';

// One story: the last test takes the master away.
describeOneCelery('a cluster behind Sentinels', (version) => {
  let master: RedisServer;
  let replica: RedisServer;
  let sentinel: SentinelServer;
  let application: Application;
  let worker: CeleryWorker;
  let gateway: TestGateway;
  let flags: readonly string[];

  beforeAll(async () => {
    const args = ['--masterauth', masterPassword, '--repl-diskless-sync-delay', '0'];
    master = await startRedis({ password: masterPassword, args });
    const replicaOf = ['--replicaof', `127.0.0.1 ${master.port}`];
    replica = await startRedis({ password: masterPassword, args: [...args, ...replicaOf] });
    const link = replica.client();
    await eventually(
      async () => expect(await link.info('replication')).toContain('master_link_status:up'),
      15_000,
    );
    sentinel = await startSentinel({ masterName, master, masterPassword, password });
    const url = (port: number): string => `sentinel://:${masterPassword}@127.0.0.1:${port}/2`;
    application = {
      python: version.python,
      broker: url(sentinel.port),
      env: { MASTER_NAME: masterName, SENTINEL_PASSWORD: password },
    };
    worker = await startWorker({ ...application, pool: 'solo', queues: ['default'] });
    flags = ['--master-name', masterName, '--sentinel-password', password];
    // The first is down, which costs Celery's own workers seconds at each connection.
    const broker = `${url(await freePort())};${url(sentinel.port)}`;
    gateway = await startTestGateway({ broker, args: flags });
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await worker.kill();
    for (const server of [sentinel, replica, master]) await server[Symbol.asyncDispose]();
  });

  /** Events, inspect, results and queues all work. */
  async function isWatched(deadlineMs: number): Promise<void> {
    const [reported = '', silent = ''] = await sendTasks(application, [
      { name: 'demo.add', args: [20, 3] },
      { name: 'demo.silent' },
      { name: 'demo.ranked', args: [9] }, // no worker takes this
    ]);
    await eventually(async () => {
      const { data, errors } = await gateway.query(
        `query ($reported: ID!, $silent: ID!) {
          reported: task(taskId: $reported, useCache: false) { state source result }
          silent: task(taskId: $silent, useCache: false) { state source result }
          workers(useCache: false) { nodes { hostname status unresponsive stats { concurrency } } }
          queue(name: "high", useCache: false) { messages consumers orphaned }
        }`,
        { reported, silent },
      );
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({
        reported: { state: 'SUCCESS', source: 'EVENTS', result: '23' },
        silent: { state: 'SUCCESS', source: 'RESULT_BACKEND', result: "'shh'" },
        workers: { nodes: [{ hostname: 'w1@test', status: 'ONLINE', unresponsive: false }] },
        queue: { consumers: 0, orphaned: true },
      });
    }, deadlineMs);
  }

  const broker = async (): Promise<unknown> =>
    (await gateway.query('{ gateway { broker { connected address reason } } }')).data?.['gateway'];

  it('is watched, though the first Sentinel does not answer', async () => {
    await eventually(async () => expect(await broker()).toMatchObject({ broker: { connected: true } }));
    expect(JSON.stringify(await broker())).not.toMatch(/hunter/);
    await isWatched(15_000);
  });

  it.each([
    [
      'no Sentinel knows the master of that name',
      ['--master-name', 'unknown'],
      /knows no master of that name/,
    ],
    ['the password of the Sentinels is wrong', ['--sentinel-password', 'wrong'], /WRONGPASS/],
  ])('is not watched when %s, and the gateway says so', async (_, wrong, reason) => {
    await using other = await startTestGateway({
      broker: application.broker,
      args: [...flags, ...wrong],
    });
    await eventually(async () => {
      const { data } = await other.query('{ gateway { broker { connected reason } } }');
      expect(data).toMatchObject({ gateway: { broker: { connected: false } } });
      expect(JSON.stringify(data)).toMatch(reason);
    });
  });

  it('is watched again when the Sentinels have made another the master', async () => {
    await master.kill();
    await eventually(async () => expect(await broker()).toMatchObject({ broker: { connected: false } }));
    await eventually(async () => {
      expect(await replica.client().call('ROLE')).toContain('master');
      expect(await broker()).toMatchObject({ broker: { connected: true, reason: null } });
    }, 20_000);
    await isWatched(30_000);
  });
});
