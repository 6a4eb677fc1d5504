import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { decodeEnvelope } from '../../../src/celery/messages/message.js';
import { decodeBody } from '../../../src/celery/messages/message-body.js';
import { MemoryBus } from '../../../src/celery/transport/memory/memory-bus.js';
import { DemoClient } from '../../../src/demo/client.js';
import { readTask, start, type Fields } from './harness.js';

beforeEach(() => {
  vi.useFakeTimers({ now: start });
});

afterEach(() => {
  vi.useRealTimers();
});

it("sends Celery's protocol 2 message, then announces it", async () => {
  const bus = new MemoryBus();
  const events: Fields[] = [];
  bus.onEvent((text) => events.push(decodeBody(decodeEnvelope(text)) as Fields));
  const client = new DemoClient({ bus, now: Date.now });

  const options = { queue: 'media', countdown: 5, expires: 60, rootId: 'r', parentId: 'p' };
  const id = await client.send('a.b', ["it's", 1], { k: true }, options);
  await vi.advanceTimersByTimeAsync(0);

  const times = { eta: '2026-03-01T00:00:05+00:00', expires: '2026-03-01T00:01:00+00:00' };
  const { headers, body } = readTask(bus.queue('media').peek(1)[0] ?? '');
  expect(body).toEqual([
    ["it's", 1],
    { k: true },
    { callbacks: null, errbacks: null, chain: null, chord: null },
  ]);
  expect(headers).toEqual({
    ...times,
    lang: 'js',
    task: 'a.b',
    id,
    shadow: null,
    group: null,
    group_index: null,
    ignore_result: false,
    retries: 0,
    timelimit: [null, null],
    root_id: 'r',
    parent_id: 'p',
    argsrepr: `("it's", 1)`,
    kwargsrepr: "{'k': True}",
    origin: `gen${process.pid}@embedded`,
  });
  expect(events).toEqual([
    {
      ...times,
      type: 'task-sent',
      hostname: `gen${process.pid}@embedded`,
      pid: process.pid,
      clock: 1,
      utcoffset: expect.any(Number) as number,
      timestamp: start / 1000,
      uuid: id,
      name: 'a.b',
      args: `("it's", 1)`,
      kwargs: "{'k': True}",
      root_id: 'r',
      parent_id: 'p',
      retries: 0,
      queue: 'media',
      exchange: '',
      routing_key: 'media',
    },
  ]);
});

it('rejects when the queue is full, and announces nothing', async () => {
  const bus = new MemoryBus({ maxQueueLength: 0 });
  const listener = vi.fn();
  bus.onEvent(listener);
  await expect(new DemoClient({ bus, now: Date.now }).send('a.b')).rejects.toThrow(
    'queue default is full',
  );
  await vi.advanceTimersByTimeAsync(0);
  expect(listener).not.toHaveBeenCalled();
});
