/**
 * Workers as the broker sees them: each has a connection that listens for commands, beats every two seconds and answers
 * at once. `node pretend-workers.mjs BROKER COUNT ACTIVE`; sends their node names when all of them listen.
 */
import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { envelope } from './events.mjs';

/** Milliseconds between two heartbeats of a worker, as in Celery 5. */
const interval = 2_000;
const separator = '\x06\x16';

const [url, count, active] = process.argv.slice(2);
const client = new Redis(url);
let clock = 0;

const holding = (hostname) =>
  Array.from({ length: Number(active) }, (_, at) => ({
    id: randomUUID(),
    name: `shop.${['orders', 'mail', 'billing'][at % 3]}`,
    args: [at],
    kwargs: {},
    type: `shop.${['orders', 'mail', 'billing'][at % 3]}`,
    hostname,
    time_start: Date.now() / 1_000,
    acknowledged: true,
    delivery_info: { exchange: '', routing_key: 'celery', priority: 0, redelivered: null },
    worker_pid: 7,
  }));

/** As a worker with a pool of four processes answers. */
const statistics = {
  total: { 'shop.orders': 12, 'shop.mail': 3 },
  pid: 500,
  clock: '7',
  uptime: 60,
  pool: {
    implementation: 'celery.concurrency.prefork:TaskPool',
    'max-concurrency': 4,
    processes: [501, 502, 503, 504],
    'max-tasks-per-child': 'N/A',
    'put-guarded-by-semaphore': false,
    timeouts: [0, 0],
    writes: {
      total: 15,
      avg: '0.25',
      all: '0.25',
      raw: '4, 4, 4, 3',
      strategy: 'fair',
      inqueues: { total: 4, active: 0 },
    },
  },
  broker: {
    hostname: '127.0.0.1',
    userid: null,
    virtual_host: '0',
    port: 6379,
    transport: 'redis',
    heartbeat: 0,
  },
  prefetch_count: 16,
  rusage: { utime: 0.4, stime: 0.1, maxrss: 60_000, minflt: 20_000, majflt: 0, nvcsw: 300, nivcsw: 40 },
};

const queue = {
  name: 'celery',
  exchange: { name: 'celery', type: 'direct', durable: true, delivery_mode: null },
  routing_key: 'celery',
  durable: true,
  exclusive: false,
  auto_delete: false,
  no_ack: false,
};

function replyTo(method, hostname, held) {
  const replies = {
    ping: { ok: 'pong' },
    active: held,
    reserved: [],
    scheduled: [],
    revoked: [],
    registered: ['shop.orders', 'shop.mail', 'shop.billing'],
    active_queues: [queue],
    stats: statistics,
  };
  return replies[method] ?? [];
}

/** Every command goes to every worker: one connection for all of them decodes it once. */
let [lastText, lastRequest] = ['', null];
function decode(text) {
  if (text !== lastText) {
    const { body } = JSON.parse(text);
    [lastText, lastRequest] = [text, JSON.parse(Buffer.from(body, 'base64').toString())];
  }
  return lastRequest;
}

const bindings = new Map();
function queueOf({ exchange, routing_key: routingKey }) {
  const key = `${exchange} ${routingKey}`;
  const found =
    bindings.get(key) ??
    client.smembers(`_kombu.binding.${exchange}`).then((members) => {
      bindings.delete(key); // read once for the workers that answer together
      return members.map((member) => member.split(separator)).find(([name]) => name === routingKey)?.[2];
    });
  bindings.set(key, found);
  return found;
}

async function startWorker(hostname) {
  const subscriber = new Redis(url);
  const held = holding(hostname);
  const answer = async (text) => {
    const { method, destination, ticket, reply_to: target } = decode(text);
    if (!target || (destination && !destination.includes(hostname))) return;
    const reply = envelope(
      { [hostname]: replyTo(method, hostname, held) },
      { headers: { ticket, clock: ++clock } },
    );
    const replies = await queueOf(target);
    if (replies !== undefined) await client.lpush(replies, reply);
  };
  subscriber.on('pmessage', (_pattern, _channel, text) => void answer(text));
  await subscriber.psubscribe('/0.celery.pidbox');
  const beat = (type) => {
    const event = {
      hostname,
      pid: 500,
      clock: ++clock,
      utcoffset: 0,
      timestamp: Date.now() / 1_000,
      type,
    };
    const facts = { freq: 2, active: held.length, processed: 12, loadavg: [0.1, 0.1, 0.1] };
    const software = { sw_ident: 'py-celery', sw_ver: '5.6.0', sw_sys: 'Linux' };
    void client.publish(
      `/0.celeryev/${type.replace('-', '.')}`,
      envelope({ ...event, ...facts, ...software }),
    );
  };
  beat('worker-online');
  setTimeout(() => setInterval(() => beat('worker-heartbeat'), interval), Math.random() * interval);
}

const hostnames = Array.from({ length: Number(count) }, (_, at) => `celery@host-${at}`);
await Promise.all(hostnames.map(startWorker));
process.send({ hostnames });
process.on('disconnect', () => process.exit());
