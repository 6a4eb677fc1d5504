/** A gateway process that ends: what one that is killed leaves in the broker goes away by itself, as it can tidy nothing up. */
import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { celeryInspect, startCluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { launchGateway, type GatewayProcess } from '../support/gateway-process.js';
import { describeOneCelery } from '../support/matrix.js';
import { added, tracesOf } from '../support/traces.js';

const repliesPattern = '*?.reply.celery.pidbox';
/** Milliseconds that anything of a gateway's may stay. */
const longestLife = 120_000;

/** Celery's own client leaves its binding behind, for ever. */
async function keysForEver(redis: Redis): Promise<string[]> {
  const keys = await redis.keys('*');
  const ttls = await Promise.all(keys.map((key) => redis.pttl(key)));
  return keys.filter((key, n) => ttls[n] === -1 && key !== '_kombu.binding.reply.celery.pidbox').sort();
}

async function workersOf(gateway: GatewayProcess): Promise<string[]> {
  const {
    workers: { nodes: workers },
  } = await gateway.query<{ workers: { nodes: { hostname: string }[] } }>(
    '{ workers(useCache: false, filter: { statuses: [ONLINE] }) { nodes { hostname } } }',
  );
  return workers.map(({ hostname }) => hostname);
}

/** Asks for something that w2, which is paused, will answer later; returns when w1 has answered. */
async function askAndDie(gateway: GatewayProcess, redis: Redis): Promise<void> {
  const before = await redis.pubsub('NUMPAT');
  const asked = Array.from({ length: 20 }, (_, n) =>
    gateway
      .query(`{ workers(useCache: false) { nodes { a${n}: stats { pid } conf registeredTasks } } }`)
      .catch(() => 'killed'),
  );
  // Replies lie in the list, and more are on their way.
  await eventually(async () => {
    const [list = ''] = (await redis.keys(repliesPattern)).filter((key) => !key.startsWith('_kombu'));
    expect(await redis.exists(list)).toBe(1);
    expect(await gateway.query('{ gateway { version } }')).toBeDefined();
  });
  await gateway.child.kill();
  await Promise.all(asked);
  await eventually(async () => expect(await redis.pubsub('NUMPAT')).toBeLessThan(Number(before)));
}

describeOneCelery('a gateway that is killed (Redis)', (version) => {
  it('leaves no key that does not expire, whenever a worker answers', async () => {
    await using cluster = await startCluster({
      version,
      workers: ['w1', { hostname: 'w2', pool: 'solo' }],
    });
    const redis = cluster.redis.client();
    const before = await keysForEver(redis);
    {
      await using gateway = await launchGateway(cluster.broker);
      await eventually(async () => expect(await workersOf(gateway)).toEqual(cluster.hostnames), 10_000);
      cluster.worker('w2').pause();
      await askAndDie(gateway, redis);
    }
    cluster.worker('w2').resume();
    await eventually(
      async () =>
        expect(await celeryInspect(cluster.application, 'ping', { destination: ['w2@test'] })).toEqual({
          'w2@test': { ok: 'pong' },
        }),
      20_000,
    );

    const [list, binding] = (await redis.keys(repliesPattern)).sort((a, b) => a.length - b.length);
    if (!list || !binding) throw new Error('the gateway has asked nothing');
    expect(binding).toBe(`_kombu.binding.${list}`);
    expect(await redis.llen(list)).toBeGreaterThan(1); // the replies of w2, which no client reads any more
    const ttls = [await redis.pttl(binding), await redis.pttl(list)];
    expect(ttls[0]).toBeGreaterThan(0);
    expect(ttls[1]).toBeGreaterThan(ttls[0] ?? 0); // without the binding, no reply reaches a list that is gone
    expect(ttls[1]).toBeLessThanOrEqual(longestLife);
    expect(await keysForEver(redis)).toEqual(before);
  });

  it('does not reappear when a worker answers after that time', async () => {
    await using cluster = await startCluster({ version, workers: [{ hostname: 'w2', pool: 'solo' }] });
    const redis = cluster.redis.client();
    const before = await keysForEver(redis);
    {
      await using gateway = await launchGateway(cluster.broker);
      await eventually(async () => expect(await workersOf(gateway)).toEqual(cluster.hostnames), 10_000);
      cluster.worker('w2').pause();
      await askAndDie(gateway, redis);
    }
    // As the time would.
    await redis.del(await redis.keys(repliesPattern));
    const said = cluster.worker('w2').lineCount;
    cluster.worker('w2').resume();
    await eventually(
      async () =>
        expect(await celeryInspect(cluster.application, 'ping')).toEqual({ 'w2@test': { ok: 'pong' } }),
      20_000,
    );

    expect(await redis.keys(repliesPattern)).toEqual([]);
    expect(await keysForEver(redis)).toEqual(before);
    expect(cluster.worker('w2').log().split('\n').slice(said).join('\n')).not.toMatch(
      /Error|Traceback|Undeliverable/,
    );
  });
});

describeOneCelery(
  'a gateway that ends',
  (version) => {
    it.each(['SIGTERM', 'SIGKILL'] as const)(
      'leaves nothing in RabbitMQ after %s, whenever a worker answers',
      async (signal) => {
        await using cluster = await startCluster({
          ...{ version, broker: 'rabbitmq' },
          workers: ['w1', { hostname: 'w2', pool: 'solo' }],
        });
        const { broker, resultBackend = '' } = cluster.application;
        await celeryInspect(cluster.application, 'ping'); // declares what Celery's own clients leave
        const before = await tracesOf(cluster);
        {
          await using gateway = await launchGateway(broker, ['--result-backend', resultBackend]);
          await eventually(
            async () => expect(await workersOf(gateway)).toEqual(cluster.hostnames),
            10_000,
          );
          expect(added(before, await tracesOf(cluster))).toHaveLength(3);
          cluster.worker('w2').pause();
          const asked = gateway
            .query('{ workers(useCache: false) { nodes { stats { pid } } } }')
            .catch(() => 0);
          await (signal === 'SIGTERM' ? gateway.child.stop() : gateway.child.kill());
          await asked;
        }
        await eventually(async () => expect(added(before, await tracesOf(cluster))).toEqual([]));

        const said = cluster.worker('w2').lineCount;
        cluster.worker('w2').resume();
        await eventually(
          async () =>
            expect(await celeryInspect(cluster.application, 'ping')).toMatchObject({
              'w2@test': { ok: 'pong' },
            }),
          20_000,
        );
        expect(cluster.worker('w2').log().split('\n').slice(said).join('\n')).not.toMatch(
          /Error|Traceback|Undeliverable/,
        );
        await eventually(async () => {
          const after = await tracesOf(cluster);
          expect(added(before, after)).toEqual([]);
          expect(after.connections).toEqual([]);
        }, 15_000);
      },
    );
  },
  'rabbitmq',
);
