/** What a worker, a producer or a task wrote in a form that cannot be read is said, and costs nothing else. */
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { envelope, eventChannel, taskEvent } from '../support/event-messages.js';
import { eventually } from '../support/eventually.js';
import { FakeWorker, pickled, pickleProperties, RawReply } from '../support/fake-worker.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startRedis, type RedisServer } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';

const uuid = { __type__: 'uuid', __value__: { hex: '00000000000000000000000000000009' } };
const dashed = '00000000-0000-0000-0000-000000000009';

describeWith(['redis'], 'what cannot be read', () => {
  let redis: RedisServer;
  let client: Redis;
  let gateway: TestGateway;
  beforeAll(async () => {
    redis = await startRedis();
    client = redis.client();
    gateway = await startTestGateway({ broker: redis.url(), resultBackend: redis.url() });
    const everything = ['ping', 'stats', 'active', 'active_queues', 'conf', 'revoked', 'rate_limit'];
    const reply = new RawReply(pickled, pickleProperties);
    const unreadable = Object.fromEntries(everything.map((method) => [method, reply]));
    const odd = {
      active: [{ id: 'ok1', name: 'demo.x', time_start: 7_257_246.1 }, { id: 42 }, { id: uuid }, null],
      revoked: ['a', 42, uuid],
      conf: new RawReply('{"@HOST": {"task_default_queue": "default", "x": Infinity}}'),
      rate_limit: { ok: 'new rate limit set successfully' },
    };
    const workers = [
      new FakeWorker({ redis, hostname: 'odd@h', replies: odd }),
      new FakeWorker({ redis, hostname: 'pickle@h', replies: unreadable }),
    ];
    for (const worker of workers) await worker.start();
    await eventually(async () => {
      for (const worker of workers) await worker.beat();
      const { data } = await gateway.query('{ workers(useCache: false) { nodes { hostname } } }');
      expect(data).toEqual({ workers: { nodes: [{ hostname: 'odd@h' }, { hostname: 'pickle@h' }] } });
    });
  });
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  describe('unreadable replies', () => {
    it('are an error of their worker, which has answered, and no wait', async () => {
      const start = performance.now();
      const { data, errors } = await gateway.query(
        '{ workers(useCache: false) { nodes { hostname unresponsive stats { pid } activeTasks { taskId startedAt } } } }',
      );
      expect(performance.now() - start).toBeLessThan(900);
      expect(data).toEqual({
        workers: {
          nodes: [
            {
              hostname: 'odd@h',
              unresponsive: false,
              stats: { pid: 500 },
              activeTasks: [
                { taskId: 'ok1', startedAt: null },
                { taskId: '42', startedAt: null },
                { taskId: dashed, startedAt: null },
              ],
            },
            { hostname: 'pickle@h', unresponsive: false, stats: null, activeTasks: null },
          ],
        },
      });
      const reported = errors?.map(({ path, extensions }) => [path?.join('.'), extensions]);
      const ofPickle = {
        code: 'UNREADABLE_REPLY',
        hostname: 'pickle@h',
        contentType: pickleProperties['content-type'],
      };
      expect(reported).toEqual(
        expect.arrayContaining([
          [
            'workers.nodes.0.activeTasks',
            { code: 'UNREADABLE_REPLY', hostname: 'odd@h', contentType: null },
          ],
          ['workers.nodes.1.stats', ofPickle],
          ['workers.nodes.1.activeTasks', ofPickle],
        ]),
      );
      expect(reported).toHaveLength(3);
    });

    it('make no total: null, and never less than what runs', async () => {
      const { data, errors } = await gateway.query(
        '{ taskStatus(useCache: false) { active { total } } metricsSummary(windowSeconds: 60, useCache: false) { activeTasks poolSlots saturationPercent } }',
      );
      expect(data).toEqual({
        taskStatus: { active: null },
        metricsSummary: { activeTasks: null, poolSlots: null, saturationPercent: null },
      });
      expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['UNREADABLE_REPLY']);
    });

    it('of a control are neither silence nor a missing reply', async () => {
      const { data } = await gateway.query(
        'mutation { setRateLimit(taskName: "demo.x", rateLimit: "10/m") { replies { hostname ok } silent errors { code hostname } } }',
      );
      expect(data).toEqual({
        setRateLimit: {
          replies: [{ hostname: 'odd@h', ok: true }],
          silent: [],
          errors: [{ code: 'UNREADABLE_REPLY', hostname: 'pickle@h' }],
        },
      });
    });

    it('cost nothing else: ids become text, and what Python writes besides JSON is read', async () => {
      const { data, errors } = await gateway.query(
        '{ worker(hostname: "odd@h") { unresponsive revokedTaskIds conf } }',
      );
      expect(errors).toBeUndefined();
      expect(data).toEqual({
        worker: {
          unresponsive: false,
          revokedTaskIds: ['a', '42', dashed],
          conf: { task_default_queue: 'default', x: null },
        },
      });
    });
  });

  describe('unreadable results', () => {
    it.each([
      ['pickle', Buffer.from([0x80, 4, 0x95, 1])],
      ['an unknown compression', Buffer.from('\0celery-compressed\0application/x-bz2\0BZh9')],
      ['bytes', Buffer.from([0xff, 0xfe])],
      ['another shape', Buffer.from('[1, 2]')],
    ])('of %s are stored, and not the same as no task', async (name, payload) => {
      const id = `unreadable-${name.length}`;
      await client.set(`celery-task-meta-${id}`, payload);
      const { data, errors } = await gateway.query(`{ task(taskId: "${id}") { taskId state } }`);
      expect(data).toEqual({ task: null });
      expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['UNREADABLE_RESULT']);
    });
  });

  it('is said by health, with the setting to change', async () => {
    const { data } = await gateway.query<{ health: { checks: { message: string }[] } }>(
      '{ health(useCache: false) { checks { name status message } } }',
    );
    const messages = data?.health.checks.map(({ message }) => message).join('\n');
    expect(messages).toContain('set task_serializer to "json"');
  });

  describe('odd events', () => {
    it('cost no other event of their batch, and are counted', async () => {
      const batch = [
        taskEvent('good-1', { type: 'task-received', name: 'demo.x' }),
        taskEvent('unused', { uuid: '@LONG' }),
        taskEvent('unused', { uuid }),
        taskEvent('unused', { uuid: ['x'] }),
        taskEvent('good-1', { type: 'task-progress', clock: 8, loss: '@NaN' }),
      ];
      const body = JSON.stringify(batch)
        .replace('"@NaN"', 'NaN')
        .replace('"@LONG"', '12345678901234567890');
      await client.publish(eventChannel, envelope(body));
      await client.publish(eventChannel, envelope(pickled, pickleProperties));
      await eventually(async () => {
        const { data } = await gateway.query<{ gateway: { unreadable: unknown } }>(
          `{ a: task(taskId: "good-1", useCache: false) { state } b: task(taskId: "12345678901234567890", useCache: false) { state }
             c: task(taskId: "${dashed}", useCache: false) { state } gateway { unreadable { kind total lastContentType } } }`,
        );
        expect(data).toMatchObject({
          a: { state: 'PROGRESS' },
          b: { state: 'STARTED' },
          c: { state: 'STARTED' },
        });
        expect(data?.gateway.unreadable).toContainEqual({
          kind: 'EVENT',
          total: 2,
          lastContentType: pickleProperties['content-type'],
        });
      });
    });
  });
});
