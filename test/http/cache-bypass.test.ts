/** Three ways to ask the cluster now, and what they leave behind for the others. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, statusByPath } from './test-server.js';
import type { TestServer } from './test-server.js';

describe('bypass of the caches', () => {
  let server: TestServer;
  const ask = (field: string, options = {}) => server.query(`{ ${field} { total } }`, options);
  const stats = () => server.services.caches.get('task_status').getStats();

  beforeEach(async () => {
    server = await startTestServer();
    await ask('taskStatus');
    server.clock.now = 500;
  });
  afterEach(() => server[Symbol.asyncDispose]());

  it.each([
    ['useCache: false on the field', 'taskStatus(useCache: false)', {}],
    ['the header Cache-Control: no-cache', 'taskStatus', { headers: { 'Cache-Control': 'no-cache' } }],
    [
      'other directives beside it',
      'taskStatus',
      { headers: { 'cache-control': 'max-age=0, No-Cache' } },
    ],
    ['?use_cache=False, as Python writes it', 'taskStatus', { search: '?use_cache=False' }],
    ['?use_cache=false', 'taskStatus', { search: '?use_cache=false' }],
    ['?use_cache=0', 'taskStatus', { search: '?use_cache=0' }],
  ])('is asked for by %s', async (_name, field, options) => {
    const answer = await ask(field, options);
    expect(answer.headers.get('x-cache')).toBe('MISS');
    expect(answer.extensions?.cache).toMatchObject({ status: 'MISS', age: 0 });
    expect(stats()).toMatchObject({ bypasses: 1, misses: 1, hits: 0, loads: 2 });
  });

  it.each([
    ['useCache: true', 'taskStatus(useCache: true)', {}],
    ['useCache: null', 'taskStatus(useCache: null)', {}],
    ['?use_cache=True', 'taskStatus', { search: '?use_cache=True' }],
    ['?use_cache=', 'taskStatus', { search: '?use_cache=' }],
    ['Cache-Control: max-age=0', 'taskStatus', { headers: { 'cache-control': 'max-age=0' } }],
  ])('is not asked for by %s', async (_name, field, options) => {
    expect((await ask(field, options)).headers.get('x-cache')).toBe('HIT');
  });

  it('of workers reaches the worker of a task that they run', async () => {
    const tasks = 'activeTasks { task { worker { stats { pid } } } }';
    await expect
      .poll(async () => {
        const answer = await server.query(`{ workers(useCache: false) { nodes { ${tasks} } } }`);
        return statusByPath(answer);
      })
      .toMatchObject({ 'workers.active': 'MISS', 'workers.activeTasks.task.worker.stats': 'MISS' });
    const bypassed = await server.query(`{ workers(useCache: false) { nodes { ${tasks} } } }`);
    expect(new Set(Object.values(statusByPath(bypassed)))).toEqual(new Set(['MISS']));
  });

  it('stores its answer for the others', async () => {
    await ask('taskStatus(useCache: false)');
    server.clock.now = 2_400; // past the TTL of the first answer, within that of the second
    const hit = await ask('taskStatus');
    expect(hit.extensions?.cache).toMatchObject({ status: 'HIT', age: 1.9 });
  });

  it('of one field leaves the others of the operation alone', async () => {
    await server.query('{ workers { nodes { hostname } } }');
    const answer = await server.query(
      '{ taskStatus(useCache: false) { total } workers { nodes { hostname } } }',
    );
    expect(statusByPath(answer)).toEqual({ taskStatus: 'MISS', workers: 'HIT' });
  });

  it('reaches the inspect commands below the field', async () => {
    const query = (useCache: boolean) => `{ taskStatus(useCache: ${useCache}) { active { total } } }`;
    await server.query(query(true));
    const answer = await server.query(query(false));
    expect(statusByPath(answer)).toEqual({ taskStatus: 'MISS', 'taskStatus.active': 'MISS' });
  });
});
