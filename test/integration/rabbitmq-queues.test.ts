/** What only queues of RabbitMQ have: kinds, priorities, messages in other hands, and tasks that wait for their ETA. */
import { expect, it } from 'vitest';
import { AmqpTransport } from '../../src/celery/transport/amqp/amqp.js';
import { parseAmqpUrl } from '../../src/celery/transport/address/amqp-address.js';
import { parseManagementUrl } from '../../src/celery/transport/address/rabbitmq-address.js';
import { defaultRedisOptions } from '../../src/celery/transport/redis/redis-names.js';
import { PeekRefusedError } from '../../src/errors.js';
import { silentLogger } from '../../src/log.js';
import { priorityLengths } from '../support/rabbitmq.js';
import { eventually } from '../support/eventually.js';
import { createVhost, type RabbitMQVhost } from '../support/rabbitmq-vhost.js';
import { describeWith } from '../support/requirements.js';
import { connectAmqp } from '../support/connect-amqp.js';

async function watch({ url, managementUrl }: RabbitMQVhost, amqpPeek: boolean): Promise<AmqpTransport> {
  const options = {
    ...{ managementUrl: parseManagementUrl(managementUrl), amqpPeek },
    ...{ controlExchange: 'celery', eventExchange: 'celeryev' },
    eventBacklogBytes: defaultRedisOptions.eventBacklogBytes,
  };
  const transport = new AmqpTransport(parseAmqpUrl(url), options, silentLogger);
  transport.start();
  await eventually(() => expect(transport.connection.connected).toBe(true));
  return transport;
}

describeWith(['rabbitmq'], 'queues of RabbitMQ', () => {
  it('are listed by kind and priority, with what workers hold and what waits for its ETA', async () => {
    await using vhost = await createVhost();
    const connection = await connectAmqp(vhost.url);
    const channel = await connection.createConfirmChannel();
    const quorum = { arguments: { 'x-queue-type': 'quorum' } };
    await channel.assertQueue('plain');
    await channel.assertQueue('urgent', { maxPriority: 10 });
    await channel.assertQueue('safe', quorum);
    await channel.assertQueue('celery_delayed_3', quorum);
    const send = (queue: string, priority?: number) =>
      channel.sendToQueue(queue, Buffer.from('[]'), priority === undefined ? {} : { priority });
    for (let n = 0; n < 5; n++) send('urgent', 9);
    for (let n = 0; n < 2; n++) send('urgent', 0);
    for (const queue of ['plain', 'plain', 'plain', 'safe', 'celery_delayed_3']) send(queue);
    await channel.waitForConfirms();
    await channel.get('plain');
    await using transport = await watch(vhost, true);

    expect(await transport.queueNames()).toEqual(['plain', 'safe', 'urgent']);
    expect(await transport.delayedMessages()).toBe(1);
    await eventually(async () => {
      const none = { consumers: 0, oldestTaskId: null };
      expect(await transport.queueDepths(['plain', 'safe', 'urgent'])).toMatchObject([
        { ...none, kind: 'classic', messages: 2, unacknowledged: 1 },
        { ...none, kind: 'quorum', messages: 1, unacknowledged: 0 },
        {
          ...{ ...none, kind: 'classic', messages: 7, unacknowledged: 0 },
          messagesByPriority: priorityLengths([
            { priority: 0, messages: 2 },
            { priority: 9, messages: 5 },
          ]),
        },
      ]);
    }, 15_000);

    await expect(transport.peek('safe', 1)).rejects.toBeInstanceOf(PeekRefusedError);
    await connection.close();
  });

  it('are not looked into unless that is allowed', async () => {
    await using vhost = await createVhost();
    await using transport = await watch(vhost, false);
    await expect(transport.peek('plain', 1)).rejects.toThrow(/start with --amqp-peek true/);
  });
});
