/** The rights that the docs list for Redis behind Sentinels, on the master and on the Sentinels themselves. */
import type { Redis } from 'ioredis';
import { Redis as Client } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../src/log.js';
import { redisRightBehindSentinels, redisRights, sentinelRight } from '../support/documented-rights.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { startRedis } from '../support/redis.js';
import type { RedisServer } from '../support/redis.js';
import { startSentinel } from '../support/redis-sentinel.js';
import type { SentinelServer } from '../support/redis-sentinel.js';
import { describeWith } from '../support/requirements.js';

const masterName = 'lab';

interface Answer {
  readonly gateway: { readonly broker: { readonly reason: string | null } };
  readonly health: { readonly checks: readonly { name: string; status: string; message: string }[] };
}

describeWith(['redis'], 'a user with the rights that the docs list behind Sentinels', () => {
  let master: RedisServer;
  let sentinel: SentinelServer;
  let admin: Redis;
  let sentinelAdmin: Redis;
  beforeAll(async () => {
    master = await startRedis();
    admin = master.client();
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
      redisRightBehindSentinels,
    );
    const user = ['watcher', 'on', '>hunter4', sentinelRight];
    sentinel = await startSentinel({ masterName, master, user });
    sentinelAdmin = new Client(sentinel.port, '127.0.0.1');
  });
  afterAll(async () => {
    sentinelAdmin.disconnect();
    await sentinel[Symbol.asyncDispose]();
    await master[Symbol.asyncDispose]();
  });

  function start(lines: string[] = []): Promise<TestGateway> {
    const log = createLogger('warn', (line) => void lines.push(line));
    const watcher = ['--sentinel-username', 'watcher', '--sentinel-password', 'hunter4'];
    return startTestGateway({
      broker: `sentinel://least:secret@127.0.0.1:${sentinel.port}/1`,
      args: ['--master-name', masterName, ...watcher],
      log,
    });
  }

  async function broker(gateway: TestGateway) {
    const { data } = await gateway.query<Answer>(
      '{ gateway { broker { reason } } health(useCache: false) { checks { name status message } } }',
    );
    const check = data?.health.checks.find(({ name }) => name === 'broker');
    return { reason: data?.gateway.broker.reason, status: check?.status, message: check?.message };
  }

  it('is refused nothing, neither by the master nor by the Sentinel', async () => {
    await using gateway = await start();
    await eventually(async () => expect(await broker(gateway)).toMatchObject({ status: 'OK' }));
    const { errors } = await gateway.query('mutation { pingWorkers { silent } }');
    expect(errors).toBeUndefined();
    expect(await admin.call('ACL', 'LOG')).toEqual([]);
    expect(await sentinelAdmin.call('ACL', 'LOG')).toEqual([]);
  });

  it('believes the Sentinels without the right to ask the server for its role, and health says so', async () => {
    const lines: string[] = [];
    await using gateway = await start(lines);
    await admin.call('ACL', 'SETUSER', 'least', redisRightBehindSentinels.replace('+', '-'));
    const refused = expect.stringContaining("'role' command") as string;
    try {
      await using later = await start();
      for (const one of [gateway, later])
        await eventually(async () => {
          expect(await broker(one)).toEqual({ reason: null, status: 'DEGRADED', message: refused });
        });
    } finally {
      await admin.call('ACL', 'SETUSER', 'least', redisRightBehindSentinels);
    }
    await eventually(async () => expect(await broker(gateway)).toMatchObject({ status: 'OK' }));
    const logged = lines
      .filter((line) => line.includes("'role' command"))
      .map((line) => line.slice(line.indexOf('"message"')))
      .sort();
    expect(logged).toEqual([
      expect.stringContaining('the broker refuses what the gateway needs'),
      expect.stringContaining('the result backend refuses what the gateway needs'),
    ]);
  });

  it('finds no master without the right on the Sentinel, and says why', async () => {
    await sentinelAdmin.call('ACL', 'SETUSER', 'watcher', sentinelRight.replace('+', '-'));
    try {
      await using gateway = await start();
      await eventually(async () => {
        expect(await broker(gateway)).toMatchObject({
          reason: expect.stringMatching(/no Sentinel names the master .*NOPERM.*'sentinel/) as string,
          status: 'DOWN',
        });
      });
    } finally {
      await sentinelAdmin.call('ACL', 'SETUSER', 'watcher', sentinelRight);
    }
  });
});
