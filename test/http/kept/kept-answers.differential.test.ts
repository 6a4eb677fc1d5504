import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/demo/random.js';
import { start, task, worker } from '../../unit/celery/events/cluster.js';
import { TwinGateways } from './twin-gateways.js';
import type { TwinAnswer, TwinRequest } from './twin-gateways.js';

/** One whose clients repeat themselves often; any other by hand. */
const seed = Number(process.env['FUZZ_SEED'] ?? 809_061_261);
/** 100,000 and more by hand. */
const count = Number(process.env['KEPT_ANSWERS_REQUESTS'] ?? 5_000);

const queries = [
  '{ tasks(first: 5) { totalCount nodes { id taskId name state phase receivedAt hostname } } }',
  '{ tasks(first: 3, filter: {phases: [RUNNING]}) { nodes { taskId elapsedSeconds startedAt } } }',
  '{ tasks(first: 3, filter: {states: ["SUCCESS"]}) { nodes { taskId result finished } } }',
  '{ tasks(first: 3, filter: {states: ["NO_SUCH_STATE"]}) { nodes { taskId } } }',
  '{ tasks(first: 4) { nodes { taskId expired worker { hostname status } } } }',
  '{ tasks(first: 2, useCache: false) { nodes { taskId } } }',
  '{ tasks(first: 2, filter: {receivedAt: {from: "-1h"}}) { nodes { taskId } } }',
  '{ taskStatus { total counts { state count } orphaned } }',
  '{ taskStatus { total } tasks(first: 1) { nodes { state } } workers { totalCount } }',
  '{ a: taskStatus { total } b: taskStatus(useCache: false) { total } }',
  '{ workers { totalCount nodes { id hostname status lastHeartbeatAt } } }',
  '{ worker(hostname: "w1@host") { hostname status } }',
  '{ worker(hostname: "nobody") { hostname } }',
  '{ task(taskId: "t1") { taskId state parent { taskId } children { totalCount } } }',
  '{ task(taskId: "none") { state } }',
  '{ queues { totalCount nodes { name messages } } }',
  '{ metricsSummary { succeeded failed } }',
  '{ taskTypes(first: 5) { nodes { name succeeded } } }',
  '{ health { status checks { name status } } }',
  '{ gateway { uptimeSeconds } taskStatus { total } }',
  '{ me { name role } }',
  '{ me { name role } taskStatus { total } }',
  '{ cacheStats { summary { hits misses } } }',
  '{ clusters { name taskStatus { total } } }',
  '{ audit(first: 3) { nodes { action outcome } } }',
  '{ __schema { queryType { name } } taskStatus { total } }',
  '{ __typename }',
  '{ taskStatus { nope } }',
  'query Named($first: Int) { tasks(first: $first) { nodes { taskId } } }',
  'mutation { invalidateCache(input: {}) { invalidated } }',
  'mutation { invalidateCache(input: {names: [task_status]}) { invalidated } }',
] as const;

/** Those that are answered from caches alone, without an error. */
const plainQueries = queries.filter((query) =>
  /^\{ (?:taskStatus|tasks\(first: 5|workers|queues|task\(|worker\(|metricsSummary|health|clusters)/.test(
    query,
  ),
);

const restPaths = [
  '/api/v1/celery/tasks/status',
  '/api/v1/celery/tasks/status?useCache=false',
  '/api/v1/celery/tasks/status?nonsense=1',
  '/api/v1/celery/queues',
] as const;

/** But those whose answers show cursors, how long something took, or what workers reply: these differ by themselves. */
const persisted = Object.entries(
  JSON.parse(readFileSync('schema/persisted-operations.json', 'utf8')) as Record<string, string>,
)
  .filter(
    ([, text]) =>
      !/cacheStats|endCursor|latencySeconds|poolSlots|unresponsive|^(?:subscription|mutation)/m.test(
        text,
      ),
  )
  .map(([id]) => id);

const tokens = [undefined, undefined, 'anna', 'bert'] as const;
const accepts = ['application/json', 'application/graphql-response+json', '*/*', 'text/event-stream'];
const origins = ['https://page.example', 'https://other.example'] as const;

type Random = () => number;

function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined && values.length === 0) throw new RangeError('Nothing to pick from');
  return value as T; // the index is one of the list's
}

/** Most requests repeat one of a few, as those of dashboards do. */
function generator(random: Random) {
  const clients = Array.from({ length: 6 }, (_, client) => clientOf(random, client));
  const usual = clients.flatMap((client) => [generated(random, client), generated(random, client)]);
  const tags: string[] = ['W/"nothing"'];
  return {
    next(): TwinRequest {
      const base = random() < 0.9 ? pick(random, usual) : generated(random, pick(random, clients));
      const headers: Record<string, string> = { ...base.headers };
      if (random() < 0.2) headers['traceparent'] = `00-${Math.floor(random() * 1e9)}`;
      if (base.method !== 'POST' && random() < 0.3) headers['if-none-match'] = pick(random, tags);
      if (base.method !== 'POST' && random() < 0.1)
        headers['if-modified-since'] = new Date(
          start + 1_000 * Math.floor(random() * 9e3),
        ).toUTCString();
      if (random() < 0.005) headers['authorization'] = 'Bearer wrong';
      if (random() < 0.02) headers['cache-control'] = 'no-cache';
      return { ...base, headers };
    },
    saw({ headers: { etag } }: TwinAnswer): void {
      if (etag !== undefined) tags.splice(random() < 0.5 ? 0 : 1, tags.length > 20 ? 1 : 0, etag);
    },
  };
}

interface Client {
  readonly client: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What it asks by, mostly. */
  readonly kind: 'rest' | 'get' | 'post';
}

/** The headers of a client are the same each time, as those of real ones. */
function clientOf(random: Random, client: number): Client {
  const headers: Record<string, string> = { accept: pick(random, accepts) };
  const token = pick(random, tokens);
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  if (random() < 0.2) headers['origin'] = pick(random, origins);
  if (random() < 0.3) headers['user-agent'] = `agent ${Math.floor(random() * 3)}`;
  if (random() < 0.2) headers['x-unknown'] = `${Math.floor(random() * 2)}`;
  return { client, headers, kind: pick(random, ['rest', 'get', 'get', 'post', 'post']) };
}

function generated(random: Random, { client, headers: own, kind: usual }: Client): TwinRequest {
  const kind = random() < 0.9 ? usual : pick(random, ['rest', 'get', 'post'] as const);
  const headers: Record<string, string> = { ...own };
  if (kind === 'rest')
    return { method: random() < 0.8 ? 'GET' : 'HEAD', path: pick(random, restPaths), headers, client };
  const query = pick(random, random() < 0.8 ? plainQueries : queries);
  const variables = { first: Math.floor(random() * 3) + 1 };
  if (kind === 'get') {
    const bypass = random() < 0.05 ? '&useCache=false' : '';
    const path = `/graphql?query=${encodeURIComponent(query)}&variables=${encodeURIComponent(JSON.stringify(variables))}${bypass}`;
    return { method: random() < 0.85 ? 'GET' : 'HEAD', path, headers, client };
  }
  headers['content-type'] = random() < 0.97 ? 'application/json' : 'text/plain';
  const operation =
    random() < 0.1
      ? { documentId: pick(random, persisted), variables }
      : { query, variables, operationName: query.startsWith('query Named') ? 'Named' : undefined };
  const body = random() < 0.1 ? [operation, { query: pick(random, queries) }] : operation;
  return { method: 'POST', path: '/graphql', headers, body: JSON.stringify(body), client };
}

/** What may change between two requests. */
function changes(random: Random, twins: TwinGateways): readonly (() => void)[] {
  const at = (): number => (twins.time.now - start) / 1_000;
  const uuid = (): string => `t${Math.floor(random() * 8)}`;
  const caches = [
    'task_status',
    'worker_status',
    'queue_status',
    'metrics_summary',
    'health_check',
  ] as const;
  const event = (verb: string, fields: Record<string, unknown> = {}) =>
    twins.deliver([task(verb, uuid(), at(), fields)]);
  return [
    () => void (twins.time.now += 1),
    () => void (twins.time.now += Math.floor(random() * 400)),
    () => void (twins.time.now += pick(random, [999, 1_000, 1_001, 1_999, 2_000, 4_999, 5_000, 5_001])),
    () => event('received', { name: pick(random, ['add', 'mul']), args: '()', kwargs: '{}' }),
    () => event('started'),
    () => event('succeeded', { result: `'${Math.floor(random() * 5)}'`, runtime: 0.5 }),
    () => event('failed', { exception: 'Boom()' }),
    () => twins.deliver([worker('heartbeat', at(), { hostname: pick(random, ['w1@host', 'w2@host']) })]),
    () => twins.deliver([worker('offline', at(), { hostname: 'w2@host' })]),
    () => {
      const name = pick(random, caches);
      twins.change(({ services }) => void services.caches.invalidate({ name }));
    },
    () => twins.change(({ services }) => void services.caches.get('task_status').evictChanged('counts')),
    () => twins.change(({ services }) => void services.caches.sweep()),
    () => twins.grant({ anna: pick(random, ['viewer', 'operator', 'admin']), bert: 'admin' }),
    () => twins.grant({ anna: 'viewer' }),
  ];
}

/** Read from the clock of the machine. */
const ofItsMoment = /"uptimeSeconds":[\d.]+|"id":"[0-9a-f-]{36}"|^\{"timestamp":"[^"]*"/g;

/** What differs by the moment at which it was sent. */
function comparable({ status, headers, body }: TwinAnswer): unknown {
  const stable = Object.entries(headers).filter(([name]) => name !== 'date');
  return { status, headers: Object.fromEntries(stable), body: body.replace(ofItsMoment, '') };
}

describe('Kept answers', () => {
  it(`are those that an execution gives (seed ${seed})`, { timeout: 1_800_000 }, async () => {
    const random = seededRandom(seed);
    const args = [
      '--cors-origins',
      origins[0],
      '--rate-limit',
      '400',
      '--rate-burst',
      '400',
      '--metrics',
      'true',
    ];
    await using twins = await TwinGateways.start({ now: start, args });
    twins.grant({ anna: 'operator', bert: 'admin' });
    const requests = generator(random);
    const happenings = changes(random, twins);
    const expectSame = ([kept, executed]: readonly TwinAnswer[], sent: TwinRequest): void => {
      if (kept === undefined || executed === undefined) throw new Error('Two have answered');
      requests.saw(executed);
      expect(comparable(kept), JSON.stringify(sent)).toEqual(comparable(executed));
    };
    for (let sent = 0; sent < count;) {
      if (random() < 0.12) {
        pick(random, happenings)();
        // Not when a timer of each looks for it.
        twins.change(({ services }) => services.celery.state.lookForSilence());
      }
      if (random() < 0.95) {
        const next = requests.next();
        expectSame(await twins.send(next), next);
        sent++;
      } else {
        // What one of them starts, another may share: the same client's come one after another.
        const together = Array.from({ length: 3 }, (_, client) => ({ ...requests.next(), client }));
        const [kept = [], executed = []] = await twins.sendAll(together);
        for (const [index, one] of together.entries()) {
          const answers = [kept[index], executed[index]].flatMap((answer) => answer ?? []);
          expectSame(answers, one);
        }
        sent += together.length;
      }
      if (sent % 250 < 3) {
        const [kept, executed] = await twins.records();
        expect(kept).toEqual(executed);
      }
    }
    const [kept, executed] = await twins.records();
    expect(kept).toEqual(executed);
    console.log(`seed ${seed}: ${twins.given} of ${count} requests were answered from kept answers`);
    // On a busy machine, clients come back too late for the second that their admission holds.
    expect(twins.given).toBeGreaterThan(10);
  });
});
