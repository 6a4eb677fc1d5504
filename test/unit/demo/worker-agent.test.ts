import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { start, startWorker, task } from './harness.js';

beforeEach(() => {
  vi.useFakeTimers({ now: start });
});

afterEach(() => {
  vi.useRealTimers();
});

const slow = task('math.slow', ({ sleep }) => sleep(10));
const busy = async () => {
  const harness = await startWorker({ tasks: [slow], queues: ['default', 'media'], concurrency: 1 });
  const active = await harness.client.send('math.slow', [1], { k: null });
  const reserved = await harness.client.send('math.slow', [2], {}, { queue: 'media' });
  const scheduled = await harness.client.send('math.slow', [3], {}, { countdown: 60 });
  await harness.pass(1_000);
  return { ...harness, active, reserved, scheduled };
};

const info = (id: string, args: readonly unknown[], queue: string) => ({
  id,
  name: 'math.slow',
  args,
  kwargs: {},
  type: 'math.slow',
  hostname: 'w@h',
  time_start: null,
  acknowledged: false,
  delivery_info: { exchange: '', routing_key: queue, priority: 0, redelivered: false },
  worker_pid: null,
});

describe('the agent', () => {
  it('lists active, reserved and scheduled tasks apart', async () => {
    const { ask, active, reserved, scheduled } = await busy();
    const running = {
      ...info(active, [1], 'default'),
      kwargs: { k: null },
      time_start: start / 1000,
      acknowledged: true,
      worker_pid: process.pid,
    };
    await expect(ask('active')).resolves.toEqual([running]);
    await expect(ask('reserved')).resolves.toEqual([info(reserved, [2], 'media')]);
    await expect(ask('scheduled')).resolves.toEqual([
      { eta: '2026-03-01T00:01:00+00:00', priority: 6, request: info(scheduled, [3], 'default') },
    ]);
    await expect(ask('query_task', { ids: [active, reserved, 'x'] })).resolves.toEqual({
      [active]: ['active', running],
      [reserved]: ['reserved', info(reserved, [2], 'media')],
    });
  });

  it('answers stats in the shape of Celery', async () => {
    const { ask } = await busy();
    expect(await ask('stats')).toMatchObject({
      total: { 'math.slow': 1 },
      pid: process.pid,
      clock: expect.stringMatching(/^\d+$/) as string,
      uptime: 1,
      pool: { 'max-concurrency': 1, timeouts: [0, 0] },
      broker: { transport: 'memory', hostname: 'embedded', port: null },
      prefetch_count: 2, // one more than the concurrency, for the task that waits for its ETA
      rusage: {
        utime: expect.any(Number) as number,
        maxrss: expect.any(Number) as number,
        nivcsw: expect.any(Number) as number,
      },
    });
  });

  it('names its tasks and queues', async () => {
    const { ask } = await busy();
    expect(await ask('registered')).toEqual(['math.slow']);
    expect(await ask('active_queues')).toMatchObject([
      { name: 'default', routing_key: 'default', exchange: { name: '', type: 'direct' }, no_ack: false },
      { name: 'media', routing_key: 'media' },
    ]);
    expect(await ask('conf')).toMatchObject({ worker_concurrency: 1, broker_url: 'memory://' });
  });

  it('answers what it does not know in the words of kombu', async () => {
    const { ask } = await startWorker();
    expect(await ask('no_such_command')).toEqual({ error: "KeyError('no_such_command')" });
    expect(await ask('toString')).toEqual({ error: "KeyError('toString')" });
    expect(await ask('query_task')).toEqual({
      error: `TypeError("query_task() missing 1 required positional argument: 'ids'")`,
    });
    expect(await ask('revoke', { task_id: 'x', terminate: true, signal: 'SIGNOPE' })).toEqual({
      error: `AttributeError("module 'signal' has no attribute 'SIGNOPE'")`,
    });
  });

  it('answers only when it is addressed', async () => {
    const { ask } = await startWorker();
    expect(await ask('ping')).toEqual({ ok: 'pong' });
    expect(await ask('ping', {}, ['w@h'])).toEqual({ ok: 'pong' });
    expect(await ask('ping', {}, [])).toEqual({ ok: 'pong' });
    expect(await ask('ping', {}, ['other@h'])).toBeUndefined();
  });

  it('obeys a cast without replying', async () => {
    const { transport, bus, events, pass } = await startWorker();
    const publishReply = vi.spyOn(bus, 'publishReply');
    await transport.publishRequest({
      method: 'heartbeat',
      arguments: {},
      destination: null,
      ticket: null,
    });
    await pass();
    const beat = events.find((event) => event['type'] === 'worker-heartbeat');
    expect(beat).toMatchObject({ freq: 5, sw_ident: 'celery-node' });
    expect(beat).not.toHaveProperty('active');
    expect(publishReply).not.toHaveBeenCalled();
  });

  it('advances its clock past every request, and ignores a clock that is none', async () => {
    const { bus, ask, pass } = await startWorker();
    const cast = {
      exchange: 'celery.pidbox',
      routingKey: '',
      deliveryMode: 2 as const,
      body: { method: 'ping' },
    };
    bus.publishRequest({ ...cast, headers: { clock: 500 } });
    bus.publishRequest({ ...cast, headers: { clock: 1e300 } });
    await pass();
    expect(await ask('clock')).toEqual({ clock: 502 });
  });

  it('goes on after a request that is none', async () => {
    const { bus, ask, pass } = await startWorker();
    for (const body of [null, [], { method: 1 }, { method: 'ping', destination: 'w@h' }]) {
      bus.publishRequest({
        exchange: 'celery.pidbox',
        routingKey: '',
        deliveryMode: 2,
        headers: {},
        body,
      });
    }
    await pass();
    expect(await ask('ping')).toEqual({ ok: 'pong' });
  });

  it('switches task events, and never worker events', async () => {
    const { ask, client, course, events, pass } = await startWorker({
      tasks: [task('noop', () => null)],
    });
    expect(await ask('enable_events')).toEqual({ ok: 'task events already enabled' });
    expect(await ask('disable_events')).toEqual({ ok: 'task events disabled' });
    const silent = await client.send('noop');
    await pass(2_000);
    expect(course(silent)).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: 'worker-heartbeat', processed: 1 });
    expect(await ask('enable_events')).toEqual({ ok: 'task events enabled' });
  });

  it('grows and shrinks its pool, but never to nothing', async () => {
    const { ask, client, pass, worker } = await startWorker({ tasks: [slow], concurrency: 1 });
    for (let sent = 0; sent < 3; sent += 1) await client.send('math.slow');
    await pass();
    expect(await ask('pool_grow', { n: 2 })).toEqual({ ok: 'pool will grow' });
    expect(worker.state.active.size).toBe(3);
    expect(await ask('pool_shrink', { n: 3 })).toEqual({
      error: `ValueError("Can't shrink pool. All processes busy!")`,
    });
    expect(await ask('pool_shrink', { n: 1 })).toEqual({ ok: 'pool will shrink' });
    expect(worker.concurrency).toBe(2);
  });

  it('consumes from one more queue, and no longer', async () => {
    const { ask, client, pass, course } = await startWorker({ tasks: [task('noop', () => null)] });
    expect(await ask('add_consumer', { queue: 'extra' })).toEqual({ ok: 'add consumer extra' });
    expect(await ask('active_queues')).toMatchObject([{ name: 'default' }, { name: 'extra' }]);
    const done = await client.send('noop', [], {}, { queue: 'extra' });
    await pass();
    expect(course(done).at(-1)).toBe('task-succeeded');

    const answer = await ask('cancel_consumer', { queue: 'extra' });
    expect(answer).toEqual({ ok: 'no longer consuming from extra' });
    expect(await ask('active_queues')).toMatchObject([{ name: 'default' }]);
    const waiting = await client.send('noop', [], {}, { queue: 'extra' });
    await pass(1_000);
    expect(course(waiting)).toEqual([]);
  });

  it('starts tasks of a name no more often than it may', async () => {
    const { ask, client, pass, course } = await startWorker({
      tasks: [task('noop', () => null)],
      concurrency: 3,
    });
    const args = { task_name: 'noop', rate_limit: '30/m' };
    expect(await ask('rate_limit', args)).toEqual({ ok: 'new rate limit set successfully' });
    expect(await ask('registered')).toEqual(['noop [rate_limit=30/m]']);
    const ids = [await client.send('noop'), await client.send('noop'), await client.send('noop')];
    const ended = () => ids.filter((id) => course(id).at(-1) === 'task-succeeded').length;
    await pass();
    expect(ended()).toBe(1);
    await pass(2_000);
    expect(ended()).toBe(2);
    await ask('rate_limit', { ...args, rate_limit: '0' });
    await pass();
    expect(ended()).toBe(3);
  });

  it('accepts time limits, and does not keep to them, as Celery does while its connection lasts', async () => {
    const { ask, client, pass, event } = await startWorker({ tasks: [slow] });
    const args = { task_name: 'math.slow', soft: null, hard: 2 };
    expect(await ask('time_limit', args)).toEqual({ ok: 'time limits set successfully' });
    const id = await client.send('math.slow');
    await pass(2_000);
    expect(event(id, 'task-failed')).toBeUndefined();
  });

  it('refuses what it cannot do in the words of Celery', async () => {
    const { ask } = await startWorker();
    expect(await ask('rate_limit', { task_name: 'x', rate_limit: '1/s' })).toEqual({
      error: 'unknown task',
    });
    expect(await ask('time_limit', { task_name: 'x' })).toEqual({ error: 'unknown task' });
    expect(await ask('autoscale', { max: 2, min: 1 })).toEqual({
      error: "ValueError('Autoscale not enabled')",
    });
    expect(await ask('pool_restart')).toEqual({ error: "ValueError('Pool restarts not enabled')" });
    expect(await ask('revoke_by_stamped_headers', { headers: {} })).toEqual({
      error: "KeyError('revoke_by_stamped_headers')",
    });
  });

  it('leaves on shutdown, without a reply', async () => {
    const { ask, events, transport } = await startWorker();
    expect(await ask('shutdown')).toBeUndefined();
    expect(events.at(-1)).toMatchObject({ type: 'worker-offline' });
    await expect(transport.boundNodes()).resolves.toEqual({ nodes: [], exact: true });
  });
});
