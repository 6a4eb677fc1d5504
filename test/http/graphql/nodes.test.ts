/** Objects by their ids: the same as by the root field of their type, through the same caches. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { encodeGlobalId, nodeTypes, type NodeType } from '../../../src/graphql/nodes/global-id.js';
import { startTestServer } from '../test-server.js';
import type { TestServer } from '../test-server.js';

const taskId = 'mine: ünï☃';
const idOf = (type: NodeType, key: readonly string[], cluster = 'default') =>
  encodeGlobalId({ type, cluster, key });

describe('node', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    const { errors } = await server.query(
      'mutation ($options: SendTaskOptions) { sendTask(name: "shop.mail.send_receipt", options: $options) { taskId } }',
      { variables: { options: { taskId, countdownSeconds: 1_000 } } },
    );
    expect(errors).toBeUndefined();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const shown: Readonly<
    Record<NodeType, readonly [key: readonly string[], root: string, fields: string]>
  > = {
    Cluster: [[], 'clusters', 'name embedded workerCount'],
    Queue: [['default'], 'queue(name: "default")', 'name cluster kind messages'],
    Task: [[taskId], 'task(taskId: "mine: ünï☃")', 'taskId cluster name state'],
    TaskType: [['shop.mail.send_receipt'], 'taskTypes', 'name'],
    Worker: [
      ['worker1@embedded'],
      'worker(hostname: "worker1@embedded")',
      'hostname cluster status unresponsive stats { concurrency }',
    ],
  };

  it.each(nodeTypes.filter((type) => type !== 'TaskType'))(
    'reads a %s as its root field does',
    async (type) => {
      const [key, root, fields] = shown[type];
      const id = idOf(type, key);
      const { data, errors } = await server.query(
        `{ node(id: "${id}") { __typename id ... on ${type} { ${fields} } } own: ${root} { __typename id ${fields} } }`,
      );
      expect(errors).toBeUndefined();
      expect(data?.['node']).toMatchObject({ __typename: type, id });
      expect(data?.['node']).toEqual([data?.['own']].flat()[0]);
    },
  );

  it('reads the figures of a task name since the start, and those of each window by an id of its own', async () => {
    const names = ['shop.orders.place', 'shop.stock.reserve', 'search.index.refresh'];
    // A window has the names of which a task has finished in it.
    const name = await vi.waitFor(async () => {
      const ids = names.map((one) => idOf('TaskType', [one, '3600']));
      const { data } = await server.query<{ nodes: ({ name: string } | null)[] }>(
        'query ($ids: [ID!]!) { nodes(ids: $ids, useCache: false) { ... on TaskType { name } } }',
        { variables: { ids } },
      );
      return data?.nodes.find((node) => node !== null)?.name ?? Promise.reject(new Error('none yet'));
    }, 20_000);
    const [ever, hour] = [idOf('TaskType', [name]), idOf('TaskType', [name, '3600'])];
    const { data } = await server.query(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on TaskType { name throughputPerSecond } } }',
      { variables: { ids: [ever, hour] } },
    );
    expect(data).toEqual({
      nodes: [
        { id: ever, name, throughputPerSecond: null },
        { id: hour, name, throughputPerSecond: expect.any(Number) as number },
      ],
    });
  });

  it('reads through the cache entry of the root field, and past it on request', async () => {
    const id = idOf('Task', [taskId]);
    server.services.caches.invalidate();
    const statuses: unknown[] = [];
    for (const field of [
      `task(taskId: "${taskId}")`,
      `node(id: "${id}")`,
      `task(id: "${id}")`,
      `task(id: "${taskId}")`,
      `nodes(ids: ["${id}"])`,
      `node(id: "${id}", useCache: false)`,
    ]) {
      const { headers } = await server.query(`{ ${field} { ... on Task { state } } }`);
      statuses.push(headers.get('x-cache'));
    }
    expect(statuses).toEqual(['MISS', 'HIT', 'HIT', 'HIT', 'HIT', 'MISS']);
  });

  it.each(nodeTypes.filter((type) => type !== 'Cluster'))(
    'is null for a %s that is not known',
    async (type) => {
      const { data, errors } = await server.query(`{ node(id: "${idOf(type, ['nope'])}") { id } }`);
      expect([data, errors]).toEqual([{ node: null }, undefined]);
    },
  );

  it('is null for an object of a cluster that there is not', async () => {
    const ids = nodeTypes.map((type) => idOf(type, shown[type][0], 'elsewhere'));
    const { data, errors } = await server.query('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      variables: { ids },
    });
    expect([data, errors]).toEqual([{ nodes: ids.map(() => null) }, undefined]);
  });

  it.each(['0', '9999999', 'many'])('refuses the window %j, which no id has', async (window) => {
    const id = idOf('TaskType', ['shop.mail.send_receipt', window]);
    const { data, errors } = await server.query(`{ node(id: "${id}") { id } }`);
    expect(data).toEqual({ node: null });
    expect(errors).toMatchObject([{ path: ['node'], extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('refuses what is not an id, at the field', async () => {
    const { data, errors } = await server.query(`{ node(id: "${taskId}") { id } me { role } }`);
    expect(data).toEqual({ node: null, me: { role: 'ADMIN' } });
    expect(errors).toMatchObject([
      {
        message: 'id is not the id of a node',
        path: ['node'],
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });

  it('asks a worker only for what is selected of workers', async () => {
    const selected = (on: string) =>
      server.query(`{ node(id: "${idOf('Worker', ['worker1@embedded'])}", useCache: false) {
        ... on Worker { unresponsive } ... on ${on} } }`);
    const { extensions } = await selected('Task { worker { stats { pid } } }');
    const { extensions: asked } = await selected('Node { ... on Worker { stats { pid } } }');
    const fields = (cache: unknown) => JSON.stringify(cache).match(/node\.\w+/g);
    expect([fields(extensions), fields(asked)]).toEqual([['node.ping'], ['node.stats']]);
  });
});

describe('nodes', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('answers in the order of the ids, with null and an error at the place of one that is malformed', async () => {
    const [worker, queue] = [idOf('Worker', ['worker1@embedded']), idOf('Queue', ['default'])];
    const { data, errors } = await server.query('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      variables: { ids: [queue, 'nope', worker, queue] },
    });
    expect(data).toEqual({ nodes: [{ id: queue }, null, { id: worker }, { id: queue }] });
    expect(errors).toMatchObject([
      {
        message: 'ids[1] is not the id of a node',
        path: ['nodes', 1],
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });

  it('reads at most 100', async () => {
    const ids = Array.from({ length: 101 }, (_, n) => idOf('Task', [String(n)]));
    const ask = (members: readonly string[]) =>
      server.query('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { variables: { ids: members } });
    expect((await ask(ids)).errors).toMatchObject([
      { message: 'ids has 101 members; the maximum is 100', extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect((await ask(ids.slice(1))).errors).toBeUndefined();
  });
});

describe('an id of a cluster that the caller may not see', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({
      tenants: [
        { name: 'open', visibleTo: null },
        { name: 'closed', visibleTo: { users: ['ada'], roles: [] } },
      ],
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it.each([
    ['node', (id: string) => `node(id: "${id}") { id }`],
    ['task', (id: string) => `task(id: "${id}") { id }`],
  ])('is answered by %s like one of no cluster', async (name, field) => {
    const answers = ['closed', 'none'].map(async (cluster) => {
      const id = idOf(name === 'task' ? 'Task' : 'Worker', ['worker1@embedded'], cluster);
      const { data, errors, status } = await server.query(`{ ${field(id)} }`);
      return { data, errors, status };
    });
    expect(await Promise.all(answers)).toEqual([
      { data: { [name]: null }, errors: undefined, status: 200 },
      { data: { [name]: null }, errors: undefined, status: 200 },
    ]);
  });

  it('is answered where the cluster is visible, also without its name', async () => {
    const id = idOf('Worker', ['worker1@embedded'], 'open');
    const { data } = await server.query(`{ node(id: "${id}") { ... on Worker { cluster } } }`);
    expect(data).toEqual({ node: { cluster: 'open' } });
  });
});

describe('task', () => {
  it('takes an id of the gateway, which chooses the cluster where no argument does', async () => {
    const everybody = [
      { name: 'north', visibleTo: null },
      { name: 'south', visibleTo: null },
    ];
    await using server = await startTestServer({ tenants: everybody });
    const { data: sent } = await server.query<{ sendTask: { task: { id: string } } }>(
      'mutation { sendTask(cluster: "south", name: "shop.mail.send_receipt", options: { taskId: "s" }) { task { id } } }',
    );
    const id = sent?.sendTask.task.id ?? '';
    const { data } = await server.query(`{
      task(id: "${id}") { cluster taskId }
      here: task(id: "${id}", cluster: "south") { taskId }
      elsewhere: task(id: "${id}", cluster: "north") { taskId }
      clusters { name task(id: "${id}") { taskId } }
    }`);
    expect(data).toEqual({
      task: { cluster: 'south', taskId: 's' },
      here: { taskId: 's' },
      elsewhere: null,
      clusters: [
        { name: 'north', task: null },
        { name: 'south', task: { taskId: 's' } },
      ],
    });
  });

  it.each([
    ['neither id', '', 'taskId is required'],
    ['both ids', '(taskId: "a", id: "a")', 'give taskId or id, not both'],
  ])('refuses %s', async (_, args, message) => {
    await using server = await startTestServer();
    const { errors } = await server.query(`{ task${args} { state } }`);
    expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
