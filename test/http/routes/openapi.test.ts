/** The OpenAPI document: valid, served as it is committed, and true of every answer of the REST routes. */
import { validate } from '@readme/openapi-parser';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { schema } from '../../../src/graphql/schema.js';
import { openApiDocument } from '../../../src/http/routes/openapi.js';
import { restRoutes } from '../../../src/http/routes/rest-routes.js';
import { freePort } from '../../support/free-port.js';
import { startTestGateway } from '../../support/gateway.js';
import { complaints, openApi } from '../../support/openapi.js';
import { roleTokens } from '../role-tokens.js';
import { startTestServer } from '../test-server.js';
import type { TestServer } from '../test-server.js';

const prefix = '/api/v1/celery';
const address = `${prefix}/openapi.json`;

interface Fetching {
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** The status, and what the document says against the answer. */
async function checked(
  from: Fetching,
  search: string,
  init: RequestInit = {},
): Promise<[number, string[]]> {
  const [path = ''] = search.split('?', 1);
  const method = init.method ?? (path.endsWith('/invalidate') ? 'POST' : 'GET');
  const response = await from.fetch(prefix + search, { ...init, method });
  const { status, headers } = response;
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  const body: unknown = await response.json();
  return [status, complaints({ method, path: prefix + path, status, body })];
}

describe('schema/openapi.json', () => {
  it('is what the routes and the operations make of it', () => {
    expect(JSON.parse(JSON.stringify(openApiDocument(schema)))).toEqual(openApi);
  });

  it('is valid OpenAPI 3.1', async () => {
    expect(openApi.openapi).toBe('3.1.0');
    const copy = JSON.parse(JSON.stringify(openApi)) as Parameters<typeof validate>[0];
    expect(await validate(copy)).toMatchObject({ valid: true, warnings: [] });
  });

  it('has every route, with its method', () => {
    const methods = Object.entries(openApi.paths).map(([path, operations]) => [
      path,
      ...Object.keys(operations),
    ]);
    expect(methods).toEqual(
      Object.entries(restRoutes).map(([path, { method }]) => [path, method.toLowerCase()]),
    );
  });
});

describe('a server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    const hostnames = () => server.services.celery.state.aliveHostnames();
    await vi.waitFor(() => expect(hostnames()).toHaveLength(3));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('serves the document as it is committed', async () => {
    const response = await server.fetch(address);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual(openApi);
  });

  it('does not send the document again to a client that has it', async () => {
    const first = await server.fetch(address);
    const tag = first.headers.get('etag') ?? '';
    expect([tag, first.headers.get('cache-control')]).toEqual([
      expect.stringMatching(/^"[\w-]{43}"$/),
      'private, no-cache',
    ]);
    const again = await server.fetch(address, { headers: { 'if-none-match': tag } });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', tag]);
  });

  it('refuses other methods and parameters at the address of the document', async () => {
    const posted = await server.fetch(address, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const asked = await server.fetch(`${address}?version=3`);
    expect([asked.status, await asked.json()]).toEqual([
      400,
      {
        error: {
          code: 'BAD_USER_INPUT',
          message: 'There is no parameter version: this route takes none',
        },
      },
    ]);
  });

  it.each([
    '/tasks/status',
    '/tasks/status?include=reserved,scheduled',
    '/workers/status?use_cache=false',
    '/queues/status',
    '/metrics/summary?window_seconds=60',
    '/health',
    '/cache/stats',
    '/cache/invalidate?cache_name=task_status&key_prefix=a',
  ])('answers %s as documented', async (search) => {
    expect(await checked(server, search)).toEqual([200, []]);
  });

  it.each(Object.keys(restRoutes).map((path) => path.slice(prefix.length)))(
    'refuses a parameter of %s that is unknown as documented',
    async (path) => {
      expect(await checked(server, `${path}?nothing=1`)).toEqual([400, []]);
    },
  );

  it('answers an unknown cluster as documented', async () => {
    expect(await checked(server, '/tasks/status?cluster=nothing')).toEqual([404, []]);
  });

  it('answers a method that a route does not take in the form of an error', async () => {
    expect(await checked(server, '/health', { method: 'POST' })).toEqual([
      405,
      ['the document has no POST /api/v1/celery/health'],
    ]);
  });

  it('answers a page of another origin as documented', async () => {
    const headers = { origin: 'https://evil.test' };
    expect(await checked(server, '/tasks/status', { headers })).toEqual([403, []]);
  });

  it('answers an unexpected error as documented, with the id that is in the log', async () => {
    vi.spyOn(server.services.celery.state, 'counts').mockImplementation(() => {
      throw new TypeError('secret of the machine');
    });
    const path = `${prefix}/tasks/status`;
    const response = await server.fetch(`${path}?use_cache=false`);
    const body = (await response.json()) as { error: { id: string } };
    expect([response.status, complaints({ method: 'GET', path, status: 500, body })]).toEqual([500, []]);
    expect(server.log.filter((line) => line.includes(body.error.id))).toHaveLength(1);
    vi.restoreAllMocks();
  });
});

it('a client without permission is answered as documented', async () => {
  await using server = await startTestServer({ access: roleTokens });
  expect(await checked(server, '/cache/invalidate')).toEqual([403, []]);
});

it('a client with wrong credentials is answered as documented', async () => {
  await using server = await startTestServer({ access: roleTokens });
  const headers = { authorization: 'Bearer wrong' };
  expect(await checked(server, '/tasks/status', { headers })).toEqual([401, []]);
});

it('a client that asks too often is answered as documented', async () => {
  await using server = await startTestServer({ args: ['--rate-limit', '1', '--rate-burst', '1'] });
  expect(await checked(server, '/cache/stats')).toEqual([200, []]);
  expect(await checked(server, '/cache/stats')).toEqual([429, []]);
});

it('a client is answered as documented while the broker is unavailable', async () => {
  await using gateway = await startTestGateway({ broker: `redis://127.0.0.1:${await freePort()}/0` });
  for (const path of [
    '/tasks/status',
    '/workers/status',
    '/queues/status',
    '/metrics/summary',
    '/health',
  ])
    expect([path, ...(await checked(gateway, path))]).toEqual([path, 503, []]);
});
