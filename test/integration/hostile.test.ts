/** Any client of the broker can publish anything: nothing of it ends the gateway, fills its memory or stops its events. */
import { deflateSync } from 'node:zlib';
import type { Options } from 'amqplib';
import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { envelope, eventChannel, taskEvent } from '../support/event-messages.js';
import { eventually } from '../support/eventually.js';
import { launchGateway, type GatewayProcess } from '../support/gateway-process.js';
import { createVhost } from '../support/rabbitmq-vhost.js';
import { startRedis } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';
import { connectAmqp } from '../support/connect-amqp.js';

const megabyte = 1024 * 1024;
/** What a gateway may take with its stores at their default limits, and what V8 has not given back. */
const mostMegabytes = 900;

const message = (body: unknown): string => envelope(JSON.stringify(body));
const heartbeat = (hostname: string): string =>
  message({ ...taskEvent('unused', { hostname }), type: 'worker-heartbeat', freq: 60, uuid: undefined });
/** A body that JSON.stringify would not write. */
const task = (more: string): string =>
  envelope(
    `{"type":"task-started","hostname":"bad@test","timestamp":${Date.now() / 1000},"uuid":"odd",${more}}`,
  );

const brackets = '['.repeat(100_000) + ']'.repeat(100_000);
const bomb = deflateSync(Buffer.alloc(256 * megabyte, '1'));
const compressed = envelope('', {
  body: bomb.toString('base64'),
  headers: { compression: 'application/x-gzip' },
});

/** What it is, the message, and how many malformed events it is. */
const attacks: readonly (readonly [name: string, message: string | Buffer, malformed: number])[] = [
  ['an id of 1 MB', message(taskEvent('x'.repeat(megabyte))), 1],
  ['a hostname of 1 MB', heartbeat('x'.repeat(megabyte)), 1],
  ['20 MB of arguments', message(taskEvent('large', { args: 'x'.repeat(15 * megabyte) })), 1],
  ['20 MB that are no JSON', 'x'.repeat(20 * megabyte), 1],
  ['__proto__ as a key', task('"__proto__":{"uuid":"polluted","state":"HACK"}'), 0],
  ['__proto__ as a name', task('"name":"__proto__","queue":"constructor"'), 0],
  ['__proto__ as a worker', heartbeat('__proto__'), 0],
  ['constructor as a worker', heartbeat('constructor'), 0],
  [
    '__proto__ in the headers',
    envelope(JSON.stringify(taskEvent('odd')), {
      headers: JSON.parse('{"__proto__":{"compression":"x"}}') as object,
    }),
    0,
  ],
  ['an envelope that is not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 1],
  [
    'a body that is not UTF-8',
    envelope('', { body: Buffer.from([0x22, 0xc3, 0x28, 0x22]).toString('base64') }),
    1,
  ],
  ['NaN', task('"runtime":NaN'), 0],
  ['Infinity', task('"clock":Infinity'), 0],
  ['a timestamp of the year 9999', message(taskEvent('odd', { timestamp: 253_402_300_799 })), 1],
  ['a timestamp in text', message(taskEvent('odd', { timestamp: '2026-11-22T12:00:00Z' })), 1],
  ['100,000 brackets for a body', envelope(brackets), 1],
  ['100,000 brackets for arguments', task(`"args":${brackets}`), 0],
  ['100,000 brackets for an envelope', brackets, 1],
  ['a quarter of a megabyte that unpacks to 256', compressed, 1],
];

interface Counters {
  readonly received: number;
  readonly malformed: number;
  readonly dropped: number;
  readonly lost: number;
  readonly reconnects: number;
}

async function counters(gateway: GatewayProcess): Promise<Counters> {
  const { gateway: seen } = await gateway.query<{ gateway: { events: Counters } }>(
    '{ gateway { events { received malformed dropped lost reconnects } } }',
  );
  return seen.events;
}

interface Channel<Attack> {
  readonly attack: (name: string, attack: Attack) => Promise<unknown>;
  readonly send: (event: object) => Promise<unknown>;
}

/** Each attack, and a good event behind it; resolves to the number of malformed events that were counted. */
async function withstand<
  Attack extends readonly [name: string, unknown, malformed: number, ...unknown[]],
>(
  gateway: GatewayProcess,
  attacks: readonly Attack[],
  { attack, send }: Channel<Attack>,
): Promise<number> {
  let malformed = 0;
  let received = 0;
  for (const each of attacks) {
    const [name, , count] = each;
    const good = `good-${name.replaceAll(/\W+/g, '-')}`;
    await attack(name, each);
    await send(taskEvent(good));
    malformed += count;
    received += count === 0 ? 2 : 1;
    await eventually(
      async () =>
        expect(await counters(gateway), name).toEqual({
          ...{ received, malformed, dropped: 0, lost: 0, reconnects: 0 },
        }),
      15_000,
    );
    expect(await gateway.query(`{ task(taskId: "${good}", useCache: false) { state } }`), name).toEqual({
      task: { state: 'STARTED' },
    });
  }
  expect(await gateway.query('{ task(taskId: "polluted", useCache: false) { state } }')).toEqual({
    task: null,
  });
  expect(await gateway.peakMegabytes()).toBeLessThan(mostMegabytes);
  return malformed;
}

/** In pieces, each after the one before has been read: this is no test of bursts. */
async function publishAll(
  redis: Redis,
  messages: readonly string[],
  untilRead: (messages: number) => Promise<unknown>,
): Promise<void> {
  const piece = 200;
  for (let at = 0; at < messages.length; at += piece) {
    const these = messages.slice(at, at + piece);
    await Promise.all(these.map((one) => redis.publish(eventChannel, one)));
    await untilRead(at + these.length);
  }
}

describeWith(['redis'], 'hostile messages on the event channel', () => {
  it('are counted one by one, and every good event between them is read', async () => {
    await using redis = await startRedis();
    await using gateway = await launchGateway(redis.url());
    const client = redis.client();

    const malformed = await withstand(gateway, attacks, {
      attack: async (name, [, attack]) =>
        expect(await client.publish(eventChannel, attack), name).toBe(1),
      send: (event) => client.publish(eventChannel, message(event)),
    });
    expect(attacks).toHaveLength(19);
    expect(malformed).toBe(11);
  });

  it('fill neither the workers nor the tasks beyond their bounds, and queries go on', async () => {
    await using redis = await startRedis();
    await using gateway = await launchGateway(redis.url());
    const client = redis.client();

    const heardSoFar = (received: number) =>
      eventually(async () => expect((await counters(gateway)).received).toBe(received), 15_000);
    await publishAll(
      client,
      Array.from({ length: 10_000 }, (_, n) => heartbeat(`fake${n}@test`)),
      heardSoFar,
    );
    const named = (n: number) =>
      taskEvent(`task-${n}`, { type: 'task-received', name: `name-${n}-${'x'.repeat(600)}` });
    await publishAll(
      client,
      Array.from({ length: 5_000 }, (_, batch) =>
        message(Array.from({ length: 20 }, (_, n) => named(batch * 20 + n))),
      ),
      (messages) => heardSoFar(10_000 + 20 * messages),
    );
    await client.publish(eventChannel, message(taskEvent('after', { hostname: 'good@test' })));

    await eventually(
      async () =>
        expect(await counters(gateway)).toEqual({
          ...{ received: 110_001, malformed: 0, dropped: 0, lost: 0, reconnects: 0 },
        }),
      60_000,
    );
    expect(await gateway.query('{ task(taskId: "after", useCache: false) { state } }')).toEqual({
      task: { state: 'STARTED' },
    });
    const {
      workers: { nodes: workers },
    } = await gateway.query<{ workers: { nodes: unknown[] } }>(
      '{ workers(first: 20000, useCache: false) { nodes { hostname status } } }',
    );
    expect(workers).toHaveLength(10_002);
    expect(await gateway.peakMegabytes()).toBeLessThan(mostMegabytes);
  });
});

const body = (event: unknown): Buffer => Buffer.from(JSON.stringify(event));
const taskBody = (more: string): Buffer =>
  Buffer.from(
    `{"type":"task-started","hostname":"bad@test","timestamp":${Date.now() / 1000},"uuid":"odd",${more}}`,
  );
const beat = (hostname: string): Buffer =>
  body({ ...taskEvent('unused', { hostname }), type: 'worker-heartbeat', freq: 60, uuid: undefined });
const nested = (depth: number): object => (depth === 0 ? {} : { deeper: nested(depth - 1) });

/** What it is, the body, how many malformed events it is, and its properties where they are part of it. */
const amqpAttacks: readonly (readonly [
  name: string,
  body: Buffer,
  malformed: number,
  properties?: Options.Publish,
])[] = [
  ['an id of 1 MB', body(taskEvent('x'.repeat(megabyte))), 1],
  ['a hostname of 1 MB', beat('x'.repeat(megabyte)), 1],
  ['15 MB of arguments', body(taskEvent('large', { args: 'x'.repeat(15 * megabyte) })), 1],
  ['15 MB that are no JSON', Buffer.alloc(15 * megabyte, 'x'), 1],
  ['nothing', Buffer.alloc(0), 1],
  ['__proto__ as a key', taskBody('"__proto__":{"uuid":"polluted","state":"HACK"}'), 0],
  ['__proto__ as a name', taskBody('"name":"__proto__","queue":"constructor"'), 0],
  ['__proto__ as a worker', beat('__proto__'), 0],
  [
    '__proto__ in the headers',
    body(taskEvent('odd')),
    0,
    { headers: JSON.parse('{"__proto__":{"compression":"x"},"constructor":1}') as object },
  ],
  ['headers that are nested deeply', body(taskEvent('odd')), 0, { headers: nested(1_000) }],
  ['a body that is not UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22]), 1],
  ['NaN', taskBody('"runtime":NaN'), 0],
  ['a timestamp of the year 9999', body(taskEvent('odd', { timestamp: 253_402_300_799 })), 1],
  ['a timestamp in text', body(taskEvent('odd', { timestamp: '2026-11-22T12:00:00Z' })), 1],
  ['100,000 brackets for a body', Buffer.from(brackets), 1],
  ['100,000 brackets for arguments', taskBody(`"args":${brackets}`), 0],
  ['no content type', body(taskEvent('odd')), 0, { contentType: '' }],
  ['pickle', Buffer.from('cos\nsystem'), 1, { contentType: 'application/x-python-serialize' }],
  [
    'a quarter of a megabyte that unpacks to 256',
    bomb,
    1,
    { headers: { compression: 'application/x-gzip' } },
  ],
];

describeWith(['rabbitmq'], 'hostile messages on the event exchange of RabbitMQ', () => {
  it('are counted one by one, and every good event between them is read', async () => {
    await using vhost = await createVhost();
    await using gateway = await launchGateway(vhost.url);
    const connection = await connectAmqp(vhost.url);
    const channel = await connection.createConfirmChannel();
    const json = { contentType: 'application/json', contentEncoding: 'utf-8' };
    const publish = async (content: Buffer, properties: Options.Publish = {}): Promise<void> => {
      channel.publish('celeryev', 'task.multi', content, { ...json, ...properties });
      await channel.waitForConfirms();
    };

    const malformed = await withstand(gateway, amqpAttacks, {
      attack: (_, [, attack, , properties]) => publish(attack, properties),
      send: (event) => publish(body(event)),
    });
    expect(malformed).toBe(11);
    await connection.close();
  });
});
