/** A gateway that is gone leaves the broker as it found it. */
import { expect, it } from 'vitest';
import { startCluster, type Cluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway } from '../support/gateway.js';
import { startRedis } from '../support/redis.js';
import { describeEachCelery, describeWith } from '../support/requirements.js';
import { watchCluster } from '../support/watch.js';

const replyBindings = '_kombu.binding.reply.celery.pidbox';

/** What a remote control client may leave behind. */
async function traces(cluster: Pick<Cluster, 'redis'>) {
  const redis = cluster.redis.client();
  const clients = String(await redis.client('LIST'));
  return {
    bindings: await redis.smembers(replyBindings),
    replyLists: await redis.keys('*.reply.celery.pidbox'),
    connections: [...clients.matchAll(/ name=(celeryql\S*)/g)].map(([, name]) => name).sort(),
    patterns: await redis.pubsub('NUMPAT'),
  };
}

const none = { bindings: [], replyLists: [], connections: [] };

describeEachCelery('a gateway that is disposed', (version) => {
  it('leaves no list, no binding and no connection in the broker, however busy it was', async () => {
    await using cluster = await startCluster({
      version,
      workers: ['w1', { hostname: 'w2', pool: 'solo' }],
    });
    const before = await traces(cluster);
    {
      await using gateway = await watchCluster(cluster);
      const during = await traces(cluster);
      expect(during.bindings).toHaveLength(1);
      expect(during.connections).toEqual([
        'celeryql-commands',
        'celeryql-events',
        'celeryql-replies',
        'celeryql-results',
      ]);

      // One worker does not answer, and its late replies must not stay either.
      cluster.worker('w2').pause();
      const asked = Array.from({ length: 20 }, () =>
        gateway.query('{ workers(useCache: false) { stats { pid } conf } }'),
      );
      await Promise.allSettled(asked);
    }
    cluster.worker('w2').resume();
    await cluster.worker('w2').stop(); // it has read all that it was asked
    await cluster.worker('w1').stop();

    await eventually(async () => expect(await traces(cluster)).toMatchObject(none));
    expect(before).toMatchObject(none);
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
});
