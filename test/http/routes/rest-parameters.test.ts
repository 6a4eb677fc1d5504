/** Parameters of the REST routes: both spellings are understood, and nothing is ignored. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer } from '../test-server.js';
import type { TestServer } from '../test-server.js';

const prefix = '/api/v1/celery';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());
afterEach(() => server.services.caches.invalidate());

async function refusal(search: string, method = 'GET'): Promise<unknown> {
  const response = await server.fetch(prefix + search, { method });
  const { error } = (await response.json()) as { error?: unknown };
  return [response.status, error];
}

const badInput = (message: string) => [400, { code: 'BAD_USER_INPUT', message }];

describe('a parameter', () => {
  it.each([
    'use_cache=false',
    'useCache=false',
    'use_cache=False',
    'useCache=0',
    'use_cache=no',
    'useCache=off',
  ])('%s bypasses the cache', async (parameter) => {
    await server.fetch(`${prefix}/queues/status`);
    const { headers } = await server.fetch(`${prefix}/queues/status?${parameter}`);
    expect(headers.get('x-cache')).toBe('MISS');
  });

  it.each(['use_cache=true', 'useCache=True', 'use_cache=1', 'useCache=yes', 'use_cache=on'])(
    '%s reads through the cache',
    async (parameter) => {
      await server.fetch(`${prefix}/queues/status`);
      const { headers } = await server.fetch(`${prefix}/queues/status?${parameter}`);
      expect(headers.get('x-cache')).toBe('HIT');
    },
  );

  it('useCache=false bypasses the cache in GraphQL', async () => {
    await server.query('{ queues { nodes { name } } }');
    const { headers } = await server.query('{ queues { nodes { name } } }', {
      search: '?useCache=false',
    });
    expect(headers.get('x-cache')).toBe('MISS');
  });

  it.each(['window_seconds=60', 'windowSeconds=60'])('%s sets the window', async (parameter) => {
    const response = await server.fetch(`${prefix}/metrics/summary?${parameter}`);
    expect(await response.json()).toMatchObject({ window_seconds: 60 });
  });

  it.each(['cache_name=queue_status&key_prefix=a', 'cacheName=queue_status&keyPrefix=a'])(
    '%s names the cache and the keys',
    async (parameters) => {
      const response = await server.fetch(`${prefix}/cache/invalidate?${parameters}`, {
        method: 'POST',
      });
      expect(await response.json()).toMatchObject({ caches: ['queue_status'], invalidated: 0 });
    },
  );

  it('that is unknown is refused, with the known ones', async () => {
    expect(await refusal('/tasks/status?include=reserved&verbose=1')).toEqual(
      badInput('There is no parameter verbose: this route takes cluster, use_cache, include'),
    );
  });

  it.each(['constructor', '__proto__', 'Use_cache', 'USE_CACHE'])('%s is unknown', async (name) => {
    expect(await refusal(`/health?${name}=1`)).toEqual(
      badInput(`There is no parameter ${name}: this route takes cluster, use_cache`),
    );
  });

  it('that another route takes is refused', async () => {
    expect(await refusal('/cache/invalidate?use_cache=false', 'POST')).toEqual(
      badInput('There is no parameter use_cache: this route takes cluster, cache_name, key_prefix'),
    );
  });

  it.each(['use_cache=true&use_cache=false', 'use_cache=false&useCache=false'])(
    'that is repeated is refused: %s',
    async (parameters) => {
      expect(await refusal(`/health?${parameters}`)).toEqual(
        badInput('The parameter use_cache is given more than once'),
      );
    },
  );

  it.each(['', 'maybe', '2', 'null'])('use_cache=%s is refused', async (value) => {
    expect(await refusal(`/health?use_cache=${value}`)).toEqual(
      badInput('use_cache must be true or false'),
    );
  });

  it('with a long name is refused with a message of bounded length', async () => {
    const answer = JSON.stringify(await refusal(`/health?${'x'.repeat(5_000)}=1`));
    expect(answer.length).toBeLessThan(600);
  });
});

describe('a refusal', () => {
  const headers = { origin: 'https://evil.test' };

  it('before the route is looked at has the error of REST beside that of GraphQL', async () => {
    const response = await server.fetch(`${prefix}/tasks/status`, { headers });
    const message = 'Requests from pages of other origins are refused';
    expect(await response.json()).toEqual({
      error: { code: 'FORBIDDEN', message },
      errors: [{ message, extensions: { code: 'FORBIDDEN' } }],
    });
  });

  it('at the path of GraphQL has errors alone', async () => {
    const response = await server.fetch('/graphql', { headers });
    expect(Object.keys((await response.json()) as object)).toEqual(['errors']);
  });
});
