/**
 * A worker that answers as a test says, over a real Redis: with values, with any bytes, or not at all. It beats when it
 * is asked to, and keeps what it was asked.
 */
import type { Redis } from 'ioredis';
import { envelope, taskEvent } from './event-messages.js';
import type { RedisServer } from './redis.js';

/** A reply that is sent byte for byte; `@HOST` is replaced by the node name. */
export class RawReply {
  readonly body: string;
  readonly properties: Readonly<Record<string, string>>;

  /** @param properties such as `content-type` and `content-encoding` */
  constructor(body: string, properties: Readonly<Record<string, string>> = {}) {
    this.body = body;
    this.properties = properties;
  }
}

/** In place of a reply: the worker does not answer. */
export const silence = Symbol('silence');

export const pickleProperties = {
  'content-type': 'application/x-python-serialize',
  'content-encoding': 'binary',
} as const;
/** An empty dictionary, as pickle writes it. */
export const pickled = '\x80\x02}q\x00.';

/** What an idle worker answers. */
const healthy: Readonly<Record<string, unknown>> = {
  ping: { ok: 'pong' },
  active: [],
  reserved: [],
  scheduled: [],
  revoked: [],
  registered: ['demo.x'],
  active_queues: [],
  stats: { pid: 500, total: {}, pool: { 'max-concurrency': 2 } },
};

interface Request {
  readonly method: string;
  readonly ticket?: string | null;
  readonly destination?: readonly string[] | null;
  readonly reply_to?: { readonly exchange: string; readonly routing_key: string } | null;
}

export interface FakeWorkerOptions {
  readonly redis: RedisServer;
  readonly db?: number;
  readonly hostname: string;
  /** By command: a value, a `RawReply`, or `silence`; what is not here is answered as an idle worker does. */
  readonly replies?: Readonly<Record<string, unknown>>;
}

export class FakeWorker {
  readonly hostname: string;
  /** Commands that reached it, in order. */
  readonly asked: string[] = [];
  readonly #client: Redis;
  readonly #subscriber: Redis;
  readonly #db: number;
  readonly #replies: Readonly<Record<string, unknown>>;
  #clock = 0;

  constructor({ redis, db = 0, hostname, replies = {} }: FakeWorkerOptions) {
    this.hostname = hostname;
    this.#client = redis.client(db);
    this.#subscriber = redis.client(db);
    this.#db = db;
    this.#replies = replies;
  }

  /** Listens from now on; it ends with the server. */
  async start(): Promise<void> {
    this.#subscriber.on('pmessage', (_pattern, _channel, message: string) => void this.#answer(message));
    await this.#subscriber.psubscribe(`/${this.#db}.celery.pidbox`);
  }

  /** One heartbeat. */
  async beat(fields: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.send('worker-heartbeat', { freq: 60, active: 0, processed: 0, ...fields });
  }

  /** One event of its own. */
  async send(type: string, fields: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const own = { hostname: this.hostname, pid: 500, clock: ++this.#clock };
    const body = { ...taskEvent('unused'), ...own, type, ...fields };
    const channel = `/${this.#db}.celeryev/${type.replace('-', '.')}`;
    await this.#client.publish(channel, envelope(JSON.stringify(body)));
  }

  async #answer(message: string): Promise<void> {
    const { body } = JSON.parse(message) as { body: string };
    const request = JSON.parse(Buffer.from(body, 'base64').toString()) as Request;
    const { method, destination, reply_to: replyTo, ticket } = request;
    if (destination && !destination.includes(this.hostname)) return;
    this.asked.push(method);
    const reply = { ...healthy, ...this.#replies }[method];
    if (!replyTo || reply === silence) return;
    const answer = this.#envelope(reply, ticket ?? '');
    for (const binding of await this.#client.smembers(`_kombu.binding.${replyTo.exchange}`)) {
      const [routingKey, , queue = ''] = binding.split('\x06\x16');
      if (routingKey === replyTo.routing_key) await this.#client.lpush(queue, answer);
    }
  }

  #envelope(reply: unknown, ticket: string): string {
    const headers = { headers: { ticket, clock: ++this.#clock } };
    if (reply instanceof RawReply)
      return envelope(reply.body.replaceAll('@HOST', this.hostname), {
        ...reply.properties,
        ...headers,
      });
    return envelope(JSON.stringify({ [this.hostname]: reply ?? [] }), headers);
  }
}
