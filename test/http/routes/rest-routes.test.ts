/** The REST routes: documented keys, and the caches, headers and errors of the operations behind them. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { cacheCounterNames } from '../../../src/cache/cache-counters.js';
import { startTestServer } from '../test-server.js';
import type { TestServer } from '../test-server.js';

const prefix = '/api/v1/celery';
type Json = Record<string, unknown>;

describe('REST routes', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    const hostnames = () => server.services.celery.state.aliveHostnames();
    await vi.waitFor(() => expect(hostnames()).toHaveLength(3));
  });
  afterAll(() => server[Symbol.asyncDispose]());
  afterEach(() => server.services.caches.invalidate());

  async function get(path: string): Promise<{ status: number; headers: Headers; body: Json }> {
    const response = await server.fetch(prefix + path);
    const { status, headers } = response;
    return { status, headers, body: (await response.json()) as Json };
  }

  const statistics = [
    ...['size', 'max_size', 'utilization_percent', 'hits', 'misses', 'hit_rate_percent', 'sets'],
    ...['evictions', 'expirations', 'invalidations', 'total_requests'],
  ];

  it.each([
    ['/tasks/status', ['timestamp', 'total', 'orphaned', 'counts', 'active', 'delayed']],
    [
      '/tasks/status?include=reserved,scheduled',
      [...['timestamp', 'total', 'orphaned', 'counts', 'active', 'reserved', 'scheduled', 'delayed']],
    ],
    ['/workers/status', ['timestamp', 'total', 'online', 'workers']],
    ['/queues/status', ['timestamp', 'total_messages', 'queues']],
    ['/health', ['timestamp', 'status', 'checks']],
    ['/cache/stats', ['timestamp', 'caches', 'summary', 'kept_answers']],
    [
      '/metrics/summary',
      [
        ...['timestamp', 'window_seconds', 'finished', 'succeeded', 'failed', 'throughput_per_second'],
        ...['success_rate_percent', 'failure_rate_percent', 'runtime', 'queue_wait', 'workers_online'],
        ...['workers_total', 'pool_slots', 'saturation_percent', 'waiting_messages'],
        ...['unacknowledged_messages', 'delayed_messages', 'oldest_waiting_age_seconds'],
      ],
    ],
  ])('GET %s answers JSON with the documented keys', async (path, keys) => {
    const { status, headers, body } = await get(path);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(Object.keys(body).sort()).toEqual([...keys].sort());
    expect(body['timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('counts tasks by state, and what workers hold by worker and by name', async () => {
    const { body } = await get('/tasks/status');
    expect(body).toMatchObject({
      counts: expect.any(Object) as Json,
      active: { total: expect.any(Number) as number, by_worker: expect.any(Array) as [] },
    });
    expect(Array.isArray(body['counts'])).toBe(false);
  });

  it('asks the workers for what can break them only when it is included', async () => {
    const load = vi.spyOn(server.services.celery.inspect, 'load');
    const asked = async (path: string): Promise<string[]> => {
      load.mockClear();
      await get(path);
      return load.mock.calls.map(([command]) => command).sort();
    };
    expect(await asked('/tasks/status?use_cache=false')).toEqual(['active']);
    expect(await asked('/tasks/status?use_cache=false&include=scheduled')).toEqual([
      'active',
      'scheduled',
    ]);
    load.mockRestore();
  });

  it.each(['held', 'Reserved', 'reserved;scheduled'])(
    'answers include=%s with 400 and what can be included',
    async (list) => {
      const { status, body } = await get(`/tasks/status?include=${list}`);
      expect(status).toBe(400);
      expect(body['error']).toMatchObject({
        code: 'BAD_USER_INPUT',
        message: 'include must be a list of reserved, scheduled, joined by commas',
      });
    },
  );

  it('lists the workers, in snake_case all the way down', async () => {
    const { body } = await get('/workers/status');
    expect(body).toMatchObject({ total: 3, online: 3 });
    const [worker] = body['workers'] as Json[];
    expect(worker).toMatchObject({
      hostname: 'media@embedded',
      status: 'ONLINE',
      active_queues: [{ name: 'media' }],
      stats: { concurrency: 2 },
    });
    expect(JSON.stringify(body)).not.toMatch(/"[a-z]+[A-Z]\w*":/);
  });

  it('has the documented statistics of each cache and of all', async () => {
    await get('/tasks/status');
    await get('/tasks/status');
    const { body } = await get('/cache/stats');

    const caches = body['caches'] as Record<string, Json>;
    expect(Object.keys(caches)).toEqual([
      ...['task_status', 'worker_status', 'queue_status', 'metrics_summary', 'health_check'],
    ]);
    for (const figures of Object.values(caches)) {
      expect(Object.keys(figures)).toEqual(expect.arrayContaining(statistics));
    }
    expect(Object.keys(body['summary'] as Json)).toEqual([
      ...['total_hits', 'total_misses', 'total_requests', 'overall_hit_rate_percent'],
    ]);
  });

  it('shows every counter of the caches', async () => {
    const caches = (await get('/cache/stats')).body['caches'] as Record<string, Json>;
    const shown = Object.keys(caches['task_status'] ?? {}).map((key) => key.replaceAll('_', ''));
    expect(shown).toEqual(expect.arrayContaining(cacheCounterNames.map((name) => name.toLowerCase())));
  });

  it.each(['/tasks/status', '/workers/status', '/queues/status', '/metrics/summary', '/health'])(
    'GET %s is a MISS, a HIT, and with use_cache=False a MISS again',
    async (path) => {
      const answers = [await get(path), await get(path), await get(`${path}?use_cache=False`)];
      expect(answers.map(({ headers }) => headers.get('x-cache'))).toEqual(['MISS', 'HIT', 'MISS']);
      expect(answers.map(({ headers }) => headers.get('x-cache-age'))).toEqual([null, '0', null]);
    },
  );

  it('GET /cache/stats carries no cache status', async () => {
    const { headers } = await get('/cache/stats');
    expect([headers.get('x-cache'), headers.get('x-cache-age')]).toEqual([null, null]);
  });

  it('looks back as far as window_seconds says', async () => {
    expect((await get('/metrics/summary')).body['window_seconds']).toBe(300);
    expect((await get('/metrics/summary?window_seconds=60')).body['window_seconds']).toBe(60);
  });

  it.each(['0', '-5', '1.5', 'abc', '', '86401', '999999999', '99999999999999'])(
    'answers window_seconds=%s with 400 and what is wrong with it',
    async (text) => {
      const { status, body } = await get(`/metrics/summary?window_seconds=${text}`);
      expect(status).toBe(400);
      expect(body['error']).toMatchObject({
        code: 'BAD_USER_INPUT',
        message: expect.stringMatching(/^window_?seconds must be/i) as string,
      });
    },
  );

  it('answers what there is not with 404 and what there is', async () => {
    const { status, body } = await get('/nothing');
    expect(status).toBe(404);
    expect(body['error']).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('/api/v1/celery/tasks/status') as string,
    });
  });

  it.each([
    ['POST', '/tasks/status', 'GET, HEAD'],
    ['DELETE', '/cache/stats', 'GET, HEAD'],
    ['PUT', '/health', 'GET, HEAD'],
    ['GET', '/cache/invalidate', 'POST'],
    ['HEAD', '/cache/invalidate', 'POST'],
  ])('answers %s %s with 405 and the methods that it takes', async (method, path, allow) => {
    const response = await server.fetch(prefix + path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
  });
});

describe('POST /api/v1/celery/cache/invalidate', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function invalidate(search = ''): Promise<{ status: number; body: Json }> {
    const response = await server.fetch(`${prefix}/cache/invalidate${search}`, { method: 'POST' });
    return { status: response.status, body: (await response.json()) as Json };
  }

  it('forgets every cache', async () => {
    await server.query('{ taskStatus { total } health { status } }');
    const { status, body } = await invalidate();
    expect(status).toBe(200);
    expect(body).toEqual({
      timestamp: expect.any(String) as string,
      invalidated: 2,
      caches: ['task_status', 'worker_status', 'queue_status', 'metrics_summary', 'health_check'],
    });
  });

  it.each(['task_status', 'TASK_STATUS'])('forgets the one called %s', async (name) => {
    await server.query('{ taskStatus { total } health { status } }');
    const { body } = await invalidate(`?cache_name=${name}`);
    expect(body).toMatchObject({ invalidated: 1, caches: ['task_status'] });
    const answer = await server.query('{ taskStatus { total } }');
    expect(answer.headers.get('x-cache')).toBe('MISS');
  });

  it('forgets entries by the beginning of their key', async () => {
    await invalidate();
    await server.query('{ queues { nodes { name } } queue(name: "default") { name } }');
    expect((await invalidate('?key_prefix=queue:')).body).toMatchObject({ invalidated: 1 });
  });

  it.each(['nothing', '', 'constructor'])(
    'answers the unknown name "%s" with 400 and the list of valid ones',
    async (name) => {
      const { status, body } = await invalidate(`?cache_name=${name}`);
      expect(status).toBe(400);
      expect(body).toEqual({
        error: {
          code: 'BAD_USER_INPUT',
          message:
            'cache_name must be one of task_status, worker_status, queue_status, metrics_summary, health_check',
        },
      });
    },
  );
});
