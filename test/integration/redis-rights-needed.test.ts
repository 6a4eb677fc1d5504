/** Each right on Redis that the docs list is needed: what a gateway that starts without it cannot do. */
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { celeryVersion, sendTasks, startWorker } from '../support/celery.js';
import type { Application, CeleryWorker } from '../support/celery.js';
import { redisRights, redisRightToSend } from '../support/documented-rights.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { startRedis } from '../support/redis.js';
import type { RedisServer } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';

const abilities = [
  'health', // says that Redis refuses nothing
  'connection name', // in CLIENT LIST
  'events',
  'control',
  'queues',
  'lengths',
  'lists of other settings', // than those of the gateway
  'unacknowledged',
  'results',
  'purge',
  'send',
] as const;
type Ability = (typeof abilities)[number];

const figures = ['queues', 'lengths', 'lists of other settings', 'unacknowledged'] as const;
const ofTheBroker = [...figures, 'purge', 'send', 'events', 'control'] as const;

/** By right, what is lost without it, besides `health`. */
const losses: Readonly<Record<string, readonly Ability[]>> = {
  'client|setname': ['connection name'],
  select: [...ofTheBroker, 'connection name', 'results'],
  ping: [],
  psubscribe: ofTheBroker,
  'pubsub|numpat': [], // and the hint at another FANOUT_PREFIX
  publish: ['control'],
  multi: ['control'],
  exec: ['control'],
  sadd: ['control'],
  smembers: ['control', 'send', 'purge', ...figures],
  pexpire: ['control'],
  rpush: ['control'],
  lrange: ['control', ...figures],
  ltrim: ['control'],
  del: ['purge'],
  llen: ['lengths', 'lists of other settings', 'purge'],
  scan: ['send', 'purge', ...figures],
  hlen: ['unacknowledged'],
  hkeys: ['unacknowledged'],
  hget: ['unacknowledged'],
  eval: ['unacknowledged', 'purge'],
  exists: ['lists of other settings'],
  mget: ['results'],
};

const silentResult = "'shh'";
const together = 6;

interface Answer {
  readonly gateway: { readonly events: { readonly received: number } };
  readonly health: { readonly checks: readonly { readonly name: string; readonly status: string }[] };
  readonly queues: { nodes: readonly Queue[] } | null;
  readonly task: { readonly result: string | null } | null;
}

interface Queue {
  readonly name: string;
  readonly messages: number | null;
  readonly unacknowledged: number | null;
}

describeWith(['redis', 'celery:debian'], 'a gateway without a right on Redis that the docs list', () => {
  let redis: RedisServer;
  let worker: CeleryWorker;
  let admin: Redis;
  let stored: string;
  beforeAll(async () => {
    redis = await startRedis();
    admin = redis.client(1);
    const { python } = celeryVersion('debian');
    const application: Application = { python, broker: redis.url(1) };
    worker = await startWorker({
      ...application,
      hostname: 'w1',
      queues: ['default', 'slow'],
      concurrency: 1,
    });
    [stored = ''] = await sendTasks(application, [
      { name: 'demo.silent' },
      { name: 'demo.ranked', args: [1] },
      ...[600, 601, 602].map((seconds) => ({ name: 'demo.sleep', args: [seconds] })),
    ]);
    // As an application has it whose separator is ":".
    await admin.rpush('high:5', JSON.stringify({ body: '', properties: { priority: 5 } }));
  });
  afterAll(async () => {
    await worker.kill();
    await redis[Symbol.asyncDispose]();
  });

  /** Of this user's gateway; it has a queue of its own to send to and to purge. */
  async function abilitiesOf(gateway: TestGateway, user: string): Promise<readonly Ability[]> {
    const { data } = await gateway.query<Answer>(
      `query ($id: ID!) {
        gateway { events { received } }
        health(useCache: false) { checks { name status } }
        queues(useCache: false) { nodes { name messages unacknowledged } }
        task(taskId: $id, useCache: false) { result }
      }`,
      { id: stored },
    );
    const queue = (wanted: string) => data?.queues?.nodes.find(({ name }) => name === wanted);
    const does = async (mutation: string): Promise<string> =>
      JSON.stringify((await gateway.query(`mutation { ${mutation} }`)).data);
    const pinged = await does('pingWorkers { replies { hostname } }');
    const sent = await does(`sendTask(name: "demo.ranked", options: { queue: "${user}" }) { queue }`);
    const waiting = await admin.lpush(user, JSON.stringify({ body: '', properties: {} }));
    const purged = await does(`purgeQueue(name: "${user}", expectedMessages: ${waiting}) { purged }`);
    const clients = String(await admin.call('CLIENT', 'LIST')).split('\n');
    const refused = data?.health.checks.filter(
      ({ name, status }) => ['broker', 'result_backend'].includes(name) && status !== 'OK',
    );
    const can: Record<Ability, boolean> = {
      health: refused?.length === 0,
      'connection name': clients.some(
        (client) => client.includes(`user=${user} `) && client.includes('name=celeryql-commands'),
      ),
      events: (data?.gateway.events.received ?? 0) > 0,
      control: pinged.includes('w1@test'),
      queues: queue('high') !== undefined,
      lengths: typeof queue('high')?.messages === 'number',
      'lists of other settings': (queue('high')?.messages ?? 0) > 1,
      unacknowledged: queue('slow')?.unacknowledged === 2,
      results: data?.task?.result === silentResult,
      purge: purged.includes(`"purged":${waiting}`),
      send: sent.includes(user),
    };
    return abilities.filter((ability) => can[ability]);
  }

  /** Starts a gateway, and waits until it has these abilities and no others, and says this. */
  async function canEventually(
    rights: readonly string[],
    user: string,
    expected: readonly Ability[],
    says = '',
  ): Promise<void> {
    await admin.call('ACL', 'SETUSER', user, 'reset', 'on', '>secret', '~*', '&*', ...rights);
    await admin.sadd(`_kombu.binding.${user}`, [user, '', user].join('\x06\x16'));
    const broker = redis.url(1).replace('redis://', `redis://${user}:secret@`);
    await using gateway = await startTestGateway({ broker, args: ['--default-queue', 'default'] });
    await eventually(async () => {
      expect(await abilitiesOf(gateway, user), `${user} ${says}`).toEqual(expected);
      const { data } = await gateway.query(
        '{ gateway { broker { reason } } health(useCache: false) { checks { message } } }',
      );
      expect(JSON.stringify(data)).toContain(says);
    }, 20_000);
  }

  it('has every ability with the whole list, and only that to send tasks needs one right more', async () => {
    await canEventually([...redisRights, redisRightToSend], 'whole', abilities);
    const withoutSending = abilities.filter((ability) => ability !== 'send');
    await canEventually(redisRights, 'reader', withoutSending);
  }, 60_000);

  it('lacks what each right is for, and names the right', async () => {
    expect(redisRights.map((right) => right.slice(1)).sort()).toEqual(Object.keys(losses).sort());
    const rows = Object.entries(losses);
    for (let start = 0; start < rows.length; start += together)
      await Promise.all(
        rows.slice(start, start + together).map(async ([right, lost], index) => {
          const rights = [...redisRights, redisRightToSend, `-${right}`];
          const left = abilities.filter((ability) => ability !== 'health' && !lost.includes(ability));
          await canEventually(rights, `without${start + index}`, left, `'${right}' command`);
        }),
      );
  }, 120_000);
});
