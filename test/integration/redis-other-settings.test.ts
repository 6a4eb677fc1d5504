/** An application on Redis that our settings do not fit: no worker answers, no event comes, and health names the setting. */
import { expect, it } from 'vitest';
import { celeryVersion } from '../support/celery-versions.js';
import { startWorker } from '../support/celery-worker.js';
import { redisRights } from '../support/documented-rights.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startRedis } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';

interface Answer {
  readonly health: { readonly checks: readonly Check[] };
}

interface Check {
  readonly name: string;
  readonly status: string;
  readonly message: string;
}

async function eventStream(gateway: TestGateway): Promise<Check | undefined> {
  const { data } = await gateway.query<Answer>(
    '{ health(useCache: false) { checks { name status message } } }',
  );
  return data?.health.checks.find(({ name }) => name === 'event_stream');
}

/** The gateway asks the workers after 10 s without any event. */
const patience = 30_000;

/** What the worker is started with, and what the gateway says of it. */
const others = [
  {
    setting: 'global_keyprefix',
    env: { KEYPREFIX: 'team:' },
    says: 'keys of an application begin with "team:": if it is this one, set GLOBAL_KEYPREFIX to that',
  },
  {
    setting: 'fanout_prefix',
    env: { MORE_CONF: '{"broker_transport_options": {"fanout_prefix": false}}' },
    says:
      'pidboxes of 1 nodes are bound, but none listens on "/0.celery.pidbox": unless these workers have ended, ' +
      'set FANOUT_PREFIX to the fanout_prefix of the application',
  },
  {
    setting: 'control_exchange',
    env: { MORE_CONF: '{"control_exchange": "orders"}' },
    says:
      'workers of the control exchange "orders" are bound: if they are this application\'s, ' +
      'set CONTROL_EXCHANGE to that',
  },
  {
    setting: 'database',
    db: 3,
    says:
      'pidboxes of workers are bound in database 3, and none in 0: ' +
      'set the number at the end of BROKER_URL to that of the application',
  },
] as const satisfies readonly { setting: string; env?: object; db?: number; says: string }[];

describeWith(['redis', 'celery:newest'], 'an application with other settings on Redis', () => {
  it.concurrent.each(others)(
    'is found by its bindings, with the rights that the docs list: $setting',
    async (other) => {
      await using redis = await startRedis();
      const { python } = celeryVersion('newest');
      const application = {
        python,
        broker: redis.url('db' in other ? other.db : 0),
        ...('env' in other && { env: other.env }),
      };
      // Its events are not asked for where another control exchange is: they would come all the same.
      await using worker = await startWorker({
        ...application,
        pool: 'solo',
        args: ['--without-heartbeat'],
      });
      await redis
        .client()
        .call('ACL', 'SETUSER', 'least', 'reset', 'on', '>pw', '~*', '&*', ...redisRights);
      await using gateway = await startTestGateway({
        broker: redis.url().replace('redis://', 'redis://least:pw@'),
      });
      await eventually(async () => {
        expect(await eventStream(gateway)).toMatchObject({
          status: 'DEGRADED',
          message: `no event yet, and no worker answers; ${other.says}`,
        });
      }, patience);
      expect(worker.running).toBe(true);
    },
  );

  it.concurrent('is found by a user who may look at keys alone', async () => {
    await using redis = await startRedis();
    const rights = ['+@all', '-eval', '-pubsub|numpat'];
    await redis.client().call('ACL', 'SETUSER', 'few', 'reset', 'on', '>secret', '~*', '&*', ...rights);
    await redis.client().sadd('team:_kombu.binding.celery.pidbox', '\x06\x16\x06\x16w1@h.celery.pidbox');
    await using gateway = await startTestGateway({
      broker: redis.url().replace('redis://', 'redis://few:secret@'),
    });
    await eventually(async () => {
      expect(await eventStream(gateway)).toMatchObject({
        status: 'DEGRADED',
        message: expect.stringContaining('"team:"') as string,
      });
    }, patience);
  });

  it.concurrent('is not suspected where there are no traces of workers', async () => {
    await using redis = await startRedis();
    await using gateway = await startTestGateway({ broker: redis.url() });
    const asked = () => redis.client().call('INFO', 'commandstats');
    await eventually(async () => {
      expect(String(await asked())).toMatch(/cmdstat_select:/); // of the search in the other databases
      expect(await eventStream(gateway)).toMatchObject({ status: 'OK', message: 'no event yet' });
    }, patience);
  });
});
