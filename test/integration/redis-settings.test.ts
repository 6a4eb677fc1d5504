/** Applications on Redis whose transport options are not the defaults. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { envelope } from '../support/event-messages.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startRedis, type RedisServer } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';

interface Answer {
  readonly gateway: { readonly connected: boolean };
  readonly health: { readonly checks: readonly { name: string; status: string; message: string }[] };
  readonly workers: { nodes: readonly { hostname: string; status: string }[] };
}

const heartbeat = (hostname: string) =>
  envelope(
    JSON.stringify({
      type: 'worker-heartbeat',
      hostname,
      pid: 5,
      clock: 1,
      utcoffset: 0,
      timestamp: Date.now() / 1000,
      freq: 2,
    }),
  );

async function isConnected(gateway: TestGateway): Promise<void> {
  await eventually(async () => {
    const { data } = await gateway.query<Answer>(
      '{ health(useCache: false) { checks { name status } } }',
    );
    expect(data?.health.checks.find(({ name }) => name === 'broker')?.status).toBe('OK');
  }, 10_000);
}

async function shows(gateway: TestGateway, hostname: string): Promise<void> {
  await eventually(async () => {
    const { data } = await gateway.query<Answer>(
      '{ workers(useCache: false) { nodes { hostname status } } }',
    );
    expect(data?.workers.nodes).toContainEqual({ hostname, status: 'ONLINE' });
  }, 5_000);
}

describeWith(['redis'], 'several servers of Redis', () => {
  it('are tried in turn, by all connections together', async () => {
    await using first = await startRedis();
    await using second = await startRedis({ password: 'hunter3' });
    await using gateway = await startTestGateway({
      broker: `redis://127.0.0.1:1/0;${first.url()};${second.url()};`,
    });
    await isConnected(gateway);
    await first.client().publish('/0.celeryev/worker.heartbeat', heartbeat('w1@first'));
    await shows(gateway, 'w1@first');

    await first.stop();
    await eventually(async () => {
      await second.client().publish('/0.celeryev/worker.heartbeat', heartbeat('w2@second'));
      await shows(gateway, 'w2@second');
    }, 20_000);
    const names = String(await second.client().client('LIST'));
    for (const name of ['celeryql-commands', 'celeryql-events', 'celeryql-results'])
      expect(names).toContain(name);
    const health = await gateway.query('{ health { checks { message } } }');
    expect(JSON.stringify(health.data)).not.toContain('hunter3');
  });
});

describeWith(['redis'], 'fanout_patterns: false', () => {
  let redis: RedisServer;
  beforeAll(async () => void (redis = await startRedis()));
  afterAll(() => redis[Symbol.asyncDispose]());

  it.each([
    ['auto', '/0.celeryev'],
    ['auto', '/0.celeryev/worker.heartbeat'],
    ['false', '/0.celeryev'],
  ])('is received where the setting is %s and events come on %s', async (setting, channel) => {
    await using gateway = await startTestGateway({
      broker: redis.url(),
      args: ['--fanout-patterns', setting],
    });
    await isConnected(gateway);
    await redis.client().publish(channel, heartbeat('w5@h'));
    await shows(gateway, 'w5@h');
  });

  it('is optional to the rights of a user: the channels with routing keys suffice', async () => {
    const channels = ['resetchannels', '&/0.celeryev/*', '&/0.celery.pidbox'];
    const admin = redis.client();
    await admin.call('ACL', 'SETUSER', 'few', 'reset', 'on', '>secret', '~*', '+@all', ...channels);
    await using gateway = await startTestGateway({
      broker: redis.url().replace('redis://', 'redis://few:secret@'),
    });
    await isConnected(gateway);
    await admin.publish('/0.celeryev/worker.heartbeat', heartbeat('w6@h'));
    await shows(gateway, 'w6@h');
  });
});
