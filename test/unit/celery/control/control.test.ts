/** Controls against workers that say what a test makes them say: what is sent to whom, and what is believed. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Control } from '../../../../src/celery/control/control.js';
import type { ControlOutcome } from '../../../../src/celery/control/control-outcome.js';
import { State } from '../../../../src/celery/events/state.js';
import { Inspect } from '../../../../src/celery/inspect/inspect.js';
import { Mailbox } from '../../../../src/celery/pidbox/mailbox.js';
import type { ControlRequest } from '../../../../src/celery/transport/transport.js';
import { silentLogger } from '../../../../src/log.js';
import { ScriptedTransport } from '../scripted-transport.js';

/** What a worker answers; undefined for silence. */
type Worker = (method: string, args: ControlRequest['arguments']) => unknown;

class Cluster extends ScriptedTransport {
  readonly workers = new Map<string, Worker>();

  override async publishRequest(request: ControlRequest): Promise<number> {
    await super.publishRequest(request);
    for (const [hostname, answer] of this.workers) {
      if (request.destination?.includes(hostname) === false) continue;
      const value = answer(request.method, request.arguments);
      if (value !== undefined && request.ticket !== null)
        queueMicrotask(() => this.reply(hostname, value, request.ticket ?? ''));
    }
    return this.workers.size;
  }

  add(hostname: string, answer: Worker): void {
    this.workers.set(hostname, answer);
    this.bound = [...this.workers.keys()];
    this.exact = true;
  }

  get sent(): readonly string[] {
    return this.requests.map(({ method }) => method);
  }
}

let cluster: Cluster;
let control: Control;
beforeEach(() => {
  cluster = new Cluster();
  const state = new State();
  const options = { transport: cluster, log: silentLogger, timeout: 100 };
  const mailbox = new Mailbox({ ...options, alive: () => state.aliveHostnames() });
  const inspect = new Inspect(mailbox);
  control = new Control({ mailbox, inspect, transport: cluster, state, confirmationTime: 50 });
});

const brief = ({ replies, silent, failures }: ControlOutcome) => ({
  replies: replies.map(({ hostname, ok, message }) => [hostname, ok, message]),
  silent,
  errors: failures.map(({ hostname, error }) => [hostname, error.code]),
});

/** A prefork pool that obeys at once. */
function prefork(size: number): Worker & { size: number } {
  const worker = Object.assign(
    (method: string, { n }: ControlRequest['arguments']) => {
      if (method === 'stats')
        return { pid: 1, pool: { processes: Array.from({ length: worker.size }, (_, i) => i) } };
      worker.size += method === 'pool_grow' ? Number(n) : -Number(n);
      return { ok: method === 'pool_grow' ? 'pool will grow' : 'pool will shrink' };
    },
    { size },
  );
  return worker;
}

describe('a worker that does not listen', () => {
  let state: State;
  let examined: string[][];
  beforeEach(() => {
    state = new State();
    for (const hostname of ['a@h', 'b@h']) state.sawWorker(hostname, Date.now());
    cluster.add('a@h', () => ({ ok: 'pong' }));
    cluster.add('b@h', () => undefined);
    examined = [];
    const mailbox = new Mailbox({
      ...{ transport: cluster, log: silentLogger, timeout: 50 },
      alive: () => state.aliveHostnames(),
      notListening: () => state.notListeningHostnames(),
    });
    control = new Control({
      ...{ mailbox, inspect: new Inspect(mailbox), transport: cluster, state, confirmationTime: 20 },
      onSilent: async (hostnames) => {
        examined.push([...hostnames]);
        state.setListening('b@h', false);
      },
    });
  });
  const messages = ({ failures }: ControlOutcome): string[] =>
    failures.map(({ error: { code, message } }) => `${code} ${message}`);
  const notListening = 'it no longer listens to remote control and must be restarted';

  it('is named as such by the control that it did not answer', async () => {
    expect(messages(await control.ping({ hostnames: null }))).toEqual([
      `NO_REPLY b@h did not answer ping: ${notListening}`,
    ]);
  });

  it('is examined once, and not at every control', async () => {
    await control.ping({ hostnames: null });
    await control.rateLimit({ task_name: 'demo.x', rate_limit: '0' }, { hostnames: null });
    expect(examined).toEqual([['b@h']]);
  });

  it('is named as such by a shutdown that has no effect, and by a control that asks first', async () => {
    expect(messages(await control.shutdown({ hostnames: ['b@h'] }))).toEqual([
      `NO_REPLY b@h did not answer shutdown: ${notListening}`,
    ]);
    expect(messages(await control.pool.grow(1, { hostnames: ['b@h'] }))).toEqual([
      `NO_REPLY b@h did not answer stats: ${notListening}`,
    ]);
  });

  it('may be busy as long as that is not known', async () => {
    cluster.add('b@h', (method) => (method === 'ping' ? undefined : { ok: 'x' }));
    state.setListening('b@h', null);
    const mailbox = new Mailbox({
      ...{ transport: cluster, log: silentLogger, timeout: 50 },
      alive: () => state.aliveHostnames(),
    });
    control = new Control({ mailbox, inspect: new Inspect(mailbox), transport: cluster, state });
    expect(messages(await control.ping({ hostnames: ['b@h'] }))).toEqual([
      'NO_REPLY b@h did not answer ping within 50 ms: it may be busy and execute the command later',
    ]);
  });
});

describe('whom a control addresses', () => {
  it('are the workers named, and never all workers by an empty list', async () => {
    cluster.add('a@h', () => ({ ok: 'pong' }));
    cluster.add('b@h', () => ({ ok: 'pong' }));
    expect(brief(await control.ping({ hostnames: ['b@h'] }))).toEqual({
      ...{ replies: [['b@h', true, 'pong']], silent: [], errors: [] },
    });
    await expect(control.ping({ hostnames: [] })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(cluster.requests).toMatchObject([{ method: 'ping', destination: ['b@h'] }]);
  });

  it('are never unknown names', async () => {
    cluster.add('a@h', () => ({ ok: 'pong' }));
    expect(brief(await control.shutdown({ hostnames: ['x@h'] })).errors).toEqual([
      ['x@h', 'UNKNOWN_WORKER'],
    ]);
    expect(brief(await control.ping({ hostnames: ['x@h'] })).errors).toEqual([
      ['x@h', 'UNKNOWN_WORKER'],
    ]);
    expect(cluster.requests).toEqual([]);
  });

  it('are at most a thousand names, of a length that pidboxes can have', async () => {
    const many = Array.from({ length: 1_001 }, (_, index) => `w${index}@h`);
    for (const hostnames of [many, [''], ['x'.repeat(201)]])
      await expect(control.ping({ hostnames })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(cluster.requests).toEqual([]);
  });

  it('may turn out to be none', async () => {
    expect(brief(await control.ping({ hostnames: null }))).toEqual({
      ...{ replies: [], silent: [], errors: [[null, 'NO_REPLY']] },
    });
  });
});

describe('what workers say', () => {
  it('is reported in their own words, silence and refusals apart', async () => {
    cluster.add('a@h', () => ({ ok: 'rate limit disabled successfully' }));
    cluster.add('b@h', () => ({ error: 'unknown task' }));
    cluster.add('c@h', () => ({ error: "KeyError('rate_limit')" }));
    cluster.add('d@h', () => undefined);
    cluster.add('e@h', () => ['nonsense']);
    const args = { task_name: 'demo.add', rate_limit: '0' };
    const hostnames = ['a@h', 'b@h', 'c@h', 'd@h', 'e@h'];

    expect(brief(await control.rateLimit(args, { hostnames }))).toEqual({
      replies: [
        ['a@h', true, 'rate limit disabled successfully'],
        ['b@h', false, 'unknown task'],
        ['c@h', false, "KeyError('rate_limit')"],
      ],
      silent: ['d@h'],
      errors: [
        ['b@h', 'UNKNOWN_TASK'],
        ['c@h', 'COMMAND_REJECTED'],
        ['e@h', 'UNREADABLE_REPLY'],
        ['d@h', 'NO_REPLY'],
      ],
    });
  });

  it.each<[string, (to: { hostnames: null }) => Promise<unknown>]>([
    ['a pool to grow by nothing', (to) => control.pool.grow(0, to)],
    ['a pool to shrink by less', (to) => control.pool.shrink(-1, to)],
    ['a pool to grow without bound', (to) => control.pool.grow(101, to)],
    ['a maximum of no process', (to) => control.autoscale({ max: 0, min: 0 }, to)],
    ['a minimum above the maximum', (to) => control.autoscale({ max: 1, min: 2 }, to)],
    ['a rate of nonsense', (to) => control.rateLimit({ task_name: 'x', rate_limit: '5/d' }, to)],
    [
      'a soft limit behind the hard one',
      (to) => control.timeLimit({ task_name: 'x', soft: 2, hard: 1 }, to),
    ],
    ['no time at all', (to) => control.timeLimit({ task_name: 'x', soft: 0, hard: null }, to)],
    ['a queue without a name', (to) => control.consumers.add({ queue: '' }, to)],
    ["Celery's own queues", (to) => control.consumers.add({ queue: 'w1@h.celery.pidbox' }, to)],
    ["Celery's own exchanges", (to) => control.consumers.add({ queue: 'q', exchange: 'celeryev' }, to)],
    [
      'an exchange of no type',
      (to) => control.consumers.add({ queue: 'q', exchangeType: 'x' as 'topic' }, to),
    ],
    ['no task', (to) => control.revocation.byIds({ task_id: [], terminate: false }, to)],
    [
      'too many tasks',
      (to) => {
        const ids = Array.from({ length: 1_001 }, (_, id) => String(id));
        return control.revocation.byIds({ task_id: ids, terminate: false }, to);
      },
    ],
    ['no stamps', (to) => control.revocation.byStampedHeaders({ headers: {}, terminate: false }, to)],
  ])('is not asked for %s', async (_what, send) => {
    cluster.add('a@h', () => ({ ok: 'yes' }));
    await expect(send({ hostnames: null })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(cluster.requests).toEqual([]);
  });
});

describe('a pool', () => {
  const to = { hostnames: ['a@h'] };

  it('is never emptied, also when several shrink it at once', async () => {
    const worker = prefork(4);
    cluster.add('a@h', worker);
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => control.pool.shrink(1, to)));

    expect(outcomes.map(({ replies }) => replies.map(({ message }) => message))).toEqual([
      ['pool will shrink'],
      ['pool will shrink'],
      ['pool will shrink'],
      ['its pool of 1 would be emptied'],
    ]);
    expect(worker.size).toBe(1);
  });

  it('is not shrunk while its size is unknown', async () => {
    cluster.add('a@h', () => ({ pid: 1 }));
    cluster.add('b@h', () => undefined);
    expect(brief(await control.pool.shrink(1, { hostnames: ['a@h', 'b@h'] }))).toEqual({
      replies: [['a@h', false, 'it does not report the size of its pool, so it might be emptied']],
      silent: ['b@h'],
      errors: [
        ['a@h', 'COMMAND_REJECTED'],
        ['b@h', 'NO_REPLY'],
      ],
    });
    expect(cluster.sent).toEqual(['stats']);
  });

  it('is remembered where the worker goes on telling what it was at the start', async () => {
    cluster.add('a@h', (method) =>
      method === 'stats' ? { pid: 1, pool: { 'max-concurrency': 3 } } : { ok: 'pool will shrink' },
    );
    const [reply] = (await control.pool.shrink(2, to)).replies;
    expect(reply).toMatchObject({ ok: true, confirmed: null });
    expect(brief(await control.pool.shrink(1, to)).replies).toEqual([
      ['a@h', false, 'its pool of 1 would be emptied'],
    ]);
  });

  it('is not taken for larger than it reports, nor for what it was before its worker was started again', async () => {
    const worker = prefork(2);
    cluster.add('a@h', worker);
    await control.pool.grow(2, to);
    worker.size = 2; // by others, or since it was started again with the pid that it had
    expect(brief(await control.pool.shrink(2, to)).replies).toEqual([
      ['a@h', false, 'its pool of 2 would be emptied'],
    ]);

    let uptime = 60;
    cluster.add('a@h', (method) =>
      method === 'stats' ? { pid: 1, uptime, pool: { 'max-concurrency': 3 } } : { ok: 'pool will grow' },
    );
    await control.pool.grow(2, to);
    uptime = 2;
    expect(brief(await control.pool.shrink(3, to)).replies).toEqual([
      ['a@h', false, 'its pool of 3 would be emptied'],
    ]);
  });

  it('that replies with success and does not change is a timeout', async () => {
    const stats = { pid: 1, pool: { processes: [1, 2] } };
    cluster.add('a@h', (method) => (method === 'stats' ? stats : { ok: 'pool will grow' }));
    const { replies, failures } = await control.pool.grow(1, to);
    expect(replies).toMatchObject([{ ok: true, message: 'pool will grow', confirmed: false }]);
    expect(failures).toMatchObject([{ hostname: 'a@h', error: { code: 'TIMEOUT' } }]);
  });
});

describe('task events', () => {
  const to = { hostnames: ['a@h'] };

  it('of a worker that was started with -E cannot be switched off, whatever it says', async () => {
    cluster.add('a@h', (method) => ({ ok: `task events already ${method.replace('_events', 'd')}` }));
    const { replies, failures } = await control.events.disable(to);
    expect(replies).toMatchObject([{ ok: false, message: expect.stringContaining('-E') as string }]);
    expect(failures).toMatchObject([{ error: { code: 'COMMAND_REJECTED' } }]);
    expect(cluster.sent).toEqual(['disable_events', 'enable_events']);
  });

  it('that were off already stay off', async () => {
    let on = false;
    cluster.add('a@h', (method) => {
      const wasOn = on;
      on = method === 'enable_events';
      const already = on === wasOn ? 'already ' : '';
      return { ok: `task events ${already}${on ? 'enabled' : 'disabled'}` };
    });
    const both = await Promise.all([control.events.disable(to), control.events.disable(to)]);
    for (const outcome of both)
      expect(brief(outcome)).toEqual({
        ...{ replies: [['a@h', true, 'task events already disabled']], silent: [], errors: [] },
      });
    expect(on).toBe(false);
  });
});

describe('queues', () => {
  it('that a worker does not consume cannot be cancelled', async () => {
    cluster.add('a@h', (method) => (method === 'active_queues' ? [{ name: 'default' }] : { ok: 'yes' }));
    expect(brief(await control.consumers.cancel('other', { hostnames: ['a@h'] })).replies).toEqual([
      ['a@h', false, 'it does not consume from other'],
    ]);
    expect(cluster.sent).toEqual(['active_queues']);
  });

  it('that a worker knows by another exchange are reported', async () => {
    const queue = { name: 'media', exchange: { name: 'films', type: 'topic' } };
    cluster.add('a@h', (method) =>
      method === 'active_queues' ? [queue] : { ok: 'add consumer media' },
    );
    const consumer = { queue: 'media', exchange: 'music' };
    expect(brief(await control.consumers.add(consumer, { hostnames: ['a@h'] })).replies).toEqual([
      [
        ...['a@h', true],
        'add consumer media (media was known to it, by exchange "films", and is consumed so)',
      ],
    ]);
    expect(cluster.requests[0]?.arguments).toEqual({ queue: 'media', exchange: 'music' });
  });
});

describe('a shutdown', () => {
  it('has no reply: a missing pidbox confirms it, and one that stays may go later', async () => {
    cluster.add('a@h', (method) => {
      if (method === 'shutdown') cluster.bound = ['b@h'];
    });
    cluster.add('b@h', () => undefined);
    expect(brief(await control.shutdown({ hostnames: ['a@h', 'b@h'] }))).toEqual({
      ...{ replies: [['a@h', true, 'went offline']], silent: ['b@h'], errors: [['b@h', 'NO_REPLY']] },
    });
    expect(cluster.requests).toMatchObject([{ method: 'shutdown', ticket: null }]);
  });
});

describe('revoking', () => {
  it('with termination names the tasks that no worker runs, if all workers replied', async () => {
    cluster.add('a@h', () => ({ ok: 'terminate: t1, t2' }));
    cluster.add('b@h', () => ({ ok: 'terminate: tasks unknown' }));
    const args = { task_id: ['t1', 't2', 't3'], terminate: true };
    const outcome = await control.revocation.byIds(args, { hostnames: ['a@h', 'b@h'] });
    expect(outcome.terminated).toEqual(['t1', 't2']);
    expect(outcome.failures).toMatchObject([
      { error: { code: 'UNKNOWN_TASK', message: expect.stringContaining('runs t3:') as string } },
    ]);

    cluster.add('b@h', () => ({ error: 'NotImplementedError()' }));
    const again = await control.revocation.byIds(args, { hostnames: ['a@h', 'b@h'] });
    expect(brief(again).errors).toEqual([['b@h', 'COMMAND_REJECTED']]);
  });
});
