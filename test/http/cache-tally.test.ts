/** The counters of a cache against what clients saw in `X-Cache`. */
import { expect, it } from 'vitest';
import { startTestServer } from './test-server.js';

it('counts each request once, as X-Cache shows it, however often it reads the cache', async () => {
  await using server = await startTestServer();
  const { caches } = server.services;
  const tally = { HIT: 0, MISS: 0 };
  for (const now of [0, 500, 1_900, 2_000, 2_500, 6_000]) {
    server.clock.now = now;
    const answer = await server.fetch('/api/v1/celery/tasks/status');
    const status = answer.headers.get('x-cache');
    if (status === 'HIT' || status === 'MISS') tally[status]++;
  }
  expect(tally).toEqual({ HIT: 3, MISS: 3 });
  expect(caches.get('task_status').getStats()).toMatchObject({
    ...{ requests: 6, requestHits: 3 },
    ...{ reads: 18, totalRequests: 18, hits: 9, misses: 9 }, // three reads each
  });

  const { data } = await server.query(
    '{ taskStatus(useCache: false) { total } cacheStats(names: [TASK_STATUS]) { caches { reads requests requestHits } } }',
  );
  expect(data).toMatchObject({
    cacheStats: { caches: [{ reads: expect.any(Number) as number, requests: 6, requestHits: 3 }] },
  });
  expect(caches.get('task_status').getStats()).toMatchObject({ reads: 19, requests: 7, requestHits: 3 });
});

it('counts one request in each cache that it reads, and none for a scrape', async () => {
  await using server = await startTestServer();
  const requests = () =>
    server.services.caches
      .report()
      .caches.map(({ name, requests: count, requestHits }) => [...[name, count, requestHits]]);
  await server.query('{ taskStatus { total } }');
  await server.query(
    '{ taskStatus { total } workers { nodes { hostname } } again: workers { nodes { pid } } }',
  );
  await server.fetch('/metrics');
  expect(requests()).toEqual([
    ['task_status', 2, 1],
    ['worker_status', 1, 0],
    ['queue_status', 0, 0],
    ['metrics_summary', 0, 0],
    ['health_check', 0, 0],
  ]);
});
