/** Pages of other origins: those that the settings name may use the API, and no others may do anything. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isForeignOrigin } from '../../src/http/browser-policy.js';
import { webSocketUrl } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';
import { WebSocket } from '../support/web-socket.js';

const friend = 'https://dashboard.test';
const json = { 'content-type': 'application/json' };
const body = '{"query":"{ taskStatus { total } }"}';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ args: ['--cors-origins', `${friend}, http://localhost:5173`] });
});
afterAll(() => server[Symbol.asyncDispose]());

const preflight = (origin: string, path = '/graphql', requested = 'content-type,authorization') =>
  server.fetch(path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': requested,
    },
  });

/** What a preflight allows of the headers that it asks for. */
async function allowed(requested: string): Promise<string | null> {
  return (await preflight(friend, '/graphql', requested)).headers.get('access-control-allow-headers');
}

describe('an origin that is named', () => {
  it.each(['/graphql', '/api/v1/celery/cache/invalidate'])(
    'may ask before it posts to %s',
    async (path) => {
      const response = await preflight(friend, path);
      expect(response.status).toBe(204);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'access-control-allow-origin': friend,
        'access-control-allow-methods': 'GET, HEAD, POST',
        'access-control-allow-headers': 'content-type, authorization',
        'access-control-max-age': '600',
        vary: 'Origin, Access-Control-Request-Headers',
      });
      expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    },
  );

  it.each([
    ['HTTP', 'accept,authorization,cache-control,content-type,if-none-match,last-event-id'],
    ['Apollo', 'apollo-require-preflight,apollographql-client-name,apollographql-client-version'],
    ['Apollo Kotlin and iOS', 'x-apollo-operation-id,x-apollo-operation-name,x-apollo-operation-type'],
    ['W3C tracing', 'baggage,traceparent,tracestate'],
    ['Sentry', 'baggage,sentry-trace'],
    ['Zipkin', 'b3,x-b3-parentspanid,x-b3-sampled,x-b3-spanid,x-b3-traceid'],
    ['Datadog', 'x-datadog-origin,x-datadog-parent-id,x-datadog-sampling-priority,x-datadog-trace-id'],
    ['correlation', 'x-correlation-id,x-request-id'],
  ])('may send the headers of %s', async (_name, requested) => {
    expect(await allowed(requested)).toBe(requested.replaceAll(',', ', '));
  });

  it.each(['x-forwarded-for', 'x-forwarded-user', 'x-forwarded-host', 'cookie', 'host', '*'])(
    'may not send %s, which says who or where the client is, or is unknown',
    async (name) => {
      expect(await allowed(name)).toBeNull();
      expect(await allowed(`content-type, ${name}`)).toBe('content-type');
    },
  );

  it('is allowed no more than the list, however much is requested', async () => {
    const requested = Array.from({ length: 500 }, (_, index) => `x-${index}, Content-Type`).join(',');
    expect(await allowed(requested)).toBe('content-type');
  });

  it.each<[string, string, RequestInit]>([
    ['an answer', '/graphql', { method: 'POST', headers: json, body }],
    ['a REST route', '/api/v1/celery/tasks/status', {}],
    ['a refusal', '/graphql', { method: 'POST', headers: json, body: '{' }],
  ])('may read %s, and its cache headers', async (_name, path, init) => {
    const headers = { ...(init.headers as Record<string, string>), origin: friend };
    const response = await server.fetch(path, { ...init, headers });
    expect(response.headers.get('access-control-allow-origin')).toBe(friend);
    expect(response.headers.get('access-control-expose-headers')).toBe(
      'X-Cache, X-Cache-Age, Cache-Status, ETag, Retry-After, WWW-Authenticate',
    );
    expect(response.headers.get('vary')).toMatch(/\bOrigin$/);
  });

  it('may open a WebSocket', async () => {
    const socket = new WebSocket(webSocketUrl(server), 'graphql-transport-ws', { origin: friend });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    socket.terminate();
  });
});

describe('with CORS_CREDENTIALS', () => {
  let credentialed: TestServer;
  beforeAll(async () => {
    credentialed = await startTestServer({
      args: ['--cors-origins', friend, '--cors-credentials', 'true'],
    });
  });
  afterAll(() => credentialed[Symbol.asyncDispose]());

  it.each([
    ['a named origin may send credentials', friend, 'true'],
    ['no other origin may', 'https://evil.test', null],
  ])('%s', async (_name, origin, value) => {
    const asked = await credentialed.fetch('/graphql', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    const posted = await credentialed.fetch('/graphql', {
      method: 'POST',
      headers: { ...json, origin },
      body,
    });
    const seen = [asked, posted].map(({ headers }) => headers.get('access-control-allow-credentials'));
    expect(seen).toEqual([value, value]);
  });

  it('the origin is named, never `*`', async () => {
    const headers = { ...json, origin: friend };
    const response = await credentialed.fetch('/graphql', { method: 'POST', headers, body });
    expect(response.headers.get('access-control-allow-origin')).toBe(friend);
  });

  it('origins are required', async () => {
    await expect(startTestServer({ args: ['--cors-credentials', 'true'] })).rejects.toThrow(
      'or leave out --cors-credentials',
    );
  });
});

it.each([
  'https://evil.test',
  'http://dashboard.test',
  'https://dashboard.test:8443',
  'https://x.dashboard.test',
  'null',
])('%s may neither ask nor post nor read', async (origin) => {
  const asked = await preflight(origin);
  const posted = await server.fetch('/graphql', { method: 'POST', headers: { ...json, origin }, body });
  const read = await server.fetch('/api/v1/celery/tasks/status', { headers: { origin } });
  for (const response of [asked, posted, read]) {
    expect(response.status).toBe(403);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  }
});

it('has Origin in Vary, also for a request that names no origin', async () => {
  const response = await server.fetch('/graphql', { method: 'POST', headers: json, body });
  expect(response.headers.get('vary')).toBe('Origin');
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
});

describe('a request that names no origin', () => {
  const host = 'celeryql.test:4000';

  it.each([
    ['of no browser', {}, false],
    ['of our own page', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, false],
    ['typed in', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, false],
    [
      'by a link that was followed',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      false,
    ],
    [
      'by an image of another page',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
      true,
    ],
    ['by a script of a sibling', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }, true],
    [
      'by a frame of another page',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
      true,
    ],
  ])('%s: foreign is %3$s', (_name, headers, foreign) => {
    expect(isForeignOrigin({ host, ...headers })).toBe(foreign);
  });

  it('asks the cluster nothing when another page embeds it', async () => {
    const loads = () => server.services.caches.get('queue_status').getStats().loads;
    const before = loads();
    const response = await server.fetch('/api/v1/celery/queues/status?use_cache=false', {
      headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
    });
    expect([response.status, loads()]).toEqual([403, before]);
  });
});

it.each([
  '*',
  'dashboard.test',
  'https://dashboard.test/',
  'https://a.test/path',
  'null',
  'ws://a.test',
])('the settings name exact origins: %s is none', async (value) => {
  await expect(startTestServer({ args: ['--cors-origins', value] })).rejects.toThrow(
    '--cors-origins must be origins such as https://dashboard.example.com, without a path',
  );
});
