/** One answer has one state of a task, whatever its fields learn, and in whatever order they are read. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseTaskMeta } from '../../src/celery/results/results.js';
import type { ControlRequest, ResultBackend } from '../../src/celery/transport/transport.js';
import { envelopeOf, eventBody, rawMessage, type EventBody } from '../unit/celery/events/cluster.js';
import { ScriptedTransport } from '../unit/celery/scripted-transport.js';
import { runOnce } from './subscribe.js';
import { startTestServer, type TestServer } from './test-server.js';

/** One worker, w1@host, that answers as the test says. */
class OneWorker extends ScriptedTransport {
  readonly answers = new Map<string, unknown>();
  readonly asked: string[] = [];

  override async publishRequest(request: ControlRequest): Promise<number | null> {
    const { ticket, method } = request;
    if (ticket !== null) {
      this.asked.push(method);
      setImmediate(() => this.reply('w1@host', this.answers.get(method) ?? [], ticket));
    }
    this.receivers = 1;
    return super.publishRequest(request);
  }
}

class StoredResults implements ResultBackend {
  readonly address = 'stored';
  readonly stored = new Map<string, string>();
  looked = 0;

  async fetch(ids: readonly string[]) {
    this.looked++;
    return ids.map((id) => parseTaskMeta(id, this.stored.get(id) ?? 'null'));
  }

  async ping(): Promise<void> {
    // Always there.
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing was opened.
  }
}

const running = { id: 'b', name: 'demo.add', args: [], kwargs: {}, hostname: 'w1@host' };

const everyView = `
  metricsSummary { succeeded }
  taskTypes { nodes { name counts { state count } } }
  taskStatus { counts { state count } }
  tasks(orderBy: { field: SEEN, direction: ASC }) { totalCount nodes { taskId state } }`;

describe('an answer that learns of tasks', () => {
  let transport: OneWorker;
  let results: StoredResults;
  let server: TestServer;

  beforeEach(async () => {
    transport = new OneWorker();
    transport.answers.set('stats', { pid: 7 });
    results = new StoredResults();
    const starting = startTestServer({ source: { transport, results } });
    transport.gain();
    server = await starting;
    deliver(
      eventBody('worker-online', 0, { freq: 2 }),
      taskEvent('received', 1),
      taskEvent('started', 2),
    );
    transport.asked.length = 0;
  });
  afterEach(() => server[Symbol.asyncDispose]());

  /** Task `a` by events, at these seconds. */
  const taskEvent = (verb: string, at: number) =>
    eventBody(`task-${verb}`, at, { uuid: 'a', name: 'demo.add' });

  function deliver(...events: readonly EventBody[]): void {
    for (const event of events) transport.deliverEvent(rawMessage(envelopeOf(event)), Date.now());
  }

  async function answers(query: string) {
    const { data, extensions, headers } = await server.query(query);
    return { data, extensions, headers };
  }

  it('shows a task as its worker runs it, wherever it is listed and counted', async () => {
    transport.answers.set('active', [running]);
    const { data, headers } = await answers(
      `{ ${everyView} workers { nodes { activeTasks { taskId task { state } } } } }`,
    );
    expect(data).toMatchObject({
      taskStatus: { counts: expect.arrayContaining([{ state: 'STARTED', count: 2 }]) as unknown },
      tasks: {
        totalCount: 2,
        nodes: [
          { taskId: 'a', state: 'STARTED' },
          { taskId: 'b', state: 'STARTED' },
        ],
      },
      workers: { nodes: [{ activeTasks: [{ taskId: 'b', task: { state: 'STARTED' } }] }] },
    });
    expect(headers.get('x-cache')).toBe('MISS');
    expect(transport.asked.filter((command) => command === 'active')).toHaveLength(1);
  });

  it('shows it so over WebSocket', async () => {
    transport.answers.set('active', [running]);
    const { data } = await runOnce(
      server,
      '{ tasks { totalCount } workers { nodes { activeTasks { taskId } } } }',
    );
    expect(data).toEqual({
      tasks: { totalCount: 2 },
      workers: { nodes: [{ activeTasks: [{ taskId: 'b' }] }] },
    });
    expect(transport.asked.filter((command) => command === 'active')).toHaveLength(1);
  });

  it('never shows STARTED beside a stored SUCCESS', async () => {
    results.stored.set('a', '{"status":"SUCCESS","result":3}');
    const first = await answers(
      `{ ${everyView} task(taskId: "a") { state } again: task(taskId: "a") { state } }`,
    );
    expect(first.data).toMatchObject({
      metricsSummary: { succeeded: 1 },
      taskStatus: { counts: expect.arrayContaining([{ state: 'STARTED', count: 0 }]) as unknown },
      tasks: { totalCount: 1, nodes: [{ taskId: 'a', state: 'SUCCESS' }] },
      task: { state: 'SUCCESS' },
      again: { state: 'SUCCESS' },
    });
    expect(results.looked).toBe(1);
  });

  it('has REVOKED for a task that is scheduled, and revoked', async () => {
    transport.answers.set('revoked', ['b']);
    transport.answers.set('scheduled', [{ eta: '2030-01-01T00:00:00', priority: 6, request: running }]);
    const { data } = await answers(
      '{ task(taskId: "b") { state } tasks(filter: { states: [RECEIVED] }) { totalCount } workers { nodes { revokedTaskIds scheduledTasks { request { taskId } } } } }',
    );
    expect(data).toEqual({
      task: { state: 'REVOKED' },
      tasks: { totalCount: 0 },
      workers: { nodes: [{ revokedTaskIds: ['b'], scheduledTasks: [{ request: { taskId: 'b' } }] }] },
    });
  });

  it('has none of the tasks cached before another operation has learned', async () => {
    const tasks = '{ tasks { totalCount } }';
    expect((await server.query(tasks)).data).toEqual({ tasks: { totalCount: 1 } });
    transport.answers.set('active', [running]);
    await server.query('{ workers { nodes { activeTasks { taskId } } } }');
    const { data, headers } = await server.query(tasks);
    expect([data, headers.get('x-cache')]).toEqual([{ tasks: { totalCount: 2 } }, 'MISS']);
  });

  it('leaves nothing in a cache whose other parts are from before it has learned', async () => {
    transport.answers.set('active', [running]);
    await server.query(
      '{ metricsSummary { workersOnline } workers { nodes { activeTasks { taskId } } } }',
    );
    const { headers } = await server.query('{ metricsSummary { workersOnline } }');
    expect(headers.get('x-cache')).toBe('MISS');
  });

  it('counts a read once, as a MISS, though it takes the tasks from the store twice', async () => {
    const tasks = '{ tasks { totalCount } }';
    await server.query(tasks);
    server.clock.now = 1_000;
    const before = server.services.caches.get('task_status').getStats();
    transport.answers.set('active', [running]);
    const { extensions } = await server.query(
      '{ tasks { totalCount } workers { nodes { activeTasks { taskId } } } }',
    );
    const after = server.services.caches.get('task_status').getStats();

    expect(extensions?.cache?.entries.find(({ path }) => path === 'tasks')).toMatchObject({
      status: 'MISS',
      age: 0,
      ttl: 2,
    });
    expect([after.hits - before.hits, after.misses - before.misses, after.loads - before.loads]).toEqual(
      [1, 0, 0],
    );
    expect([after.requests - before.requests, after.requestHits - before.requestHits]).toEqual([1, 0]);
    expect((await server.query(tasks)).headers.get('x-cache')).toBe('HIT');
  });

  it('is read once when nothing is learned', async () => {
    const { extensions } = await answers(
      '{ tasks { totalCount } workers { nodes { activeTasks { taskId } } } }',
    );
    expect(extensions?.cache?.entries.map(({ path }) => path).sort()).toEqual([
      'tasks',
      'workers',
      'workers.active',
    ]);
  });
});
