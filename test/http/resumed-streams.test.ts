/** Subscriptions to events that continue after the last event that the client has received. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseEvents } from '../../src/celery/events/event.js';
import { newClient, sseRequest } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server[Symbol.asyncDispose]());

/** Not those of the embedded cluster. */
const filter = '{ names: ["test.mine"] }';
const taskEvents = `subscription { taskEvents(filter: ${filter}) { task { taskId } } }`;
const workerEvents = 'subscription { workerEvents { type } }';

/** As if a worker had published it. */
function publish(type: string, fields: object = {}): void {
  const event = { type, hostname: 'w1@test', timestamp: Date.now() / 1000, clock: 1, pid: 1, ...fields };
  for (const parsed of parseEvents(event).events) server.services.celery.state.apply(parsed, Date.now());
}

const receive = (...uuids: string[]): void => {
  for (const uuid of uuids) publish('task-received', { uuid, name: 'test.mine' });
};

interface Stream extends AsyncDisposable {
  /** The next block of lines, by the name of each line. */
  readonly next: () => Promise<Readonly<Record<string, string>>>;
}

/** Server-sent events as they are on the wire. */
async function open(query: string, lastEventId?: string): Promise<Stream> {
  const { method, headers, body } = sseRequest(query);
  const response = await server.fetch('/graphql', {
    method,
    body,
    headers: { ...headers, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) },
  });
  if (response.body === null) throw new Error('no stream');
  const chunks = response.body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let text = '';
  return {
    next: async () => {
      while (!text.includes('\n\n')) {
        const { done, value } = await chunks.next();
        if (done === true) throw new Error('the stream has ended');
        text += value;
      }
      const end = text.indexOf('\n\n');
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      return Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
    },
    [Symbol.asyncDispose]: async () => {
      await chunks.return?.();
    },
  };
}

/** Its first block has the id to continue after. */
async function begin(query: string, lastEventId?: string): Promise<Stream & { readonly id: string }> {
  const stream = await open(query, lastEventId);
  const { id = 'none', retry } = await stream.next();
  expect(retry).toBe('1000');
  return { ...stream, id };
}

const noOne = (): Promise<void> =>
  vi.waitFor(() => expect(server.services.subscriptions.stats.active).toBe(0), 5_000);

interface Item {
  readonly data: { readonly taskEvents: { readonly eventId: string } };
}

const taskData = (taskId: string): string =>
  JSON.stringify({ data: { taskEvents: { task: { taskId } } } });

const lost = {
  data: null,
  errors: [{ path: ['taskEvents'], extensions: { code: 'EVENTS_LOST' } }],
};

describe('a stream of server-sent events', () => {
  it('has the id of each event, of which the client sends the last', async () => {
    await using stream = await begin(taskEvents);
    receive('a', 'b');
    const [a, b] = [await stream.next(), await stream.next()];
    expect([a, b]).toEqual([
      { id: a['id'], event: 'next', data: taskData('a') },
      { id: b['id'], event: 'next', data: taskData('b') },
    ]);
    expect(new Set([stream.id, a['id'], b['id']]).size).toBe(3);
  });

  it('continues after the event that `Last-Event-ID` names', async () => {
    const { id } = await (async () => {
      await using stream = await begin(taskEvents);
      receive('a');
      return await stream.next();
    })();
    await noOne();
    receive('b', 'c');
    await using resumed = await begin(taskEvents, id);
    expect(resumed.id).toBe(id);
    receive('d');
    const data = [await resumed.next(), await resumed.next(), await resumed.next()];
    expect(data.map((item) => item['data'])).toEqual(['b', 'c', 'd'].map(taskData));
  });

  it('continues for a client that had not received any event', async () => {
    const { id } = await (async () => {
      await using stream = await begin(taskEvents);
      return stream;
    })();
    await noOne();
    receive('a');
    await using resumed = await begin(taskEvents, id);
    expect((await resumed.next())['data']).toBe(taskData('a'));
  });

  it.each([
    ['of no event', () => 'garbage'],
    ['of an earlier run of the gateway', (id: string) => `AAAAAAAA${id.slice(id.indexOf('.'))}`],
    ['of an event that did not happen yet', (id: string) => id.replace(/\d+$/, '99')],
  ])('reports lost events after an id %s, once, and begins with the next', async (_what, idOf) => {
    await using stream = await begin(taskEvents);
    await using resumed = await begin(taskEvents, idOf(stream.id));
    const error = await resumed.next();
    expect(JSON.parse(error['data'] ?? '')).toMatchObject(lost);
    receive('a');
    expect((await resumed.next())['data']).toBe(taskData('a'));
    // What it has been sent in place of the unknown id is known.
    await using again = await begin(taskEvents, resumed.id);
    expect((await again.next())['data']).toBe(taskData('a'));
  });

  it('reports lost events after an id of another filter', async () => {
    await using stream = await begin(taskEvents);
    const other = 'subscription { taskEvents(filter: { names: ["other"] }) { task { taskId } } }';
    await using resumed = await begin(other, stream.id);
    expect(JSON.parse((await resumed.next())['data'] ?? '')).toMatchObject(lost);
  });

  it('continues with the changes of workers', async () => {
    const { id } = await (async () => {
      await using stream = await begin(workerEvents);
      return stream;
    })();
    await noOne();
    publish('worker-online', { hostname: 'w2@test', freq: 2 });
    await using resumed = await begin(workerEvents, id);
    expect((await resumed.next())['data']).toBe('{"data":{"workerEvents":{"type":"ONLINE"}}}');
  });

  it('has no ids where it always begins with the current state', async () => {
    await using stream = await open('subscription { cacheStats { __typename } }', 'garbage');
    expect(Object.keys(await stream.next())).toEqual(['retry']);
    expect(Object.keys(await stream.next())).toEqual(['event', 'data']);
  });

  it('prefers `Last-Event-ID` to the argument `after`, which an EventSource repeats', async () => {
    await using stream = await begin(taskEvents);
    receive('a', 'b');
    const { id } = await stream.next();
    const query = `subscription { taskEvents(filter: ${filter}, after: "${stream.id}") { task { taskId } } }`;
    await using first = await begin(query);
    expect((await first.next())['data']).toBe(taskData('a'));
    await using second = await begin(query, id);
    expect((await second.next())['data']).toBe(taskData('b'));
  });
});

describe('a subscription over WebSocket', () => {
  it('continues `after` an event', async () => {
    const client = newClient(server);
    const query = `subscription ($after: ID) { taskEvents(filter: ${filter}, after: $after) { eventId task { taskId } } }`;
    const subscribe = (after: string | null) =>
      client.iterate({ query, variables: { after } }) as AsyncIterableIterator<Item, undefined>;
    const stream = subscribe(null);
    const first = stream.next();
    await vi.waitFor(() => expect(server.services.subscriptions.stats.active).toBe(1), 5_000);
    receive('a');
    const { value } = await first;
    await stream.return?.();
    await noOne();
    receive('b');
    const resumed = subscribe(value?.data.taskEvents.eventId ?? null);
    expect((await resumed.next()).value).toMatchObject({
      data: { taskEvents: { task: { taskId: 'b' } } },
    });
    await resumed.return?.();
    const unknown = subscribe('garbage');
    expect((await unknown.next()).value).toMatchObject(lost);
    await client.dispose();
  });
});
