/** Lists of a queue that the settings do not name, and names that are no queues. */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultRedisOptions, RedisNames } from '../../src/celery/transport/redis/redis-names.js';
import { RedisQueues } from '../../src/celery/transport/redis/redis-queues.js';
import { PurgeImpossibleError } from '../../src/errors.js';
import { sendTasks, startCluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway } from '../support/gateway.js';
import { describeEachCelery } from '../support/matrix.js';
import { startRedis, type RedisServer } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';
import { scrape } from '../support/scrape.js';

interface Answer {
  readonly queue: {
    readonly messages: number;
    readonly messagesByPriority: readonly { priority: number; messages: number }[];
  } | null;
  readonly queues: { nodes: readonly { readonly name: string }[] };
}

const everyPriority = Array.from({ length: 10 }, (_, priority) => priority);
const sep = '\x06\x16';

describeEachCelery('queues of Celery with other priority_steps or sep', (version) => {
  it.each([
    ['range(10)', { priority_steps: everyPriority }],
    ['range(10) and sep ":"', { priority_steps: everyPriority, sep: ':' }],
  ])('are counted and purged whole: %s', async (_, broker_transport_options) => {
    await using cluster = await startCluster({
      version,
      workers: [],
      env: { MORE_CONF: JSON.stringify({ broker_transport_options }), SENT_EVENT: '0' },
    });
    await sendTasks(
      cluster.application,
      everyPriority.map((priority) => ({ name: 'demo.add', args: [1, 2], options: { priority } })),
    );
    await using gateway = await startTestGateway({ broker: cluster.broker });
    await eventually(async () => {
      const { data } = await gateway.query<Answer>(
        '{ queue(name: "default", useCache: false) { messages messagesByPriority { priority messages } } }',
      );
      expect(data?.queue).toEqual({
        messages: 10,
        messagesByPriority: everyPriority.map((priority) => ({ priority, messages: 1 })),
      });
    }, 10_000);

    const purge = (expected: number) =>
      gateway.query(
        `mutation { purgeQueue(name: "default", expectedMessages: ${expected}) { purged } }`,
      );
    expect((await purge(4)).errors).toMatchObject([{ extensions: { code: 'COMMAND_REJECTED' } }]);
    const redis = cluster.redis.client();
    expect(await redis.keys('default*')).toHaveLength(10);
    expect((await purge(10)).data).toEqual({ purgeQueue: { purged: 10 } });
    expect(await redis.keys('default*')).toEqual([]);
  });
});

describeWith(['redis'], 'queues on Redis', () => {
  let redis: RedisServer;
  let client: Redis;
  let queues: RedisQueues;

  beforeAll(async () => {
    redis = await startRedis();
    client = redis.client();
  });
  beforeEach(async () => {
    await client.flushall();
    queues = new RedisQueues(new RedisNames(defaultRedisOptions, 0), (work) => work(client));
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  const message = (priority: number) => JSON.stringify({ body: '', properties: { priority } });
  const bind = (...names: string[]) =>
    Promise.all(names.map((name) => client.sadd('_kombu.binding.celery', [name, '', name].join(sep))));
  async function depth(name: string) {
    const [found] = await queues.depths([name]);
    return found;
  }

  describe('unknown lists', () => {
    it('under an unusual separator are found by a purge, which then says how many messages there are', async () => {
      await bind('q');
      await client.lpush('q', message(0));
      await client.lpush('q~~7', message(7), message(7));
      expect(await queues.purge('q', 1)).toEqual({ purged: false, messages: 3 });
      expect(await depth('q')).toMatchObject({ messages: 3 });
      expect(await queues.purge('q', 3)).toEqual({ purged: true, messages: 3 });
      expect(await client.keys('q*')).toEqual([]);
    });

    it('are served in the order of their steps', async () => {
      await bind('q');
      await client.lpush(`q${sep}5`, message(5));
      await client.lpush(`q${sep}1`, message(1));
      const served = await queues.peek('q', 10);
      expect(served).toHaveLength(2);
      expect(served[0]?.size).toBe(message(1).length);
    });

    it.each([
      ['a list of the application itself', 'q:5', 'its own'],
      ['a list of messages without a priority', 'q:5', message(0)],
      ['the list of another queue', `q-high${sep}3`, message(3)],
      ['another queue', 'q-5', message(9)],
    ])('do not include %s', async (_, key, text) => {
      await bind('q', 'q-high', 'q-5');
      await client.lpush('q', message(0));
      await client.lpush(key, text);
      await queues.names();
      expect(await depth('q')).toMatchObject({ messages: 1 });
      expect(await queues.purge('q', 1)).toEqual({ purged: true, messages: 1 });
      expect(await client.llen(key)).toBe(1);
    });

    it.each([
      ['is a queue itself by now', 'q-5', 'q-5'],
      ['is a list of a queue that is known by now', `q-${sep}5`, 'q-'],
    ])('are given up where one %s', async (_, key, other) => {
      await bind('q');
      await client.lpush('q', message(0));
      await client.lpush(key, message(5));
      expect(await queues.purge('q', 7)).toEqual({ purged: false, messages: 2 });
      await bind(other);
      await queues.names();
      const depths = await queues.depths(['q', other]);
      expect(depths.map(({ messages }) => messages)).toEqual([1, 1]);
      expect(await queues.purge('q', 1)).toEqual({ purged: true, messages: 1 });
      expect(await client.llen(key)).toBe(1);
    });

    it('are purged only where their next message still proves them', async () => {
      await bind('q');
      await client.lpush('q:5', message(5));
      expect(await depth('q')).toMatchObject({ messages: 1 });
      await client.del('q:5');
      await client.lpush('q:5', 'its own now');
      expect(await queues.purge('q', 0)).toEqual({ purged: true, messages: 0 });
      expect(await client.llen('q:5')).toBe(1);
    });

    it('are proved again after they have been empty', async () => {
      await bind('q');
      await client.lpush('q:5', message(5));
      expect(await depth('q')).toMatchObject({ messages: 1 });
      await client.del('q:5');
      expect(await depth('q')).toMatchObject({ messages: 0 });
      await client.lpush('q:5', 'its own now');
      expect(await depth('q')).toMatchObject({ messages: 0 });
    });

    it('are found after thousands of others have been found and have gone', async () => {
      const gone = Array.from({ length: 5_000 }, (_, index) => `gone${index}`);
      for (let start = 0; start < gone.length; start += 50) {
        const names = gone.slice(start, start + 50);
        const added = client.pipeline();
        for (const name of names) added.lpush(`${name}:5`, message(5));
        await added.exec();
        await queues.depths(names);
      }
      await client.flushall();
      await client.lpush('q:5', message(5));
      expect(await depth('q')).toMatchObject({ messages: 1 });
    });

    it('are sought among many queues in turn, and found within a few looks', async () => {
      const names = Array.from({ length: 120 }, (_, index) => `q${index}`);
      await client.lpush('q119:4', message(4));
      const looks = [];
      for (let look = 0; look < 3; look++) looks.push((await queues.depths(names)).at(-1)?.messages);
      expect(looks.at(-1)).toBe(1);
    });
  });

  describe('unknown depths', () => {
    it('are null where the key holds something else, and nothing is purged', async () => {
      await bind('q');
      await client.set('q', 'text');
      await client.lpush(`q${sep}3`, message(3));
      expect(await depth('q')).toMatchObject({
        messages: null,
        messagesByPriority: null,
        unknown: { messages: 'a key of this queue holds something other than a list' },
      });
      await expect(queues.purge('q', 1)).rejects.toBeInstanceOf(PurgeImpossibleError);
      expect(await client.llen(`q${sep}3`)).toBe(1);
    });

    it('are null where the user may not read the key, and known of other queues', async () => {
      const rights = ['reset', 'on', '>secret', '~open*', '~unacked*', '+@all'];
      await client.call('ACL', 'SETUSER', 'some', ...rights);
      await client.lpush('open', message(0));
      const some = client.duplicate({ username: 'some', password: 'secret' });
      const limited = new RedisQueues(new RedisNames(defaultRedisOptions, 0), (work) => work(some));
      const depths = await limited.depths(['open', 'closed']);
      some.disconnect();
      expect(depths.map(({ messages }) => messages)).toEqual([1, null]);
    });
  });

  describe('names that never end', () => {
    const dead = () =>
      Array.from({ length: 2_000 }, () => ['default', '', `bcast.${randomUUID()}`].join(sep));

    it('of broadcasts are no queues, in queues and in /metrics', async () => {
      await bind('default');
      await client.sadd('_kombu.binding.news', ...dead());
      await client.sadd(
        '_kombu.binding.reply.celery.pidbox',
        ['x', '', 'x.reply.celery.pidbox'].join(sep),
      );
      await using gateway = await startTestGateway({ broker: redis.url() });
      await eventually(async () => {
        const { data } = await gateway.query<Answer>('{ queues(useCache: false) { nodes { name } } }');
        expect(data?.queues.nodes).toEqual([{ name: 'default' }]);
      }, 10_000);
      const { samples, values } = await scrape(gateway);
      expect(values('queue_messages', { queue: 'default' })).toEqual([0]);
      expect(samples.filter(({ labels }) => labels['queue']?.startsWith('bcast.'))).toEqual([]);
    });

    it('are queues where an application has named its own queue so', async () => {
      const name = `jobs.${randomUUID()}`;
      await bind(name);
      expect(await queues.names()).toEqual([name]);
    });

    it('leave a queue that is configured in /metrics, however many others there are', async () => {
      await bind(...Array.from({ length: 40 }, (_, index) => `dead${index}`), 'mine', 'zfull');
      await client.lpush('zfull', message(0));
      const args = ['--metrics-max-queues', '2', '--queues', 'mine'];
      await using gateway = await startTestGateway({ broker: redis.url(), args });
      await eventually(async () => {
        const { values } = await scrape(gateway);
        expect(values('queue_messages', { queue: 'zfull' })).toEqual([1]);
        expect(values('queue_messages', { queue: 'mine' })).toEqual([0]);
      }, 10_000);
    });
  });
});
