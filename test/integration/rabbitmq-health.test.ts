/** Health on RabbitMQ means: events can arrive. It is not enough that every connection and channel exists and answers. */
import type { Channel } from 'amqplib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../src/log.js';
import { rabbitmqPermissions, rabbitmqTag } from '../support/documented-rights.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { createVhost } from '../support/rabbitmq-vhost.js';
import type { RabbitMQVhost } from '../support/rabbitmq-vhost.js';
import { describeWith } from '../support/requirements.js';
import { untilReady } from '../support/watch.js';
import { connectAmqp } from '../support/connect-amqp.js';

interface Answer {
  readonly health: { readonly checks: readonly { name: string; status: string }[] };
  readonly workers: { nodes: readonly { readonly hostname: string }[] };
  readonly gateway: {
    readonly events: {
      readonly received: number;
      readonly malformed: number;
      readonly reconnects: number;
      readonly gaps: readonly { readonly reason: string }[];
    };
  };
}

const question = `{ workers(useCache: false) { nodes { hostname } }
  gateway { events { received malformed reconnects gaps { reason } } } }`;

const event = (hostname: string) => ({
  type: 'worker-heartbeat',
  ...{ hostname, timestamp: Date.now() / 1000, utcoffset: 0, pid: 1, clock: 1 },
  ...{ freq: 2, active: 0, processed: 0, loadavg: [0, 0, 0] },
  ...{ sw_ident: 'py-celery', sw_ver: '5.6.3', sw_sys: 'Linux' },
});

function publish(channel: Channel, hostname: string): void {
  channel.publish('celeryev', 'worker.heartbeat', Buffer.from(JSON.stringify(event(hostname))), {
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    headers: { hostname },
  });
}

describeWith(['rabbitmq'], 'health while RabbitMQ answers and no event can arrive', () => {
  let vhost: RabbitMQVhost;
  beforeAll(async () => {
    vhost = await createVhost();
  }, 60_000);
  afterAll(() => vhost[Symbol.asyncDispose]());

  async function isHeard(gateway: TestGateway, channel: Channel, hostname: string): Promise<void> {
    await eventually(async () => {
      publish(channel, hostname);
      const { data } = await gateway.query<Answer>(question);
      expect(data?.workers.nodes.map((worker) => worker.hostname)).toContain(hostname);
    }, 5_000);
  }

  it.each([
    ['was deleted', false],
    ['was deleted and made anew', true],
  ])('receives events again within seconds after the exchange of the events %s', async (_, anew) => {
    await using gateway = await startTestGateway({ broker: vhost.url });
    const connection = await connectAmqp(vhost.url);
    try {
      const channel = await connection.createChannel();
      // Before the gateway has connected there may be none, which would close this channel.
      await channel.assertExchange('celeryev', 'topic', { durable: true });
      await isHeard(gateway, channel, 'before@h');

      await channel.deleteExchange('celeryev');
      if (anew) await channel.assertExchange('celeryev', 'topic', { durable: true });
      const { data } = await eventually(async () => {
        const answer = await gateway.query<Answer>(question);
        expect(answer.data?.gateway.events.reconnects).toBe(1);
        return answer;
      }, 15_000);
      expect(data?.gateway.events.gaps[0]?.reason).toBe(
        'a message that the gateway sent to itself as an event reached no queue',
      );
      await isHeard(gateway, channel, 'after@h');
      await eventually(async () => {
        const health = '{ health(useCache: false) { checks { name status } } }';
        const { checks } = (await gateway.query<Pick<Answer, 'health'>>(health)).data?.health ?? {};
        expect(checks).toContainEqual({ name: 'event_stream', status: 'OK' });
      });
    } finally {
      await connection.close();
    }
  });

  it('sends what other receivers of events take for an event of no worker and no task', async () => {
    const connection = await connectAmqp(vhost.url);
    try {
      const channel = await connection.createChannel();
      await channel.assertExchange('celeryev', 'topic', { durable: true });
      const { queue } = await channel.assertQueue('', { exclusive: true });
      await channel.bindQueue(queue, 'celeryev', '#');
      await using gateway = await startTestGateway({ broker: vhost.url });
      const echo = await eventually(async () => {
        const message = await channel.get(queue, { noAck: true });
        if (message === false) throw new Error('no message yet');
        return message;
      }, 10_000);
      expect(JSON.parse(echo.content.toString())).toEqual({
        type: 'celeryql-echo',
        hostname: expect.stringMatching(/^celeryql@/) as string,
        timestamp: expect.any(Number) as number,
        utcoffset: 0,
        pid: process.pid,
        clock: 0,
      });
      const { data } = await gateway.query<Answer>(question);
      expect([data?.workers.nodes, data?.gateway.events]).toMatchObject([
        [],
        { received: 0, malformed: 0, reconnects: 0 },
      ]);
    } finally {
      await connection.close();
    }
  });

  it('names the management API that refuses its user, once in the log, and is well when the tag is given', async () => {
    const { management, name } = vhost;
    const { protocol, host } = new URL(vhost.managementUrl);
    const managementUrl = `${protocol}//${host}`; // without the administrator's credentials
    const user = `untagged-${name}`;
    const tagged = (tag: string) => management.createUser(user, 'secret', tag);
    await tagged('');
    await management.setPermissions(name, user, rabbitmqPermissions);
    const broker = new URL(vhost.url);
    [broker.username, broker.password] = [user, 'secret'];
    const lines: string[] = [];
    const log = createLogger('warn', (line) => void lines.push(line));
    const args = ['--management-url', managementUrl];
    await using gateway = await startTestGateway({ broker: broker.href, args, log });
    const check = async (): Promise<unknown> => {
      const health = '{ health(useCache: false) { checks { name status message } } }';
      const { checks } = (await gateway.query<Pick<Answer, 'health'>>(health)).data?.health ?? {};
      return checks?.find((each) => each.name === 'broker');
    };
    const reason =
      `the management API at ${managementUrl} refuses this user (it answered with status 401): only queues that ` +
      `workers consume are known; give the user the tag "${rabbitmqTag}", or set MANAGEMENT_URL to none`;
    await eventually(async () => {
      expect(await check()).toMatchObject({
        status: 'DEGRADED',
        message: expect.stringContaining(reason) as string,
      });
    }, 15_000);
    await untilReady(gateway);
    expect(lines.filter((line) => line.includes('refuses this user'))).toEqual([
      expect.stringContaining('the broker refuses what the gateway needs'),
    ]);
    expect(lines.join()).not.toContain(user);

    await tagged(rabbitmqTag);
    await eventually(async () => expect(await check()).toMatchObject({ status: 'OK' }), 30_000);
  }, 60_000);
});
