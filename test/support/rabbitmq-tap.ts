/**
 * Records the remote control requests of a virtual host by RabbitMQ's tracer, which copies every message
 * that is published: a queue bound to the workers' exchange would itself count as a worker.
 */
import { randomUUID } from 'node:crypto';
import { connect, type Channel, type ChannelModel, type ConsumeMessage } from 'amqplib';
import type { BrokerTap } from './broker-tap.js';
import type { PidboxRequest } from './pidbox-request.js';
import type { RabbitMQVhost } from './rabbitmq-vhost.js';

const tracer = 'amq.rabbitmq.trace';
const pidbox = /^publish\.(.*)\.pidbox$/;
/** Of one test; more would be a mistake of its own. */
const keptRequests = 100_000;

interface Recorded {
  readonly exchange: string;
  readonly request: PidboxRequest;
}

export class RabbitMQTap implements BrokerTap {
  readonly #connection: ChannelModel;
  readonly #channel: Channel;
  readonly #queue: string;
  readonly #recorded: Recorded[] = [];
  readonly #watchers = new Set<(recorded: Recorded) => void>();
  readonly #markers = new Map<string, () => void>();

  static async connect(vhost: RabbitMQVhost): Promise<RabbitMQTap> {
    await vhost.management.trace(vhost.name);
    const connection = await connect(vhost.url);
    connection.on('error', () => undefined); // a broker that goes away is what some tests are about
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true });
    await channel.bindQueue(queue, tracer, 'publish.#');
    const tap = new RabbitMQTap(connection, channel, queue);
    await channel.consume(queue, (message) => tap.#read(message), { noAck: true });
    return tap;
  }

  private constructor(connection: ChannelModel, channel: Channel, queue: string) {
    this.#connection = connection;
    this.#channel = channel;
    this.#queue = queue;
  }

  clear(): void {
    this.#recorded.length = 0;
  }

  async flush(): Promise<void> {
    const marker = randomUUID();
    const seen = new Promise<void>((resolve) => this.#markers.set(marker, resolve));
    this.#channel.sendToQueue(this.#queue, Buffer.alloc(0), { messageId: marker });
    await seen;
  }

  requests(exchange = 'celery'): PidboxRequest[] {
    return this.#recorded.filter((one) => one.exchange === exchange).map(({ request }) => request);
  }

  broadcasts(exchange = 'celery'): string[] {
    return this.requests(exchange).map(({ method }) => method);
  }

  untilRequest(method: string, deadlineMs = 10_000): Promise<PidboxRequest> {
    const found = this.#recorded.find(({ request }) => request.method === method);
    if (found) return Promise.resolve(found.request);
    return new Promise((resolve, reject) => {
      const watch = ({ request }: Recorded) => {
        if (request.method !== method) return;
        clearTimeout(timer);
        this.#watchers.delete(watch);
        resolve(request);
      };
      const timer = setTimeout(() => {
        this.#watchers.delete(watch);
        reject(new Error(`The broker saw no ${method} in ${deadlineMs} ms`));
      }, deadlineMs);
      this.#watchers.add(watch);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close().catch(() => undefined); // it may be gone with the broker
  }

  #read(message: ConsumeMessage | null): void {
    if (!message) return;
    const { messageId } = message.properties as { messageId?: string };
    const flushed = this.#markers.get(messageId ?? '');
    if (flushed && messageId !== undefined) {
      this.#markers.delete(messageId);
      flushed();
      return;
    }
    const exchange = pidbox.exec(message.fields.routingKey)?.[1];
    if (exchange === undefined || exchange.startsWith('reply.')) return;
    const recorded = {
      exchange,
      request: JSON.parse(message.content.toString('utf8')) as PidboxRequest,
    };
    if (this.#recorded.length < keptRequests) this.#recorded.push(recorded);
    for (const watch of [...this.#watchers]) watch(recorded);
  }
}
