/**
 * What real clusters send is stranger than any protocol. Every field of every kind of message is replaced by every
 * type: nothing throws, nothing else of the message is lost, and what cannot be read is counted.
 */
import { describe, expect, it } from 'vitest';
import { Inspect, type InspectCommand } from '../../../../src/celery/inspect/inspect.js';
import { readTable } from '../../../../src/celery/transport/amqp/amqp-fields.js';
import { EnvelopeText, type Message } from '../../../../src/celery/messages/message.js';
import { Mailbox } from '../../../../src/celery/pidbox/mailbox.js';
import { standardRedactor } from '../../../../src/celery/redaction/redactor.js';
import { readStoredResult } from '../../../../src/celery/results/results.js';
import { readWaitingTask } from '../../../../src/celery/queues/task-message.js';
import { Unreadable } from '../../../../src/celery/messages/unreadable.js';
import { silentLogger } from '../../../../src/log.js';
import { createReceiver, envelopeOf, task, worker } from '../events/cluster.js';
import { oddTokens, oddValues, otherSerializers } from './odd-values.js';
import { ScriptedTransport } from '../scripted-transport.js';

const info = {
  id: 'odd',
  name: 'demo.add',
  args: [1, 'a'],
  kwargs: { x: 1 },
  type: 'demo.add',
  hostname: 'w1@h',
  time_start: 1_795_833_227.5,
  acknowledged: true,
  delivery_info: { exchange: '', routing_key: 'default', priority: 0, redelivered: false },
  worker_pid: 7,
};
const activeQueue = {
  name: 'default',
  exchange: { name: 'default', type: 'direct' },
  routing_key: 'default',
  durable: true,
  exclusive: false,
  auto_delete: false,
  no_ack: false,
  queue_arguments: { 'x-max-priority': 9 },
  max_priority: null,
};
const stats = {
  total: { 'demo.add': 3 },
  pid: 500,
  clock: '9',
  uptime: 5,
  pool: { 'max-concurrency': 2, processes: [1, 2], timeouts: [0, 0], writes: {} },
  broker: { hostname: 'h', port: 6379 },
  prefetch_count: 8,
  rusage: { utime: 1.5 },
};

/** An entry of each list reply, and the good one that stands beside it. */
const lists: readonly [InspectCommand, odd: unknown, good: unknown][] = [
  ['active', info, { ...info, id: 'good' }],
  ['reserved', info, { ...info, id: 'good' }],
  [
    'scheduled',
    { eta: '2026-11-28T00:00:00', priority: 6, request: info },
    {
      eta: '2026-11-28T00:00:00',
      priority: 6,
      request: { ...info, id: 'good' },
    },
  ],
  ['revoked', 'odd', 'good'],
  ['registered', 'odd', 'good'],
  ['active_queues', activeQueue, { ...activeQueue, name: 'good' }],
];
const wholes: readonly [InspectCommand, unknown][] = [
  ['ping', { ok: 'pong' }],
  ['stats', stats],
  ['conf', { task_default_queue: 'default', broker_transport_options: { sep: ':' } }],
];

const received = task('received', 'odd', 1, {
  name: 'demo.add',
  args: '(1,)',
  kwargs: '{}',
  root_id: 'odd',
  parent_id: null,
  retries: 0,
  eta: null,
  expires: null,
});
const events = [
  received,
  task('succeeded', 'odd', 2, { result: "'x'", runtime: 0.5 }),
  task('failed', 'odd', 2, { exception: 'E()', traceback: 't' }),
  task('sent', 'odd', 0, { name: 'demo.add', queue: 'q', exchange: '', routing_key: 'q' }),
  worker('heartbeat', 1, { active: 1, processed: 2, loadavg: [0, 0, 0], sw_ident: 'py-celery' }),
];

const metas = [
  { status: 'SUCCESS', result: { a: [1] }, traceback: null, date_done: '2026-11-28T00:00:00' },
  {
    status: 'FAILURE',
    result: { exc_type: 'E', exc_message: ['m'], exc_module: 'builtins' },
    traceback: 't',
    date_done: '2026-11-28T00:00:00',
    args: [1],
    kwargs: {},
    name: 'demo.add',
    worker: 'w1@h',
    queue: 'q',
    retries: 0,
  },
];

function mailbox() {
  const transport = new ScriptedTransport();
  [transport.receivers, transport.bound] = [1, ['w1@h']];
  const unreadable = new Unreadable();
  const options = { transport, log: silentLogger, timeout: 1_000, alive: () => ['w1@h'], unreadable };
  const inspect = new Inspect(new Mailbox(options), standardRedactor, unreadable);
  return {
    unreadable: () => unreadable.snapshot().reply.total,
    ask: async (command: InspectCommand, body: string | Buffer, changes: Partial<Message> = {}) => {
      const result = inspect.run(command, ['w1@h']);
      await Promise.resolve();
      transport.deliverBytes(Buffer.from(body), { ...changes, headers: { ticket: transport.ticket } });
      return result;
    },
  };
}

describe('replies to inspect commands', () => {
  it.each(lists)('of %s keep the good entry beside an odd one', async (command, odd, good) => {
    const { ask, unreadable } = mailbox();
    for (const { label, text } of oddValues(odd)) {
      const before = unreadable();
      const { replies, silent } = await ask(command, `{"w1@h": [${text}, ${JSON.stringify(good)}]}`);
      const reply = replies.get('w1@h');
      expect(silent, label).toEqual([]);
      expect(reply, label).toMatchObject({ ok: true });
      if (reply?.ok !== true) continue;
      const value = reply.value as readonly unknown[];
      const unread = reply.unreadEntries ?? 0;
      expect(JSON.stringify(value.at(-1)), label).toContain('good');
      expect(value.length + unread, label).toBe(2);
      expect(unreadable() - before, label).toBe(unread);
    }
  });

  it.each(wholes)('to %s are read or counted, whatever is in them', async (command, whole) => {
    const { ask, unreadable } = mailbox();
    for (const { label, text } of oddValues(whole)) {
      const before = unreadable();
      const { replies, silent } = await ask(command, `{"w1@h": ${text}}`);
      const reply = replies.get('w1@h');
      expect(silent, label).toEqual([]);
      expect(reply, label).toBeDefined();
      const isUnread = reply?.ok === false && reply.unreadable === true;
      expect(unreadable() - before, label).toBe(isUnread ? 1 : 0);
    }
  });

  it('are counted and awaited no longer where the whole body is odd', async () => {
    const { ask, unreadable } = mailbox();
    const odd = oddTokens.filter((token) => !/^\{"/.test(token));
    for (const token of odd) await ask('ping', token);
    expect(unreadable()).toBe(odd.length);
  });
});

describe('events', () => {
  it.each(events)('keep the good one beside an odd $type', (event) => {
    const good = JSON.stringify(task('received', 'good', 1, { name: 'demo.add' }));
    for (const { label, text } of oddValues(event)) {
      const { receiver, state, publish } = createReceiver();
      const envelope = JSON.parse(envelopeOf([])) as Record<string, unknown>;
      publish(
        JSON.stringify({ ...envelope, body: Buffer.from(`[${text},${good}]`).toString('base64') }),
      );
      const { received, malformed, dropped } = receiver.counters;
      expect([received + malformed, dropped], label).toEqual([2, 0]);
      expect(state.task('good')?.state, label).toBe('RECEIVED');
    }
  });
});

describe.each(otherSerializers)('in $name', ({ contentType, write, oddBodies }) => {
  it.each(lists)('replies to %s keep the good entry beside an odd one', async (command, odd, good) => {
    const { ask, unreadable } = mailbox();
    for (const { label, body } of oddBodies(odd, (entry) => ({ 'w1@h': [entry, good] }))) {
      const before = unreadable();
      const { replies, silent } = await ask(command, body, { contentType });
      const reply = replies.get('w1@h');
      expect([silent, reply], label).toMatchObject([[], { ok: true }]);
      if (reply?.ok !== true) continue;
      const value = reply.value as readonly unknown[];
      const unread = reply.unreadEntries ?? 0;
      expect(JSON.stringify(value.at(-1)), label).toContain('good');
      expect([value.length + unread, unreadable() - before], label).toEqual([2, unread]);
    }
  });

  it.each(wholes)('replies to %s are read or counted', async (command, whole) => {
    const { ask, unreadable } = mailbox();
    for (const { label, body } of oddBodies(whole, (value) => ({ 'w1@h': value }))) {
      const before = unreadable();
      const { replies, silent } = await ask(command, body, { contentType });
      const reply = replies.get('w1@h');
      expect([silent, reply !== undefined], label).toEqual([[], true]);
      const isUnread = reply?.ok === false && reply.unreadable === true;
      expect(unreadable() - before, label).toBe(isUnread ? 1 : 0);
    }
  });

  it('replies that are cut anywhere are counted and awaited no longer', async () => {
    const { ask, unreadable } = mailbox();
    const whole = write({ 'w1@h': { ok: 'pong' } });
    for (let length = 0; length < whole.length; length++) {
      const { silent } = await ask('ping', whole.subarray(0, length), { contentType });
      expect(silent, String(length)).toEqual([]);
    }
    expect(unreadable()).toBe(whole.length);
  });

  it.each(events)('events keep the good one beside an odd $type', (event) => {
    const good = task('received', 'good', 1, { name: 'demo.add' });
    for (const { label, body } of oddBodies(event, (odd) => [odd, good])) {
      const { receiver, state, publish } = createReceiver();
      const envelope = JSON.parse(envelopeOf([])) as Record<string, unknown>;
      publish(
        JSON.stringify({ ...envelope, 'content-type': contentType, body: body.toString('base64') }),
      );
      const { received, malformed, dropped } = receiver.counters;
      expect([received + malformed, dropped], label).toEqual([2, 0]);
      expect(state.task('good')?.state, label).toBe('RECEIVED');
    }
  });

  it.each(metas)('stored results are read, or said to be unreadable ($status)', (meta) => {
    for (const { label, body } of oddBodies(meta, (odd) => odd)) {
      const stored = readStoredResult('t1', body, standardRedactor.tasks);
      if (stored instanceof Error) expect(stored, label).toMatchObject({ code: 'UNREADABLE_RESULT' });
      else expect(typeof stored.state, label).toBe('string');
    }
  });
});

describe('stored results', () => {
  it.each(metas)('are read, or said to be unreadable ($status)', (meta) => {
    for (const { label, text } of oddValues(meta)) {
      const stored = readStoredResult('t1', Buffer.from(text), standardRedactor.tasks);
      if (stored instanceof Error) expect(stored, label).toMatchObject({ code: 'UNREADABLE_RESULT' });
      else expect(typeof stored.state, label).toBe('string');
    }
  });
});

describe('waiting messages', () => {
  const message = {
    body: Buffer.from(JSON.stringify([[1], {}, {}])).toString('base64'),
    'content-type': 'application/json',
    'content-encoding': 'utf-8',
    headers: { task: 'demo.add', id: 'odd', argsrepr: '(1,)', eta: null, retries: 0, group: null },
    properties: { body_encoding: 'base64', priority: 0, delivery_tag: 'x' },
  };

  it('are shown as far as they can be read', () => {
    for (const { label, text } of oddValues(message)) {
      const reasons: string[] = [];
      const count = ({ reason }: { reason: string }): void => void reasons.push(reason);
      const shown = readWaitingTask(new EnvelopeText(text), standardRedactor.tasks, count);
      expect(shown.id !== null || reasons.length > 0 || shown.name === null, label).toBe(true);
    }
  });
});

describe('AMQP headers', () => {
  const field = (name: string, type: string, bytes: Buffer): Buffer =>
    Buffer.concat([Buffer.from([name.length]), Buffer.from(name + type), bytes]);

  it('are read up to a field of any type, of any bytes', () => {
    const good = field('ticket', 'S', Buffer.from([0, 0, 0, 1, 0x74]));
    for (let type = 0; type < 256; type++)
      for (let filled = 0; filled < 20; filled++) {
        const odd = field('odd', String.fromCharCode(type & 0x7f), Buffer.alloc(filled, type));
        expect(readTable(Buffer.concat([good, odd])).fields['ticket']).toBe('t');
      }
  });
});
