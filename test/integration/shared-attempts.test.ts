/** Wrong credentials, counted by two replicas of the gateway together, and by each alone while Redis is away. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sha256Of } from '../../src/access/bearer.js';
import { hashPassword } from '../../src/access/password-hash.js';
import { SharedAttempts } from '../../src/cluster/shared-attempts.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { startRedis } from '../support/redis.js';
import type { RedisServer } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';
import { startReplica } from '../support/shared-replica.js';

const key = 'celeryql:v1:attempts';
const basic = (password: string) => `Basic ${btoa(`ada:${password}`)}`;

describeWith(['redis'], 'attempts over two replicas', () => {
  let folder: string;
  let redis: RedisServer;
  let client: Redis;
  let first: TestGateway;
  let second: TestGateway;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'celeryql-'));
    const hash = await hashPassword('hunter3', { ln: 10, r: 1, p: 1 });
    const token = sha256Of('t0ken').toString('hex');
    await writeFile(join(folder, 'auth'), `user ada admin ${hash}\ntoken ci viewer ${token}\n`);
    redis = await startRedis();
    client = redis.client();
    const args = [
      ...['--auth-file', join(folder, 'auth'), '--trusted-proxies', '127.0.0.1'],
      ...['--cache-redis-url', redis.url(), '--cache-redis-timeout', '2'], // a busy machine may be late
    ];
    first = await startTestGateway({ args });
    second = await startTestGateway({ args });
    await counting(first, '198.51.100.1');
    await counting(second, '198.51.100.2');
  });
  afterAll(async () => {
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const status = async (gateway: TestGateway, address: string, authorization: string) => {
    const headers = { authorization, 'x-forwarded-for': address };
    return (await gateway.fetch('/graphql?query={__typename}', { headers })).status;
  };
  let guesses = 0;
  const guess = (gateway: TestGateway, address: string) =>
    status(gateway, address, basic(`guess ${guesses++}`));
  const inRedis = async () =>
    Object.values(await client.hgetall(key)).map((text) => Number(text.split(' ')[0]));
  const places = async () => (await inRedis()).length;

  /** Resolves when the gateway counts in Redis. */
  async function counting(gateway: TestGateway, address: string): Promise<void> {
    const before = await places();
    await eventually(async () => {
      await guess(gateway, address);
      expect(await places()).toBe(before + 1);
    });
  }

  it('a client that has guessed at one may not go on at the other', async () => {
    const address = '192.0.2.1';
    for (const gateway of [first, first, first, first, first, second, second, second, second, second])
      expect(await guess(gateway, address)).toBe(401);
    await eventually(async () => expect(await inRedis()).toContain(10));
    expect([await guess(first, address), await guess(second, address)]).toEqual([429, 429]);
    // A password that was never right before is not even looked at; a token that is right is let in.
    expect(await status(first, address, basic('hunter3'))).toBe(429);
    expect(await status(first, address, 'Bearer t0ken')).toBe(200);
    expect(await status(second, '192.0.2.2', basic('hunter3'))).toBe(200);
    expect(await status(first, address, 'Bearer wrong')).toBe(429);
  });

  it('no address stands in Redis, and the counts expire there', async () => {
    expect(JSON.stringify(await client.hgetall(key))).not.toMatch(/192\.0\.2|198\.51/);
    expect(await client.keys('*attempts*')).toEqual([key]);
    const left = await client.pttl(key);
    expect(left > 0 && left <= 60_000).toBe(true);
  });

  it('no more places are kept than may be, and those of before are swept', async () => {
    using replica = await startReplica({ url: redis.url(), id: 'a' });
    const attempts = new SharedAttempts(replica.store, 3);
    const count = async (place: string, more: 0 | 1, window = 60_000) =>
      (await attempts.count(place, more, window))?.failures;
    for (const place of ['192.0.2.2', '192.0.2.3']) expect(await count(place, 1)).toBe(1);
    expect(await count('192.0.2.1', 1, 1)).toBe(1);
    await eventually(async () => expect(await count('192.0.2.1', 0)).toBe(0));
    expect(await count('192.0.2.4', 1)).toBe(1);
    expect(await count('192.0.2.4', 0)).toBe(1);
    expect(await count('192.0.2.5', 1)).toBe(1); // the replica's own count is all there is
    expect(await count('192.0.2.5', 0)).toBe(0);
    expect(await count('192.0.2.2', 1)).toBe(2);
  });

  it('each counts for itself while Redis is away, and forgets nothing of before', async () => {
    const address = '192.0.2.7';
    for (let n = 0; n < 5; n++) expect(await guess(first, address)).toBe(401);
    await redis.kill();
    for (let n = 0; n < 5; n++) expect(await guess(first, address)).toBe(401);
    expect([await guess(first, address), await guess(second, address)]).toEqual([429, 401]);
  });
});
