/** Task and worker events over WebSocket and server-sent events: filtered, bounded, and with a count of the dropped ones. */
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseEvents } from '../../src/celery/events/event.js';
import type { InspectReply } from '../../src/celery/inspect/inspect.js';
import { newClient, serverSentEvents, sseRequest, webSocketUrl } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';
import { WebSocket } from '../support/web-socket.js';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server[Symbol.asyncDispose]());

interface TaskEventItem {
  readonly data: {
    readonly taskEvents: {
      readonly type: string;
      readonly dropped: number;
      readonly task: { readonly taskId: string };
    };
  };
}

interface ItemOfWorkers {
  readonly data: unknown;
  readonly errors?: readonly unknown[];
}

/** As if a worker had published it. */
function publish(type: string, fields: object): void {
  const event = { type, hostname: 'w1@test', timestamp: Date.now() / 1000, clock: 1, pid: 1, ...fields };
  for (const parsed of parseEvents(event).events) server.services.celery.state.apply(parsed, Date.now());
}

const active = (): number => server.services.subscriptions.stats.active;
const subscribed = (count: number): Promise<void> =>
  vi.waitFor(() => expect(active()).toBe(count), 5_000);

describe.each([
  ['WebSocket', <T>(query: string) => newClient(server).iterate({ query }) as AsyncIterableIterator<T>],
  ['server-sent events', <T>(query: string) => serverSentEvents<T>(server, query)],
])('over %s', (_name, subscribe) => {
  it('each item has the errors beside its own lists, and no others', async () => {
    const { celery, caches } = server.services;
    // By the process: 1, 2 and 3.
    const unread = [0, 1, 0, 2];
    vi.spyOn(celery.inspect, 'load').mockImplementation((command) => {
      if (command !== 'active') return Promise.reject(new Error('not asked in this test'));
      const unreadEntries = unread[celery.state.worker('w9@test')?.pid ?? 0] ?? 0;
      const reply: InspectReply<'active'> = { ok: true, value: [], unreadEntries };
      const replies = new Map([['w9@test', reply]]);
      return Promise.resolve({ replies, silent: [], at: Date.now() });
    });
    const events = subscribe<ItemOfWorkers>(
      'subscription { workerEvents(filter: { hostnames: ["w9@test"] }) { worker { activeTasks { taskId } } } }',
    );
    const first = events.next();
    await subscribed(1);
    const items: ItemOfWorkers[] = [];
    for (const pid of [1, 2, 3]) {
      caches.forget({});
      publish('worker-online', { hostname: 'w9@test', pid });
      items.push((await (pid === 1 ? first : events.next())).value as ItemOfWorkers);
    }
    const data = { workerEvents: { worker: { activeTasks: [] } } };
    const error = (entries: string) => ({
      path: ['workerEvents', 'worker', 'activeTasks'],
      message: expect.stringContaining(entries) as string,
      extensions: { code: 'UNREADABLE_REPLY', hostname: 'w9@test' },
    });
    expect(items).toMatchObject([
      { data, errors: [error('1 entry')] },
      { data },
      { data, errors: [error('2 entries')] },
    ]);
    expect(items.map(({ errors }) => errors?.length)).toEqual([1, undefined, 1]);
    await events.return?.(undefined);
  });

  it('taskEvents brings what passes the filter, with the task as it is afterwards', async () => {
    const events = subscribe<unknown>(
      `subscription { taskEvents(filter: { names: ["test.mine"], types: ["task-received", "task-failed"] }) {
        type state hostname dropped task { taskId name state args exception worker { hostname status } } } }`,
    );
    const first = events.next();
    await subscribed(1);
    publish('task-received', { uuid: 'other', name: 'test.other' });
    publish('task-received', { uuid: 'a', name: 'test.mine', args: '(1,)' });
    publish('task-started', { uuid: 'a' });
    publish('task-failed', { uuid: 'a', exception: "ValueError('boom')" });

    const worker = { hostname: 'w1@test', status: 'ONLINE' };
    const task = { taskId: 'a', name: 'test.mine', args: '(1,)', worker };
    const common = { hostname: 'w1@test', dropped: 0 };
    expect((await first).value).toEqual({
      data: {
        taskEvents: {
          ...{ ...common, type: 'task-received', state: 'RECEIVED' },
          task: { ...task, state: 'RECEIVED', exception: null },
        },
      },
    });
    expect((await events.next()).value).toEqual({
      data: {
        taskEvents: {
          ...{ ...common, type: 'task-failed', state: 'FAILURE' },
          task: { ...task, state: 'FAILURE', exception: "ValueError('boom')" },
        },
      },
    });
    await events.return?.(undefined);
    await subscribed(0);
  });

  it.each(['ids: ["b"]', 'workers: ["w2@test"]'])(
    'taskEvents has the former filter %s',
    async (filter) => {
      const events = subscribe<TaskEventItem>(
        `subscription { taskEvents(filter: { ${filter} }) { type dropped task { taskId } } }`,
      );
      const first = events.next();
      await subscribed(1);
      publish('task-received', { uuid: 'a', name: 'test.mine' });
      publish('task-received', { uuid: 'b', name: 'test.mine', hostname: 'w2@test' });
      expect((await first).value).toMatchObject({ data: { taskEvents: { task: { taskId: 'b' } } } });
      await events.return?.(undefined);
      await subscribed(0);
    },
  );

  it('workerEvents has workers that come and go, and heartbeats only if the client asks for them', async () => {
    const filter = '{ search: "@TEST", types: [ONLINE, OFFLINE, RESTARTED, HEARTBEAT] }';
    const fields = 'type cause previousStatus dropped worker { hostname status pid }';
    const all = subscribe<unknown>(`subscription { workerEvents(filter: ${filter}) { ${fields} } }`);
    const changes = subscribe<unknown>(
      'subscription { workerEvents(filter: { hostnames: ["w1@test"] }) { type } }',
    );
    const firsts = [all.next(), changes.next()];
    await subscribed(2);
    publish('worker-online', { freq: 2, pid: 1 });
    publish('worker-heartbeat', { freq: 2, pid: 1 });
    publish('worker-heartbeat', { freq: 2, pid: 2 });
    publish('worker-offline', { freq: 2, pid: 2, timestamp: Date.now() / 1000 + 1 });

    const seen = [await firsts[0], await all.next()].map((item) => item?.value as unknown);
    const worker = { hostname: 'w1@test', status: 'ONLINE', pid: 1 };
    expect(seen).toEqual([
      {
        data: {
          workerEvents: { type: 'ONLINE', cause: 'APPEARED', previousStatus: null, dropped: 0, worker },
        },
      },
      expect.objectContaining({ data: expect.anything() as unknown }),
    ]);
    const types = [await firsts[1], await changes.next()].map((item) => item?.value as unknown);
    expect(types[0]).toEqual({ data: { workerEvents: { type: 'ONLINE' } } });
    await all.return?.(undefined);
    await changes.return?.(undefined);
    await subscribed(0);
  });

  it('queues come at once, through the cache, and again only when something is different', async () => {
    const all = vi.spyOn(server.services.celery.queues, 'all').mockResolvedValue([]);
    const query = 'subscription { queues(intervalSeconds: 0.1) { name messages } }';
    const streams = Array.from({ length: 10 }, () => subscribe<unknown>(query));
    const firsts = await Promise.all(streams.map((stream) => stream.next()));
    expect(firsts[0]?.value).toMatchObject({ data: { queues: [] } });
    expect(all).toHaveBeenCalledTimes(1);

    const next = Promise.all(streams.map((stream) => stream.next()));
    const queue = { name: 'q', kind: 'list', messages: 3, messagesByPriority: [] } as const;
    const oldest = { oldestMessageAgeSeconds: null, oldestTaskId: null, oldestSentAt: null };
    const rest = { unacknowledged: 0, consumers: 1, ...oldest };
    all.mockResolvedValue([{ ...queue, ...rest }]);
    server.clock.now = 3_000; // the TTL
    const seconds = await next;
    expect(seconds[9]?.value).toMatchObject({ data: { queues: [{ name: 'q', messages: 3 }] } });
    expect(all).toHaveBeenCalledTimes(2);
    for (const stream of streams) await stream.return?.(undefined);
  });

  it('metricsSummary sends an error for what it cannot read, once, and goes on', async () => {
    const away = vi.spyOn(server.services.celery, 'assertConnected').mockImplementation(() => {
      throw new TypeError('secret');
    });
    const figures = subscribe<unknown>(
      'subscription { metricsSummary(windowSeconds: 60, intervalSeconds: 0.1) { windowSeconds } }',
    );
    expect((await figures.next()).value).toMatchObject({
      data: null,
      errors: [{ message: 'Unexpected error', path: ['metricsSummary'] }],
    });
    const next = figures.next();
    away.mockRestore();
    server.clock.now = 5_000;
    expect((await next).value).toMatchObject({ data: { metricsSummary: { windowSeconds: 60 } } });
    await figures.return?.(undefined);
  });

  it('ends when the gateway stops', async () => {
    const events = subscribe<unknown>('subscription { taskEvents { type } }');
    const first = events.next();
    await subscribed(1);
    server.services.subscriptions[Symbol.dispose]();
    for (let item = await first; item.done !== true; item = await events.next());
    expect(active()).toBe(0);
  });
});

it.each([
  ['queues(intervalSeconds: 0.01) { name }', 'intervalSeconds must be from 0.1 to 3600'],
  ['metricsSummary(windowSeconds: 0) { finished }', 'windowSeconds must be'],
  [`taskEvents(filter: { search: "${'x '.repeat(70)}" }) { type }`, 'A search has at most'],
])('refuses %s', async (field, words) => {
  const client = newClient(server);
  const { value } = (await client.iterate({ query: `subscription { ${field} }` }).next()) as {
    value: unknown;
  };
  expect(value).toMatchObject({
    errors: [
      { message: expect.stringContaining(words) as string, extensions: { code: 'BAD_USER_INPUT' } },
    ],
  });
  expect(active()).toBe(0);
  await client.dispose();
});

describe('a subscriber that does not read while 20,000 events come', () => {
  const query =
    'subscription { taskEvents(filter: { names: ["test.flood"] }) { type dropped task { taskId args } } }';
  const total = 20_000;
  const args = 'x'.repeat(1_000);

  /** Sends them as fast as the one who reads takes them; returns how many it got. */
  async function flood(): Promise<{ received: number; dropped: number }> {
    const fast = newClient(server).iterate({ query }) as AsyncIterableIterator<TaskEventItem>;
    const first = fast.next();
    await subscribed(2);
    let sent = 0;
    const send = (): void => {
      for (let count = 0; count < 250 && sent < total; count++)
        publish('task-received', { uuid: `flood-${sent++}`, name: 'test.flood', args });
    };
    send();
    let received = 0;
    let dropped = 0;
    for (let item = await first; ; item = await fast.next()) {
      received++;
      dropped += (item.value as TaskEventItem).data.taskEvents.dropped;
      if (received + dropped === total) break;
      if (received + dropped === sent) send();
    }
    await fast.return?.(undefined);
    return { received, dropped };
  }

  function tally(items: readonly TaskEventItem[]) {
    const dropped = items.reduce((sum, { data }) => sum + data.taskEvents.dropped, 0);
    return { sum: items.length + dropped, dropped, last: items.at(-1)?.data.taskEvents.task.taskId };
  }

  it('over WebSocket misses the oldest, learns how many, and delays no other', async () => {
    const socket = new WebSocket(webSocketUrl(server), 'graphql-transport-ws');
    const items: TaskEventItem[] = [];
    await new Promise((resolve) => socket.once('open', resolve));
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { type: string; payload: TaskEventItem };
      if (message.type === 'next') items.push(message.payload);
    });
    socket.send('{"type":"connection_init"}');
    await new Promise((resolve) => socket.once('message', resolve));
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
    await subscribed(1);
    socket.pause();

    expect(await flood()).toEqual({ received: total, dropped: 0 });
    socket.resume();
    await vi.waitFor(() => expect(tally(items).sum).toBe(total), 20_000);
    expect(tally(items)).toMatchObject({ last: `flood-${total - 1}` });
    expect(tally(items).dropped).toBeGreaterThan(5_000);
    socket.terminate();
    await subscribed(0);
  }, 60_000);

  it('of server-sent events misses the oldest, learns how many, and delays no other', async () => {
    const { method, headers, body } = sseRequest(query);
    const client = request(`${server.origin}/graphql`, { method, headers });
    const response = await new Promise<IncomingMessage>((resolve) => {
      client.on('response', resolve); // and is not read
      client.end(body);
    });
    await subscribed(1);

    expect(await flood()).toEqual({ received: total, dropped: 0 });
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const items = () =>
      text
        .split('\n\n')
        .slice(0, -1)
        .flatMap((event) => /^data: (\{.*)$/m.exec(event)?.[1] ?? [])
        .map((json) => JSON.parse(json) as TaskEventItem);
    await vi.waitFor(() => expect(tally(items()).sum).toBe(total), { timeout: 20_000, interval: 500 });
    expect(tally(items())).toMatchObject({ last: `flood-${total - 1}` });
    expect(tally(items()).dropped).toBeGreaterThan(5_000);
    client.destroy();
    await subscribed(0);
  }, 60_000);
});
