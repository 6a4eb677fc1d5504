/**
 * What a transport is tried against: a broker, and the other side of the conversation, spoken as Celery's workers and
 * producers do, without any of our own code for it.
 */
import { connect, type ChannelModel } from 'amqplib';
import { encodeEnvelope } from '../../src/celery/messages/message.js';
import { AmqpTransport } from '../../src/celery/transport/amqp/amqp.js';
import { parseAmqpUrl } from '../../src/celery/transport/address/amqp-address.js';
import { MemoryBus } from '../../src/celery/transport/memory/memory-bus.js';
import { MemoryTransport } from '../../src/celery/transport/memory/memory.js';
import { parseManagementUrl } from '../../src/celery/transport/address/rabbitmq-address.js';
import { parseRedisUrl } from '../../src/celery/transport/address/redis-address.js';
import { RedisTransport } from '../../src/celery/transport/redis/redis.js';
import { defaultRedisOptions } from '../../src/celery/transport/redis/redis-names.js';
import type { Transport } from '../../src/celery/transport/transport.js';
import { silentLogger } from '../../src/log.js';
import { createVhost } from './rabbitmq-vhost.js';
import { startRedis } from './redis.js';

/** As `kombu.pidbox` lays it out. */
interface Request {
  readonly method: string;
  readonly ticket?: string;
  readonly destination: readonly string[] | null;
  readonly reply_to?: { readonly exchange: string; readonly routing_key: string };
}

export interface TransportBench extends AsyncDisposable {
  /** Not started. */
  createTransport(): Transport;
  publishEvent(event: object): Promise<void>;
  /** A worker that answers every request with its name and `{ok: 'pong'}`; gone when it is disposed. */
  startNode(hostname: string): Promise<AsyncDisposable>;
  sendTask(queue: string, id: string): Promise<void>;
  /** Names of whatever the broker holds. */
  contents(): Promise<readonly string[]>;
}

const taskBody = [[], {}, {}];
const taskHeaders = (id: string) => ({ id, task: 'demo.add', lang: 'py' });
const pongOf = (hostname: string) => ({ [hostname]: { ok: 'pong' } });

function isFor(hostname: string, { destination }: Request): boolean {
  return destination === null || destination.includes(hostname);
}

export async function memoryBench(): Promise<TransportBench> {
  const bus = new MemoryBus();
  return {
    createTransport: () => new MemoryTransport(bus),
    publishEvent: async (event) =>
      bus.publishEvent({
        exchange: 'celeryev',
        routingKey: '',
        deliveryMode: 1,
        headers: {},
        body: event,
      }),
    startNode: async (hostname) => {
      const stop = bus.bindPidbox(hostname, (text) => {
        const { request, replyTo } = readEnvelope(text);
        if (replyTo === undefined || !isFor(hostname, request)) return;
        bus.publishReply({
          ...{ exchange: replyTo.exchange, routingKey: replyTo.routing_key, deliveryMode: 1 },
          ...{ headers: { ticket: request.ticket }, body: pongOf(hostname) },
        });
      });
      return { [Symbol.asyncDispose]: async () => stop() };
    },
    sendTask: async (queue, id) =>
      bus.queue(queue).push(
        encodeEnvelope({
          ...{ exchange: '', routingKey: queue, deliveryMode: 2 },
          ...{ headers: taskHeaders(id), body: taskBody },
        }),
      ),
    contents: async () => [...bus.nodes, ...bus.queueNames],
    [Symbol.asyncDispose]: async () => undefined,
  };
}

export async function redisBench(): Promise<TransportBench> {
  const redis = await startRedis();
  const client = redis.client();
  return {
    createTransport: () =>
      new RedisTransport(parseRedisUrl(redis.url()), defaultRedisOptions, silentLogger),
    publishEvent: async (event) => {
      const message = encodeEnvelope({
        ...{ exchange: 'celeryev', routingKey: 'worker.heartbeat', deliveryMode: 1 },
        ...{ headers: {}, body: event },
      });
      await client.publish('/0.celeryev/worker.heartbeat', message);
    },
    startNode: async (hostname) => {
      const pidbox = redis.client();
      const member = `\x06\x16\x06\x16${hostname}.celery.pidbox`;
      await client.sadd('_kombu.binding.celery.pidbox', member);
      pidbox.on('pmessage', (_pattern: string, _channel: string, text: string) => {
        const { request, replyTo } = readEnvelope(text);
        if (replyTo === undefined || !isFor(hostname, request)) return;
        const reply = encodeEnvelope({
          ...{ exchange: replyTo.exchange, routingKey: replyTo.routing_key, deliveryMode: 1 },
          ...{ headers: { ticket: request.ticket }, body: pongOf(hostname) },
        });
        void client.lpush(`${replyTo.routing_key}.reply.celery.pidbox`, reply);
      });
      await pidbox.psubscribe('/0.celery.pidbox');
      return {
        [Symbol.asyncDispose]: async () => {
          await client.srem('_kombu.binding.celery.pidbox', member);
          pidbox.disconnect();
        },
      };
    },
    sendTask: async (queue, id) => {
      await client.sadd(`_kombu.binding.${queue}`, `${queue}\x06\x16\x06\x16${queue}`);
      const message = encodeEnvelope({
        ...{ exchange: '', routingKey: queue, deliveryMode: 2 },
        ...{ headers: taskHeaders(id), body: taskBody },
      });
      await client.lpush(queue, message);
    },
    contents: async () => (await client.keys('*')).sort(),
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
}

/** @param management whether the gateway may ask the management API */
export async function rabbitmqBench(management: boolean): Promise<TransportBench> {
  const vhost = await createVhost();
  const connections: ChannelModel[] = [];
  const open = async (): Promise<ChannelModel> => {
    const connection = await connect(vhost.url);
    connection.on('error', () => undefined);
    connections.push(connection);
    return connection;
  };
  const channel = await (await open()).createChannel();
  await channel.assertExchange('celeryev', 'topic', { durable: true });
  await channel.assertExchange('celery.pidbox', 'fanout', { durable: false });
  const json = (body: unknown) => Buffer.from(JSON.stringify(body));
  const properties = { contentType: 'application/json', contentEncoding: 'utf-8' };
  const options = {
    managementUrl: management ? parseManagementUrl(vhost.managementUrl) : (false as const),
    amqpPeek: true,
    controlExchange: 'celery',
    eventExchange: 'celeryev',
    eventBacklogBytes: defaultRedisOptions.eventBacklogBytes,
  };
  return {
    createTransport: () => new AmqpTransport(parseAmqpUrl(vhost.url), options, silentLogger),
    publishEvent: async (event) => {
      channel.publish('celeryev', 'worker.heartbeat', json(event), properties);
    },
    startNode: async (hostname) => {
      const connection = await open();
      const pidbox = await connection.createChannel();
      const queue = `${hostname}.celery.pidbox`;
      await pidbox.assertQueue(queue, { durable: false, autoDelete: true, exclusive: true });
      await pidbox.bindQueue(queue, 'celery.pidbox', '');
      await pidbox.consume(
        queue,
        (message) => {
          const request = JSON.parse(message?.content.toString() ?? '{}') as Request;
          const { reply_to: replyTo } = request;
          if (replyTo === undefined || !isFor(hostname, request)) return;
          const headers = { ticket: request.ticket };
          pidbox.publish(replyTo.exchange, replyTo.routing_key, json(pongOf(hostname)), {
            ...properties,
            headers,
          });
        },
        { noAck: true },
      );
      return { [Symbol.asyncDispose]: () => connection.close() };
    },
    sendTask: async (queue, id) => {
      await channel.assertQueue(queue, { durable: true });
      channel.sendToQueue(queue, json(taskBody), { ...properties, headers: taskHeaders(id) });
    },
    contents: async () => {
      const { management: api, name } = vhost;
      const [queues, exchanges] = await Promise.all([api.queues(name), api.exchanges(name)]);
      return [...queues, ...exchanges].map((thing) => thing.name).sort();
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.allSettled(connections.map((connection) => connection.close()));
      await vhost[Symbol.asyncDispose]();
    },
  };
}

function readEnvelope(text: string) {
  const envelope = JSON.parse(text) as { body: string };
  const request = JSON.parse(Buffer.from(envelope.body, 'base64').toString()) as Request;
  return { request, replyTo: request.reply_to };
}
