/** Unacknowledged messages counted by queue, of a hash that is filled as kombu fills it. */
import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { defaultRedisOptions, RedisNames } from '../../src/celery/transport/redis/redis-names.js';
import { RedisQueues } from '../../src/celery/transport/redis/redis-queues.js';
import { startRedis, type RedisServer } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';

const sep = '\x06\x16';

function queuesOf(client: Redis) {
  const queues = new RedisQueues(new RedisNames(defaultRedisOptions, 0), (work) => work(client));
  return async (...names: string[]) => {
    const depths = await queues.depths(names);
    return Object.fromEntries(depths.map(({ name, unacknowledged }) => [name, unacknowledged]));
  };
}

/** As `json.dumps([message, exchange, routing_key])` has it. */
function entry(exchange: string, routingKey: string, body = 'e30='): string {
  const message = `{"body": "${body}", "properties": {"delivery_info": {"exchange": "x\\"}, \\"y"}}}`;
  return `[${message}, ${JSON.stringify(exchange)}, ${JSON.stringify(routingKey)}]`;
}

async function deliver(client: Redis, from: number, to: number, value: string): Promise<void> {
  for (let start = from; start < to; start += 1_000) {
    const tags = Array.from({ length: Math.min(1_000, to - start) }, (_, n) => `tag-${start + n}`);
    await client.hset('unacked', Object.fromEntries(tags.map((tag) => [tag, value])));
  }
}

/** How many bytes the server has sent. */
async function sent(redis: RedisServer): Promise<number> {
  const info = await redis.client().info('stats');
  return Number(/total_net_output_bytes:(\d+)/.exec(info)?.[1]);
}

describeWith(['redis'], 'unacknowledged messages', () => {
  it('are counted exactly, by exchange and binding, as they come and go', async () => {
    await using redis = await startRedis();
    const client = redis.client();
    const unacknowledged = queuesOf(client);
    await client.sadd('_kombu.binding.direct', `mail-key${sep}${sep}mail`);
    await client.sadd('_kombu.binding.media', `video.#${sep}^video\\..*?$${sep}video`);
    expect(await unacknowledged('mail', 'video')).toEqual({ mail: 0, video: 0 });

    await deliver(client, 0, 9_000, entry('', 'mail'));
    await deliver(client, 9_000, 9_500, entry('direct', 'mail-key'));
    await deliver(client, 9_500, 9_600, entry('media', 'video.h264'));
    await deliver(client, 9_600, 9_700, entry('', 'naïve "queue"'));
    await client.hset('unacked', 'foreign', 'not what kombu writes');
    expect(await unacknowledged('mail', 'video', 'naïve "queue"', 'other')).toEqual({
      ...{ mail: 9_500, video: 100, 'naïve "queue"': 100, other: 0 },
    });

    await client.hdel('unacked', ...Array.from({ length: 400 }, (_, n) => `tag-${n}`));
    await deliver(client, 20_000, 20_001, entry('', 'video'));
    expect(await unacknowledged('mail', 'video')).toEqual({ mail: 9_100, video: 101 });
  });

  it('are unknown while there are too many new ones to read, and more than can be counted by queue', async () => {
    await using redis = await startRedis();
    const client = redis.client();
    const unacknowledged = queuesOf(client);
    await deliver(client, 0, 25_000, entry('', 'mail'));
    expect(await unacknowledged('mail')).toEqual({ mail: null });
    expect(await unacknowledged('mail')).toEqual({ mail: null });
    expect(await unacknowledged('mail')).toEqual({ mail: 25_000 });
    await deliver(client, 25_000, 50_001, entry('', 'mail'));
    for (let look = 0; look < 5; look++) expect(await unacknowledged('mail')).toEqual({ mail: null });
  });

  it('are unknown of queues that a message may have come from as well as from another', async () => {
    await using redis = await startRedis();
    const client = redis.client();
    const bindings = [`a.*${sep}^a\\..*?$${sep}one`, `a.b${sep}^a\\.b$${sep}two`, `c${sep}^c$${sep}two`];
    await client.sadd('_kombu.binding.topic', ...bindings);
    await client.hset('unacked', {
      1: entry('topic', 'a.b'),
      2: entry('topic', 'c'),
      3: entry('', 'x'),
    });
    expect(await queuesOf(client)('one', 'two', 'x')).toEqual({ one: null, two: null, x: 1 });
  });

  it('are not read, but for where they were sent, and that once', async () => {
    await using redis = await startRedis();
    const client = redis.client();
    const unacknowledged = queuesOf(client);
    await deliver(client, 0, 20, entry('', 'mail', 'x'.repeat(1_000_000)));
    const before = await sent(redis);
    expect(await unacknowledged('mail')).toEqual({ mail: 20 });
    const first = await sent(redis);
    expect(await unacknowledged('mail')).toEqual({ mail: 20 });
    expect(first - before).toBeLessThan(50_000);
    expect((await sent(redis)) - first).toBeLessThan(first - before);
  });

  it('are counted without scripts too, where these are forbidden, and unknown without any right', async () => {
    await using redis = await startRedis();
    const admin = redis.client();
    await deliver(admin, 0, 1_500, entry('', 'mail'));
    const rights: [string, object][] = [
      ['-eval', { mail: 1_500 }],
      ['-hlen', { mail: null }],
    ];
    for (const [right, expected] of rights) {
      await admin.call('ACL', 'SETUSER', 'reader', 'reset', 'on', '>pw', '~*', '+@all', right);
      const client = redis.client();
      await client.call('AUTH', 'reader', 'pw');
      expect(await queuesOf(client)('mail')).toEqual(expected);
    }
  });
});
