/** Subscribers of the same question share each execution of an item, and nothing else. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Authenticator } from '../../src/access/authenticator.js';
import { sha256Of, TokenScheme } from '../../src/access/bearer.js';
import type { Scheme } from '../../src/access/attempt.js';
import { parseEvents } from '../../src/celery/events/event.js';
import { ItemExecutor } from '../../src/http/subscriptions/item.js';
import { roleTokens } from './role-tokens.js';
import { newClient, serverSentEvents } from './subscribe.js';
import type { CacheStatsEvent, SubscribeOptions } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

const watch =
  'subscription Watch($seconds: Float = 0.1, $cluster: ID) { cacheStats(intervalSeconds: $seconds, cluster: $cluster) { summary { totalRequests } } }';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer({
    access: roleTokens,
    tenants: [
      { name: 'north', visibleTo: null },
      { name: 'south', visibleTo: null },
    ],
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await server[Symbol.asyncDispose]();
});

type Reports = AsyncIterator<CacheStatsEvent, unknown>;

const requests = async (reports: Reports): Promise<number> => {
  const { value } = (await reports.next()) as { value: CacheStatsEvent };
  return value.data.cacheStats.summary.totalRequests;
};

const sse = (options?: SubscribeOptions): Reports => serverSentEvents(server, watch, options);
const webSocket = (): Reports => newClient(server).iterate({ query: watch }) as Reports;

const change = () => {
  for (const { caches } of server.clusters.all) caches.get('task_status').get('nothing');
  server.clock.now += 1_000;
  for (const { caches } of server.clusters.all) void caches.read('task_status', 'key', async () => 1);
};

/** Executions of a change for two subscribers that have both received one before: they get the next at one moment. */
async function executionsFor(one: Reports, other: Reports): Promise<number> {
  await Promise.all([requests(one), requests(other)]);
  change();
  await Promise.all([requests(one), requests(other)]);
  const execute = vi.spyOn(ItemExecutor.prototype, 'execute');
  change();
  const [seen, seenToo] = await Promise.all([requests(one), requests(other)]);
  expect(seen).toBe(seenToo);
  await Promise.all([one.return?.(), other.return?.()]);
  return execute.mock.calls.length;
}

describe('a change for two subscribers', () => {
  it.each([
    ['server-sent events', () => [sse(), sse()] as const],
    ['WebSocket', () => [webSocket(), webSocket()] as const],
    ['one transport each', () => [sse(), webSocket()] as const],
    [
      'named variables',
      () => [sse({ variables: { seconds: 0.1 } }), sse({ variables: { seconds: 0.1 } })] as const,
    ],
  ])('is executed once over %s', async (_name, open) => {
    expect(await executionsFor(...open())).toBe(1);
  });

  it.each([
    ['variables', () => [sse(), sse({ variables: { seconds: 0.11 } })] as const],
    ['rights', () => [sse(), sse({ authorization: 'Bearer operator' })] as const],
  ])('is executed for each of them where they differ in their %s', async (_name, open) => {
    expect(await executionsFor(...open())).toBe(2);
  });
});

describe('an event for two subscribers', () => {
  const query =
    'subscription ($search: String = "w1") { workerEvents(cluster: "north", filter: { search: $search }) { eventId type dropped } }';
  const open = (options?: SubscribeOptions) => serverSentEvents<unknown>(server, query, options);

  async function executions(streams: readonly AsyncGenerator[]): Promise<number> {
    const execute = vi.spyOn(ItemExecutor.prototype, 'execute');
    const items = streams.map((stream) => stream.next());
    const [north] = server.clusters.all;
    await vi.waitFor(() => expect(north?.subscriptions.stats.active).toBe(streams.length), 5_000);
    const event = { type: 'worker-online', hostname: 'w1@test', timestamp: Date.now() / 1000, freq: 2 };
    for (const parsed of parseEvents(event).events) north?.celery.state.apply(parsed, Date.now());
    const seen = (await Promise.all(items)).map(({ value }) => value as unknown);
    expect(seen).toEqual(seen.map(() => seen[0]));
    expect(seen[0]).toMatchObject({ data: { workerEvents: { type: 'ONLINE', dropped: 0 } } });
    await Promise.all(streams.map((stream) => stream.return(undefined)));
    return execute.mock.calls.length;
  }

  it('is executed once where they ask the same', async () => {
    expect(await executions([open(), open(), open()])).toBe(1);
  });

  it('is executed for each of them where they differ in their rights', async () => {
    expect(await executions([open(), open({ authorization: 'Bearer operator' })])).toBe(2);
  });
});

it('users of one role who see different clusters get items of their own', async () => {
  const tokens = ['ada', 'bob'].map(
    (name) => ({ name, role: 'viewer', sha256: sha256Of(name) }) as const,
  );
  await using apart = await startTestServer({
    access: (audit) => ({
      authenticator: new Authenticator({
        schemes: [new TokenScheme(tokens)],
        anonymous: null,
        audit,
        clock: Date.now,
      }),
      hosts: null,
    }),
    tenants: [
      { name: 'north', visibleTo: { users: ['ada'], roles: [] } },
      { name: 'south', visibleTo: { users: ['bob'], roles: [] } },
    ],
  });
  const query = 'subscription { cacheStats { cluster } }';
  const open = (name: string) => serverSentEvents(apart, query, { authorization: `Bearer ${name}` });
  const streams = [open('ada'), open('bob')];
  const items = await Promise.all(streams.map((stream) => stream.next()));
  expect(items.map(({ value }): unknown => value)).toEqual([
    { data: { cacheStats: { cluster: 'north' } } },
    { data: { cacheStats: { cluster: 'south' } } },
  ]);
  await Promise.all(streams.map((stream) => stream.return(undefined)));
});

it('an item counts as one request of the cache, however many subscribers get it', async () => {
  const query = 'subscription { metricsSummary(intervalSeconds: 0.1) { windowSeconds } }';
  const execute = vi.spyOn(ItemExecutor.prototype, 'execute');
  const streams = [serverSentEvents(server, query), serverSentEvents(server, query)];
  await Promise.all(streams.map((stream) => stream.next()));
  const joined = execute.mock.calls.length;
  await vi.waitFor(() => expect(execute.mock.calls.length).toBeGreaterThan(joined + 3), 5_000);
  server.clusters.all[0]?.subscriptions[Symbol.dispose](); // ends both
  await Promise.all(streams.map((stream) => stream.next()));

  const { summary } = server.services.caches.report(['metrics_summary']);
  expect(summary.totalRequests).toBe(execute.mock.calls.length);
});

it('the end of one session ends its stream, and not that of another which shares its items', async () => {
  const brief: Scheme = {
    method: 'jwt',
    challenge: 'Bearer realm="celeryql"',
    authenticate: async ({ headers }) => ({
      name: 'ada',
      role: 'viewer',
      method: 'jwt',
      expiresAt: headers['authorization']?.[0] === 'Bearer brief' ? Date.now() + 700 : null,
    }),
  };
  await using briefly = await startTestServer({
    access: (audit) => ({
      authenticator: new Authenticator({ schemes: [brief], anonymous: null, audit, clock: Date.now }),
      hosts: null,
    }),
  });
  const open = (authorization: string) =>
    serverSentEvents<CacheStatsEvent>(briefly, watch, { authorization });
  const [short, long] = [open('Bearer brief'), open('Bearer long')];
  await Promise.all([short.next(), long.next()]);
  const rest: unknown[] = [];
  for await (const item of short) rest.push(item);
  expect(rest).toEqual([
    {
      errors: [{ message: 'The credentials have expired', extensions: { code: 'UNAUTHENTICATED' } }],
    },
  ]);
  await briefly.query('{ taskStatus { total } }', { headers: { authorization: 'Bearer long' } });
  expect(await requests(long)).toBe(1);
  await long.return(undefined);
});
