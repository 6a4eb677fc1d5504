/** A gateway that is gone leaves the broker as it found it. */
import { expect, it } from 'vitest';
import { startCluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway } from '../support/gateway.js';
import { startRedis } from '../support/redis.js';
import { describeEachBroker } from '../support/matrix.js';
import { describeWith } from '../support/requirements.js';
import { added, tracesOf } from '../support/traces.js';
import { watchCluster } from '../support/watch.js';

/** A reply list and its binding; the queues of events and replies, and the binding of the former. */
const declaredBesides = { redis: 2, rabbitmq: 3 } as const;

const connectionsTo = {
  redis: ['celeryql-commands', 'celeryql-events', 'celeryql-results'],
  rabbitmq: ['celeryql-commands', 'celeryql-events', 'celeryql-publisher', 'celeryql-results'],
} as const;

describeEachBroker('a gateway that is disposed', (on) => {
  it('leaves nothing declared and no connection in the broker, however busy it was', async () => {
    await using cluster = await startCluster({
      ...on,
      workers: ['w1', { hostname: 'w2', pool: 'solo' }],
    });
    const before = await tracesOf(cluster);
    expect(before.connections).toEqual([]);
    {
      await using gateway = await watchCluster(cluster);
      await eventually(async () => {
        const during = await tracesOf(cluster);
        expect(added(before, during)).toHaveLength(declaredBesides[on.broker]);
        expect(during.connections).toEqual(connectionsTo[on.broker]);
      }, 15_000);

      // One worker does not answer, and its late replies must not stay either.
      cluster.worker('w2').pause();
      const asked = Array.from({ length: 20 }, () =>
        gateway.query('{ workers(useCache: false) { nodes { stats { pid } conf } } }'),
      );
      await Promise.allSettled(asked);
    }
    cluster.worker('w2').resume();
    await cluster.worker('w2').stop(); // it has read all that it was asked
    await cluster.worker('w1').stop();

    await eventually(async () => {
      const after = await tracesOf(cluster);
      expect(added(before, after)).toEqual([]);
      expect(after.connections).toEqual([]);
    }, 15_000);
  });
});

describeWith(['redis'], 'a gateway that is disposed', () => {
  it('is gone in time though the broker is not there or does not answer', async () => {
    await using redis = await startRedis();
    const [silent, absent] = [
      await startTestGateway({ broker: redis.url() }),
      await startTestGateway({ broker: redis.url() }),
    ];
    const connected = '{ gateway { broker { connected } } }';
    for (const gateway of [silent, absent]) {
      await eventually(async () =>
        expect((await gateway.query(connected)).data).toEqual({
          gateway: { broker: { connected: true } },
        }),
      );
    }

    const started = performance.now();
    redis.pause();
    await silent[Symbol.asyncDispose]();
    redis.resume();
    await redis.kill();
    await absent[Symbol.asyncDispose]();
    expect(performance.now() - started).toBeLessThan(4_000);
  });

  it('leaves nothing in Redis when it ends right after Redis did not answer for a while', async () => {
    await using redis = await startRedis();
    const client = redis.client();
    const gateway = await startTestGateway({ broker: redis.url() });
    const state = async () => (await gateway.query('{ gateway { broker { connected } } }')).data;
    const connected = (is: boolean) =>
      eventually(
        async () => expect(await state()).toEqual({ gateway: { broker: { connected: is } } }),
        10_000,
      );
    await connected(true);
    const replyKeys = () => client.keys('*reply.celery.pidbox');
    await eventually(async () => expect(await replyKeys()).toHaveLength(2), 5_000);

    redis.pause();
    await connected(false);
    redis.resume();
    await gateway[Symbol.asyncDispose]();
    expect(await replyKeys()).toEqual([]);
  });
});
