import { beforeEach, describe, expect, it } from 'vitest';
import { Inspect, inspectCommands } from '../../../../src/celery/inspect/inspect.js';
import type { InspectCommand, TaskInfo } from '../../../../src/celery/inspect/inspect.js';
import { Mailbox } from '../../../../src/celery/pidbox/mailbox.js';
import { standardRedactor } from '../../../../src/celery/redaction/redactor.js';
import { argumentsRepr } from '../../../../src/celery/python/python-repr.js';
import { Unreadable } from '../../../../src/celery/messages/unreadable.js';
import { silentLogger } from '../../../../src/log.js';
import { ScriptedTransport } from '../scripted-transport.js';

let transport: ScriptedTransport;
let inspect: Inspect;
let unreadable: Unreadable;
beforeEach(() => {
  transport = new ScriptedTransport();
  [transport.receivers, transport.bound] = [1, ['w1']];
  const mailbox = new Mailbox({ transport, log: silentLogger, timeout: 1_000, alive: () => ['w1'] });
  unreadable = new Unreadable();
  inspect = new Inspect(mailbox, standardRedactor, unreadable);
});

/** What becomes of one worker's reply. */
async function read(command: InspectCommand, reply: unknown): Promise<unknown> {
  const result = inspect.run(command, ['w1']);
  await Promise.resolve();
  transport.reply('w1', reply);
  return (await result).replies.get('w1');
}

/** The same of a body as Python wrote it. */
async function readText(command: InspectCommand, body: string): Promise<unknown> {
  const result = inspect.run(command, ['w1']);
  await Promise.resolve();
  transport.deliverBytes(Buffer.from(body));
  return (await result).replies.get('w1');
}

const refused = {
  ok: false,
  error: 'it is not of the documented shape',
  unreadable: true,
  contentType: null,
};
const running = {
  ...{
    id: 't1',
    name: 'add',
    args: [1, 2],
    kwargs: { x: 1 },
    hostname: 'w1',
    time_start: 1_795_833_227.5,
  },
  ...{ acknowledged: true, worker_pid: 7, type: 'add' },
  delivery_info: { exchange: '', routing_key: 'celery', priority: 0, redelivered: false },
};

describe('Inspect', () => {
  it('asks the named workers, or all', async () => {
    await read('ping', { ok: 'pong' });
    expect(transport.requests[0]).toMatchObject({ method: 'ping', arguments: {}, destination: ['w1'] });
    const all = inspect.run('ping');
    await Promise.resolve();
    transport.reply('w1', { ok: 'pong' });
    expect(await all).toMatchObject({ silent: [] });
    expect(transport.requests[1]).toMatchObject({ method: 'ping', destination: null });
  });

  it.each<[InspectCommand, unknown]>([
    ['ping', { ok: 'pong' }],
    ['registered', ['add', 'mul [rate_limit=10/s]']],
    ['revoked', ['t1', 't2']],
    ['conf', { broker_url: 'redis://host', nested: { a: [1] } }],
    ['active', []],
  ])('hands on the reply to %s as the worker sent it', async (command, reply) => {
    expect(await read(command, reply)).toEqual({ ok: true, value: reply });
  });

  it('asks for the texts of the arguments of running tasks, which every worker can encode', async () => {
    const shown = { id: 't1', args: '(100, {1, 2})', kwargs: '{}' };
    expect(await read('active', [shown])).toEqual({ ok: true, value: [shown] });
    expect(transport.requests[0]).toMatchObject({ method: 'active', arguments: { safe: true } });
  });

  it('reads tasks that a worker holds, and leaves out unused fields', async () => {
    const known = running;
    for (const command of ['active', 'reserved'] as const) {
      const unused = { ...running, unused: 1 };
      expect(await read(command, [unused])).toEqual({ ok: true, value: [known] });
    }
    expect(
      await read('scheduled', [{ eta: '2026-03-01T10:00:00', priority: 6, request: running }]),
    ).toEqual({
      ok: true,
      value: [{ eta: '2026-03-01T10:00:00', priority: 6, request: known }],
    });
  });

  it('needs no more of a task than its id', async () => {
    expect(await read('active', [{ id: 't1' }])).toEqual({ ok: true, value: [{ id: 't1' }] });
    expect(await read('active', [{ name: 'add' }])).toEqual({ ok: true, value: [], unreadEntries: 1 });
  });

  it('takes a part of the stats that has another shape for unknown, and keeps the rest', async () => {
    const reply = {
      ...{ pid: 7, clock: '42', uptime: 'long', total: { add: 3 }, prefetch_count: 16 },
      ...{ pool: { 'max-concurrency': 4, processes: 'many' }, rusage: { utime: 1.5 } },
      broker: { transport: 'redis', port: 6379, userid: null },
    };
    expect(await read('stats', reply)).toMatchObject({
      ok: true,
      value: {
        ...{ pid: 7, clock: 42, uptime: null, total: { add: 3 }, prefetch_count: 16 },
        ...{ pool: { 'max-concurrency': 4, processes: null }, rusage: { utime: 1.5 } },
        broker: { transport: 'redis', port: 6379, userid: null },
      },
    });
  });

  it('takes numbers that GraphQL has no Int for as untold', async () => {
    const [beyond, half] = [2 ** 31, 0.5];
    const bounds = { max: beyond, min: half, current: 4, qty: 0 };
    const pool = { 'max-concurrency': beyond, processes: [7, beyond], threads: half };
    const reply = { pid: beyond, prefetch_count: half, pool, autoscaler: bounds, uptime: 12.5 };
    expect(await read('stats', { ...reply, total: { add: beyond - 1, mul: 1 } })).toEqual({
      ok: true,
      value: {
        ...{ pid: null, prefetch_count: null, uptime: 12.5, total: null },
        pool: { 'max-concurrency': null, processes: null, threads: null },
        autoscaler: { max: null, min: null, current: 4, qty: 0 },
      },
    });

    const task = { id: 't1', worker_pid: beyond, time_start: 1e300, delivery_info: { priority: half } };
    const known = { id: 't1', worker_pid: null, time_start: null, delivery_info: { priority: null } };
    expect(await read('scheduled', [{ priority: beyond, request: task }])).toEqual({
      ok: true,
      value: [{ priority: null, request: known }],
    });
  });

  it.each(Object.keys(inspectCommands) as InspectCommand[])(
    "quotes the worker's own words when it rejects %s",
    async (command) => {
      const reply = { error: `'Unknown command: ${command}'` };
      expect(await read(command, reply)).toEqual({ ok: false, error: reply.error });
    },
  );

  it.each<[InspectCommand, unknown]>([
    ['ping', 'pong'],
    ['stats', []],
    ['active', {}],
    ['revoked', 'none'],
    ['conf', ['a']],
    ['conf', null],
  ])('calls the reply to %s an error of that worker alone when it is %j', async (command, reply) => {
    expect(await read(command, reply)).toEqual(refused);
  });

  describe('odd entries', () => {
    const uuid = { __type__: 'uuid', __value__: { hex: '00000000000000000000000000000009' } };
    const dashed = '00000000-0000-0000-0000-000000000009';

    it.each<[InspectCommand, unknown]>([
      ['active', [null]],
      ['scheduled', [running]],
      ['registered', [1]],
      ['revoked', [true]],
      ['active_queues', [{ exchange: {} }]],
    ])('of the reply to %s are counted when they are %j', async (command, reply) => {
      expect(await read(command, reply)).toEqual({ ok: true, value: [], unreadEntries: 1 });
      expect(unreadable.snapshot().reply).toMatchObject({ total: 1, lastHostname: 'w1' });
    });

    it('cost no other entry of their list', async () => {
      expect(await read('registered', ['demo.x', null, { a: 1 }, 'demo.y'])).toEqual({
        ok: true,
        value: ['demo.x', 'demo.y'],
        unreadEntries: 2,
      });
      const tasks = [{ id: 't1' }, 7, { id: ['a'] }, { id: 't2', name: 'add' }];
      expect(await read('reserved', tasks)).toEqual({
        ok: true,
        value: [{ id: 't1' }, { id: 't2', name: 'add' }],
        unreadEntries: 2,
      });
    });

    it('are read where only their ids are of another type', async () => {
      expect(await read('revoked', ['a', 42, uuid])).toEqual({ ok: true, value: ['a', '42', dashed] });
      expect(await read('active', [{ id: 42 }, { id: uuid }])).toEqual({
        ok: true,
        value: [{ id: '42' }, { id: dashed }],
      });
      expect(await read('scheduled', [{ request: { id: 44 } }])).toEqual({
        ok: true,
        value: [{ request: { id: '44' } }],
      });
    });

    it('lose only the fields of another type', async () => {
      const odd = {
        ...running,
        name: 7,
        acknowledged: 'yes',
        hostname: [],
        delivery_info: { exchange: 3, routing_key: 'celery', redelivered: 'yes' },
      };
      expect(await read('active', [odd, { id: 't2', delivery_info: 'none' }])).toMatchObject({
        ok: true,
        value: [
          {
            id: 't1',
            name: null,
            acknowledged: null,
            delivery_info: { exchange: null, routing_key: 'celery', redelivered: null },
          },
          { id: 't2', delivery_info: null },
        ],
      });
    });
  });

  it('takes the time of a monotonic clock for unknown', async () => {
    const times = [7_257_246.1, 0, -1, 1_795_833_227.9];
    const reply = times.map((time_start, index) => ({ id: `t${index}`, time_start }));
    expect(await read('active', reply)).toMatchObject({
      value: [null, null, null, 1_795_833_227.9].map((time_start) => ({ time_start })),
    });
  });

  it.each(['reserved', 'scheduled'] as const)(
    'takes a start that is no time of this century for unknown, in %s too',
    async (command) => {
      const times = [7_257_246.1, 1_795_833_227_900, '1795833227.9', null, {}, 1_795_833_227.9];
      const infos = times.map((time_start, index) => ({ id: `t${index}`, time_start }));
      const entries = infos.map((request) => ({ eta: null, priority: 6, request }));
      const { value } = (await read(command, command === 'scheduled' ? entries : infos)) as {
        value: readonly (TaskInfo | { readonly request: TaskInfo })[];
      };
      expect(value.map((entry) => ('request' in entry ? entry.request : entry).time_start)).toEqual([
        null,
        null,
        null,
        null,
        null,
        1_795_833_227.9,
      ]);
    },
  );

  describe('numbers of Python', () => {
    it('are kept to the last digit where arguments are shown', async () => {
      const reply = '{"w1": [{"id": "t1", "args": [15, 12345678901234567890, 1.0, NaN, -Infinity]}]}';
      const { value } = (await readText('active', reply)) as { value: [TaskInfo] };
      expect(argumentsRepr(value[0].args)).toBe('(15, 12345678901234567890, 1.0, nan, -inf)');
    });

    it('cost nothing else where GraphQL has no number for them', async () => {
      const stats = '{"w1": {"pid": 7, "uptime": 5.0, "rusage": {"utime": NaN, "stime": 1.0}}}';
      expect(await readText('stats', stats)).toEqual({
        ok: true,
        value: { pid: 7, uptime: 5, rusage: { stime: 1 } },
      });
      const conf = '{"w1": {"a": Infinity, "b": 12345678901234567890, "c": 2.0}}';
      expect(await readText('conf', conf)).toEqual({
        ok: true,
        value: { a: null, b: '12345678901234567890', c: 2 },
      });
    });
  });
});
