/** Two replicas of a gateway of two clusters, which share one cache: nothing of one cluster is found for the other. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../src/log.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { startRedis } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';
import type { RedisServer } from '../support/redis.js';

const password = 'cache-s3cret';
const names = ['shop', 'billing'] as const;
type Name = (typeof names)[number];

/** What was logged. */
const lines: string[] = [];
describeWith(['redis'], 'tenants over one shared cache', () => {
  let folder: string;
  let broker: RedisServer;
  let cache: RedisServer;
  let replicas: readonly [TestGateway, TestGateway];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenants-shared-'));
    [broker, cache] = await Promise.all([startRedis(), startRedis({ password })]);
    const file = join(folder, 'clusters.json');
    const clusters = names.map((name, db) => ({ name, broker: broker.url(db), queues: ['celery'] }));
    await writeFile(file, JSON.stringify({ clusters }));
    const args = [
      ...['--clusters-file', file, '--cache-redis-url', cache.url(), '--cache-redis-timeout', '1'],
      ...['--warm-up', 'none', '--cache-queue-status-ttl', '60'],
    ];
    const log = createLogger('debug', (line) => void lines.push(line));
    replicas = await Promise.all([startTestGateway({ args, log }), startTestGateway({ args, log })]);
    for (const replica of replicas)
      await eventually(async () => {
        const seen = '{ clusters { broker { connected } cacheStats { sharedCache { status } } } }';
        const ready = { broker: { connected: true }, cacheStats: { sharedCache: { status: 'OK' } } };
        expect((await replica.query(seen)).data).toEqual({ clusters: [ready, ready] });
      });
  }, 30_000);
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica[Symbol.asyncDispose]()));
    await Promise.all([broker, cache].map((server) => server[Symbol.asyncDispose]()));
    await rm(folder, { recursive: true });
  });

  /** Messages in the queue of each cluster, by one query. */
  async function waiting(replica: TestGateway): Promise<Record<Name, number | undefined>> {
    const { data } = await replica.query<{
      readonly [name in Name]: { readonly nodes: readonly { readonly messages: number }[] };
    }>(
      '{ shop: queues(cluster: "shop") { nodes { messages } } billing: queues(cluster: "billing") { nodes { messages } } }',
    );
    return { shop: data?.shop.nodes[0]?.messages, billing: data?.billing.nodes[0]?.messages };
  }

  async function shared(replica: TestGateway, counter: 'hits' | 'invalidationsReceived') {
    const { data } = await replica.query<{
      readonly clusters: readonly {
        readonly cacheStats: { readonly sharedCache: Readonly<Record<string, number>> };
      }[];
    }>(`{ clusters { cacheStats { sharedCache { ${counter} } } } }`);
    return data?.clusters.map(({ cacheStats }) => Object.values(cacheStats.sharedCache));
  }

  it('finds for each cluster its own, and forgets on every replica what is invalidated of one alone', async () => {
    const [first, second] = replicas;
    await broker.client(0).lpush('celery', 'a', 'b');
    await broker.client(1).lpush('celery', 'a', 'b', 'c', 'd', 'e');
    expect(await waiting(first)).toEqual({ shop: 2, billing: 5 });
    await broker.client(0).lpush('celery', 'c');
    await broker.client(1).lpush('celery', 'f');
    expect(await waiting(second)).toEqual({ shop: 2, billing: 5 });
    expect(await shared(second, 'hits')).toEqual([[1], [1]]);

    const invalidation = 'mutation { invalidateCache(cluster: "billing") { everywhere } }';
    expect((await first.query(invalidation)).data).toEqual({ invalidateCache: { everywhere: true } });
    await eventually(async () =>
      expect(await shared(second, 'invalidationsReceived')).toEqual([[0], [1]]),
    );
    expect(await waiting(second)).toEqual({ shop: 2, billing: 6 });
    expect(await waiting(first)).toEqual({ shop: 2, billing: 6 });
  });

  it('never shows the password of the shared cache, not even when it is wrong', async () => {
    const admin = cache.client();
    await admin.call('CONFIG', 'SET', 'requirepass', 'another');
    for (const type of ['normal', 'pubsub']) await admin.call('CLIENT', 'KILL', 'TYPE', type);
    const query =
      '{ clusters { health { checks { name status message } } cacheStats { sharedCache { status message address } } } }';
    const answer = await eventually(async () => {
      const { data } = await replicas[0].query(query);
      expect(JSON.stringify(data)).toContain('"status":"DEGRADED"');
      return JSON.stringify(data);
    });
    expect(answer).toContain(`127.0.0.1:${cache.port}`);
    // It is reported as away at once, and why after the next attempt.
    await eventually(() => expect(lines.join('')).toContain('WRONGPASS'));
    expect(answer + lines.join('')).not.toContain(password);
    expect(await waiting(replicas[0])).toEqual({ shop: 2, billing: 6 });
  });
});
