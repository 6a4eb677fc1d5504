/** What becomes of a task that is sent from here, sent once more, or purged. */
import { beforeEach, describe, expect, it } from 'vitest';
import { AllowLists } from '../../../../src/celery/sending/allow-lists.js';
import { parseEvents } from '../../../../src/celery/events/event.js';
import { State } from '../../../../src/celery/events/state.js';
import { Queues } from '../../../../src/celery/queues/queues.js';
import { parseTaskMeta } from '../../../../src/celery/results/results.js';
import { TaskSender, type TaskSenderOptions } from '../../../../src/celery/sending/task-sender.js';
import type { QueueDepth, ResultBackend } from '../../../../src/celery/transport/transport.js';
import {
  BrokerUnavailableError,
  ForbiddenError,
  PurgeRefusedError,
  RerunRefusedError,
  ResultBackendUnavailableError,
  UnknownQueueError,
  UnknownTaskError,
} from '../../../../src/errors.js';
import { createState, task, worker } from '../events/cluster.js';
import { ScriptedTransport } from '../scripted-transport.js';

const now = Date.UTC(2026, 2, 1);
const origin = `gen${process.pid}@celeryql`;

let transport: ScriptedTransport;
let state: State;
let stored: Record<string, object>;
let backendFailure: Error | null;
let sender: TaskSender;

function createSender(allowed = new AllowLists(), more: Partial<TaskSenderOptions> = {}): TaskSender {
  const results: ResultBackend = {
    address: 'test',
    fetch: async (ids) => {
      if (backendFailure) throw backendFailure;
      return ids.map((id) => parseTaskMeta(id, JSON.stringify(stored[id] ?? null)));
    },
    ping: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  const clock = () => now;
  const queues = new Queues({ transport, task: () => null, configured: ['configured'], clock });
  const options = { transport, results, state, queues, allowed, defaultQueue: 'jobs', clock };
  return new TaskSender({ ...options, ...more });
}

beforeEach(() => {
  transport = new ScriptedTransport();
  transport.depths = ['jobs', 'high'].map((name) => ({ name, messages: 2 }) as QueueDepth);
  state = new State({ clock: () => now });
  stored = {};
  backendFailure = null;
  sender = createSender();
});

function report(type: string, fields: object = {}): void {
  const common = { hostname: 'w1@h', uuid: 'old', timestamp: now / 1000, clock: 1 };
  for (const event of parseEvents({ type, ...common, ...fields }).events) state.apply(event, now);
}

const bodyOf = (n = 0): unknown => JSON.parse(transport.tasks[n]?.body.toString() ?? 'null');

describe('a task that an operator mistypes', () => {
  const nothing = { args: [], kwargs: {} };

  it('is refused if all workers have answered and none has it, and asked for only once a minute', async () => {
    const asked: string[] = [];
    const isRegistered = async (name: string) => (asked.push(name), name === 'demo.add');
    sender = createSender(new AllowLists(), { isRegistered });
    await expect(sender.send('demo.ad', nothing)).rejects.toBeInstanceOf(UnknownTaskError);
    expect(transport.tasks).toEqual([]);
    await sender.send('demo.add', nothing);
    await sender.send('demo.add', nothing);
    await sender.send('demo.ad', nothing, {}, { force: true });
    expect(asked).toEqual(['demo.ad', 'demo.add']);
    expect(transport.tasks).toHaveLength(3);
  });

  it.each([
    ['no worker has said so', async () => null],
    ['no worker could be asked', () => Promise.reject(new BrokerUnavailableError('test'))],
  ])('is sent where %s', async (_, isRegistered) => {
    sender = createSender(new AllowLists(), { isRegistered });
    await sender.send('demo.ad', nothing);
    expect(transport.tasks).toHaveLength(1);
  });

  it('for a queue that is missing says who has named it', async () => {
    transport.depths = [];
    const missing =
      'There is no queue jobs, which DEFAULT_QUEUE names: pass a queue, or set DEFAULT_QUEUE';
    await expect(sender.send('demo.add', nothing)).rejects.toThrow(
      new UnknownQueueError('jobs', 'DEFAULT_QUEUE'),
    );
    await expect(sender.send('demo.add', nothing)).rejects.toThrow(missing);
    await expect(sender.send('demo.add', nothing, { queue: 'jobs' })).rejects.toThrow(
      /^There is no queue jobs$/,
    );
  });
});

describe('sending', () => {
  it("makes Celery's message of it", async () => {
    const { id, queue } = await sender.send(
      'demo.add',
      { args: [1, 'é'], kwargs: { k: null } },
      {
        ...{ queue: 'high', countdownSeconds: 5, expiresSeconds: 60, priority: 7, retries: 2 },
        ...{ timeLimitSeconds: 30, softTimeLimitSeconds: 20, headers: { tenant: 'acme' } },
      },
    );

    expect(queue).toBe('high');
    expect(transport.tasks).toEqual([
      {
        ...{ queue: 'high', correlationId: id, priority: 7, expiration: 60_000 },
        replyTo: expect.stringMatching(/^[\da-f-]{36}$/) as string,
        body: expect.any(Buffer) as Buffer,
        headers: {
          ...{ lang: 'js', task: 'demo.add', id, shadow: null, group: null, group_index: null },
          ...{ eta: '2026-03-01T00:00:05+00:00', expires: '2026-03-01T00:01:00+00:00' },
          ...{ retries: 2, timelimit: [30, 20], root_id: id, parent_id: null, ignore_result: false },
          ...{ argsrepr: "(1, 'é')", kwargsrepr: "{'k': None}", origin, tenant: 'acme' },
        },
      },
    ]);
    const nothingAfter = { callbacks: null, errbacks: null, chain: null, chord: null };
    expect(bodyOf()).toEqual([[1, 'é'], { k: null }, nothingAfter]);
  });

  it('goes to the default queue, at once and without expiry by default', async () => {
    await sender.send('demo.add', { args: null, kwargs: null });
    expect(transport.tasks[0]).toMatchObject({
      ...{ queue: 'jobs', priority: 0, expiration: null },
      headers: { eta: null, expires: null, retries: 0, timelimit: [null, null] },
    });
  });

  it('writes fractions of seconds in microseconds, as Celery 5.2 takes them', async () => {
    const eta = now + 5_250;
    await sender.send('demo.add', { args: [], kwargs: {} }, { eta });
    expect(transport.tasks[0]?.headers).toMatchObject({ eta: '2026-03-01T00:00:05.250000+00:00' });
  });

  it('lets the broker drop only what expires after seconds, not at a time', async () => {
    await sender.send('demo.add', { args: [], kwargs: {} }, { expires: now - 1_000 });
    expect(transport.tasks[0]).toMatchObject({
      expiration: null,
      headers: { expires: '2026-02-28T23:59:59+00:00' },
    });
  });

  it('is known at once, as after a task-sent event', async () => {
    const { id } = await sender.send('demo.add', { args: [1], kwargs: {} }, { queue: 'high' });
    expect(state.task(id)).toMatchObject({
      ...{ state: 'PENDING', name: 'demo.add', args: '(1,)', kwargs: '{}', queue: 'high' },
      ...{ client: origin, sentAt: now, rootId: id, parentId: null, source: 'EVENTS' },
    });
  });

  it('brings secrets to the worker, and keeps none of them here', async () => {
    const kwargs = { password: 'hunter3' };
    const { id } = await sender.send('demo.add', { args: [], kwargs });
    expect(bodyOf()).toMatchObject([[], { password: 'hunter3' }, {}]);
    expect(state.task(id)?.kwargs).toBe("{'password': '********'}");
  });

  it('takes an id that is new', async () => {
    expect(await sender.send('a', { args: [], kwargs: {} }, { id: 'mine' })).toMatchObject({
      id: 'mine',
    });
    await expect(sender.send('a', { args: [], kwargs: {} }, { id: 'mine' })).rejects.toThrow(
      'There is a task mine already',
    );
  });

  it.each([['configured'], ['high']])('knows the queue %s', async (queue) => {
    await sender.send('a', { args: [], kwargs: {} }, { queue });
    expect(transport.tasks).toHaveLength(1);
  });

  it('is refused where the queue is unknown', async () => {
    await expect(sender.send('a', { args: [], kwargs: {} }, { queue: 'hihg' })).rejects.toEqual(
      new UnknownQueueError('hihg'),
    );
    expect(transport.tasks).toEqual([]);
  });

  it('is kept to the names that are allowed', async () => {
    sender = createSender(new AllowLists(['mail.*'], ['jobs']));
    await expect(sender.send('demo.add', { args: [], kwargs: {} })).rejects.toEqual(
      new ForbiddenError('The task demo.add is not among the tasks that this gateway may send'),
    );
    await expect(sender.send('mail.send', { args: [], kwargs: {} }, { queue: 'high' })).rejects.toEqual(
      new ForbiddenError('The queue high is not among the queues that this gateway may use'),
    );
    await expect(sender.purge('high', 2)).rejects.toBeInstanceOf(ForbiddenError);
    expect(transport.tasks).toEqual([]);
    await sender.send('mail.send', { args: [], kwargs: {} });
    expect(transport.tasks).toHaveLength(1);
  });

  it('that fails leaves no task behind', async () => {
    transport.failure = new BrokerUnavailableError('redis://test');
    await expect(sender.send('a', { args: [], kwargs: {} }, { id: 'mine' })).rejects.toBe(
      transport.failure,
    );
    expect(state.task('mine')).toBeNull();
  });

  it('refuses arguments of more than 256 kB', async () => {
    const args = ['x'.repeat(262_144)];
    await expect(sender.send('a', { args, kwargs: {} })).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
  });
});

describe('sending once more', () => {
  const sent = { name: 'demo.add', args: "(1.0, 'two')", kwargs: "{'k': [None]}", queue: 'high' };
  const refusal = (reason: string) => new RerunRefusedError('old', reason);

  it('makes a child of a finished task, with the same arguments to the last digit', async () => {
    report('task-sent', { ...sent, root_id: 'root' });
    report('task-succeeded', { result: '3' });
    const rerun = await sender.rerun('old');

    expect(rerun).toMatchObject({ original: { id: 'old', state: 'SUCCESS' }, sent: { queue: 'high' } });
    expect(transport.tasks[0]).toMatchObject({
      queue: 'high',
      headers: { task: 'demo.add', parent_id: 'old', root_id: 'root', retries: 0 },
    });
    expect(transport.tasks[0]?.body.toString()).toMatch(/^\[\[1\.0,"two"\],\{"k":\[null\]\},/);
    expect(state.task('old')?.childIds).toEqual([rerun.sent.id]);
  });

  it('takes the values of the result backend rather than the texts of events', async () => {
    report('task-sent', { ...sent, args: "('***',)" });
    report('task-succeeded', { result: '3' });
    stored['old'] = { status: 'SUCCESS', result: 3, args: ['C:\\new', 'dots...'], kwargs: {} };
    await sender.rerun('old');
    expect(bodyOf()).toMatchObject([['C:\\new', 'dots...'], {}, {}]);
  });

  it('needs no events where the result backend has it all', async () => {
    const extended = { name: 'demo.add', args: [1], kwargs: {}, queue: 'jobs' };
    stored['old'] = { status: 'FAILURE', result: null, ...extended };
    expect(await sender.rerun('old')).toMatchObject({ original: { id: 'old', state: 'FAILURE' } });
    expect(transport.tasks[0]?.headers).toMatchObject({ parent_id: 'old', root_id: 'old' });
  });

  it('needs no result backend where events have reported all', async () => {
    report('task-sent', sent);
    report('task-failed', { exception: "ValueError('x')" });
    backendFailure = new ResultBackendUnavailableError('test');
    await sender.rerun('old');
    expect(transport.tasks).toHaveLength(1);
  });

  it('takes given values in place of those that are not known', async () => {
    report('task-received', { name: 'demo.add', args: '(1, ...)', kwargs: '{}' });
    report('task-succeeded', { result: '3' });
    await sender.rerun('old', { args: [1, 2], queue: 'jobs' });
    expect(bodyOf()).toMatchObject([[1, 2], {}, {}]);
  });

  it.each([
    [{ args: '(1, ...)' }, 'its args are known in part only; give args'],
    [{ args: `('${'x'.repeat(995)}',)` }, 'its args are known in part only; give args'],
    [{ kwargs: "{'a': 'long te...'}" }, 'its kwargs are known in part only; give kwargs'],
    [{ kwargs: "{'password': '********'}" }, 'its kwargs hold masked secrets; give kwargs'],
    [{ args: '(<object>,)' }, 'its args are no JSON values; give args'],
    [{ args: "{'a': 1}" }, 'its args are no JSON values; give args'],
    [{ kwargs: '[1]' }, 'its kwargs are no JSON values; give kwargs'],
    [
      { args: String.raw`('C:\new',)` },
      "its args hold a backslash, which Celery's notation leaves ambiguous; give args",
    ],
    [{ args: undefined }, 'its args are unknown; give args'],
    [{ kwargs: '' }, 'its kwargs are unknown; give kwargs'],
    [{ queue: undefined }, 'its queue is unknown; give one'],
    [{ name: undefined }, 'its name is unknown'],
  ])('is refused of a task with %j', async (fields, reason) => {
    report('task-sent', { ...sent, ...fields });
    report('task-succeeded', { result: '3' });
    await expect(sender.rerun('old')).rejects.toEqual(refusal(reason));
    expect(transport.tasks).toEqual([]);
  });

  it('is refused of a task that may still end by itself', async () => {
    report('task-sent', sent);
    report('task-started');
    await expect(sender.rerun('old')).rejects.toEqual(refusal('it is not finished, but STARTED'));
  });

  it('is refused for an unknown task', async () => {
    await expect(sender.rerun('old')).rejects.toEqual(new UnknownTaskError('There is no task old'));
    transport.lose();
    await expect(sender.rerun('old')).rejects.toBeInstanceOf(BrokerUnavailableError);
  });

  it('is kept to the names that are allowed', async () => {
    report('task-sent', sent);
    report('task-succeeded', { result: '3' });
    sender = createSender(new AllowLists(['mail.*']));
    await expect(sender.rerun('old')).rejects.toBeInstanceOf(ForbiddenError);
  });
});

describe('purging', () => {
  it('returns how many messages are gone', async () => {
    expect(await sender.purge('jobs', 2)).toBe(2);
  });

  it('is refused with the number that really waits', async () => {
    await expect(sender.purge('jobs', 3)).rejects.toEqual(new PurgeRefusedError('jobs', 2, 3));
    await expect(sender.purge('jobs', 3)).rejects.toThrow('2 messages wait in it, not 3');
  });

  it('is refused where the queue is unknown', async () => {
    await expect(sender.purge('jbos', 0)).rejects.toEqual(new UnknownQueueError('jbos'));
  });
});

describe('an orphan that is sent once more', () => {
  const never = new Promise<never>(() => undefined);

  it('waits neither for its dead worker nor for the names of tasks, and asks for both together', async () => {
    const cluster = createState();
    ({ state } = cluster);
    const fields = { name: 'demo.add', args: '()', kwargs: '{}' };
    cluster.apply(worker('heartbeat', 0), task('received', 'old', 0, fields));
    cluster.apply(task('started', 'old', 1));
    cluster.wait(100);
    expect(state.task('old')?.orphanedAt).not.toBeNull();

    const asked: string[] = [];
    sender = createSender(new AllowLists(), {
      askTimeout: 20,
      inspect: { load: (command) => (asked.push(command), never) },
      isRegistered: () => (asked.push('registered'), never),
    });
    const rerun = await sender.rerun('old', { queue: 'jobs' });
    expect(rerun.sent.queue).toBe('jobs');
    expect(asked).toEqual(['active', 'registered']);
  });
});
