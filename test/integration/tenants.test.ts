/** Several clusters of real workers behind one gateway: each on its own, and seen only by those who may. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendTasks, startCluster, type Cluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type Answer, type TestGateway } from '../support/gateway.js';
import { describeOneCelery } from '../support/matrix.js';
import { startRedis, type RedisServer } from '../support/redis.js';
import { WebSocket } from '../support/web-socket.js';

const sha256 = (token: string): string => createHash('sha256').update(token).digest('hex');

describeOneCelery(
  'several clusters behind one gateway',
  (version) => {
    let folder: string;
    let shop: Cluster;
    let billing: Cluster;
    let doomed: RedisServer;
    let gateway: TestGateway;

    const headers = (who: string) => ({
      'content-type': 'application/json',
      authorization: `Bearer ${who}`,
    });
    const post = (who: string, body: unknown): Promise<Response> =>
      gateway.fetch('/graphql', { method: 'POST', headers: headers(who), body: JSON.stringify(body) });
    async function ask<Data = Record<string, unknown>>(who: string, query: string) {
      const response = await post(who, { query });
      return (await response.json()) as Pick<Answer<Data>, 'data' | 'errors'>;
    }

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'tenants-'));
      [shop, billing, doomed] = await Promise.all([
        startCluster({ version, workers: [{ hostname: 'seller', pool: 'solo' }] }),
        startCluster({ version, broker: 'rabbitmq', workers: [{ hostname: 'biller', pool: 'solo' }] }),
        startRedis(),
      ]);
      const clusters = [
        { name: 'shop', broker: shop.broker, visibleTo: { users: ['ann', 'bob'] } },
        {
          ...{ name: 'billing', broker: billing.broker, resultBackend: billing.redis.url() },
          ...{ managementUrl: billing.vhost.managementUrl, visibleTo: { users: ['ann'] } },
        },
        { name: 'doomed', broker: doomed.url(), visibleTo: { users: ['ann'] } },
      ];
      const clustersFile = join(folder, 'clusters.json');
      await writeFile(clustersFile, JSON.stringify({ clusters }));
      const authFile = join(folder, 'auth');
      await writeFile(
        authFile,
        `token ann operator ${sha256('ann')}\ntoken bob operator ${sha256('bob')}\n`,
      );
      gateway = await startTestGateway({
        args: ['--clusters-file', clustersFile, '--auth-file', authFile],
      });
      await eventually(async () => {
        const { data } = await ask(
          'ann',
          '{ clusters { broker { connected } workers(useCache: false) { nodes { status } } } }',
        );
        const connected = { broker: { connected: true } };
        expect(data).toEqual({
          clusters: [
            { ...connected, workers: { nodes: [{ status: 'ONLINE' }] } },
            { ...connected, workers: { nodes: [{ status: 'ONLINE' }] } },
            { ...connected, workers: { nodes: [] } },
          ],
        });
      }, 20_000);
    }, 60_000);
    afterAll(async () => {
      await gateway[Symbol.asyncDispose]();
      await Promise.all([shop, billing, doomed].map((one) => one[Symbol.asyncDispose]()));
      await rm(folder, { recursive: true });
    });

    it('answers one query about a Redis and a RabbitMQ cluster, each with its own', async () => {
      const [sold = ''] = await sendTasks(shop.application, [{ name: 'demo.add', args: [1, 2] }]);
      const sent = await ask<{ sendTask: { taskId: string } }>(
        'ann',
        'mutation { sendTask(cluster: "billing", name: "demo.add", args: [20, 22], options: { queue: "default" }) { taskId } }',
      );
      expect(sent.errors).toBeUndefined();
      const billed = sent.data?.sendTask.taskId ?? '';
      await eventually(async () => {
        const one = (id: string) =>
          `task(taskId: "${id}", useCache: false) { cluster result worker { cluster hostname } }`;
        const { data } = await ask(
          'ann',
          `{ clusters { name sold: ${one(sold)} billed: ${one(billed)} } }`,
        );
        const none = { sold: null, billed: null };
        const worker = (cluster: string, hostname: string) => ({
          cluster,
          worker: { cluster, hostname },
        });
        expect(data).toEqual({
          clusters: [
            { ...none, name: 'shop', sold: { ...worker('shop', shop.hostnames[0] ?? ''), result: '3' } },
            {
              ...none,
              name: 'billing',
              billed: { ...worker('billing', billing.hostnames[0] ?? ''), result: '42' },
            },
            { ...none, name: 'doomed' },
          ],
        });
      }, 10_000);
      const { data } = await ask(
        'ann',
        '{ clusters { name broker { kind } workers { nodes { activeQueues { name } stats { pid } } } } }',
      );
      expect(data).toMatchObject({
        clusters: [
          { name: 'shop', broker: { kind: 'redis' }, workers: { nodes: [{ stats: {} }] } },
          { name: 'billing', broker: { kind: 'amqp' }, workers: { nodes: [{ stats: {} }] } },
          { name: 'doomed', workers: { nodes: [] } },
        ],
      });
    });

    it('shows a viewer of one nothing of the other, by HTTP, in a batch, by REST or over a WebSocket', async () => {
      const seen = await ask('bob', '{ clusters { name } workers { nodes { cluster } } }');
      expect(seen.data).toEqual({
        clusters: [{ name: 'shop' }],
        workers: { nodes: [{ cluster: 'shop' }] },
      });
      const asked = (name: string) => [
        post('bob', {
          query: `{ workers(cluster: "${name}") { nodes { hostname } } gateway { cluster } }`,
        }),
        post('bob', { query: `mutation { invalidateCache(cluster: "${name}") { invalidated } }` }),
        post('bob', [
          { query: '{ me { name } }' },
          { query: `{ queues(cluster: "${name}") { nodes { name } } }` },
        ]),
        gateway.fetch(`/api/v1/celery/workers/status?cluster=${name}`, { headers: headers('bob') }),
        gateway.fetch(`/api/v1/celery/cache/invalidate?cluster=${name}`, {
          ...{ method: 'POST', headers: headers('bob') },
        }),
      ];
      const gist = async (responses: Promise<Response>[]) =>
        Promise.all(
          responses.map(async (response) => {
            const { status, headers } = await response;
            return { status, cache: headers.get('x-cache'), body: await (await response).text() };
          }),
        );
      const unseen = await gist(asked('billing'));
      expect(unseen).toEqual(await gist(asked('nowhere')));
      for (const { body } of unseen) {
        expect(body).toContain('There is no such cluster');
        expect(body).not.toMatch(/billing|biller|doomed/);
      }

      const client = createClient({
        ...{ url: gateway.url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 },
        connectionParams: { authorization: 'Bearer bob' },
      });
      const first = async (query: string): Promise<unknown> => {
        try {
          return await client.iterate({ query }).next();
        } catch (error) {
          return error;
        }
      };
      const event = (name: string) => first(`subscription { taskEvents(cluster: "${name}") { type } }`);
      const refused = JSON.stringify(await event('billing'));
      expect(refused).toBe(JSON.stringify(await event('nowhere')));
      expect(refused).toContain('UNKNOWN_CLUSTER');

      // A subscriber to one cluster gets no event of the other.
      const events = client.iterate<{ taskEvents: { cluster: string; task: { taskId: string } } }>({
        query: 'subscription { taskEvents { cluster task { taskId } } }',
      });
      const next = events.next();
      await sendTasks(billing.application, [{ name: 'demo.add', args: [5, 5] }]);
      const [sold] = await sendTasks(shop.application, [{ name: 'demo.add', args: [1, 1] }]);
      const { value } = (await next) as { value: { data: unknown } };
      expect(value.data).toEqual({ taskEvents: { cluster: 'shop', task: { taskId: sold } } });
      await client.dispose();

      const metrics = await gateway.fetch('/metrics', { headers: headers('bob') });
      expect(await metrics.text()).not.toMatch(/billing|biller|doomed/);
      expect(await (await gateway.fetch('/health/ready')).text()).not.toMatch(/shop|billing|doomed/);
    });

    it('gives what it can when one broker is killed, at once, and is ready', async () => {
      await doomed.kill();
      await eventually(async () => {
        const { data } = await ask('ann', '{ gateway(cluster: "doomed") { broker { connected } } }');
        expect(data).toEqual({ gateway: { broker: { connected: false } } });
      }, 10_000);
      const text =
        '{ clusters { name workers(useCache: false) { nodes { status stats { pid } } } queues(useCache: false) { nodes { name } } } }';
      const started = performance.now();
      const { data, errors } = await ask('ann', text);
      expect(performance.now() - started).toBeLessThan(1_000);
      expect(data).toMatchObject({
        clusters: [
          { name: 'shop', workers: { nodes: [{ status: 'ONLINE', stats: {} }] } },
          { name: 'billing', workers: { nodes: [{ status: 'ONLINE', stats: {} }] } },
          { name: 'doomed', workers: null, queues: null },
        ],
      });
      expect(
        errors?.map(({ path, extensions }) => [path?.join('.'), extensions?.['code']]).sort(),
      ).toEqual([
        ['clusters.2.queues', 'BROKER_UNAVAILABLE'],
        ['clusters.2.workers', 'BROKER_UNAVAILABLE'],
      ]);
      expect((await gateway.fetch('/health/ready')).status).toBe(200);
    });
  },
  'rabbitmq',
);
