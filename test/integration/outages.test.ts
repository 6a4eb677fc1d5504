/** A broker that is away, comes back or falls silent: typed errors in time, and everything again afterwards. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { sendTasks, startCluster } from '../support/celery.js';
import { taskEvent } from '../support/event-messages.js';
import { eventPublisher } from '../support/event-publisher.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startRedis } from '../support/redis.js';
import { describeEachBroker } from '../support/matrix.js';
import { describeWith } from '../support/requirements.js';
import { onlineWorkers, watchCluster } from '../support/watch.js';

/** Of the time without a broker; 60 and more by hand. */
const outageSeconds = Number(process.env['CELERYQL_OUTAGE_SECONDS'] ?? 5);

/** Every field that needs the broker, each as a query of its own. */
const queries = [
  'workers(useCache: false) { nodes { hostname } }',
  'workers(useCache: false) { nodes { stats { pid } } }',
  'worker(hostname: "w1@test", useCache: false) { status }',
  'queues(useCache: false) { nodes { name messages consumers } }',
  'queue(name: "default", useCache: false) { messages }',
  'tasks(useCache: false) { totalCount }',
  'task(taskId: "no-such-task", useCache: false) { state }',
  'taskStatus(useCache: false) { total active { total } }',
  'taskTypes(useCache: false) { nodes { name } }',
  'metricsSummary(useCache: false) { finished }',
] as const;

async function timed<T>(work: Promise<T>): Promise<T & { seconds: number }> {
  const started = performance.now();
  const answer = await work;
  return { ...answer, seconds: (performance.now() - started) / 1000 };
}

const askAll = (gateway: TestGateway) =>
  Promise.all(queries.map((query) => timed(gateway.query(`{ ${query} }`))));

/** Every control, and whatever else changes the cluster. */
const mutations = [
  'pingWorkers { silent }',
  'shutdownWorkers(hostnames: ["w1@test"]) { silent }',
  'growPool { silent }',
  'shrinkPool { silent }',
  'restartPool { silent }',
  'setAutoscale(max: 2, min: 1) { silent }',
  'addConsumer(queue: "extra") { silent }',
  'cancelConsumer(queue: "default") { silent }',
  'setRateLimit(taskName: "demo.add", rateLimit: "1/s") { silent }',
  'setTimeLimits(taskName: "demo.add", hardSeconds: 5) { silent }',
  'enableEvents(hostnames: ["w1@test"]) { silent }',
  'disableEvents { silent }',
  'revokeTasks(input: { taskIds: ["no-such-task"] }) { silent }',
  'revokeTasks(filter: { names: ["demo.add"] }) { silent }',
  'revokeByStampedHeaders(headers: { name: "a", stamps: "b" }) { silent }',
] as const;

const tellAll = (gateway: TestGateway) =>
  Promise.all(mutations.map((mutation) => timed(gateway.query(`mutation { ${mutation} }`))));

async function health(gateway: TestGateway): Promise<unknown> {
  const { data } = await gateway.query<{ health: { status: string } }>(
    '{ health(useCache: false) { status } }',
  );
  return data?.health.status;
}

describeWith(['redis'], 'a broker that is down when the gateway starts', () => {
  it('is answered for with typed errors, and found when it comes up', async () => {
    const port = await freePort();
    await using gateway = await startTestGateway({ broker: `redis://127.0.0.1:${port}/0` });

    expect(await health(gateway)).toBe('DOWN');
    for (const { errors, data, seconds } of await askAll(gateway)) {
      expect(errors).toMatchObject([{ extensions: { code: 'BROKER_UNAVAILABLE' } }]);
      expect(Object.values(data ?? {})).toEqual([null]);
      expect(seconds).toBeLessThan(2);
    }
    for (const { errors, seconds } of await tellAll(gateway)) {
      expect(errors).toMatchObject([{ extensions: { code: 'BROKER_UNAVAILABLE' } }]);
      expect(seconds).toBeLessThan(2);
    }
    const { data } = await gateway.query('{ gateway { broker { connected reason } } }');
    expect(data).toMatchObject({
      gateway: {
        broker: { connected: false, reason: expect.stringContaining('ECONNREFUSED') as string },
      },
    });

    await using redis = await startRedis({ port });
    await eventually(async () => {
      expect(await health(gateway)).toBe('OK');
      for (const { errors } of await askAll(gateway)) expect(errors).toBeUndefined();
    }, 2_500);
    expect(redis.running).toBe(true);
    expect((await gateway.query('{ gateway { events { reconnects } } }')).data).toEqual({
      gateway: { events: { reconnects: 0 } },
    });
  });
});

describeEachBroker('a broker with a cluster', (on) => {
  it('may restart: workers and events are there again by themselves', async () => {
    await using cluster = await startCluster({
      ...{ ...on, ownBroker: true },
      workers: ['w1', { hostname: 'w2', pool: 'solo' }],
    });
    await using gateway = await watchCluster(cluster);

    await cluster.server.kill();
    await eventually(async () => expect(await health(gateway)).toBe('DOWN'), 2_000);
    for (const { errors, seconds } of await askAll(gateway)) {
      expect(errors).toMatchObject([{ extensions: { code: 'BROKER_UNAVAILABLE' } }]);
      expect(seconds).toBeLessThan(2);
    }
    for (const { errors, seconds } of await tellAll(gateway)) {
      expect(errors).toMatchObject([{ extensions: { code: 'BROKER_UNAVAILABLE' } }]);
      expect(seconds).toBeLessThan(2);
    }

    await cluster.server.restart();
    await eventually(async () => expect(await health(gateway)).toBe('OK'), 2_500);
    expect(
      (await gateway.query('{ gateway { broker { connected } events { reconnects } } }')).data,
    ).toEqual({
      gateway: { broker: { connected: true }, events: { reconnects: 1 } },
    });

    // Workers take longer to come back than the gateway does.
    await eventually(
      async () => expect(await onlineWorkers(gateway)).toEqual(cluster.hostnames),
      20_000,
    );
    const [id = ''] = await sendTasks(cluster.application, [{ name: 'demo.add', args: [1, 2] }]);
    await eventually(async () => {
      const { data } = await gateway.query(
        `{ task(taskId: "${id}", useCache: false) { state source } }`,
      );
      expect(data).toEqual({ task: { state: 'SUCCESS', source: 'EVENTS' } });
    }, 20_000);
    await eventually(async () => {
      const { data } = await gateway.query('{ workers(useCache: false) { nodes { unresponsive } } }');
      expect(data).toEqual({ workers: { nodes: [{ unresponsive: false }, { unresponsive: false }] } });
    }, 20_000);
  });

  it(`may be down for ${outageSeconds} s: no query waits for it, and the first event after it arrives`, async () => {
    await using cluster = await startCluster({ ...on, ownBroker: true, workers: [{ pool: 'solo' }] });
    await using gateway = await watchCluster(cluster);

    await cluster.server.kill();
    const down = performance.now();
    await eventually(async () => expect(await health(gateway)).not.toBe('OK'), 3_000);
    do {
      for (const { errors, data, extensions, seconds } of await askAll(gateway)) {
        expect(seconds).toBeLessThan(2);
        const stale = extensions?.cache?.entries.some((entry) => entry.stale) === true;
        if (stale) expect(Object.values(data ?? {})).not.toContain(null);
        else expect(errors).toMatchObject([{ extensions: { code: 'BROKER_UNAVAILABLE' } }]);
      }
      expect(await health(gateway)).not.toBe('OK');
      await delay(200);
    } while (performance.now() - down < outageSeconds * 1_000);

    await cluster.server.restart();
    const back = performance.now();
    await using publisher = await eventPublisher(cluster);
    let published = 0;
    await eventually(async () => {
      await publisher.publish(taskEvent(`after-${published++}`));
      const { data } = await gateway.query<{ tasks: { totalCount: number } | null }>(
        '{ tasks(useCache: false, filter: { search: "after-" }) { totalCount } }',
      );
      expect(data?.tasks?.totalCount).toBeGreaterThan(0);
    }, 2_000);
    expect(performance.now() - back).toBeLessThan(2_000);
  }, 180_000);

  it('may fall silent: every query is answered in time, and rightly when it goes on', async () => {
    await using cluster = await startCluster({ ...on, ownBroker: true, workers: [{ pool: 'solo' }] });
    await using gateway = await watchCluster(cluster);
    const typed = /^(BROKER_UNAVAILABLE|TIMEOUT)$/;

    cluster.server.pause();
    const silent = await askAll(gateway);
    const still = await askAll(gateway);
    const sick = await timed(
      gateway.query<{ health: { status: string } }>('{ health(useCache: false) { status } }'),
    );
    cluster.server.resume();

    expect(sick.data?.health.status).toBe('DOWN');
    for (const { seconds } of [...silent, ...still, sick]) expect(seconds).toBeLessThan(2.5);
    // What needs no answer of Redis is known until the gateway has noticed the silence.
    for (const { errors } of silent) {
      for (const error of errors ?? []) expect(error.extensions?.['code']).toMatch(typed);
    }
    expect(silent.filter(({ errors }) => errors).length).toBeGreaterThan(4);
    for (const { errors } of still) {
      expect(errors).toHaveLength(1);
      expect(errors?.[0]?.extensions?.['code']).toMatch(typed);
    }

    await eventually(async () => {
      expect(await health(gateway)).toBe('OK');
      for (const { errors } of await askAll(gateway)) expect(errors).toBeUndefined();
    }, 5_000);
  });
});
