/** What others write and declare on RabbitMQ, which the gateway reads and leaves as it is. */
import { expect, it } from 'vitest';
import { AmqpTransport } from '../../src/celery/transport/amqp/amqp.js';
import { parseAmqpUrl } from '../../src/celery/transport/address/amqp-address.js';
import { defaultRedisOptions } from '../../src/celery/transport/redis/redis-names.js';
import { silentLogger } from '../../src/log.js';
import { celeryVersion, pythonOutput } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { createVhost } from '../support/rabbitmq-vhost.js';
import { describeWith } from '../support/requirements.js';

async function watch(url: string) {
  const { eventBacklogBytes } = defaultRedisOptions;
  const transport = new AmqpTransport(
    parseAmqpUrl(url),
    {
      managementUrl: false,
      amqpPeek: false,
      controlExchange: 'celery',
      eventExchange: 'celeryev',
      eventBacklogBytes,
    },
    silentLogger,
  );
  const headers: unknown[] = [];
  transport.subscribeEvents((message) => void headers.push(message.read().headers));
  transport.start();
  await eventually(() => expect(transport.connection.connected).toBe(true));
  return { transport, headers };
}

/** As Celery's producers do: py-amqp writes the headers. */
const publish = `
import sys
from kombu import Connection, Exchange
with Connection(sys.argv[1]) as connection:
    exchange = Exchange('celeryev', type='topic')
    connection.Producer(exchange=exchange, serializer='json').publish(
        {}, routing_key='worker.heartbeat', declare=[exchange],
        headers={'at': 1783000000000, 'largest': 2**63 - 1, 'list': [2**40]})
`;
import { connectAmqp } from '../support/connect-amqp.js';

describeWith(['rabbitmq', 'celery:debian'], 'headers of py-amqp on RabbitMQ', () => {
  it('are read with integers of 64 bits, and the exchange of events is as Celery declares it', async () => {
    await using vhost = await createVhost();
    const watched = await watch(vhost.url);
    await using transport = watched.transport;
    const { python } = celeryVersion('debian');
    await pythonOutput({ python, broker: vhost.url }, ['-c', publish, vhost.url]);
    await eventually(() =>
      expect(watched.headers).toEqual([
        { at: 1_783_000_000_000, largest: '9223372036854775807', list: [1_099_511_627_776] },
      ]),
    );
    expect(transport.connection.reconnects).toBe(0);
    expect(transport.unreadHeaders).toEqual({ messages: 0, lastReason: null });
  });
});

describeWith(['rabbitmq'], 'an exchange of events on RabbitMQ that differs from Celery’s', () => {
  it('is left as it is, and received', async () => {
    await using vhost = await createVhost();
    const connection = await connectAmqp(vhost.url);
    const channel = await connection.createConfirmChannel();
    await channel.assertExchange('celeryev', 'fanout', { durable: false });
    const watched = await watch(vhost.url);
    await using transport = watched.transport;
    channel.publish('celeryev', '', Buffer.from('{}'), { contentType: 'application/json', headers: {} });
    await channel.waitForConfirms();
    await eventually(() => expect(watched.headers).toEqual([{}]));
    await channel.assertExchange('celeryev', 'fanout', { durable: false });
    expect(await transport.queueDepths(['gone'])).toMatchObject([{ messages: 0, exists: false }]);
    await connection.close();
  });
});
