/** An answer that the client has already is not sent again, and one that has changed always is. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Role } from '../../src/access/viewer.js';
import type { Queue } from '../../src/celery/queues/queues.js';
import { freePort } from '../support/free-port.js';
import { startTestGateway } from '../support/gateway.js';
import { roleTokens } from './role-tokens.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

const graphql = (query: string, more = '') => `/graphql?query=${encodeURIComponent(query)}${more}`;
const queuesByGraphql = graphql('{ queues { nodes { name messages } } }');
const queuesByRest = '/api/v1/celery/queues/status';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server[Symbol.asyncDispose]());

const queue = (messages: number): Queue => ({
  ...{ name: 'mail', messages, messagesByPriority: null, unacknowledged: null, consumers: null },
  ...{ oldestTaskId: null, oldestSentAt: null, oldestMessageAgeSeconds: null, kind: null },
});

/** From now on the broker has one queue, and nothing is known of what was before. */
function setMessages(messages: number): void {
  vi.spyOn(server.services.celery.queues, 'all').mockResolvedValue([queue(messages)]);
  server.services.caches.invalidate();
}

async function tagOf(path: string): Promise<string> {
  const { headers } = await server.fetch(path);
  return headers.get('etag') ?? '';
}

/** Without a `Cache-Control` of its own, `fetch` would add `no-cache` to a conditional request. */
const ownCacheControl = { 'cache-control': 'max-age=0' };

const ifNoneMatch = (tag: string, init: RequestInit = {}): RequestInit => ({
  ...init,
  headers: {
    ...ownCacheControl,
    ...(init.headers as Record<string, string>),
    'if-none-match': tag,
  },
});

describe.each([
  ['GraphQL', queuesByGraphql],
  ['REST', queuesByRest],
])('an answer by GET on %s', (_name, path) => {
  it('that is unchanged is not sent again: 304 with all its headers', async () => {
    const first = await server.fetch(path);
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^W\/"[\w-]{43}"$/);
    expect(first.headers.get('cache-control')).toBe('private, max-age=3');

    server.clock.now = 1_200;
    server.wallClock.now += 1_200;
    const again = await server.fetch(path, ifNoneMatch(tag));
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect(Object.fromEntries(again.headers)).toMatchObject({
      etag: tag,
      'x-cache': 'HIT',
      'x-cache-age': '1',
      'cache-status': 'celeryql; hit; ttl=1',
      'cache-control': 'private, max-age=1',
      vary: 'Accept, Accept-Encoding, Authorization, Origin',
      'last-modified': 'Mon, 01 Jan 2024 00:00:01 GMT',
    });
    expect(again.headers.has('content-type')).toBe(false);
  });

  it('is not sent again either when it was asked for anew and is the same', async () => {
    const tag = await tagOf(path);
    server.services.caches.invalidate();
    const again = await server.fetch(
      path,
      ifNoneMatch(tag, { headers: { 'cache-control': 'no-cache' } }),
    );
    expect(again.status).toBe(304);
    expect(again.headers.get('x-cache')).toBe('MISS');
    expect(again.headers.get('cache-status')).toBe('celeryql; fwd=request; stored; ttl=3');
  });

  it('is sent with another tag as soon as it has changed', async () => {
    setMessages(1);
    const tag = await tagOf(path);
    setMessages(2);
    const changed = await server.fetch(path, ifNoneMatch(tag));
    expect([changed.status, changed.headers.get('etag') === tag]).toEqual([200, false]);
    expect(await changed.text()).toMatch(/"messages":2/);
  });

  it('has the same tag and status for HEAD', async () => {
    const tag = await tagOf(path);
    const head = await server.fetch(path, { method: 'HEAD' });
    expect([head.status, head.headers.get('etag')]).toEqual([200, tag]);
    expect((await server.fetch(path, ifNoneMatch(tag, { method: 'HEAD' }))).status).toBe(304);
  });

  it('is dated once the second of its change has passed, and compared by that date', async () => {
    setMessages(1);
    const undated = await server.fetch(path);
    expect(undated.headers.has('last-modified')).toBe(false);

    server.wallClock.now += 1_000;
    const date = (await server.fetch(path)).headers.get('last-modified') ?? '';
    const since = { headers: { 'if-modified-since': date } };
    expect(date).toBe('Mon, 01 Jan 2024 00:00:01 GMT');
    expect((await server.fetch(path, since)).status).toBe(304);

    setMessages(2); // within the very second of the date
    expect((await server.fetch(path, since)).status).toBe(200);
    server.wallClock.now += 60_000;
    expect((await server.fetch(path, since)).status).toBe(200);
  });

  it('is sent when the tag says so, whatever the date says', async () => {
    server.wallClock.now += 1_000;
    await server.fetch(path);
    server.wallClock.now += 60_000;
    const date = (await server.fetch(path)).headers.get('last-modified') ?? '';
    const headers = { 'if-modified-since': date, 'if-none-match': '"another"' };
    expect((await server.fetch(path, { headers })).status).toBe(200);
  });
});

describe('a tag', () => {
  it('is of the answer to one question: another with the same answer is sent', async () => {
    const ask = (first: number) =>
      graphql(`{ tasks(filter: { taskIds: ["none"] }, first: ${first}) { totalCount } }`);
    const [one, other] = [await server.fetch(ask(1)), await server.fetch(ask(2))];
    expect(((await one.json()) as { data: unknown }).data).toEqual(
      ((await other.json()) as { data: unknown }).data,
    );
    const tag = one.headers.get('etag') ?? '';
    expect((await server.fetch(ask(2), ifNoneMatch(tag))).status).toBe(200);
    expect((await server.fetch(ask(1), ifNoneMatch(tag))).status).toBe(304);
  });

  it('is of the variables and of the operation too', async () => {
    const query =
      'query A($n: [ID!]) { tasks(filter: { taskIds: $n }) { totalCount } } query B { taskTypes { nodes { name } } }';
    const ask = (more: string) => graphql(query, more);
    const tags = [
      await tagOf(ask('&operationName=A')),
      await tagOf(ask(`&operationName=A&variables=${encodeURIComponent('{"n":[]}')}`)),
      await tagOf(ask('&operationName=B')),
    ];
    expect(new Set(tags).size).toBe(3);
  });

  it('of a REST route is not that of its operation', async () => {
    const tag = await tagOf(queuesByRest);
    expect((await server.fetch(queuesByGraphql, ifNoneMatch(tag))).status).toBe(200);
    expect((await server.fetch('/api/v1/celery/tasks/status', ifNoneMatch(tag))).status).toBe(200);
  });

  it('is of one viewer', async () => {
    await using shared = await startTestServer({ access: roleTokens });
    const as = (role: Role): RequestInit => ({ headers: { authorization: `Bearer ${role}` } });
    const tag = (await shared.fetch(queuesByGraphql, as('viewer'))).headers.get('etag') ?? '';
    const again = (init?: RequestInit) => shared.fetch(queuesByGraphql, ifNoneMatch(tag, init));
    expect((await again(as('viewer'))).status).toBe(304);
    expect((await again(as('admin'))).status).toBe(200);
    expect((await again()).status).toBe(200); // anonymous access is enabled
  });

  it('does not depend on the form of the answer', async () => {
    const accept = 'application/graphql-response+json';
    const { headers } = await server.fetch(queuesByGraphql, { headers: { accept } });
    expect(headers.get('content-type')).toContain(accept);
    expect(headers.get('etag')).toBe(await tagOf(queuesByGraphql));
  });

  it('is there for what comes from no cache, which is not to be kept', async () => {
    const path = graphql('{ __schema { queryType { name } } }');
    const { headers } = await server.fetch(path);
    expect([headers.get('cache-control'), headers.get('cache-status')]).toEqual([
      'private, no-store',
      null,
    ]);
    expect((await server.fetch(path, ifNoneMatch(headers.get('etag') ?? ''))).status).toBe(304);
  });
});

describe('what may be kept', () => {
  const control = async (path: string, init: RequestInit = {}) =>
    (await server.fetch(path, init)).headers.get('cache-control');

  it('is kept for as long as all that was read is fresh', async () => {
    await server.fetch(queuesByGraphql);
    server.clock.now = 1_900;
    expect(await control(graphql('{ workers { nodes { hostname } } queues { nodes { name } } }'))).toBe(
      'private, max-age=1',
    );
    server.clock.now = 2_100;
    expect(await control(queuesByGraphql)).toBe('private, max-age=0');
  });

  it.each([
    ['an address', `${queuesByRest}?use_cache=false`, {}],
    ['a field', graphql('{ queues(useCache: false) { nodes { name } } }'), {}],
    ['a request', queuesByGraphql, { headers: { 'cache-control': 'no-cache' } }],
  ])('is not kept without asking where %s goes past the caches', async (_name, path, init) => {
    expect(await control(path, init)).toBe('private, no-cache');
  });

  it('is not kept without asking where events drop it before its TTL is over', async () => {
    const args = ['--cache-queue-status-ttl', '60', '--cache-queue-status-push-invalidation', 'true'];
    await using gateway = await startTestGateway({ args });
    const controlOf = async (query: string) =>
      (await gateway.fetch(graphql(query))).headers.get('cache-control');
    expect(await controlOf('{ health { status } queues { nodes { name } } }')).toBe('private, no-cache');
    expect(await controlOf('{ health { status } }')).toMatch(/^private, max-age=\d+$/);
  });

  it('is not kept without asking where a part of it failed', async () => {
    const path = graphql('{ queues { nodes { name } } tasks(first: -1) { totalCount } }');
    const { status, headers } = await server.fetch(path);
    expect([status, headers.get('cache-control')]).toEqual([200, 'private, no-cache']);
    expect((await server.fetch(path, ifNoneMatch(headers.get('etag') ?? ''))).status).toBe(304);
  });
});

describe('nothing is left out of', () => {
  const all = { 'if-none-match': '*' };

  it.each<[string, number, string, RequestInit]>([
    [
      'a POST',
      200,
      '/graphql',
      {
        method: 'POST',
        body: '{"query":"{queues{ nodes {name} }}"}',
        headers: { 'content-type': 'application/json' },
      },
    ],
    [
      'a batch',
      200,
      '/graphql',
      {
        method: 'POST',
        body: '[{"query":"{queues{ nodes {name} }}"}]',
        headers: { 'content-type': 'application/json' },
      },
    ],
    ['an invalidation', 200, '/api/v1/celery/cache/invalidate', { method: 'POST' }],
    ['a wrong argument', 400, '/api/v1/celery/metrics/summary?window_seconds=x', {}],
    ['what there is not', 404, '/api/v1/celery/nothing', {}],
    ['a mutation by GET', 405, graphql('mutation { invalidateCache { invalidated } }'), {}],
    ['a document that is not valid', 200, graphql('{ unknown }'), {}],
  ])('%s', async (_name, status, path, init) => {
    const headers = { ...(init.headers as Record<string, string>), ...all };
    const response = await server.fetch(path, { ...init, headers });
    expect([response.status, response.headers.get('etag')]).toEqual([status, null]);
    expect(await response.text()).not.toBe('');
  });

  it('an outage', async () => {
    const broker = `redis://127.0.0.1:${await freePort()}/0`;
    await using gateway = await startTestGateway({ broker });
    const response = await gateway.fetch('/api/v1/celery/health', { headers: all });
    expect([response.status, response.headers.get('etag')]).toEqual([503, null]);
    expect(response.headers.get('cache-control')).toBe('private, no-store');
  });

  it('a subscription', async () => {
    const stream = await server.fetch(graphql('subscription { cacheStats { timestamp } }'), {
      headers: { accept: 'text/event-stream', ...all },
    });
    expect([stream.status, stream.headers.get('etag')]).toEqual([200, null]);
    await stream.body?.cancel();
  });
});

it('holds for any sequence of changes, questions and pauses', async () => {
  const questions = [
    queuesByGraphql,
    graphql('{ queues { nodes { messages } } }'),
    queuesByRest,
    graphql('{ queues(useCache: false) { nodes { name messages } } }'),
  ];
  const step = fc.record({
    question: fc.nat(questions.length - 1),
    messages: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.nat(2)),
    later: fc.nat(1_500),
    by: fc.constantFrom('tag', 'date', 'both'),
  });
  const reached = { sent: 0, byTag: 0, byDate: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30, size: 'max' }), async (steps) => {
      server.wallClock.now += 3_600_000;
      const copies = new Map<number, { messages: number; tag: string; date: string | null }>();
      let current = 0;
      setMessages(current);
      for (const { question, messages, later, by } of steps) {
        server.wallClock.now += later;
        if (messages !== null) setMessages((current = messages));
        const copy = copies.get(question);
        const headers: Record<string, string> = { ...ownCacheControl };
        if (copy && by !== 'date') headers['if-none-match'] = copy.tag;
        if (copy?.date && by !== 'tag') headers['if-modified-since'] = copy.date;
        const response = await server.fetch(questions[question] ?? '', { headers });
        const body = await response.text();

        const isCurrent = copy?.messages === current;
        if (response.status === 304) expect([isCurrent, body]).toEqual([true, '']);
        else expect(body).toContain(`"messages":${current}`);
        if ('if-none-match' in headers) expect(response.status).toBe(isCurrent ? 304 : 200);
        if (response.status !== 304) reached.sent++;
        else reached['if-none-match' in headers ? 'byTag' : 'byDate']++;
        copies.set(question, {
          messages: current,
          tag: response.headers.get('etag') ?? '',
          date: response.headers.get('last-modified'),
        });
      }
    }),
    { numRuns: 40 },
  );
  expect(Math.min(...Object.values(reached))).toBeGreaterThan(5);
}, 60_000);

it('varies by the headers in which a proxy names the user and the groups', async () => {
  const args = [
    ...['--trusted-proxies', '127.0.0.1'],
    ...['--proxy-user-header', 'X-Forwarded-User', '--proxy-role-header', 'X-Forwarded-Groups'],
  ];
  await using behind = await startTestServer({ args });
  const { headers } = await behind.fetch('/api/v1/celery/workers/status');
  expect(headers.get('vary')).toBe(
    'Accept, Accept-Encoding, Authorization, Origin, x-forwarded-user, x-forwarded-groups',
  );
});
