/** The gateway as a subgraph of Apollo Federation 2: composed with another subgraph, and asked by a router. */
import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation';
import { execute, parse, print } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { subgraphSdl } from '../../src/graphql/federation.js';
import { encodeGlobalId } from '../../src/graphql/nodes/global-id.js';
import { schema } from '../../src/graphql/schema.js';
import { composeSupergraph, ordersYoga, worker } from '../support/orders-subgraph.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ args: ['--federation', 'true'] });
  for (const taskId of ['order-1', 'order-2', 'order-3']) {
    const { errors } = await server.query(
      'mutation ($options: SendTaskOptions) { sendTask(name: "shop.mail.send_receipt", options: $options) { taskId } }',
      { variables: { options: { taskId, countdownSeconds: 1_000 } } },
    );
    expect(errors).toBeUndefined();
  }
});
afterAll(() => server[Symbol.asyncDispose]());

const entities = (representations: readonly object[], selection: string) =>
  server.query<{ _entities: unknown[] }>(
    `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${selection} } }`,
    { variables: { representations } },
  );

describe('the subgraph', () => {
  it('is composed with another one that shares tasks and workers', () => {
    const { errors, supergraphSdl } = composeSupergraph(subgraphSdl(schema));
    expect(errors).toBeUndefined();
    expect(supergraphSdl).toContain('@join__type(graph: CELERY, key: "taskId cluster")');
  });

  it('is what the service shows', async () => {
    const { data } = await server.query('{ _service { sdl } }');
    expect(data).toEqual({ _service: { sdl: subgraphSdl(schema) } });
  });

  it('is hidden where clients may not read the schema', async () => {
    await using hidden = await startTestServer({
      args: ['--federation', 'true', '--introspection', 'false'],
    });
    const { data, errors } = await hidden.query('{ _service { sdl } }');
    expect(data).toEqual({ _service: null });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('is absent by default', async () => {
    await using plain = await startTestServer();
    const { errors } = await plain.query('{ _service { sdl } }');
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });
});

describe('entities', () => {
  it('are found by each of their keys', async () => {
    const id = encodeGlobalId({ type: 'Worker', cluster: 'default', key: ['worker1@embedded'] });
    const { data, errors } = await entities(
      [
        { __typename: 'Worker', id },
        worker,
        { __typename: 'Queue', name: 'default', cluster: 'default' },
        { __typename: 'Task', taskId: 'order-1', cluster: 'default' },
        { __typename: 'Cluster', name: 'default' },
        { __typename: 'Task', taskId: 'none', cluster: 'default' },
        { __typename: 'Task', taskId: 'order-1', cluster: 'elsewhere' },
      ],
      '__typename ... on Worker { id } ... on Task { taskId }',
    );
    expect(errors).toBeUndefined();
    expect(data?._entities).toEqual([
      { __typename: 'Worker', id },
      { __typename: 'Worker', id },
      { __typename: 'Queue' },
      { __typename: 'Task', taskId: 'order-1' },
      { __typename: 'Cluster' },
      null,
      null,
    ]);
  });

  it.each([
    ['a type without a key', { __typename: 'TaskAttempt', id: 'x' }],
    ['no type', { taskId: 'order-1', cluster: 'default' }],
    ['half a key', { __typename: 'Task', taskId: 'order-1' }],
    [
      'the id of another type',
      { __typename: 'Task', id: encodeGlobalId({ type: 'Cluster', cluster: 'default', key: [] }) },
    ],
  ])('are null with an error at the place of %s, and the others are answered', async (_, wrong) => {
    const { data, errors } = await entities([worker, wrong], '__typename');
    expect(data?._entities).toEqual([{ __typename: 'Worker' }, null]);
    expect(errors).toMatchObject([
      {
        message: 'representations[1] has no key of an object',
        path: ['_entities', 1],
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });

  it('are asked of the workers in one broadcast', async () => {
    const published = vi.spyOn(server.services.celery.transport, 'publishRequest');
    onTestFinished(() => published.mockRestore());
    const { data } = await entities(
      ['worker1', 'worker2', 'worker3'].map((name) => ({ ...worker, hostname: `${name}@embedded` })),
      '... on Worker { stats { concurrency } }',
    );
    expect(data?._entities).toHaveLength(3);
    expect(published).toHaveBeenCalledTimes(1);
  });

  it('count as much as the same objects by their ids', async () => {
    await using small = await startTestServer({ args: ['--federation', 'true', '--max-cost', '50'] });
    const ask = (length: number) =>
      small.query(
        'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Worker { pid status } } }',
        { variables: { all: Array.from({ length }, () => worker) } },
      );
    expect((await ask(20)).errors).toBeUndefined();
    expect((await ask(30)).errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED' } }]);
  });
});

it('a router answers from both subgraphs, with one request to each for all tasks', async () => {
  const { data: service } = await server.query<{ _service: { sdl: string } }>('{ _service { sdl } }');
  const { supergraphSdl } = composeSupergraph(service?._service.sdl ?? '');
  const asked: string[] = [];
  const routed = getStitchedSchemaFromSupergraphSdl({
    supergraphSdl: supergraphSdl ?? '',
    onSubschemaConfig: (config) => {
      config.executor = async ({ document, variables }) => {
        asked.push(config.name);
        const body = JSON.stringify({ query: print(document), variables });
        const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
        const response = await (config.name === 'CELERY'
          ? server.fetch('/graphql', init)
          : ordersYoga.fetch('http://orders.test/graphql', init));
        return (await response.json()) as never; // of any type: the router says which
      };
    },
    batch: true,
  });
  const result = await execute({
    schema: routed,
    document: parse(`{
      orders { number task { id name state orderNumber } worker { rack status stats { concurrency } } }
    }`),
  });
  const task = (n: number) => ({
    id: encodeGlobalId({ type: 'Task', cluster: 'default', key: [`order-${n}`] }),
    name: 'shop.mail.send_receipt',
    state: expect.any(String) as string,
    orderNumber: n,
  });
  expect(JSON.parse(JSON.stringify(result))).toEqual({
    data: {
      orders: [1, 2, 3].map((number) => ({
        number,
        task: task(number),
        worker: { rack: 'B7', status: 'ONLINE', stats: { concurrency: 4 } },
      })),
    },
  });
  expect(asked.filter((name) => name === 'CELERY')).toHaveLength(1);
});
