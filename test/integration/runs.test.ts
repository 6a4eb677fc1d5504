/** Runs of one task that several workers have had, as their events report them through a real broker. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { envelope, eventChannel, taskEvent } from '../support/event-messages.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startRedis, type RedisServer } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';
import { scrape } from '../support/scrape.js';
import { untilReady } from '../support/watch.js';

const pids: Readonly<Record<string, number>> = { 'w1@h': 101, 'w2@h': 102, 'w3@h': 103 };

describeWith(['redis'], 'a task that a lost connection cancels', () => {
  let redis: RedisServer;
  let gateway: TestGateway;
  let clock = 0;

  beforeAll(async () => {
    redis = await startRedis();
    gateway = await startTestGateway({ broker: redis.url(), resultBackend: redis.url() });
    await untilReady(gateway);
  });
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  async function publish(hostname: string, ...subjects: readonly string[]): Promise<void> {
    const client = redis.client();
    for (const each of subjects) {
      const [type = '', uuid = ''] = each.split(' ');
      const worker = { freq: 0.5, active: 0, processed: 0 };
      const more = type.startsWith('worker') ? worker : { name: 'demo.x', retries: 0 };
      const event = taskEvent(uuid, { type, hostname, pid: pids[hostname], clock: ++clock, ...more });
      const channel = type.startsWith('worker') ? '/0.celeryev/worker.heartbeat' : eventChannel;
      await client.publish(channel, envelope(JSON.stringify(event)));
    }
  }

  async function task(id: string): Promise<unknown> {
    const query = `{ task(taskId: "${id}", useCache: false) { state hostname orphaned finished attempts { hostname state } } }`;
    return (await gateway.query(query)).data?.['task'];
  }

  const started = (id: string) => [`task-received ${id}`, `task-started ${id}`];

  it('is RETRY, and not an orphan when the worker is gone', async () => {
    await publish('w1@h', 'worker-heartbeat', ...started('u9'), ...started('lost'), 'task-cancelled u9');
    const cancelled = { state: 'RETRY', hostname: 'w1@h', finished: false, attempts: [] };
    await eventually(async () => expect(await task('u9')).toEqual({ ...cancelled, orphaned: false }));

    await eventually(async () => expect(await task('lost')).toMatchObject({ orphaned: true }), 20_000);
    expect(await task('u9')).toEqual({ ...cancelled, orphaned: false });
  });

  it('is STARTED where another worker starts it, and RETRY before', async () => {
    await publish('w1@h', ...started('u1'), 'task-cancelled u1');
    await publish('w2@h', 'worker-heartbeat', ...started('u1'));
    await eventually(async () =>
      expect(await task('u1')).toEqual({
        state: 'STARTED',
        hostname: 'w2@h',
        orphaned: false,
        finished: false,
        attempts: [{ hostname: 'w1@h', state: 'RETRY' }],
      }),
    );
  });

  it('is STARTED where another worker starts it after its own reported progress', async () => {
    await publish('w2@h', 'worker-heartbeat', ...started('u11'), 'task-progress u11');
    await publish('w3@h', 'worker-heartbeat', ...started('u11'));
    await eventually(async () =>
      expect(await task('u11')).toMatchObject({
        state: 'STARTED',
        hostname: 'w3@h',
        attempts: [{ hostname: 'w2@h', state: 'STARTED' }],
      }),
    );
  });

  it('is counted by its state, in taskStatus and in /metrics', async () => {
    const { data } = await gateway.query<{
      taskStatus: { counts: { state: string; count: number }[] };
    }>('{ taskStatus(useCache: false) { counts { state count } } }');
    const counts = data?.taskStatus.counts.filter(({ count }) => count > 0);
    expect(counts).toHaveLength(2);
    expect(counts).toEqual(
      expect.arrayContaining([
        { state: 'RETRY', count: 1 },
        { state: 'STARTED', count: 3 },
      ]),
    );
    await eventually(async () => {
      const { values } = await scrape(gateway);
      expect(values('tasks_total', { state: 'RETRY' })).toEqual([2]);
      // Only what is reported as progress is a state of another name.
      expect(values('tasks_total', { state: 'OTHER' })).toEqual([1]);
    });
  });
});
