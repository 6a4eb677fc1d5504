/** What an answer says of its own age: `extensions.cache` for the operation, headers for the response. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, statusByPath } from './test-server.js';
import type { TestServer } from './test-server.js';

const cacheHeaders = ({ headers }: { headers: Headers }) => [
  headers.get('x-cache'),
  headers.get('x-cache-age'),
];
const fresh = { stale: false, collapsed: false, found: false };
const missed = { status: 'MISS', age: 0, ...fresh };

describe('cache status', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer();
  });
  afterEach(() => server[Symbol.asyncDispose]());

  it('is a MISS with its whole TTL ahead when the cluster had to be asked', async () => {
    const answer = await server.query('{ taskStatus { total } }');

    const entry = { path: 'taskStatus', cache: 'task_status', ...missed, ttl: 2 };
    expect(answer.extensions).toEqual({ cache: { status: 'MISS', age: 0, entries: [entry] } });
    expect(cacheHeaders(answer)).toEqual(['MISS', null]);
  });

  it('is a HIT that says how old the answer is, until the TTL has passed', async () => {
    await server.query('{ taskStatus { total } }');

    server.clock.now = 1_204;
    const hit = await server.query('{ taskStatus { total } }');
    const entry = { path: 'taskStatus', cache: 'task_status', status: 'HIT', ...fresh };
    expect(hit.extensions).toEqual({
      cache: { status: 'HIT', age: 1.204, entries: [{ ...entry, age: 1.204, ttl: 0.796 }] },
    });
    expect(cacheHeaders(hit)).toEqual(['HIT', '1']);

    server.clock.now = 1_999;
    expect(cacheHeaders(await server.query('{ taskStatus { total } }'))).toEqual(['HIT', '1']);

    server.clock.now = 2_000;
    expect(cacheHeaders(await server.query('{ taskStatus { total } }'))).toEqual(['MISS', null]);
  });

  it('is a HIT only when every read was one, and then as old as the oldest', async () => {
    await server.query('{ workers { nodes { hostname } } }');
    server.clock.now = 1_500;
    const mixed = await server.query('{ workers { nodes { hostname } } health { status } }');
    expect(mixed.extensions?.cache).toMatchObject({ status: 'MISS', age: 0 });
    expect(statusByPath(mixed)).toEqual({ workers: 'HIT', health: 'MISS' });
    expect(cacheHeaders(mixed)).toEqual(['MISS', null]);

    server.clock.now = 4_000;
    const hits = await server.query('{ health { status } workers { nodes { hostname } } }');
    expect(hits.extensions?.cache).toMatchObject({ status: 'HIT', age: 4 });
    expect(cacheHeaders(hits)).toEqual(['HIT', '4']);
  });

  it('names the root field first in the path of each entry', async () => {
    const { extensions } = await server.query(
      '{ taskStatus { active { total } } queues { nodes { name workers { hostname stats { pid } } } } metricsSummary { poolSlots } }',
    );
    const reads = extensions?.cache?.entries.map(({ path, cache }) => `${path} ${cache}`);
    expect(reads).toEqual(
      expect.arrayContaining([
        'taskStatus task_status',
        'taskStatus.active task_status',
        'queues queue_status',
        'queues.active_queues queue_status',
        'metricsSummary metrics_summary',
        'metricsSummary.stats metrics_summary',
      ]),
    );
    expect(reads?.filter((read) => !/^(taskStatus|queues|metricsSummary)\b/.test(read))).toEqual([]);
  });

  it.each([
    ['of a mutation', 'mutation { invalidateCache { invalidated } }'],
    ['of an introspection', '{ __schema { queryType { name } } }'],
    ['of the statistics', '{ cacheStats { summary { totalHits } } }'],
    ['of the gateway itself', '{ gateway { version } }'],
    ['of a document that is not valid', '{ unknown }'],
  ])('is not there %s, which reads no cache', async (_name, query) => {
    const answer = await server.query(query);
    expect(answer.extensions).toBeUndefined();
    expect(cacheHeaders(answer)).toEqual([null, null]);
  });

  it('is there when a part of the answer failed', async () => {
    const answer = await server.query(
      '{ workers { nodes { hostname } } tasks(first: -1) { totalCount } }',
    );
    expect(answer.data).toMatchObject({ tasks: null });
    expect(answer.errors).toMatchObject([
      {
        path: ['tasks'],
        extensions: { code: 'BAD_USER_INPUT' },
        message: 'first must be from 0 to 1000',
      },
    ]);
    expect(answer.extensions?.cache).toMatchObject({ status: 'MISS', entries: [{ path: 'workers' }] });
    expect(cacheHeaders(answer)).toEqual(['MISS', null]);
  });

  it('is a MISS again after an invalidation', async () => {
    await server.query('{ taskStatus { total } workers { nodes { hostname } } }');
    const forgot = await server.query(
      'mutation { invalidateCache(name: TASK_STATUS) { invalidated caches } }',
    );
    expect(forgot.data).toEqual({ invalidateCache: { invalidated: 1, caches: ['TASK_STATUS'] } });

    const answer = await server.query('{ taskStatus { total } workers { nodes { hostname } } }');
    expect(statusByPath(answer)).toEqual({ taskStatus: 'MISS', workers: 'HIT' });
  });
});
