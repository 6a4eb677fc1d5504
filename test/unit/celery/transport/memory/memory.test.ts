import { describe, expect, it, vi } from 'vitest';
import { BrokerUnavailableError, UnreadableResultError } from '../../../../../src/errors.js';
import { decodeEnvelope, encodeEnvelope } from '../../../../../src/celery/messages/message.js';
import { decodeBody } from '../../../../../src/celery/messages/message-body.js';
import type { Message, RawMessage } from '../../../../../src/celery/messages/message.js';
import { MemoryBus } from '../../../../../src/celery/transport/memory/memory-bus.js';
import type { Delivery } from '../../../../../src/celery/transport/memory/memory-queue.js';
import {
  MemoryResultBackend,
  MemoryTransport,
} from '../../../../../src/celery/transport/memory/memory.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));
const event = (body: unknown) => ({
  exchange: 'celeryev',
  routingKey: 'worker.heartbeat',
  body,
  headers: {},
  deliveryMode: 1 as const,
});
const task = (id: string) =>
  encodeEnvelope({
    exchange: '',
    routingKey: 'q',
    body: [[], {}, {}],
    headers: { task: 'demo.add', id },
    deliveryMode: 2,
  });

function started(bus = new MemoryBus()) {
  const transport = new MemoryTransport(bus, { now: () => 5_000 });
  transport.start();
  return { bus, transport };
}

function collect() {
  const messages: Message[] = [];
  return { messages, listener: (raw: RawMessage) => void messages.push(raw.read()) };
}

describe('MemoryTransport', () => {
  it('is connected from its start until it is disposed', async () => {
    const transport = new MemoryTransport(new MemoryBus(), { now: () => 5_000 });
    const states: boolean[] = [];
    transport.onConnection(({ connected }) => states.push(connected));
    expect(transport.connection.connected).toBe(false);

    transport.start();
    await settled();
    expect(transport.connection).toEqual({ connected: true, since: 5_000, reconnects: 0, reason: null });
    expect(states).toEqual([true]);

    await transport[Symbol.asyncDispose]();
    await expect(transport.ping()).rejects.toBeInstanceOf(BrokerUnavailableError);
  });

  it('streams events as envelopes, later than they are published', async () => {
    const { bus, transport } = started();
    const { messages, listener } = collect();
    transport.subscribeEvents(listener);
    bus.publishEvent(event({ type: 'worker-heartbeat', hostname: 'naïve@h' }));
    expect(messages).toEqual([]);

    await settled();
    expect(messages.map(decodeBody)).toEqual([{ type: 'worker-heartbeat', hostname: 'naïve@h' }]);
  });

  it('goes on after a listener has thrown', async () => {
    const { bus, transport } = started();
    const listener = vi.fn(() => {
      throw new Error('listener bug');
    });
    transport.subscribeEvents(listener);
    bus.publishEvent(event(1));
    bus.publishEvent(event(2));
    await settled();
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it('resolves to the number of pidboxes that received the request', async () => {
    const { bus, transport } = started();
    const texts: string[] = [];
    bus.bindPidbox('a@h', (text) => texts.push(text));
    const unbind = bus.bindPidbox('b@h', (text) => texts.push(text));
    const request = { method: 'ping', arguments: {}, destination: ['a@h'], ticket: 't1' };

    await expect(transport.publishRequest(request)).resolves.toBe(2);
    await expect(transport.boundNodes()).resolves.toEqual({ nodes: ['a@h', 'b@h'], exact: true });
    await settled();
    expect(texts).toHaveLength(2);
    expect(decodeBody(decodeEnvelope(texts[0] ?? ''))).toEqual({
      method: 'ping',
      arguments: {},
      destination: ['a@h'],
      pattern: null,
      matcher: null,
      ticket: 't1',
      reply_to: { exchange: 'reply.celery.pidbox', routing_key: expect.any(String) as string },
    });

    unbind();
    await expect(transport.publishRequest(request)).resolves.toBe(1);
  });

  it('leaves ticket and reply address out of a cast', async () => {
    const { bus, transport } = started();
    const texts: string[] = [];
    bus.bindPidbox('a@h', (text) => texts.push(text));
    await transport.publishRequest({
      method: 'heartbeat',
      arguments: {},
      destination: null,
      ticket: null,
    });
    await settled();
    expect(Object.keys(decodeBody(decodeEnvelope(texts[0] ?? '')) as object)).toEqual([
      'method',
      'arguments',
      'destination',
      'pattern',
      'matcher',
    ]);
  });

  it('brings each transport the replies to its own requests', async () => {
    const bus = new MemoryBus();
    bus.bindPidbox('a@h', (text) => {
      const body = decodeBody(decodeEnvelope(text)) as {
        ticket: string;
        reply_to: { routing_key: string };
      };
      bus.publishReply({
        exchange: 'reply.celery.pidbox',
        routingKey: body.reply_to.routing_key,
        body: { 'a@h': { ok: 'pong' } },
        headers: { ticket: body.ticket, clock: 2 },
        deliveryMode: 1,
      });
    });
    const [one, two] = [started(bus).transport, started(bus).transport];
    const [mine, theirs] = [collect(), collect()];
    one.subscribeReplies(mine.listener);
    two.subscribeReplies(theirs.listener);

    await one.publishRequest({ method: 'ping', arguments: {}, destination: null, ticket: 't1' });
    await settled();
    expect(mine.messages.map(decodeBody)).toEqual([{ 'a@h': { ok: 'pong' } }]);
    expect(mine.messages[0]?.headers).toEqual({ ticket: 't1', clock: 2 });
    expect(theirs.messages).toEqual([]);
  });

  it('distinguishes waiting from unacknowledged messages', async () => {
    const { bus, transport } = started();
    const deliveries: Delivery[] = [];
    bus.consume(['q'], 2, (delivery) => deliveries.push(delivery));
    for (const id of ['1', '2', '3', '4', '5']) bus.queue('q').push(task(id));
    await settled();

    await expect(transport.queueNames()).resolves.toEqual(['q']);
    await expect(transport.queueDepths(['q', 'nope'])).resolves.toEqual([
      {
        name: 'q',
        messages: 3,
        messagesByPriority: [{ priority: 0, messages: 3 }],
        unacknowledged: 2,
        consumers: 1,
        oldestTaskId: '3',
        oldestSentAt: null,
        kind: 'memory',
      },
      {
        name: 'nope',
        messages: 0,
        messagesByPriority: [],
        unacknowledged: 0,
        consumers: 0,
        oldestTaskId: null,
        oldestSentAt: null,
        kind: 'memory',
      },
    ]);

    deliveries[0]?.acknowledge();
    deliveries[0]?.acknowledge();
    await expect(transport.queueDepths(['q'])).resolves.toMatchObject([
      { messages: 2, unacknowledged: 2, oldestTaskId: '4' },
    ]);
  });

  it('shows what is served next, in that order, and takes none of it', async () => {
    const { bus, transport } = started();
    for (const id of ['1', '2', '3']) bus.queue('q').push(task(id));
    const peeked = await transport.peek('q', 2);

    expect(peeked.map((raw) => raw.read().headers['id'])).toEqual(['1', '2']);
    await expect(transport.queueDepths(['q'])).resolves.toMatchObject([{ messages: 3 }]);
    await expect(transport.peek('nope', 2)).resolves.toEqual([]);
  });

  it('shows no task id for a message that is not a task', async () => {
    const { bus, transport } = started();
    bus.queue('q').push('not an envelope');
    await expect(transport.queueDepths(['q'])).resolves.toMatchObject([
      { messages: 1, oldestTaskId: null },
    ]);
  });
});

describe('MemoryBus', () => {
  it('lets consumers take turns', async () => {
    const bus = new MemoryBus();
    const seen: string[] = [];
    for (const name of ['a', 'b']) {
      bus.consume(['q'], 1, ({ text, acknowledge }) => {
        seen.push(name + text);
        acknowledge();
      });
    }
    for (const text of ['1', '2', '3', '4']) bus.queue('q').push(text);
    await settled();
    expect(seen).toEqual(['a1', 'b2', 'a3', 'b4']);
  });

  it('gives the messages of a cancelled consumer to the others, in their old order', async () => {
    const bus = new MemoryBus();
    const first = bus.consume(['q'], 2, () => undefined);
    for (const text of ['1', '2', '3']) bus.queue('q').push(text);
    await settled();
    const seen: [string, boolean][] = [];
    bus.consume(['q'], 3, ({ text, redelivered }) => seen.push([text, redelivered]));

    first.cancel();
    await settled();
    expect(seen).toEqual([
      ['3', false],
      ['1', true],
      ['2', true],
    ]);
  });

  it('keeps one window over all queues of a consumer', async () => {
    const bus = new MemoryBus();
    const seen: string[] = [];
    const consumer = bus.consume(['q', 'r'], 1, ({ text }) => seen.push(text));
    bus.queue('q').push('q1');
    bus.queue('r').push('r1');
    await settled();
    expect(seen).toEqual(['q1']);

    consumer.prefetch += 1;
    await settled();
    expect(seen).toEqual(['q1', 'r1']);
  });

  it('refuses messages beyond the bound of a queue', () => {
    const bus = new MemoryBus({ maxQueueLength: 1 });
    bus.queue('q').push('1');
    expect(() => {
      bus.queue('q').push('2');
    }).toThrow(RangeError);
  });

  it('forgets the oldest result first', () => {
    const bus = new MemoryBus({ maxResults: 2 });
    for (const id of ['a', 'b', 'a', 'c']) bus.storeResult(id, `"${id}"`);
    expect(['a', 'b', 'c'].map((id) => bus.findResult(id))).toEqual(['"a"', null, '"c"']);
  });
});

describe('MemoryResultBackend', () => {
  it('reads successes, failures and gaps in the order of the ids', async () => {
    const bus = new MemoryBus();
    const meta = { traceback: null, children: [], date_done: '2026-11-22T10:44:09.077103' };
    bus.storeResult('a', JSON.stringify({ ...meta, task_id: 'a', status: 'SUCCESS', result: { n: 1 } }));
    bus.storeResult(
      'b',
      JSON.stringify({
        ...meta,
        task_id: 'b',
        status: 'FAILURE',
        result: { exc_type: 'ValueError', exc_message: ['no'], exc_module: 'builtins' },
        traceback: 'ValueError: no',
        worker: 'w@h',
        retries: 2,
      }),
    );
    bus.storeResult('c', 'not JSON');

    const rest = {
      ...{ name: null, args: null, kwargs: null, worker: null, queue: null, retries: null },
      truncated: [],
      progress: null,
    };
    await expect(new MemoryResultBackend(bus).fetch(['b', 'x', 'a', 'c'])).resolves.toEqual([
      {
        ...rest,
        id: 'b',
        state: 'FAILURE',
        result: null,
        exception: "ValueError('no')",
        traceback: 'ValueError: no',
        doneAt: Date.UTC(2026, 10, 22, 10, 44, 9, 77),
        worker: 'w@h',
        retries: 2,
      },
      null,
      {
        ...rest,
        id: 'a',
        state: 'SUCCESS',
        result: "{'n': 1}",
        exception: null,
        traceback: null,
        doneAt: Date.UTC(2026, 10, 22, 10, 44, 9, 77),
      },
      new UnreadableResultError('c', 'it is not JSON'),
    ]);
  });
});
