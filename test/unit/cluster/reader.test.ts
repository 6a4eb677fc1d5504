/** What is known of a task while its events do not arrive. */
import DataLoader from 'dataloader';
import { describe, expect, it, vi } from 'vitest';
import { CacheRegistry } from '../../../src/cache/cache-registry.js';
import type { CacheOverrides } from '../../../src/cache/cache-defaults.js';
import { CacheStatus } from '../../../src/cache/cache-status.js';
import { Celery } from '../../../src/celery/celery.js';
import { parseEvents } from '../../../src/celery/events/event.js';
import { parseTaskMeta } from '../../../src/celery/results/results.js';
import type { TaskPage } from '../../../src/celery/tasks/task.js';
import type { TaskMeta } from '../../../src/celery/transport/transport.js';
import { BrokerUnavailableError } from '../../../src/errors.js';
import { readRequest } from '../../../src/cluster/read-row.js';
import { Reader } from '../../../src/cluster/reader.js';
import { inspectTtl, reads } from '../../../src/cluster/reads.js';
import { RelativeTime } from '../../../src/cluster/moment.js';
import { silentLogger } from '../../../src/log.js';
import { ScriptedTransport } from '../celery/scripted-transport.js';

type Results = DataLoader<string, TaskMeta | null>;

const stored = new DataLoader<string, TaskMeta | null>(async (ids) =>
  ids.map((id) => (id === 'stored' ? parseTaskMeta(id, '{"status": "SUCCESS", "result": 3}') : null)),
);

async function ask(id: string, resultLoader: Results | null, connected: boolean): Promise<unknown> {
  const transport = new ScriptedTransport();
  await using celery = new Celery({
    ...{ transport, results: null, log: silentLogger, inspectTimeout: 1_000, queues: [] },
    ...{ maxTasks: 10, maxTaskBytes: 1_000_000 },
  });
  if (!connected) transport.lose();
  using caches = new CacheRegistry();
  const reader = new Reader({ celery, caches, resultLoader }, new CacheStatus());
  return await reader.read(reads.task({ id }), readRequest('task', false));
}

describe.each([
  ['with a result backend that answers', stored],
  ['without a result backend', null],
])('a task that no event reported, %s', (_, results) => {
  it('is unknown while events arrive', async () => {
    expect(await ask('unheard', results, true)).toBeNull();
  });

  it('is an error while they do not', async () => {
    await expect(ask('unheard', results, false)).rejects.toBeInstanceOf(BrokerUnavailableError);
  });
});

it('shows a stored result of a task though the broker is away', async () => {
  expect(await ask('stored', stored, false)).toMatchObject({
    ...{ id: 'stored', state: 'SUCCESS', result: '3', source: 'RESULT_BACKEND' },
  });
});

describe('one task, one state', () => {
  it('has the state that task(id) learns in the lists, counts and figures of the same answer, whatever comes first', async () => {
    const transport = new ScriptedTransport();
    await using celery = new Celery({
      ...{ transport, results: null, log: silentLogger, inspectTimeout: 1_000, queues: [] },
      ...{ maxTasks: 10, maxTaskBytes: 1_000_000 },
    });
    const timestamp = Date.now() / 1000;
    const event = { type: 'task-received', uuid: 'stored', name: 'add', hostname: 'w1@h', timestamp };
    for (const parsed of parseEvents(event).events) celery.state.apply(parsed, Date.now());
    using caches = new CacheRegistry();
    const operation = () => new Reader({ celery, caches, resultLoader: stored }, new CacheStatus());
    const request = readRequest('field', true);
    expect(await operation().read(reads.taskCounts(), request)).toMatchObject({
      counts: { RECEIVED: 1 },
    }); // and is cached

    const reader = operation();
    const [counts, page, task, summary] = await Promise.all([
      reader.read(reads.taskCounts(), request),
      reader.read(reads.tasks({ filter: {}, slice: {} }), request),
      reader.read(reads.task({ id: 'stored' }), request),
      reader.read(reads.metricsSummary({ windowSeconds: 60 }), request),
    ]);

    expect(counts).toMatchObject({ counts: { RECEIVED: 0, SUCCESS: 1 } });
    expect(page.tasks).toEqual([task]);
    expect(task).toMatchObject({ state: 'SUCCESS', result: '3', source: 'RESULT_BACKEND' });
    expect(summary).toMatchObject({ succeeded: 1 });
  });
});

/** Two tasks, finished 90 and 30 minutes before noon, in a gateway whose clocks the test sets. */
function finishedTasks(overrides: CacheOverrides = {}) {
  const noon = Date.UTC(2026, 10, 28, 12);
  const clock = { now: noon };
  const celery = new Celery({
    ...{ transport: new ScriptedTransport(), results: null, log: silentLogger, inspectTimeout: 1_000 },
    ...{ queues: [], maxTasks: 10, maxTaskBytes: 1_000_000, clock: () => clock.now },
  });
  for (const minutes of [90, 30]) {
    const event = { type: 'task-succeeded', uuid: `${minutes} min`, hostname: 'w1@h', result: '1' };
    const timestamp = noon / 1000 - minutes * 60;
    for (const parsed of parseEvents({ ...event, timestamp }).events)
      celery.state.apply(parsed, clock.now);
  }
  const isSynced = vi.spyOn(celery, 'isSynced', 'get').mockReturnValue(true);
  const caches = new CacheRegistry({
    clock: () => clock.now - noon,
    overrides: { task_status: { ttl: 2_000, ...overrides } },
  });
  const operation = (startedAt = clock.now) => {
    const status = new CacheStatus();
    return { status, reader: new Reader({ celery, caches, resultLoader: null }, status, startedAt) };
  };
  return {
    clock,
    caches,
    operation,
    isSynced,
    [Symbol.asyncDispose]: async () => {
      caches[Symbol.dispose]();
      await celery[Symbol.asyncDispose]();
    },
  };
}

describe('a page of the tasks of the last hour', () => {
  const request = readRequest('tasks', true);
  const lastHour = { finishedAt: { after: new RelativeTime(-3_600_000) } };
  const ids = (page: TaskPage) => page.tasks.map(({ id }) => id);

  it('is counted from the start of the operation, by all of its fields', async () => {
    await using world = finishedTasks();
    const { reader } = world.operation(world.clock.now - 31 * 60_000);
    const earlier = { finishedAt: { before: new RelativeTime(-3_600_000) } };
    expect(ids(await reader.read(reads.tasks({ filter: lastHour, slice: {} }), request))).toEqual([
      '30 min',
      '90 min',
    ]);
    expect(ids(await reader.read(reads.tasks({ filter: earlier, slice: {} }), request))).toEqual([]);
  });

  it('is one entry of the cache, which follows the clock when its TTL has passed', async () => {
    await using world = finishedTasks();
    const read = async (filter = lastHour) => {
      const { reader, status } = world.operation();
      const page = await reader.read(reads.tasks({ filter, slice: {} }), request);
      return [ids(page), status.entries.map((entry) => entry.status)];
    };
    expect(await read()).toEqual([['30 min'], ['MISS']]);
    world.clock.now += 1_999;
    expect(await read({ finishedAt: { after: new RelativeTime(-60 * 60_000) } })).toEqual([
      ['30 min'],
      ['HIT'],
    ]);
    world.clock.now += 31 * 60_000;
    expect(await read()).toEqual([[], ['MISS']]);
  });

  it('is counted anew when the cache loads it ahead of its reader', async () => {
    vi.useFakeTimers();
    try {
      await using world = finishedTasks({ refreshAhead: 0.5 });
      const filter = { finishedAt: { after: new RelativeTime(-30 * 60_000 - 1_000) } };
      const read = async () => {
        const { reader, status } = world.operation();
        const page = await reader.read(reads.tasks({ filter, slice: {} }), request);
        return [ids(page), status.entries.map((entry) => entry.status)];
      };
      expect(await read()).toEqual([['30 min'], ['MISS']]);
      expect(await read()).toEqual([['30 min'], ['HIT']]); // it is being read
      world.clock.now += 1_500;
      await vi.advanceTimersByTimeAsync(2_000);
      expect(await read()).toEqual([[], ['HIT']]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('what is read before the workers have reported what they have', () => {
  it('is not kept for the TTL of its cache', async () => {
    await using world = finishedTasks();
    const statuses: string[] = [];
    const read = async () => {
      const { reader, status } = world.operation();
      await reader.read(reads.workers(), readRequest('workers', true));
      statuses.push(...status.entries.map((entry) => entry.status));
    };
    world.isSynced.mockReturnValue(false);
    await read();
    world.clock.now += 249;
    await read();
    world.clock.now += 1;
    world.isSynced.mockReturnValue(true);
    await read();
    world.clock.now += 4_999;
    await read();
    expect(statuses).toEqual(['MISS', 'HIT', 'MISS', 'HIT']);
  });
});

describe('a list without workers', () => {
  it('is not kept for the TTL of its cache before a worker had the time for a heartbeat', async () => {
    const noon = Date.UTC(2026, 10, 28, 12);
    const clock = { now: noon };
    const transport = new ScriptedTransport();
    transport.connection = { ...transport.connection, since: noon };
    await using celery = new Celery({
      transport,
      results: null,
      log: silentLogger,
      inspectTimeout: 1_000,
      queues: [],
      maxTasks: 10,
      maxTaskBytes: 1_000_000,
      clock: () => clock.now,
    });
    vi.spyOn(celery, 'isSynced', 'get').mockReturnValue(true);
    using caches = new CacheRegistry({ clock: () => clock.now - noon });
    const ttls: unknown[] = [];
    for (const after of [0, 2_700, 3_000]) {
      clock.now = noon + after;
      const status = new CacheStatus();
      const reader = new Reader({ celery, caches, resultLoader: null }, status, clock.now);
      await reader.read(reads.workers(), readRequest('workers', true));
      ttls.push(...status.entries.map(({ ttl }) => ttl));
    }
    expect(ttls).toEqual([0.25, 0.25, 5]);
  });
});

describe('what workers said to a command', () => {
  const pong = new Map([['w1@host', { ok: true, value: { ok: 'pong' } } as const]]);

  it('is kept for less than the TTL of its cache where a worker was silent, however short that is', () => {
    expect(inspectTtl({ replies: pong, silent: [] }, 2_000)).toBe(2_000);
    expect(inspectTtl({ replies: pong, silent: ['w2@host'] }, 5_000)).toBe(2_000);
    expect(inspectTtl({ replies: pong, silent: ['w2@host'] }, 2_000)).toBe(1_980);
    expect(inspectTtl({ replies: new Map(), silent: ['w2@host'] }, 5_000)).toBe(1_000);
    expect(inspectTtl({ replies: new Map(), silent: ['w2@host'] }, 1_000)).toBe(990);
  });

  it('is not prolonged by an adaptive TTL where a worker was silent', async () => {
    const clock = { now: 0 };
    using caches = new CacheRegistry({
      clock: () => clock.now,
      overrides: { task_status: { ttl: 2_000, adaptiveTtl: 0.1 } },
    });
    const ttls: number[] = [];
    for (const silent of [[], [], [], [], [], ['w2@host']]) {
      const answer = { replies: pong, silent };
      const ttl = (value: typeof answer): number => inspectTtl(value, 2_000);
      ttls.push((await caches.read('task_status', 'inspect:ping', () => answer, { ttl })).ttl);
      clock.now += 20_000;
    }
    expect(ttls).toEqual([2_000, 2_000, 2_000, 10_000, 10_000, 1_980]);
  });
});
