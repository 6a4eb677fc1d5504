/**
 * Whatever the schema offers works with the rights that the docs list, and answers what a user who may do everything
 * is answered.
 */
import { expect, it } from 'vitest';
import { encodeGlobalId } from '../../src/graphql/nodes/global-id.js';
import { createLogger } from '../../src/log.js';
import { celeryVersion, sendTasks, startCluster } from '../support/celery.js';
import type { Cluster } from '../support/celery.js';
import {
  rabbitmqPermissions,
  rabbitmqTag,
  redisRights,
  redisRightToSend,
} from '../support/documented-rights.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { describeWith } from '../support/requirements.js';
import { knownPaths, mutations, queries, subscriptions } from '../support/schema-walk.js';
import { watching } from '../support/watch.js';

const forbidden = /NOPERM|ACCESS_REFUSED|access refused|no permissions/i;
/** The documents ask for all there is at once. */
const limits = ['--max-depth', '30', '--max-cost', '10000000', '--max-tokens', '20000'];
/** Of the application; no worker consumes from the first. */
const [idleQueue, ...otherQueues] = ['high', 'default', 'slow', 'media\\.video'] as const;

/** By what docs/brokers.md says; purging and `peek` need to read the queues besides. */
async function grantListed(cluster: Cluster): Promise<string> {
  if (cluster.brokerName === 'redis') {
    const admin = cluster.redis.client();
    await admin.call(
      'ACL',
      'SETUSER',
      'least',
      'reset',
      'on',
      '>secret',
      '~*',
      '&*',
      ...redisRights,
      redisRightToSend,
    );
    return cluster.broker.replace('redis://', 'redis://least:secret@');
  }
  const { management, name } = cluster.vhost;
  await management.createUser(`least-${name}`, 'secret', rabbitmqTag);
  const read = rabbitmqPermissions.read.replace(')$', `|${[idleQueue, ...otherQueues].join('|')})$`);
  await management.setPermissions(name, `least-${name}`, { ...rabbitmqPermissions, read });
  const url = new URL(cluster.broker);
  url.username = `least-${name}`;
  url.password = 'secret';
  return url.href;
}

/** Without credentials: the broker's own are used. */
function anonymous(address: string): string {
  const url = new URL(address);
  [url.username, url.password] = ['', ''];
  return url.href;
}

interface Walk {
  readonly known: ReadonlySet<string>;
  readonly errors: readonly unknown[];
}

async function walkQueries(gateway: TestGateway, required: Record<string, string>): Promise<Walk> {
  const known = new Set<string>();
  const errors: unknown[] = [];
  for (const { name, document } of queries({ required })) {
    const answer = await gateway.query(document);
    for (const path of knownPaths(answer.data)) known.add(path);
    for (const error of answer.errors ?? []) errors.push({ name, error });
  }
  return { known, errors };
}

/** The first item of a subscription; rejects when none comes in time. */
async function firstItem(gateway: TestGateway, document: string): Promise<unknown> {
  const response = await gateway.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: document }),
    signal: AbortSignal.timeout(20_000),
  });
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const json = /^data: (\{.*\})$/m.exec(text)?.[1];
    if (json === undefined || !text.includes('\n\n')) continue;
    const { data, errors } = JSON.parse(json) as { data?: unknown; errors?: unknown };
    return { data, errors };
  }
  return text;
}

/** These wait for something to happen; the others begin with what there is. */
const live = new Set(['taskEvents', 'workerEvents']);

async function walkSubscriptions(gateway: TestGateway, happen: () => Promise<unknown>): Promise<void> {
  const all = subscriptions({});
  const item = (name: string) => ({ data: { [name]: expect.anything() as unknown }, errors: undefined });
  for (const { name, document } of all.filter((each) => !live.has(each.name)))
    expect(await firstItem(gateway, document), name).toEqual(item(name));
  const waiting = all
    .filter(({ name }) => live.has(name))
    .map(async ({ name, document }) =>
      expect(await firstItem(gateway, document), name).toEqual(item(name)),
    );
  const settled = Promise.allSettled(waiting);
  const query = '{ gateway { subscriptions { active } } }';
  await eventually(async () =>
    expect((await gateway.query(query)).data).toEqual({
      gateway: { subscriptions: { active: live.size } },
    }),
  );
  await happen();
  await settled;
  await Promise.all(waiting);
}

const brokers = [
  ['Redis', 'redis', ['redis', 'celery:debian']],
  ['RabbitMQ', 'rabbitmq', ['rabbitmq', 'redis', 'celery:debian']],
] as const;

for (const [title, broker, needs] of brokers)
  describeWith(needs, `a user of ${title} with the rights that the docs list`, () => {
    it('is answered every query, subscription and mutation, as a user who may do everything', async () => {
      await using cluster = await startCluster({
        broker,
        version: celeryVersion('debian'),
        workers: [
          { hostname: 'w1', queues: ['default', 'slow'], concurrency: 1 },
          { hostname: 'w2', queues: ['default'] },
        ],
        env: { POOL_RESTARTS: '1', RESULT_EXTENDED: '1' },
      });
      const lines: string[] = [];
      const args = [...limits, '--default-queue', 'default', '--amqp-peek', 'true'];
      if (broker === 'rabbitmq') args.push('--management-url', anonymous(cluster.vhost.managementUrl));
      const rest = { ...watching(cluster), args };
      const least = { ...rest, broker: await grantListed(cluster) };
      const log = createLogger('debug', (line) => void lines.push(line));
      await using gateway = await startTestGateway({ ...least, log });
      await using whole = await startTestGateway(rest);
      for (const one of [gateway, whole])
        await eventually(async () => {
          const { data } = await one.query('{ workers(useCache: false) { nodes { hostname status } } }');
          expect(data).toEqual({
            workers: {
              nodes: [
                { hostname: 'w1@test', status: 'ONLINE' },
                { hostname: 'w2@test', status: 'ONLINE' },
              ],
            },
          });
        }, 20_000);

      const calls = [
        { name: 'demo.add', args: [2, 3] },
        { name: 'demo.ranked', args: [1] },
        { name: 'demo.ranked', args: [2] },
        { name: 'demo.sleep', args: [60] },
        { name: 'demo.sleep', args: [61] },
        { name: 'demo.sleep', args: [62] },
        { name: 'demo.add', args: [4, 5], options: { countdown: 600 } },
      ];
      const ids = await sendTasks(cluster.application, calls);
      const [added = '', , , , held = ''] = ids;
      const id = encodeGlobalId({ type: 'Task', cluster: 'default', key: [added] });
      const required = {
        id: `"${id}"`,
        ids: `["${id}"]`,
        taskId: `"${added}"`,
        name: `"${idleQueue}"`,
        hostname: '"w1@test"',
      };

      const queue = `{ queues(useCache: false) { nodes { name messages unacknowledged oldestMessageAgeSeconds peek { taskId } } } }`;
      interface Queues {
        readonly queues: {
          nodes: readonly { readonly name: string; readonly [figure: string]: unknown }[];
        };
      }
      await eventually(async () => {
        const { data, errors } = await gateway.query<Queues>(queue.replace('peek { taskId }', ''));
        expect(errors).toBeUndefined();
        expect(data?.queues.nodes.find(({ name }) => name === idleQueue)).toEqual({
          name: idleQueue,
          messages: 2,
          unacknowledged: 0,
          oldestMessageAgeSeconds: expect.any(Number) as number,
        });
        expect(data?.queues.nodes.find(({ name }) => name === 'slow')?.['unacknowledged']).toBe(2);
      }, 20_000);
      const peek = `{ queue(name: "${idleQueue}", useCache: false) { peek { taskId } } }`;
      expect((await gateway.query(peek)).data).toEqual({
        queue: { peek: [{ taskId: ids[1] }, { taskId: ids[2] }] },
      });

      await eventually(async () => {
        const [listed, everything] = [
          await walkQueries(gateway, required),
          await walkQueries(whole, required),
        ];
        expect(listed.errors).toEqual(everything.errors);
        expect(JSON.stringify(listed.errors)).not.toMatch(forbidden);
        expect([...everything.known].filter((path) => !listed.known.has(path))).toEqual([]);
        expect(listed.known.size).toBeGreaterThan(300);
      }, 40_000);

      await walkSubscriptions(gateway, async () => {
        await cluster.startWorker({ hostname: 'w3', queues: ['default'] });
        await sendTasks(cluster.application, [{ name: 'demo.add', args: [6, 7] }]);
      });

      const w1 = 'hostnames: ["w1@test"]';
      const roots = {
        addConsumer: `queue: "more", ${w1}`,
        cancelConsumer: `queue: "more", ${w1}`,
        disableEvents: w1,
        enableEvents: w1,
        growPool: w1,
        pingWorkers: w1,
        purgeQueue: `name: "${idleQueue}", expectedMessages: 2`,
        rerunTask: `input: { taskId: "${added}" }`,
        restartPool: 'hostnames: ["w2@test"]',
        revokeByStampedHeaders: `headers: [{ name: "none", stamps: ["none"] }], ${w1}`,
        revokeTasks: `input: { taskIds: ["${held}"] }`,
        sendTask: `name: "demo.ranked", args: [3], options: { queue: "${idleQueue}" }, force: true`,
        setAutoscale: `max: 2, min: 1, ${w1}`,
        setRateLimit: `taskName: "demo.add", rateLimit: "100/s", ${w1}`,
        setTimeLimits: `taskName: "demo.add", softSeconds: 50, hardSeconds: 60, ${w1}`,
        shrinkPool: w1,
        shutdownWorkers: 'hostnames: ["w2@test"]',
      };
      const failed: unknown[] = [];
      for (const { name, document } of mutations({ roots })) {
        const { data, errors } = await gateway.query(document);
        if (errors !== undefined || forbidden.test(JSON.stringify(data))) failed.push({ name, errors });
      }
      expect(failed).toEqual([]);

      const health = '{ health(useCache: false) { checks { name status message } } }';
      const { data } = await gateway.query<{
        health: { checks: readonly { readonly name: string; readonly status: string }[] };
      }>(health);
      expect(data?.health.checks.find(({ name }) => name === 'broker')).toMatchObject({ status: 'OK' });
      expect(lines.filter((line) => forbidden.test(line))).toEqual([]);
      if (broker === 'redis') expect(await cluster.redis.client().call('ACL', 'LOG')).toEqual([]);
    }, 150_000);
  });
