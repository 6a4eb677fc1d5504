/** Queues whose state RabbitMQ does not know, as 3.10 and 4.0 describe them: with an answer, and without. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Channel } from 'amqplib';
import { beforeEach, describe, expect, it } from 'vitest';
import { AmqpNames } from '../../../../../src/celery/transport/amqp/amqp-names.js';
import { AmqpQuestions } from '../../../../../src/celery/transport/amqp/amqp-questions.js';
import { AmqpQueues } from '../../../../../src/celery/transport/amqp/amqp-queues.js';
import type { ManagementQueue } from '../../../../../src/celery/transport/amqp/rabbitmq-management.js';
import { PurgeImpossibleError } from '../../../../../src/errors.js';

type Answer =
  readonly [messages: number, consumers: number, afterMilliseconds?: number] | Error | 'silence';

const listed = (name: string, more: Partial<ManagementQueue> = {}): ManagementQueue => ({
  ...{ name, type: 'classic', exclusive: false, auto_delete: false, state: 'running', arguments: {} },
  ...{ messages_ready: 0, messages_unacknowledged: 0, consumers: 0, ...more },
});

const refused = (code: number, text: string) =>
  Object.assign(new Error(`Operation failed: QueueDeclare; ${code} (X) with message "${text}"`), {
    code,
  });

/** A broker with these answers to passive declarations. */
class Broker {
  answers: Readonly<Record<string, Answer>> = {};
  list: readonly ManagementQueue[] | null = [];
  readonly declared: string[] = [];
  purged: string[] = [];
  /** Milliseconds, of which each wait here is a twentieth. */
  roundTrip: number | null = 1;
  /** Called after each look at the list. */
  onListed = (): void => undefined;

  readonly questions = new AmqpQuestions({
    // Of a channel, only this method is used.
    open: async () =>
      ({
        checkQueue: (name: string) => this.#declare(name),
      }) as unknown as Channel,
  });

  readonly queues = new AmqpQueues({
    names: new AmqpNames({ controlExchange: 'celery', eventExchange: 'celeryev' }),
    peek: false,
    takeFrom: (work) => this.questions.onChannel(work),
    ask: (queue, what, work, timeout) => this.questions.ask(queue, what, work, timeout / 20),
    purge: async (name) => {
      this.purged.push(name);
      return 50;
    },
    roundTrip: () => this.roundTrip,
    list: async () => {
      const { list } = this;
      this.onListed();
      return list;
    },
  });

  async #declare(name: string): Promise<unknown> {
    this.declared.push(name);
    const answer = this.answers[name] ?? refused(404, `NOT_FOUND - no queue '${name}' in vhost '/'`);
    if (answer === 'silence') return new Promise(() => undefined);
    if (answer instanceof Error) throw answer;
    const [messageCount, consumerCount, after = 0] = answer;
    if (after > 0) await delay(after);
    return { queue: name, messageCount, consumerCount };
  }
}

let broker: Broker;

beforeEach(() => {
  broker = new Broker();
});

const depth = async (name: string) => (await broker.queues.depths([name]))[0];
const nothingKnown = {
  ...{ messages: null, messagesByPriority: null, unacknowledged: null, consumers: null },
};

describe('a depth that RabbitMQ does not know', () => {
  it.each([
    {
      what: 'a quorum queue without a leader',
      list: [listed('q', { type: 'quorum', leader: null })],
      answer: [0, 0] as const,
      reason: 'the quorum queue has no leader',
    },
    {
      what: 'a quorum queue whose leader is down, of RabbitMQ 4',
      list: [listed('q', { type: 'quorum', leader: 'a@x', online: ['b@x'], state: 'minority' })],
      answer: [0, 0] as const,
      reason: 'the quorum queue has no leader: RabbitMQ names a@x, which is not online',
    },
    {
      what: 'a quorum queue that seems empty and lacks its majority, of RabbitMQ 4',
      list: [listed('q', { type: 'quorum', leader: 'a@x', online: ['a@x'], state: 'minority' })],
      answer: [0, 0] as const,
      reason: 'the quorum queue has lost its majority, and may have no leader',
    },
    {
      what: 'a stream without a leader',
      list: [listed('q', { type: 'stream', leader: '' })],
      answer: [0, 0] as const,
      reason: 'the stream queue has no leader',
    },
    {
      what: 'a classic queue on a dead node, by the management API',
      list: [listed('q', { state: 'down' })],
      answer: 'silence' as const,
      reason: 'its process is not running: RabbitMQ reports the state "down"',
    },
    {
      what: 'a classic queue that has crashed',
      list: [listed('q', { state: 'crashed' })],
      answer: 'silence' as const,
      reason: 'its process is not running: RabbitMQ reports the state "crashed"',
    },
    {
      what: 'a classic queue on a dead node, without the management API',
      list: null,
      answer: refused(
        404,
        "NOT_FOUND - home node 'a@x' of durable queue 'q' in vhost '/' is down or inaccessible",
      ),
      reason: "NOT_FOUND - home node 'a@x' of durable queue 'q' in vhost '/' is down or inaccessible",
    },
    {
      what: 'a queue whose process is gone',
      list: null,
      answer: 'silence' as const,
      reason: "RabbitMQ's answer about the queue q took longer than 50 ms",
    },
    {
      what: 'a queue that belongs to another connection',
      list: null,
      answer: refused(405, "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'q'"),
      reason: "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'q'",
    },
    {
      what: 'a queue that may not be read',
      list: null,
      answer: refused(403, "ACCESS_REFUSED - access to queue 'q' refused for user 'm'"),
      reason: "ACCESS_REFUSED - access to queue 'q' refused for this user",
    },
  ])('is null with the reason, for $what', async ({ list, answer, reason }) => {
    broker.list = list;
    broker.answers = { q: answer };
    expect(await depth('q')).toMatchObject({ ...nothingKnown, unknown: { messages: reason } });
  });

  it('is not purged, whatever number is expected', async () => {
    broker.list = [listed('q', { type: 'quorum', leader: null })];
    broker.answers = { q: [0, 0] };
    await expect(broker.queues.purge('q', 0)).rejects.toEqual(
      new PurgeImpossibleError(
        'q',
        'how many messages wait in it is unknown: the quorum queue has no leader',
      ),
    );
  });

  it('stays known for a quorum queue that has its leader and lacks its majority', async () => {
    broker.list = [listed('q', { type: 'quorum', leader: 'a@x', state: 'minority' })];
    broker.answers = { q: [50, 0] };
    expect(await depth('q')).toMatchObject({ messages: 50, consumers: 0, kind: 'quorum' });
  });

  it('is null when the leader is lost between the look at the list and the question', async () => {
    const before = listed('q', { type: 'quorum', leader: 'a@x', online: ['a@x'], messages_ready: 3 });
    broker.list = [before];
    broker.answers = { q: [0, 0] };
    broker.onListed = () => void (broker.list = [{ ...before, leader: null, online: [] }]);
    expect(await depth('q')).toMatchObject(nothingKnown);
    await expect(broker.queues.purge('q', 0)).rejects.toBeInstanceOf(PurgeImpossibleError);
    expect(broker.purged).toEqual([]);
  });

  it('is 0 for a quorum queue that its leader has seen drained', async () => {
    broker.list = [listed('q', { type: 'quorum', leader: 'a@x', messages_ready: 3 })];
    broker.answers = { q: [0, 0] };
    expect(await depth('q')).toMatchObject({ messages: 0 });
  });

  it('is null when a quorum queue seems drained while the management API does not answer', async () => {
    broker.list = [listed('q', { type: 'quorum', leader: 'a@x', messages_ready: 3 })];
    broker.answers = { q: [3, 0] };
    expect(await depth('q')).toMatchObject({ messages: 3 });
    [broker.list, broker.answers] = [null, { q: [0, 0] }];
    expect(await depth('q')).toMatchObject(nothingKnown);
  });

  it('makes the number of delayed tasks unknown', async () => {
    broker.list = [
      listed('celery_delayed_1', { type: 'quorum', leader: 'a@x' }),
      listed('celery_delayed_2', { type: 'quorum', leader: null }),
    ];
    broker.answers = { celery_delayed_1: [2, 0], celery_delayed_2: [0, 0] };
    expect(await broker.queues.delayed()).toBeNull();
  });

  it('is 0 for a queue that does not exist, and that is certain', async () => {
    expect(await depth('gone')).toMatchObject({ messages: 0, unacknowledged: 0, exists: false });
    broker.list = null;
    expect(await depth('gone')).toMatchObject({ messages: 0, unacknowledged: 0, exists: false });
  });
});

describe('a question that RabbitMQ never answers', () => {
  beforeEach(() => {
    broker.list = null;
  });

  it('costs the other queues of the same request nothing', async () => {
    const hanging = Array.from({ length: 20 }, (_, n) => `hang-${n}`);
    broker.answers = { ...Object.fromEntries(hanging.map((name) => [name, 'silence'])), fine: [4, 1] };
    const depths = await broker.queues.depths([...hanging, 'fine']);
    expect(depths.at(-1)).toMatchObject({ name: 'fine', messages: 4 });
    expect(depths.slice(0, -1).every(({ messages }) => messages === null)).toBe(true);
  });

  it.each([
    { roundTrip: 200, after: 15, messages: 4 },
    { roundTrip: null, after: 15, messages: 4 },
    { roundTrip: 1, after: 1_000, messages: null },
  ])('leaves the others as long as a round trip of $roundTrip ms needs', async (link) => {
    broker.roundTrip = link.roundTrip;
    const hanging = Array.from({ length: 8 }, (_, n) => `hang-${n}`);
    broker.answers = {
      ...Object.fromEntries(hanging.map((name) => [name, 'silence'])),
      distant: [4, 1, link.after],
    };
    const depths = await broker.queues.depths([...hanging, 'distant']);
    expect(depths.at(-1)).toMatchObject({ messages: link.messages });
  });

  it('is not asked again while it waits for its answer', async () => {
    broker.answers = { q: 'silence' };
    await depth('q');
    expect(await depth('q')).toMatchObject({
      unknown: { messages: 'RabbitMQ has not answered an earlier request about it' },
    });
    expect(broker.declared).toEqual(['q']);
  });

  it('is taken for a queue that exists', async () => {
    broker.answers = { q: 'silence' };
    expect(await broker.queues.has('q')).toBe(true);
    expect(await broker.queues.has('another')).toBe(false);
  });
});

describe('priorities that RabbitMQ does not report', () => {
  it.each([
    [
      'of a classic queue, by RabbitMQ 4',
      listed('q', { arguments: { 'x-max-priority': 10 } }),
      'this RabbitMQ does not report how many messages each priority has; RabbitMQ 4 never does',
    ],
    [
      'of a quorum queue with high ones',
      listed('q', { type: 'quorum', leader: 'a@x', messages_ready_high: 2 }),
      'a quorum queue only separates high priorities (here 2 messages) from the others',
    ],
    [
      'at the moment of the depth',
      listed('q', {
        arguments: { 'x-max-priority': 1 },
        backing_queue_status: { priority_lengths: { 0: 1 } },
      }),
      'what RabbitMQ reports of its priorities is older than its depth',
    ],
  ])('are null with the reason, %s', async (_, queue, reason) => {
    broker.list = [queue];
    broker.answers = { q: [7, 0] };
    expect(await depth('q')).toMatchObject({
      messages: 7,
      messagesByPriority: null,
      unknown: { messagesByPriority: reason },
    });
  });

  it('are all alike where a queue has none', async () => {
    broker.list = [
      listed('q'),
      listed('safe', { type: 'quorum', leader: 'a@x', messages_ready_high: 0 }),
    ];
    broker.answers = { q: [7, 0], safe: [1, 0] };
    expect(await depth('q')).toMatchObject({ messagesByPriority: [{ priority: 0, messages: 7 }] });
    expect(await depth('safe')).toMatchObject({ messagesByPriority: [{ priority: 0, messages: 1 }] });
  });
});

describe('queues that end with a process', () => {
  it('are not listed', async () => {
    const uuid = '3f0c1d2e-0000-4000-8000-000000000001';
    broker.list = [
      listed(`bcast.${uuid}`, { auto_delete: true }),
      listed(`news.${uuid}`, { auto_delete: true }),
      listed('reports', { exclusive: true }),
      listed('live', { auto_delete: true }),
      listed(`orders.${uuid}`),
      listed('celery'),
    ];
    expect(await broker.queues.names()).toEqual(['celery', 'live', `orders.${uuid}`]);
  });
});
