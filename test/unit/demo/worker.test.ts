import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeEnvelope } from '../../../src/celery/messages/message.js';
import { TaskError } from '../../../src/demo/task.js';
import { start, startWorker, task } from './harness.js';

beforeEach(() => {
  vi.useFakeTimers({ now: start });
});

afterEach(() => {
  vi.useRealTimers();
});

const add = task('math.add', ({ args }) => Number(args[0]) + Number(args[1]));
const slow = task('math.slow', ({ sleep }) => sleep(10));

describe('a task that succeeds', () => {
  it("goes through Celery's events and is stored", async () => {
    const { client, pass, course, event, meta } = await startWorker({ tasks: [add] });
    const id = await client.send('math.add', [1, 2]);
    await pass();

    expect(course(id)).toEqual(['task-received', 'task-started', 'task-succeeded']);
    expect(event(id, 'task-received')).toEqual({
      type: 'task-received',
      hostname: 'w@h',
      pid: process.pid,
      clock: expect.any(Number) as number,
      utcoffset: expect.any(Number) as number,
      timestamp: start / 1000,
      uuid: id,
      name: 'math.add',
      args: '(1, 2)',
      kwargs: '{}',
      root_id: id,
      parent_id: null,
      retries: 0,
      eta: null,
      expires: null,
    });
    expect(event(id, 'task-succeeded')).toMatchObject({ result: '3', runtime: 0 });
    expect(meta(id)).toEqual({
      status: 'SUCCESS',
      result: 3,
      traceback: null,
      children: [],
      date_done: '2026-03-01T00:00:00.000Z',
      task_id: id,
      name: 'math.add',
      args: [1, 2],
      kwargs: {},
      worker: 'w@h',
      retries: 0,
      queue: 'default',
    });
  });

  it('is stored as started while it runs, and its runtime is measured', async () => {
    const { client, pass, event, meta } = await startWorker({ tasks: [slow] });
    const id = await client.send('math.slow');
    await pass();
    expect(meta(id)).toMatchObject({
      status: 'STARTED',
      result: { pid: process.pid, hostname: 'w@h' },
      date_done: null,
    });

    await pass(10_000);
    expect(event(id, 'task-succeeded')).toMatchObject({ result: 'None', runtime: 10 });
    expect(meta(id)).toMatchObject({ status: 'SUCCESS', result: null });
  });

  it('reports progress as a custom state', async () => {
    const half = task('half', async ({ progress, sleep }) => {
      progress(1, 2);
      await sleep(1);
    });
    const { client, pass, event, meta } = await startWorker({ tasks: [half] });
    const id = await client.send('half');
    await pass();
    expect(event(id, 'task-progress')).toMatchObject({ current: 1, total: 2 });
    expect(meta(id)).toMatchObject({ status: 'PROGRESS', result: { current: 1, total: 2 } });
  });

  it('gives its children its root and itself as their parent', async () => {
    const parent = task('parent', ({ send }) => send('math.add', [1, 1]));
    const { client, pass, events } = await startWorker({ tasks: [parent, add] });
    const root = await client.send('parent');
    await pass();
    const child = events.find(
      (event) => event['type'] === 'task-received' && event['name'] === 'math.add',
    );
    expect(child).toMatchObject({ root_id: root, parent_id: root });
  });
});

describe('a task that fails', () => {
  const decline = () => {
    throw new TaskError('CardDeclined', 'shop.payments', "can't pay", 402);
  };

  it("is evented and stored in Celery's shape, with a traceback", async () => {
    const { client, pass, course, event, meta } = await startWorker({ tasks: [task('pay', decline)] });
    const id = await client.send('pay');
    await pass();

    expect(course(id)).toEqual(['task-received', 'task-started', 'task-failed']);
    const failed = event(id, 'task-failed');
    expect(failed).toMatchObject({ exception: `CardDeclined("can't pay", 402)` });
    expect(failed?.['traceback']).toMatch(/^CardDeclined: can't pay, 402\n {4}at /);
    expect(meta(id)).toMatchObject({
      status: 'FAILURE',
      result: { exc_type: 'CardDeclined', exc_message: ["can't pay", 402], exc_module: 'shop.payments' },
      traceback: failed?.['traceback'],
    });
  });

  it.each([
    ['a bigint', () => 1n],
    ['a function', () => decline],
  ])('fails when it returns %s, and no event reports a success', async (_what, run) => {
    const { client, pass, course, meta } = await startWorker({ tasks: [task('odd', run)] });
    const id = await client.send('odd');
    await pass();
    expect(course(id)).toEqual(['task-received', 'task-started', 'task-failed']);
    expect(meta(id)).toMatchObject({ status: 'FAILURE', result: { exc_type: 'TypeError' } });
  });

  it('is tried again under its own id, until its retries are used up', async () => {
    const flaky = task(
      'flaky',
      ({ retry }) => {
        throw retry(new TaskError('Timeout', 'net', 'slow'), 5);
      },
      1,
    );
    const { client, pass, course, event, events, meta } = await startWorker({ tasks: [flaky] });
    const id = await client.send('flaky', [7], { unit: 's' });
    await pass();
    expect(course(id)).toEqual(['task-received', 'task-started', 'task-retried', 'task-received']);
    expect(event(id, 'task-retried')).toMatchObject({ exception: "Timeout('slow')" });
    expect(meta(id)).toMatchObject({ status: 'RETRY', result: { exc_type: 'Timeout' } });
    expect(events.filter((sent) => sent['type'] === 'task-received')[1]).toMatchObject({
      uuid: id,
      retries: 1,
      args: '(7,)',
      kwargs: "{'unit': 's'}",
      eta: '2026-03-01T00:00:05+00:00',
    });

    await pass(5_000);
    expect(course(id).slice(4)).toEqual(['task-started', 'task-failed']);
    expect(meta(id)).toMatchObject({ status: 'FAILURE', retries: 1 });
  });
});

describe('what is not a runnable task', () => {
  it('fails an unknown task as not registered and goes on', async () => {
    const { client, pass, course, event, meta } = await startWorker({ tasks: [add], concurrency: 1 });
    const unknown = await client.send('toString');
    const next = await client.send('math.add', [1, 2]);
    await pass();

    expect(course(unknown)).toEqual(['task-failed']);
    expect(event(unknown, 'task-failed')).toMatchObject({ exception: "NotRegistered('toString')" });
    expect(event(unknown, 'task-failed')).not.toHaveProperty('traceback');
    expect(meta(unknown)).toMatchObject({
      status: 'FAILURE',
      result: { exc_type: 'NotRegistered', exc_message: ['toString'], exc_module: 'celery.exceptions' },
    });
    expect(course(next)).toContain('task-succeeded');
  });

  const good = { exchange: '', routingKey: 'default', deliveryMode: 2 as const };
  const headers = { task: 'math.add', id: 'x' };
  it.each([
    ['no envelope', 'not JSON'],
    ['no headers', encodeEnvelope({ ...good, headers: {}, body: [[], {}, {}] })],
    ['a body that is no task', encodeEnvelope({ ...good, headers, body: { a: 1 } })],
    [
      'an eta that is no time',
      encodeEnvelope({ ...good, headers: { ...headers, eta: 'soon' }, body: [[], {}, {}] }),
    ],
    [
      'a foreign content type',
      encodeEnvelope({ ...good, headers, body: [[], {}, {}] }).replace(
        'application/json',
        'application/x-python-serialize',
      ),
    ],
  ])('skips a message with %s, logs it, and goes on', async (_what, text) => {
    const { client, pass, push, course, logs, transport } = await startWorker({
      tasks: [add],
      concurrency: 1,
    });
    push(text);
    const next = await client.send('math.add', [1, 2]);
    await pass();
    expect(course(next)).toContain('task-succeeded');
    expect(logs).toHaveLength(1);
    expect(logs[0]).toContain('MALFORMED_MESSAGE');
    await expect(transport.queueDepths(['default'])).resolves.toMatchObject([
      { messages: 0, unacknowledged: 0 },
    ]);
  });
});

describe('a task with a time', () => {
  it('is held until its eta, without keeping others out', async () => {
    const { client, pass, course, transport, worker } = await startWorker({
      tasks: [add],
      concurrency: 1,
    });
    const later = await client.send('math.add', [1, 2], {}, { countdown: 60 });
    const next = await client.send('math.add', [3, 4]);
    await pass();
    expect(course(later)).toEqual(['task-received']);
    expect(course(next)).toContain('task-succeeded');
    expect(worker.prefetch).toBe(2);
    await expect(transport.queueDepths(['default'])).resolves.toMatchObject([
      { messages: 0, unacknowledged: 1 },
    ]);

    await pass(59_999);
    expect(course(later)).toEqual(['task-received']);
    await pass(1);
    expect(course(later)).toEqual(['task-received', 'task-started', 'task-succeeded']);
    expect(worker.prefetch).toBe(1);
  });

  it('is dropped on arrival when it has expired', async () => {
    const { client, pass, course, event, meta } = await startWorker({ tasks: [add] });
    const id = await client.send('math.add', [1, 2], {}, { expires: 0 });
    await pass();
    expect(course(id)).toEqual(['task-revoked']);
    expect(event(id, 'task-revoked')).toMatchObject({ terminated: false, signum: null, expired: true });
    expect(meta(id)).toMatchObject({
      status: 'REVOKED',
      result: {
        exc_type: 'TaskRevokedError',
        exc_message: ['expired'],
        exc_module: 'celery.exceptions',
      },
    });
  });

  it('is dropped when it expires while it waits for its turn', async () => {
    const { client, pass, course } = await startWorker({ tasks: [slow], concurrency: 1 });
    await client.send('math.slow');
    const id = await client.send('math.slow', [], {}, { expires: 5 });
    await pass(10_000);
    expect(course(id)).toEqual(['task-received', 'task-revoked']);
  });
});

describe('revocation', () => {
  it('keeps a waiting task from starting', async () => {
    const { client, pass, ask, course, event } = await startWorker({ tasks: [slow], concurrency: 1 });
    await client.send('math.slow');
    const id = await client.send('math.slow');
    await pass();
    await expect(ask('revoke', { task_id: id })).resolves.toEqual({
      ok: `tasks ${id} flagged as revoked`,
    });
    await expect(ask('revoked')).resolves.toEqual([id]);
    expect(course(id)).toEqual(['task-received']);

    await pass(10_000);
    expect(course(id)).toEqual(['task-received', 'task-revoked']);
    expect(event(id, 'task-revoked')).toMatchObject({ terminated: false, signum: null, expired: false });
  });

  it('terminates a running task, whose place is free at once', async () => {
    const { client, pass, ask, course, event } = await startWorker({ tasks: [slow], concurrency: 1 });
    const id = await client.send('math.slow');
    const next = await client.send('math.slow');
    await pass();
    await expect(
      ask('revoke', { task_id: [id, 'unknown'], terminate: true, signal: 'KILL' }),
    ).resolves.toEqual({
      ok: `terminate: ${id}`,
    });
    expect(course(id)).toEqual(['task-received', 'task-started', 'task-revoked']);
    expect(event(id, 'task-revoked')).toMatchObject({ terminated: true, signum: 9, expired: false });
    expect(course(next)).toEqual(['task-received', 'task-started']);
  });
});

describe('the worker', () => {
  it('runs no more tasks at once than its concurrency', async () => {
    let [running, most] = [0, 0];
    const count = task('count', async ({ sleep }) => {
      running += 1;
      most = Math.max(most, running);
      await sleep(1);
      running -= 1;
    });
    const { client, pass, transport, worker } = await startWorker({ tasks: [count], concurrency: 3 });
    for (let sent = 0; sent < 10; sent += 1) await client.send('count');
    await pass();
    // Three run (and are acknowledged), three more are prefetched.
    await expect(transport.queueDepths(['default'])).resolves.toMatchObject([
      { messages: 4, unacknowledged: 3 },
    ]);

    await pass(10_000);
    expect(most).toBe(3);
    expect(worker.state.total).toEqual(new Map([['count', 10]]));
  });

  it('says hello, beats every two seconds, and says goodbye', async () => {
    const { worker, events, pass } = await startWorker({ tasks: [add] });
    await pass(4_000);
    await worker.stop();
    await pass();
    expect(events.map((event) => [event['type'], Number(event['timestamp']) - start / 1000])).toEqual([
      ['worker-online', 0],
      ['worker-heartbeat', 2],
      ['worker-heartbeat', 4],
      ['worker-offline', 4],
    ]);
    expect(events[1]).toMatchObject({
      hostname: 'w@h',
      freq: 2,
      active: 0,
      processed: 0,
      loadavg: [expect.any(Number), expect.any(Number), expect.any(Number)],
      sw_ident: 'celery-node',
      sw_ver: '0.5.9',
    });
    expect(events.map((event) => event['clock'])).toEqual([1, 2, 3, 4]);
  });

  it('ends running tasks and gives the others back when it is stopped', async () => {
    const { worker, client, pass, course, transport } = await startWorker({
      tasks: [slow],
      concurrency: 1,
    });
    const running = await client.send('math.slow');
    const waiting = await client.send('math.slow');
    await client.send('math.slow', [], {}, { countdown: 60 });
    await pass();
    const stopped = worker.stop();
    await pass(10_000);
    await stopped;

    expect(course(running)).toContain('task-succeeded');
    expect(course(waiting)).toEqual(['task-received']);
    await expect(transport.queueDepths(['default'])).resolves.toMatchObject([
      { messages: 2, unacknowledged: 0, consumers: 0, oldestTaskId: waiting },
    ]);
    await expect(transport.boundNodes()).resolves.toEqual({ nodes: [], exact: true });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('aborts running tasks without an event when it is disposed', async () => {
    const { worker, client, pass, course } = await startWorker({ tasks: [slow] });
    const id = await client.send('math.slow');
    await pass();
    await worker[Symbol.asyncDispose]();
    await pass();
    expect(course(id)).toEqual(['task-received', 'task-started']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('prints nothing, which celery-node would do with every argument', async () => {
    const spies = (['info', 'log', 'error', 'warn'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(() => undefined),
    );
    const { client, pass, worker } = await startWorker({ tasks: [add] });
    await client.send('math.add', ['secret', 2]);
    await client.send('unknown.task');
    await pass();
    await worker.stop();
    expect(spies.flatMap((spy) => spy.mock.calls)).toEqual([]);
    vi.restoreAllMocks();
  });
});
