/** Several clusters behind one server: each caller sees theirs, and learns nothing of the others. */
import { isNonNullType, isObjectType } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.js';
import { eventually } from '../support/eventually.js';
import { roleTokens } from './role-tokens.js';
import { webSocketUrl } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';
import { WebSocket } from '../support/web-socket.js';

type Role = 'viewer' | 'operator' | 'admin';
const as = (role: Role) => ({ headers: { authorization: `Bearer ${role}` } });

describe('several clusters', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({
      access: roleTokens,
      tenants: [
        { name: 'north', visibleTo: { users: [], roles: ['operator', 'admin'] } },
        { name: 'south', visibleTo: { users: ['the admin'], roles: ['viewer'] } },
      ],
    });
    await eventually(() => {
      for (const { celery } of server.clusters.all)
        expect(celery.state.stats().tasks).toBeGreaterThan(0);
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());
  beforeEach(() => {
    for (const { caches } of server.clusters.all) caches.invalidate();
  });

  const requests = (name: string): number => {
    const cluster = server.clusters.all.find(({ clusterName }) => clusterName === name);
    return cluster?.caches.report().summary.totalRequests ?? Number.NaN;
  };

  it.each([
    ['viewer', ['south']],
    ['operator', ['north']],
    ['admin', ['north', 'south']],
  ] as const)('are for a %s: %j', async (role, names) => {
    const { data } = await server.query('{ clusters { name } }', as(role));
    expect(data).toEqual({ clusters: names.map((name) => ({ name })) });
  });

  it('are asked for by name, and without one the first that the caller may see answers', async () => {
    const { data } = await server.query(
      '{ taskStatus { cluster } north: taskStatus(cluster: "north") { cluster } south: taskStatus(cluster: "south") { cluster } }',
      as('admin'),
    );
    expect(data).toEqual({
      taskStatus: { cluster: 'north' },
      north: { cluster: 'north' },
      south: { cluster: 'south' },
    });
    const seen = await server.query('{ taskStatus { cluster } }', as('viewer'));
    expect(seen.data).toEqual({ taskStatus: { cluster: 'south' } });
  });

  it('stay what they are all the way down', async () => {
    const deep = `nodes { cluster worker { cluster hostname } root { cluster worker { cluster } } }`;
    const { data, errors } = await server.query<
      Record<string, { nodes: { cluster: string; worker: { cluster: string } | null }[] }>
    >(
      `{ a: tasks(cluster: "south", first: 5) { ${deep} } b: tasks(first: 5) { ${deep} }
         clusters { name tasks(first: 5) { ${deep} } queues { nodes { cluster workers { cluster } } } } }`,
      as('admin'),
    );
    expect(errors).toBeUndefined();
    const { a, b, clusters } = data as typeof data & { clusters: unknown };
    expect(new Set(JSON.stringify(a).match(/"cluster":"\w+"/g))).toEqual(new Set(['"cluster":"south"']));
    expect(new Set(JSON.stringify(b).match(/"cluster":"\w+"/g))).toEqual(new Set(['"cluster":"north"']));
    const [north, south] = clusters as readonly unknown[];
    expect(JSON.stringify(north)).not.toContain('south');
    expect(JSON.stringify(south)).not.toContain('north');
    expect(JSON.stringify(south)).toContain('"cluster":"south"');
  });

  it('are each null alone where one does not exist, and the others are answered', async () => {
    const nowhere = '(cluster: "nowhere")';
    const { data, errors } = await server.query(
      `{ gateway${nowhere} { cluster } health${nowhere} { status } cacheStats${nowhere} { timestamp }
         workers${nowhere} { nodes { hostname } } me { name } own: taskStatus { cluster } }`,
      as('viewer'),
    );
    expect(data).toEqual({
      gateway: null,
      health: null,
      cacheStats: null,
      workers: null,
      me: { name: 'the viewer' },
      own: { cluster: 'south' },
    });
    expect(errors?.map(({ path, extensions }) => [path?.join('.'), extensions?.['code']])).toEqual(
      ['gateway', 'health', 'cacheStats', 'workers'].map((path) => [path, 'UNKNOWN_CLUSTER']),
    );
  });

  it('are each read through caches of their own, and named in the cache status', async () => {
    const before = [requests('north'), requests('south')];
    const { extensions } = await server.query(
      '{ workers(cluster: "south") { nodes { hostname } } again: workers(cluster: "south") { nodes { status } } other: workers { nodes { hostname } } }',
      as('admin'),
    );
    expect(
      extensions?.cache?.entries.map((entry) => ({ ...entry, age: 0, found: undefined })),
    ).toMatchObject([
      { path: 'workers', cluster: 'south', cache: 'worker_status', status: 'MISS' },
      { path: 'workers', cluster: 'north', cache: 'worker_status', status: 'MISS' },
    ]);
    expect([requests('north'), requests('south')]).toEqual(before.map((count) => count + 1));
  });

  it('are each sent what is for them, and only that', async () => {
    const text = (cluster: string) =>
      `mutation { sendTask(cluster: "${cluster}", force: true, name: "demo.nowhere", options: { taskId: "sent-to-${cluster}", queue: "default" }) { taskId queue } }`;
    const { data, errors } = await server.query(text('south'), as('admin'));
    expect([data, errors]).toEqual([
      { sendTask: { taskId: 'sent-to-south', queue: 'default' } },
      undefined,
    ]);
    const [north, south] = server.clusters.all;
    expect(south?.celery.state.task('sent-to-south')?.name).toBe('demo.nowhere');
    expect(north?.celery.state.task('sent-to-south')).toBeNull();
    await eventually(() => expect(south?.celery.state.task('sent-to-south')?.finishedAt).not.toBeNull());
    const again = await server.query<{ rerunTask: { original: { cluster: string } } }>(
      'mutation { rerunTask(cluster: "south", input: { taskId: "sent-to-south" }) { original { cluster } task { cluster } } }',
      as('admin'),
    );
    expect(again.data).toEqual({
      rerunTask: { original: { cluster: 'south' }, task: { cluster: 'south' } },
    });
  });

  it('are each invalidated alone', async () => {
    const ask = '{ clusters { workers { nodes { hostname } } } }';
    await server.query(ask, as('admin'));
    const forgotten = await server.query(
      'mutation { invalidateCache(cluster: "south", name: WORKER_STATUS) { invalidated stats { cluster } } }',
      as('admin'),
    );
    expect(forgotten.data).toEqual({ invalidateCache: { invalidated: 1, stats: { cluster: 'south' } } });
    const { extensions } = await server.query(ask, as('admin'));
    const read = extensions?.cache?.entries.map(({ cluster, status }) => `${cluster} ${status}`);
    expect(read?.sort()).toEqual(['north HIT', 'south MISS']);
  });

  describe('one that the caller may not see is as one that there is not', () => {
    const same = async (ask: (name: string) => Promise<unknown>, name = 'north') => {
      const [unseen, unknown] = [await ask(name), await ask('nowhere')];
      expect(JSON.stringify(unseen)).toBe(JSON.stringify(unknown));
      return unseen;
    };
    const gist = async (response: Response) => ({
      status: response.status,
      headers: [...response.headers].filter(([name]) => name !== 'date'),
      body: (await response.json()) as unknown,
    });
    const refused = { message: 'There is no such cluster', extensions: { code: 'UNKNOWN_CLUSTER' } };

    it.each([
      ['query', (name: string) => `{ workers(cluster: "${name}") { nodes { hostname } } me { name } }`],
      ['health', (name: string) => `{ health(cluster: "${name}") { status } }`],
      ['gateway', (name: string) => `{ gateway(cluster: "${name}") { version broker { address } } }`],
      ['cacheStats', (name: string) => `{ cacheStats(cluster: "${name}") { timestamp } }`],
    ])('to a %s', async (_name, text) => {
      const seen = await same(async (name) => {
        const { status, data, errors } = await server.query(text(name), as('viewer'));
        return { status, data, errors };
      });
      expect(seen).toMatchObject({ errors: [refused] });
    });

    it('to a mutation, also for a role that may call it', async () => {
      const send = async (name: string) => {
        const text = `mutation { sendTask(cluster: "${name}", name: "t") { taskId } }`;
        const { status, data, errors } = await server.query(text, as('operator'));
        return { status, data, errors };
      };
      expect(await same(send, 'south')).toMatchObject({ errors: [refused] });
    });

    it('to a batch, whose other members are answered', async () => {
      const seen = await same(async (name) =>
        gist(
          await server.fetch('/graphql', {
            method: 'POST',
            headers: { 'content-type': 'application/json', ...as('viewer').headers },
            body: JSON.stringify([
              { query: '{ me { name } gateway { cluster } }' },
              { query: `{ taskStatus(cluster: "${name}") { cluster } }` },
            ]),
          }),
        ),
      );
      expect(JSON.stringify(seen)).toContain('There is no such cluster');
      expect(JSON.stringify(seen)).toContain('"cluster":"south"');
    });

    it.each(['workers/status', 'tasks/status', 'health', 'cache/stats', 'metrics/summary'])(
      'to the REST route %s',
      async (path) => {
        const seen = await same(async (name) =>
          gist(await server.fetch(`/api/v1/celery/${path}?cluster=${name}`, as('viewer'))),
        );
        expect(seen).toMatchObject({ status: 404, body: { error: { code: 'UNKNOWN_CLUSTER' } } });
        const own = await server.fetch(`/api/v1/celery/${path}?cluster=south`, as('viewer'));
        expect(own.status).toBe(200);
      },
    );

    it.each([
      ['taskEvents', '{ type }'],
      ['workerEvents', '{ type }'],
      ['queues', '{ name }'],
      ['metricsSummary', '{ finished }'],
      ['cacheStats', '{ timestamp }'],
    ])('to a subscription to %s, over a WebSocket', async (field, selection) => {
      const client = createClient({
        ...{ url: webSocketUrl(server), webSocketImpl: WebSocket, retryAttempts: 0 },
        connectionParams: { authorization: 'Bearer viewer' },
      });
      const first = async (query: string) => {
        try {
          return (await client.iterate({ query }).next()) as unknown;
        } catch (error) {
          return error;
        }
      };
      const seen = await same((name) =>
        first(`subscription { ${field}(cluster: "${name}") ${selection} }`),
      );
      expect(JSON.stringify(seen)).toContain('UNKNOWN_CLUSTER');
      await client.dispose();
    });
  });

  it('are named neither in the schema nor by the readiness route', async () => {
    const { data } = await server.query(
      '{ __schema { types { name enumValues { name } } } }',
      as('viewer'),
    );
    expect(JSON.stringify(data)).not.toMatch(/north|south/i);
    const ready = await server.fetch('/health/ready');
    expect(await ready.text()).not.toMatch(/north|south/);
  });

  it('have events of their own', async () => {
    const client = createClient({
      ...{ url: webSocketUrl(server), webSocketImpl: WebSocket, retryAttempts: 0 },
      connectionParams: { authorization: 'Bearer viewer' },
    });
    const events = client.iterate<{
      taskEvents: { cluster: string; task: { taskId: string; cluster: string } };
    }>({
      query: 'subscription { taskEvents { cluster task { taskId cluster worker { cluster } } } }',
    });
    const [north, south] = server.clusters.all;
    for (let n = 0; n < 5; n++) {
      const { value } = (await events.next()) as {
        value: { data: { taskEvents: { task: { taskId: string } } } };
      };
      expect(JSON.stringify(value)).toContain('"cluster":"south"');
      expect(JSON.stringify(value)).not.toContain('north');
      const { taskId: id } = value.data.taskEvents.task;
      expect([north?.celery.state.task(id) ?? null, south?.celery.state.task(id)?.id]).toEqual([
        null,
        id,
      ]);
    }
    await client.dispose();
  });

  it('leave records in the audit log for those who may see them', async () => {
    const invalidate = (role: Role, cluster: string) =>
      server.query(`mutation { invalidateCache(cluster: "${cluster}") { invalidated } }`, as(role));
    await invalidate('operator', 'north');
    await invalidate('operator', 'south'); // which they may not see
    await invalidate('operator', 'nowhere');
    await invalidate('admin', 'elsewhere');
    const { data } = await server.query<{
      audit: { nodes: { cluster: string; code: string | null; viewer: string }[] };
    }>('{ audit(first: 4, action: "invalidateCache") { nodes { cluster code viewer } } }', as('admin'));
    expect(data?.audit.nodes.slice(0, 3)).toEqual([
      { cluster: 'elsewhere', code: 'UNKNOWN_CLUSTER', viewer: 'the admin' },
      { cluster: 'south', code: 'UNKNOWN_CLUSTER', viewer: 'the operator' },
      { cluster: 'north', code: null, viewer: 'the operator' },
    ]);
  });
});

describe('one of several clusters whose broker is gone', () => {
  it('is null with a typed error where it cannot be read, and the others answer as before', async () => {
    await using server = await startTestServer({
      tenants: [
        { name: 'well', visibleTo: null },
        { name: 'lost', visibleTo: null },
      ],
    });
    const [well, lost] = server.clusters.all;
    await eventually(() => expect(well?.celery.isSynced && lost?.celery.isSynced).toBe(true));
    await lost?.celery.transport[Symbol.asyncDispose]();
    const { status, data, errors } = await server.query<{ clusters: Record<string, unknown>[] }>(
      `{ clusters { name broker { connected } workers { nodes { hostname } } queues { nodes { name } } taskStatus { cluster }
         metricsSummary { cluster } health { cluster status } cacheStats { cluster } } }`,
    );
    expect(status).toBe(200);
    expect(data?.clusters).toMatchObject([
      {
        ...{ name: 'well', broker: { connected: true }, taskStatus: { cluster: 'well' } },
        ...{ metricsSummary: { cluster: 'well' }, cacheStats: { cluster: 'well' } },
        workers: { nodes: [{ hostname: 'media@embedded' }, {}, {}] },
      },
      {
        ...{ name: 'lost', broker: { connected: false }, workers: null, queues: null, taskStatus: null },
        ...{ metricsSummary: null, health: { cluster: 'lost' }, cacheStats: { cluster: 'lost' } },
      },
    ]);
    expect(
      errors?.map(({ path, extensions }) => [path?.join('.'), extensions?.['code']]).sort(),
    ).toEqual(
      ['metricsSummary', 'queues', 'taskStatus', 'workers'].map((field) => [
        `clusters.1.${field}`,
        'BROKER_UNAVAILABLE',
      ]),
    );
  });
});

describe('a viewer of no cluster', () => {
  it('may ask who they are, and gets the same error for all else', async () => {
    await using server = await startTestServer({
      access: roleTokens,
      tenants: [{ name: 'north', visibleTo: { users: [], roles: ['admin'] } }],
    });
    const { data, errors } = await server.query(
      '{ me { name } clusters { name } workers { nodes { hostname } } }',
      as('viewer'),
    );
    expect(data).toEqual({ me: { name: 'the viewer' }, clusters: [], workers: null });
    expect(errors).toMatchObject([{ extensions: { code: 'UNKNOWN_CLUSTER' } }]);
  });
});

describe('one cluster alone', () => {
  it('is called default, and is named nowhere but where it is asked for', async () => {
    await using server = await startTestServer();
    const { data, extensions } = await server.query(
      '{ clusters { name } workers(cluster: "default") { nodes { cluster } } }',
    );
    expect(data).toMatchObject({
      clusters: [{ name: 'default' }],
      workers: { nodes: [{ cluster: 'default' }, {}, {}] },
    });
    expect(JSON.stringify(extensions)).not.toContain('default');
    const other = await server.query('{ workers(cluster: "other") { nodes { cluster } } }');
    expect(other.errors).toMatchObject([{ extensions: { code: 'UNKNOWN_CLUSTER' } }]);
  });
});

describe('the schema', () => {
  it('takes cluster on every root field but those about the gateway itself', () => {
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const without = roots
      .flatMap((type) => Object.values(type?.getFields() ?? {}))
      .filter(({ args }) => !args.some(({ name, type }) => name === 'cluster' && String(type) === 'ID'));
    expect(without.map(({ name }) => name).sort()).toEqual(['audit', 'clusters', 'me', 'node', 'nodes']);
  });

  it('lets everything of a cluster be null but what cannot fail', () => {
    const type = schema.getType('Cluster');
    const fields = isObjectType(type) ? Object.values(type.getFields()) : [];
    expect(
      fields
        .filter((field) => isNonNullType(field.type))
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...['broker', 'embedded', 'id', 'name']]);
    expect(fields.map(({ name }) => name).sort()).toEqual([
      ...['broker', 'cacheStats', 'embedded', 'health', 'id', 'metricsSummary', 'name', 'queue'],
      ...['queues', 'task', 'taskStatus', 'taskTypes', 'tasks', 'worker', 'workerCount', 'workers'],
    ]);
  });
});
